#include "core/patching/measure.h"

#include <array>
#include <cstddef>

namespace patchboard {
namespace {

constexpr std::array kMeasures = {Measure::kProb,   Measure::kLogProb, Measure::kLogit,
                                  Measure::kRank,   Measure::kKl,      Measure::kMargin,
                                  Measure::kEntropy};

constexpr std::array<MeasureTraits, kMeasures.size()> kTraits = {{
    {.name = "prob",
     .label = "Probability",
     .meaning = "How probable the target is.",
     .unit = "",
     .of_target = true,
     .of_one_token = false,
     .better = Better::kHigher,
     .digits = 6,
     .least_gap = 0.01F,
     .least_change = 0.01F,
     .scale = Scale::kAtZero,
     .tolerance = Tolerance::kProb,
     .in_every_result = true},
    {.name = "log_prob",
     .label = "Log-probability",
     .meaning = "In nats; small probabilities stay apart, and those of several tokens add up.",
     .unit = "nats",
     .of_target = true,
     .of_one_token = false,
     .better = Better::kHigher,
     .digits = 4,
     .least_gap = 0.1F,
     .least_change = 0.1F,
     .scale = Scale::kAtLeast,
     .tolerance = Tolerance::kLogit,
     .in_every_result = true},
    {.name = "logit",
     .label = "Logit",
     .meaning = "The score before the softmax, so other tokens play no part.",
     .unit = "logits",
     .of_target = true,
     .of_one_token = true,
     .better = Better::kHigher,
     .digits = 4,
     .least_gap = 0.1F,
     .least_change = 0.1F,
     .scale = Scale::kAtLeast,
     .tolerance = Tolerance::kLogit,
     .in_every_result = true},
    {.name = "rank",
     .label = "Rank",
     .meaning = "1 is the most probable of all tokens.",
     .unit = "ranks",
     .of_target = true,
     .of_one_token = true,
     .better = Better::kLower,
     .digits = 0,
     .least_gap = 0,
     .least_change = 1,
     .scale = Scale::kLogarithmic,
     .tolerance = Tolerance::kRank,
     .in_every_result = true},
    {.name = "kl",
     .label = "KL divergence",
     .meaning = "How far the whole distribution over the next token is from the clean run’s, in "
                "nats; no target needed.",
     .unit = "nats",
     .of_target = false,
     .of_one_token = false,
     .better = Better::kLower,
     .digits = 5,
     .least_gap = 0,
     .least_change = 0.001F,
     .scale = Scale::kAtZero,
     .tolerance = Tolerance::kLogit,
     .in_every_result = true},
    {.name = "margin",
     .label = "Margin",
     .meaning = "The target’s logit less the largest of all other tokens’: above zero, the target "
                "is the answer.",
     .unit = "logits",
     .of_target = true,
     .of_one_token = true,
     .better = Better::kHigher,
     .digits = 4,
     .least_gap = 0.1F,
     .least_change = 0.1F,
     .scale = Scale::kAtLeast,
     .tolerance = Tolerance::kLogit,
     .in_every_result = false},
    {.name = "entropy",
     .label = "Entropy",
     .meaning = "How undecided the whole distribution over the next token is, in nats; 0 is sure; "
                "no target needed.",
     .unit = "nats",
     .of_target = false,
     .of_one_token = false,
     .better = Better::kNeither,
     .digits = 4,
     .least_gap = 0,
     .least_change = 0.01F,
     .scale = Scale::kAtZero,
     .tolerance = Tolerance::kLogit,
     .in_every_result = false},
}};

static_assert(static_cast<std::size_t>(kMeasures.back()) + 1 == kMeasures.size());

}  // namespace

std::span<const Measure> all_measures() { return kMeasures; }

const MeasureTraits& traits_of(Measure measure) {
  return kTraits[static_cast<std::size_t>(measure)];
}

}  // namespace patchboard
