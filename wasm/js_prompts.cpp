#include "wasm/js_prompts.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <vector>

#include "core/prompts/pairs.h"
#include "core/prompts/template.h"
#include "core/prompts/token_repair.h"

namespace patchboard {
namespace {

using emscripten::val;
using Json = nlohmann::json;

val words_value(const std::vector<std::string>& words) {
  val values = val::array();
  for (const std::string& word : words) {
    values.call<void>("push", word);
  }
  return values;
}

val filling_value(const Filling& filling, std::size_t tokens, bool keeps) {
  val value = val::object();
  value.set("words", words_value(filling.words));
  value.set("text", filling.text);
  value.set("tokens", static_cast<double>(tokens));
  value.set("keeps", keeps);
  return value;
}

/// The words of each slot, in the order in which they come.
std::vector<std::vector<std::string>> slots_of(const std::vector<Filling>& fillings) {
  std::vector<std::vector<std::string>> slots(fillings.front().words.size());
  for (const Filling& filling : fillings) {
    for (std::size_t slot = 0; slot < slots.size(); ++slot) {
      if (std::ranges::find(slots[slot], filling.words[slot]) == slots[slot].end()) {
        slots[slot].push_back(filling.words[slot]);
      }
    }
  }
  return slots;
}

Json words_json(const SplitWords& words) {
  return {{"text", words.text}, {"tokens", words.tokens}};
}

}  // namespace

val template_value(const Session& session, const std::string& text) {
  const std::vector<Filling> fillings = PromptTemplate(text).fillings();
  const LengthSplit split =
      split_by_length(fillings, [&](std::string_view prompt) { return session.encode(prompt); });
  val slots = val::array();
  for (const std::vector<std::string>& words : slots_of(fillings)) {
    slots.call<void>("push", words_value(words));
  }
  val values = val::array();
  for (const Filling& filling : split.kept) {
    values.call<void>("push", filling_value(filling, split.tokens, true));
  }
  for (const LengthSplit::Other& other : split.others) {
    values.call<void>("push", filling_value(other.filling, other.tokens, false));
  }
  val value = val::object();
  value.set("slots", slots);
  value.set("fillings", values);
  return value;
}

std::string pairs_json(const std::string& text) {
  Json pairs = Json::array();
  for (const PromptPair& pair : read_pairs(text)) {
    pairs.push_back({{"name", pair.name},
                     {"clean", pair.clean},
                     {"corrupted", pair.corrupted},
                     {"targets", pair.targets}});
  }
  return Json{{"pairs", pairs}}.dump();
}

std::string repairs_json(const Session& session, const std::string& clean,
                         const std::string& corrupted) {
  const RepairReport report = repair_lengths(
      clean, corrupted, {}, [&](std::string_view prompt) { return session.encode(prompt); },
      [&](TokenId id) { return session.token_text(id); });
  Json differences = Json::array();
  for (const WordDifference& difference : report.differences) {
    differences.push_back(
        {{"clean", words_json(difference.clean)}, {"corrupted", words_json(difference.corrupted)}});
  }
  Json repairs = Json::array();
  for (const Repair& repair : report.repairs) {
    repairs.push_back(
        {{"clean", repair.clean}, {"corrupted", repair.corrupted}, {"why", repair.explanation}});
  }
  return Json{{"differences", differences}, {"repairs", repairs}}.dump();
}

}  // namespace patchboard
