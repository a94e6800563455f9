#include "core/prompts/token_repair.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/input/utf8.h"
#include "core/text/split.h"

namespace patchboard {
namespace {

using Pieces = std::vector<std::string_view>;
using TextOfToken = std::function<std::string(TokenId)>;

/// Of one kind of replacement, on one side, so that a long list leaves room for others.
constexpr std::size_t kMaxOfAKind = 4;

/// Larger tables of what two prompts share are not filled: all between the first and the last
/// differing word then counts as one difference.
constexpr std::size_t kMaxTable = 1'000'000;

/// Longer words in the place of others help nobody, and to try all their beginnings takes the
/// square of their length.
constexpr std::size_t kMostTokensReplaced = 100;

enum class Side { kClean, kCorrupted };

constexpr std::array kSides = {Side::kCorrupted, Side::kClean};

const char* name_of(Side side) { return side == Side::kClean ? "clean" : "corrupted"; }

/// Pieces [first, end) of each prompt, between pieces that they share.
struct Place {
  std::size_t clean_first, clean_end;
  std::size_t corrupted_first, corrupted_end;
};

/// Places where two lists of pieces differ, by their longest common subsequence.
class Comparison {
 public:
  Comparison(const Pieces& clean, const Pieces& corrupted) : clean_(clean), corrupted_(corrupted) {
    const std::size_t shorter = std::min(clean.size(), corrupted.size());
    while (head_ < shorter && clean[head_] == corrupted[head_]) {
      ++head_;
    }
    while (tail_ < shorter - head_ &&
           clean[clean.size() - 1 - tail_] == corrupted[corrupted.size() - 1 - tail_]) {
      ++tail_;
    }
    rows_ = clean.size() - head_ - tail_ + 1;
    cols_ = corrupted.size() - head_ - tail_ + 1;
  }

  std::vector<Place> places() {
    fill_table();
    std::vector<Place> places;
    std::size_t row = 0;
    std::size_t col = 0;
    while (row + 1 < rows_ || col + 1 < cols_) {
      const std::size_t first_row = row;
      const std::size_t first_col = col;
      while ((row + 1 < rows_ || col + 1 < cols_) && !shared_at(row, col)) {
        const bool down =
            col + 1 == cols_ || (row + 1 < rows_ && shared(row + 1, col) == shared(row, col));
        ++(down ? row : col);
      }
      places.push_back({head_ + first_row, head_ + row, head_ + first_col, head_ + col});
      while (shared_at(row, col)) {
        ++row;
        ++col;
      }
    }
    return places;
  }

 private:
  /// table_: how many pieces the rests from (row, col) on share, in order.
  void fill_table() {
    if (rows_ > kMaxTable / cols_) {  // their product does not fit in 32 bits
      return;
    }
    table_.assign(rows_ * cols_, 0);
    for (std::size_t row = rows_ - 1; row-- > 0;) {
      for (std::size_t col = cols_ - 1; col-- > 0;) {
        table_[row * cols_ + col] = same(row, col)
                                        ? shared(row + 1, col + 1) + 1
                                        : std::max(shared(row + 1, col), shared(row, col + 1));
      }
    }
  }

  [[nodiscard]] std::size_t shared(std::size_t row, std::size_t col) const {
    return table_.empty() ? 0 : table_[row * cols_ + col];
  }

  [[nodiscard]] bool same(std::size_t row, std::size_t col) const {
    return clean_[head_ + row] == corrupted_[head_ + col];
  }

  [[nodiscard]] bool shared_at(std::size_t row, std::size_t col) const {
    return row + 1 < rows_ && col + 1 < cols_ && !table_.empty() && same(row, col);
  }

  const Pieces& clean_;
  const Pieces& corrupted_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
  std::size_t rows_ = 0;
  std::size_t cols_ = 0;
  std::vector<std::size_t> table_;
};

std::string joined(const Pieces& pieces, std::size_t first, std::size_t end) {
  std::string text;
  for (std::size_t i = first; i < end; ++i) {
    text += pieces[i];
  }
  return text;
}

/// `| B|o` (3 tokens)
std::string described(const SplitWords& words) {
  std::string text = "`";
  for (std::size_t i = 0; i < words.tokens.size(); ++i) {
    text += (i > 0 ? "|" : "") + words.tokens[i];
  }
  return text + "` (" + std::to_string(words.tokens.size()) +
         (words.tokens.size() == 1 ? " token)" : " tokens)");
}

/// Upper case, lower case, or neither; by ASCII alone.
int case_of(std::string_view word) {
  word.remove_prefix(word.starts_with(' ') ? 1 : 0);
  const auto first = static_cast<unsigned char>(word.empty() ? '\0' : word.front());
  return std::isupper(first) != 0 ? 1 : std::islower(first) != 0 ? -1 : 0;
}

/// The word with its first letter in the other case.
std::string recapitalised(std::string word) {
  const std::size_t at = word.starts_with(' ') ? 1 : 0;
  if (case_of(word) != 0) {
    word[at] = static_cast<char>(word[at] ^ 0x20);
  }
  return word;
}

/// A change of one prompt at one place.
struct Change {
  Side side;
  std::string text;
  std::string explanation;
};

class Repairs {
 public:
  Repairs(std::string_view clean, std::string_view corrupted,
          std::span<const std::string> candidates, const Encode& encode,
          const TextOfToken& token_text)
      : clean_text_(replace_invalid_utf8(clean)),
        corrupted_text_(replace_invalid_utf8(corrupted)),
        candidates_(candidates),
        encode_(encode),
        token_text_(token_text),
        clean_(split_pieces(clean_text_)),
        corrupted_(split_pieces(corrupted_text_)),
        places_(Comparison(clean_, corrupted_).places()) {}

  RepairReport report() {
    RepairReport report{.clean_tokens = encode_(clean_text_).size(),
                        .corrupted_tokens = encode_(corrupted_text_).size(),
                        .differences = {},
                        .repairs = {}};
    std::vector<std::vector<Change>> changes;  // [place]
    std::size_t most = 0;
    for (const Place& place : places_) {
      const WordDifference& difference = report.differences.emplace_back(difference_at(place));
      changes.push_back(changes_of(place, difference));
      most = std::max(most, changes.back().size());
    }
    if (report.clean_tokens != report.corrupted_tokens) {
      for (std::size_t rank = 0; rank < most && report.repairs.size() < kMaxRepairs; ++rank) {
        add_repair(changes, rank, report.repairs);
      }
    }
    return report;
  }

 private:
  [[nodiscard]] SplitWords split(std::string text) const {
    SplitWords words{.text = std::move(text), .tokens = {}};
    for (const TokenId id : encode_(words.text)) {
      words.tokens.push_back(token_text_(id));
    }
    return words;
  }

  [[nodiscard]] WordDifference difference_at(const Place& place) const {
    return {.clean = split(joined(clean_, place.clean_first, place.clean_end)),
            .corrupted = split(joined(corrupted_, place.corrupted_first, place.corrupted_end))};
  }

  /// What would make one place line up, the likeliest to be meant first.
  [[nodiscard]] std::vector<Change> changes_of(const Place& place,
                                               const WordDifference& difference) const {
    std::vector<Change> changes;
    const std::size_t clean_tokens = difference.clean.tokens.size();
    const std::size_t corrupted_tokens = difference.corrupted.tokens.size();
    if (clean_tokens == corrupted_tokens ||
        std::max(clean_tokens, corrupted_tokens) > kMostTokensReplaced) {
      return changes;
    }
    const bool at_start = place.clean_first == 0;
    const auto add = [&](auto&& replacements_of, const std::string& what) {
      for (const Side side : kSides) {
        const bool clean = side == Side::kClean;
        const SplitWords& from = clean ? difference.clean : difference.corrupted;
        const SplitWords& other = clean ? difference.corrupted : difference.clean;
        add_changes(side, from, other, replacements_of(side, from), what, changes);
      }
    };
    add([&](Side, const SplitWords& from) { return listed(from); }, ", from the list");
    add([&](Side, const SplitWords& from) { return variants(from, at_start); },
        ", the same word written differently");
    add([&](Side side, const SplitWords& from) { return words_of_other(side, from); },
        ", a word of the other prompt");
    add([](Side, const SplitWords& from) { return beginnings(from); }, ", its beginning");
    return changes;
  }

  void add_changes(Side side, const SplitWords& from, const SplitWords& other,
                   const std::vector<std::string>& replacements, const std::string& what,
                   std::vector<Change>& changes) const {
    std::size_t added = 0;
    for (const std::string& text : replacements) {
      const bool known = std::ranges::any_of(changes, [&](const Change& change) {
        return change.side == side && change.text == text;
      });
      const SplitWords to = split(text);
      if (added == kMaxOfAKind || known || text == from.text || text == other.text ||
          to.tokens.size() != other.tokens.size()) {
        continue;
      }
      changes.push_back({side, text,
                         "in the " + std::string(name_of(side)) + " prompt " + described(from) +
                             " becomes " + described(to) + what});
      ++added;
    }
    if (other.text.empty() && !from.text.empty() && changes.empty()) {
      changes.push_back(
          {side, "",
           "in the " + std::string(name_of(side)) + " prompt " + described(from) + " is left out"});
    }
  }

  [[nodiscard]] std::vector<std::string> listed(const SplitWords& from) const {
    std::vector<std::string> words;
    if (from.text.empty()) {
      return words;
    }
    for (const std::string& candidate : candidates_) {
      const std::size_t start = std::min(candidate.find_first_not_of(' '), candidate.size());
      if (start < candidate.size()) {
        words.push_back((from.text.starts_with(' ') ? " " : "") + candidate.substr(start));
      }
    }
    return words;
  }

  static std::vector<std::string> variants(const SplitWords& from, bool at_start) {
    if (from.text.empty()) {
      return {};
    }
    std::vector<std::string> words = {recapitalised(from.text)};
    if (at_start) {
      const std::string other_spacing =
          from.text.starts_with(' ') ? from.text.substr(1) : " " + from.text;
      words.push_back(other_spacing);
      words.push_back(recapitalised(other_spacing));
    }
    return words;
  }

  [[nodiscard]] std::vector<std::string> words_of_other(Side side, const SplitWords& from) const {
    std::vector<std::string> words;
    for (const std::string_view word : side == Side::kClean ? corrupted_ : clean_) {
      if (case_of(from.text) != 0 && case_of(word) == case_of(from.text)) {
        const std::string_view bare = word.substr(word.starts_with(' ') ? 1 : 0);
        words.push_back((from.text.starts_with(' ') ? " " : "") + std::string(bare));
      }
    }
    return words;
  }

  /// The first token, the first two, …, as far as they are text.
  static std::vector<std::string> beginnings(const SplitWords& from) {
    std::vector<std::string> words;
    std::string beginning;
    for (const std::string& token : from.tokens) {
      beginning += token;
      if (from.text.starts_with(beginning)) {
        words.push_back(beginning);
      }
    }
    return words;
  }

  /// The changes of this rank together, where every place that does not line up has one.
  void add_repair(const std::vector<std::vector<Change>>& changes, std::size_t rank,
                  std::vector<Repair>& repairs) const {
    std::string clean;
    std::string corrupted;
    std::string explanation;
    std::size_t clean_at = 0;
    std::size_t corrupted_at = 0;
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (changes[i].empty()) {
        continue;
      }
      const Place& place = places_[i];
      const Change& change = changes[i][std::min(rank, changes[i].size() - 1)];
      clean += joined(clean_, clean_at, place.clean_first);
      corrupted += joined(corrupted_, corrupted_at, place.corrupted_first);
      clean += change.side == Side::kClean ? change.text
                                           : joined(clean_, place.clean_first, place.clean_end);
      corrupted += change.side == Side::kCorrupted
                       ? change.text
                       : joined(corrupted_, place.corrupted_first, place.corrupted_end);
      explanation += (explanation.empty() ? "" : "; ") + change.explanation;
      clean_at = place.clean_end;
      corrupted_at = place.corrupted_end;
    }
    clean += joined(clean_, clean_at, clean_.size());
    corrupted += joined(corrupted_, corrupted_at, corrupted_.size());
    const std::size_t tokens = encode_(clean).size();
    if (tokens > 0 && encode_(corrupted).size() == tokens && clean != corrupted) {
      repairs.push_back({clean, corrupted, tokens, explanation});
    }
  }

  std::string clean_text_;
  std::string corrupted_text_;
  std::span<const std::string> candidates_;
  const Encode& encode_;
  const TextOfToken& token_text_;
  Pieces clean_;
  Pieces corrupted_;
  std::vector<Place> places_;
};

}  // namespace

RepairReport repair_lengths(std::string_view clean, std::string_view corrupted,
                            std::span<const std::string> candidates, const Encode& encode,
                            const TextOfToken& token_text) {
  return Repairs(clean, corrupted, candidates, encode, token_text).report();
}

}  // namespace patchboard
