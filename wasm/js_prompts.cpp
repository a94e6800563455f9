#include "wasm/js_prompts.h"

#include <algorithm>
#include <vector>

#include "core/prompts/pairs.h"
#include "core/prompts/prompt_notes.h"
#include "core/prompts/template.h"
#include "core/prompts/token_repair.h"
#include "wasm/js_values.h"

namespace patchboard::js {
namespace {

using Texts = ArrayOf<std::string>;

Filling filling_of(const patchboard::Filling& filling, std::size_t tokens, bool keeps) {
  return {.words = Texts(filling.words),
          .text = filling.text,
          .tokens = static_cast<double>(tokens),
          .keeps = keeps};
}

/// The words of each slot, in the order in which they come.
ArrayOf<Texts> slots_of(const std::vector<patchboard::Filling>& fillings) {
  std::vector<Texts> slots;
  for (std::size_t slot = 0; slot < fillings.front().words.size(); ++slot) {
    std::vector<std::string> words;
    for (const patchboard::Filling& filling : fillings) {
      if (std::ranges::find(words, filling.words[slot]) == words.end()) {
        words.push_back(filling.words[slot]);
      }
    }
    slots.emplace_back(words);
  }
  return ArrayOf<Texts>(slots);
}

SplitWords split_of(const patchboard::SplitWords& words) {
  return {.text = words.text, .tokens = Texts(words.tokens)};
}

}  // namespace

TemplateStart template_of(const Session& session, const std::string& text,
                          const PromptOptions& options) {
  const std::vector<patchboard::Filling> fillings = PromptTemplate(text).fillings();
  const LengthSplit split = split_by_length(fillings, [&](std::string_view prompt) {
    return session.prompt(prompt, options_of(options));
  });
  std::vector<Filling> values;
  values.reserve(split.kept.size() + split.others.size());
  for (const patchboard::Filling& filling : split.kept) {
    values.push_back(filling_of(filling, split.tokens, true));
  }
  for (const LengthSplit::Other& other : split.others) {
    values.push_back(filling_of(other.filling, other.tokens, false));
  }
  return {.slots = slots_of(fillings), .fillings = ArrayOf<Filling>(values)};
}

ArrayOf<PromptPair> pairs_of(const std::string& text) {
  std::vector<PromptPair> pairs;
  for (const patchboard::PromptPair& pair : read_pairs(text)) {
    pairs.push_back({.name = pair.name,
                     .clean = pair.clean,
                     .corrupted = pair.corrupted,
                     .targets = Texts(pair.targets)});
  }
  return ArrayOf<PromptPair>(pairs);
}

Repairs repairs_of(const Session& session, const std::string& clean, const std::string& corrupted,
                   const PromptOptions& options) {
  const RepairReport report = repair_lengths(
      clean, corrupted, {},
      [&](std::string_view prompt) {
        return session.encode(prompt, options_of(options).special_tokens);
      },
      [&](TokenId id) { return session.token_text(id); });
  std::vector<LengthDifference> differences;
  differences.reserve(report.differences.size());
  for (const WordDifference& difference : report.differences) {
    differences.push_back(
        {.clean = split_of(difference.clean), .corrupted = split_of(difference.corrupted)});
  }
  std::vector<Repair> repairs;
  repairs.reserve(report.repairs.size());
  for (const patchboard::Repair& repair : report.repairs) {
    repairs.push_back(
        {.clean = repair.clean, .corrupted = repair.corrupted, .why = repair.explanation});
  }
  return {.differences = ArrayOf<LengthDifference>(differences),
          .repairs = ArrayOf<Repair>(repairs)};
}

ArrayOf<PromptNote> notes_of(const Session& session, const std::string& experiment) {
  std::vector<PromptNote> notes;
  for (const patchboard::PromptNote& note :
       prompt_notes(experiment, [&](std::string_view text, SpecialTokens special) {
         return session.encode(text, special);
       })) {
    notes.push_back(
        {.kind = NoteKind(note_name(note.kind)), .place = note.place, .mended = note.mended});
  }
  return ArrayOf<PromptNote>(notes);
}

}  // namespace patchboard::js
