#pragma once

#include <span>
#include <string_view>

namespace patchboard {

/// A number that is told from the logits of a run; of noise, the mean over its samples.
enum class Measure {
  kProb,     ///< of a target
  kLogProb,  ///< natural logarithm of the target's probability
  kLogit,    ///< of a target
  kRank,     ///< 1 is the most probable token; equal logits in the order of their ids
  kKl,       ///< KL(clean ‖ this run)
  kMargin,   ///< the target's logit less the largest of the other tokens'
  kEntropy,  ///< of the next token's distribution
};

/// Which values are nearer to what the target's run says.
enum class Better { kHigher, kLower, kNeither };

/// Where a scale of raw values begins.
enum class Scale { kAtLeast, kAtZero, kLogarithmic };

/// How far values may be from saved ones: see ReplayTolerances in the command.
enum class Tolerance { kProb, kLogit, kRank };

/// What is to be known of a measure, in one place: a measure more is an entry here, and its line in
/// core/patching/measures.cpp.
struct MeasureTraits {
  std::string_view name;  ///< in documents, results and tables
  std::string_view label;
  std::string_view meaning;
  std::string_view unit;  ///< empty where there is none
  bool of_target;         ///< one of each target, else one of the run
  bool of_one_token;      ///< targets of several tokens have none: NaN
  Better better;
  int digits;  ///< after the point, that a person reads
  /// A clean and a corrupted run that are nearer have no share of the way between them; 0 where
  /// no runs have. Over prompt pairs, a share is either of the means or the mean of the pairs'.
  float least_gap;
  float least_change;  ///< what is less is drawn pale
  Scale scale;
  Tolerance tolerance;
  bool in_every_result;  ///< results that were saved before it was there do not have it
};

/// Every measure, in the order of the enumeration.
[[nodiscard]] std::span<const Measure> all_measures();

[[nodiscard]] const MeasureTraits& traits_of(Measure measure);

}  // namespace patchboard
