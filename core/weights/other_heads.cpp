#include "core/weights/other_heads.h"

#include <algorithm>
#include <array>

namespace patchboard {
namespace {

constexpr std::array<std::string_view, 7> kHeads = {
    "score.",       "v_head.",     "multiple_choice_head.", "classifier.",
    "classifiers.", "qa_outputs.", "classification_head."};

}  // namespace

bool is_of_other_head(std::string_view published) {
  return std::ranges::any_of(kHeads,
                             [&](std::string_view head) { return published.starts_with(head); });
}

std::string left_aside_text(const std::set<std::string>& names) {
  std::string text;
  for (const std::string& name : names) {
    text += (text.empty() ? "left aside: `" : ", `") + name + "`";
  }
  return text.empty() ? text : text + ", of a head that is not the language model's";
}

}  // namespace patchboard
