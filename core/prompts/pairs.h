#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace patchboard {

/// More are refused, as of fillings.
inline constexpr std::size_t kMaxPairs = 2000;

/// Two prompts and what is measured after them. Whether their lengths agree and the targets are
/// single tokens, the tokenizer says later.
struct PromptPair {
  std::string name;
  std::string clean;
  std::string corrupted;
  std::vector<std::string> targets;  ///< empty where the caller's own are meant

  bool operator==(const PromptPair&) const = default;
};

/// A set of pairs as JSON: an array of entries, or `{"title": …, "about": …, "targets": […],
/// "pairs": [entries]}`, whose targets are those of entries without any. An entry is one pair,
///
///     {"name": "…", "clean": "…", "corrupted": "…", "targets": [" a", " b"]}
///
/// or many, from templates (core/prompts/template.h):
///
///     {"template": {"clean": "has won {five|six} titles", "corrupted": "has won {one|two}
///     titles"},
///      "targets": [" a"]}
///
/// The fillings of the two templates are paired in order, so both have as many; or one has a single
/// filling, which is paired with each of the other. Pairs of equal prompts are left out. In targets
/// and in the name of a template `{clean.1}` and `{corrupted.1}` stand for the words of the first
/// slots, and so on. Without a name, a pair is called by its number, "pair 1", or by its words,
/// "five / one".
/// Errors: kExperiment, naming the entry and the key.
[[nodiscard]] std::vector<PromptPair> read_pairs_json(std::string_view text);

/// A set of pairs as CSV (core/prompts/csv.h). The first row names the columns: `clean`,
/// `corrupted`, then if wanted `name` and `target`, `target2`, `target3`, …, in any order: the
/// number says which target it is. An empty target is none, and so is every later one of its row.
/// Errors: kExperiment, naming row and column.
[[nodiscard]] std::vector<PromptPair> read_pairs_csv(std::string_view text);

/// JSON where the text begins as JSON does, else CSV.
[[nodiscard]] std::vector<PromptPair> read_pairs(std::string_view text);

}  // namespace patchboard
