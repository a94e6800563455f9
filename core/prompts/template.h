#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/token_id.h"

namespace patchboard {

/// More are refused: nobody waits for that many sweeps.
inline constexpr std::size_t kMaxFillings = 2000;

/// The ids of a text: what `Tokenizer::encode` and `Session::encode` give.
using Encode = std::function<std::vector<TokenId>(std::string_view)>;

/// A template with a word in every slot.
struct Filling {
  std::string text;
  std::vector<std::string> words;  ///< [slot]

  bool operator==(const Filling&) const = default;
};

/// A text with slots, "has won {five|two|one} titles", and what its slots can hold. `{{` and `}}`
/// stand for braces.
/// Errors: kExperiment, with the byte where it is: a slot that does not end, a brace that ends
/// none or is within a slot, an alternative that is empty or twice in its slot; more than
/// kMaxFillings fillings.
class PromptTemplate {
 public:
  explicit PromptTemplate(std::string_view text);

  [[nodiscard]] std::size_t slot_count() const { return slots_.size(); }

  /// Every combination of words, the last slot's changing fastest; one where there is no slot.
  [[nodiscard]] std::vector<Filling> fillings() const;

 private:
  using Words = std::vector<std::string>;

  void end_slot(std::string_view inside, std::size_t begin);
  void check_size() const;

  std::vector<std::string> between_;  ///< texts around the slots: [slot_count + 1]
  std::vector<Words> slots_;          ///< never empty
};

/// Fillings that line up position by position, and those that do not.
struct LengthSplit {
  struct Other {
    Filling filling;
    std::size_t tokens = 0;
  };

  std::size_t tokens = 0;  ///< that each of `kept` has
  std::vector<Filling> kept;
  std::vector<Other> others;
};

/// Keeps the fillings of the length in tokens that most of them have; where several lengths are as
/// frequent, the one that comes first.
[[nodiscard]] LengthSplit split_by_length(std::vector<Filling> fillings, const Encode& encode);

}  // namespace patchboard
