#pragma once

#include <set>
#include <string>
#include <string_view>

namespace patchboard {

/// Whether a tensor is of a head that stands beside the language model's and changes nothing in it:
/// `score.` and `classifier.` (classification), `v_head.` (a reward's value),
/// `multiple_choice_head.`, `qa_outputs.`. published: without the prefix.
/// Source: transformers `GPT2ForSequenceClassification`, `GPT2ForTokenClassification`,
/// `GPT2DoubleHeadsModel`, `GPT2ForQuestionAnswering`; TRL `AutoModelForCausalLMWithValueHead`.
[[nodiscard]] bool is_of_other_head(std::string_view published);

/// "left aside: `score.weight`, …", for a person; empty where nothing was. names: as in the files.
[[nodiscard]] std::string left_aside_text(const std::set<std::string>& names);

}  // namespace patchboard
