#include "core/text/bpe.h"

#include <cstddef>
#include <functional>
#include <queue>
#include <tuple>

namespace patchboard {
namespace {

std::uint64_t pair_key(TokenId left, TokenId right) {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32U |
         static_cast<std::uint32_t>(right);
}

constexpr TokenId kAbsorbed = -1;

}  // namespace

/// One word being merged: a linked list of symbols, and a queue of the pairs that can merge.
class MergeRun {
 public:
  MergeRun(const BytePairMerges& merges, const std::vector<TokenId>& symbols)
      : merges_(merges), symbols_(symbols), previous_(symbols.size()), next_(symbols.size()) {
    for (std::size_t i = 0; i < symbols.size(); ++i) {
      previous_[i] = i - 1;  // wraps for the first, which is never followed to the left
      next_[i] = i + 1;
    }
    for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
      propose(i);
    }
  }

  std::vector<TokenId> run() {
    while (!queue_.empty()) {
      const Candidate candidate = queue_.top();
      queue_.pop();
      if (is_current(candidate)) {
        merge(candidate);
      }
    }
    std::vector<TokenId> merged;
    for (std::size_t i = 0; i < symbols_.size(); i = next_[i]) {
      merged.push_back(symbols_[i]);
    }
    return merged;
  }

 private:
  struct Candidate {
    std::uint32_t rank;
    std::size_t position;  // of the left symbol
    TokenId left;
    TokenId right;
    TokenId merged;

    bool operator>(const Candidate& other) const {
      return std::tie(rank, position) > std::tie(other.rank, other.position);
    }
  };

  void propose(std::size_t position) {
    const TokenId left = symbols_[position];
    const TokenId right = symbols_[next_[position]];
    if (const BytePairMerges::Merge* merge = merges_.find(left, right)) {
      queue_.push({merge->rank, position, left, right, merge->merged});
    }
  }

  /// Whether both symbols are still what they were when the candidate was proposed.
  [[nodiscard]] bool is_current(const Candidate& candidate) const {
    const std::size_t next = next_[candidate.position];
    return symbols_[candidate.position] == candidate.left && next < symbols_.size() &&
           symbols_[next] == candidate.right;
  }

  void merge(const Candidate& candidate) {
    const std::size_t position = candidate.position;
    const std::size_t absorbed = next_[position];
    symbols_[position] = candidate.merged;
    symbols_[absorbed] = kAbsorbed;
    next_[position] = next_[absorbed];
    if (next_[position] < symbols_.size()) {
      previous_[next_[position]] = position;
      propose(position);
    }
    if (position > 0) {
      propose(previous_[position]);
    }
  }

  const BytePairMerges& merges_;
  std::vector<TokenId> symbols_;
  std::vector<std::size_t> previous_;
  std::vector<std::size_t> next_;  // size() after the last symbol
  std::priority_queue<Candidate, std::vector<Candidate>, std::greater<>> queue_;
};

bool BytePairMerges::add(TokenId left, TokenId right, TokenId merged) {
  const auto rank = static_cast<std::uint32_t>(merges_.size());
  return merges_.emplace(pair_key(left, right), Merge{rank, merged}).second;
}

const BytePairMerges::Merge* BytePairMerges::find(TokenId left, TokenId right) const {
  const auto found = merges_.find(pair_key(left, right));
  return found == merges_.end() ? nullptr : &found->second;
}

std::vector<TokenId> BytePairMerges::apply(const std::vector<TokenId>& symbols) const {
  return MergeRun(*this, symbols).run();
}

}  // namespace patchboard
