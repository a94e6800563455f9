// Lists of edits in one batch of runs, against whole runs. Nine bytes say an edit, the last of
// them also whether it begins a new run.

#include <array>
#include <cstring>
#include <span>
#include <vector>

#include "core/patching/whole_run.h"
#include "tests/core/support/edited_runs.h"
#include "tests/fuzz/fuzz_entry.h"
#include "tests/fuzz/tiny_model.h"

namespace patchboard::fuzz {
namespace {

constexpr Index kLength = 6;
constexpr std::size_t kEditBytes = 9;
constexpr std::size_t kMostEdits = 24;
const Kept kAll = kept_of_all();

ActivationCache run_of(TokenId first) {
  std::vector<TokenId> tokens;
  for (TokenId i = 0; i < kLength; ++i) {
    tokens.push_back((first + 37 * i) % 270);
  }
  return whole_run(tiny_model(), one_thread(), tiny_model().embed(tokens), kAll);
}

Span span_of(unsigned char byte, Index count) {
  const Index first = byte % count;
  return {.first = first, .count = 1 + byte / count % (count - first)};
}

Edit edit_of(std::span<const unsigned char> bytes, const std::array<ActivationCache, 2>& sources) {
  const Config& config = tiny_model().config();
  return {.patch = {.site = all_sites()[bytes[0] % all_sites().size()],
                    .layers = span_of(bytes[1], config.n_layer),
                    .heads = span_of(bytes[2], config.n_head),
                    .positions = span_of(bytes[3], kLength),
                    .keys = bytes[7] % 2 == 0 ? kEvery : span_of(bytes[7] / 2, kLength)},
          .how = static_cast<How>(bytes[4] % 4),
          .source = &sources.at(bytes[5] % 2),
          .factor = static_cast<float>(bytes[6]) / 32 - 2};
}

std::vector<std::vector<Edit>> runs_of(std::string_view input,
                                       const std::array<ActivationCache, 2>& sources) {
  std::vector<std::vector<Edit>> runs;
  for (std::size_t i = 0; i < kMostEdits && (i + 1) * kEditBytes <= input.size(); ++i) {
    std::array<unsigned char, kEditBytes> bytes{};
    std::memcpy(bytes.data(), input.data() + i * kEditBytes, kEditBytes);
    if (runs.empty() || bytes.back() % 3 == 0) {
      runs.emplace_back();
    }
    runs.back().push_back(edit_of(bytes, sources));
  }
  return runs;
}

}  // namespace

void run(std::string_view input) {
  static const ActivationCache base = run_of(1);
  static const std::array sources = {run_of(2), run_of(3)};
  const std::vector<std::vector<Edit>> runs = runs_of(input, sources);
  const Index answers = 1 + static_cast<Index>(hash_of(input) % 2);
  const std::vector<Matrix> fast =
      testing::edited_rows(tiny_model(), one_thread(), base, base, runs, answers);
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const ActivationCache slow = whole_run(tiny_model(), one_thread(), base.embedding, {}, runs[i]);
    require(fast[i] == slow.h.back().resid_post.bottomRows(answers),
            "a list of edits gives what the whole run with them gives");
  }
}

}  // namespace patchboard::fuzz
