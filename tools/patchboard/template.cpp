#include "core/prompts/template.h"

#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/experiment_options.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/notes.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kColumn = 10;

/// A template's fillings of one length, and what is measured after each.
struct MeasuredTemplate {
  std::size_t slots;
  std::vector<std::vector<TokenId>> targets;
  LengthSplit split;
  std::vector<Measures> measures;  // [kept]
};

MeasuredTemplate measure(Session& session, const TemplateArguments& arguments) {
  const Json targets = targets_json(arguments);
  if (targets.empty()) {
    throw CLI::RequiredError("--target or --target-ids");
  }
  const PromptTemplate prompt(arguments.text);
  load_model(session, arguments, arguments.dtype, true);
  const auto encode = [&](std::string_view text) {
    return session.prompt(text, arguments.prompts);
  };
  MeasuredTemplate measured{.slots = prompt.slot_count(),
                            .targets = read_targets(targets.dump(), session.text_reader(),
                                                    arguments.prompts.special_tokens),
                            .split = split_by_length(prompt.fillings(), encode),
                            .measures = {}};
  std::vector<NamedDocument> documents;
  for (const Filling& filling : measured.split.kept) {
    Json document = {{"clean", filling.text}, {"targets", targets}};
    put_prompt_keys(arguments.prompts, document);
    documents.push_back({.name = filling.text, .document = document.dump()});
    measured.measures.push_back(session.measure(encode(filling.text), measured.targets));
  }
  print_notes(session, documents);
  return measured;
}

Json filling_json(const Filling& filling) {
  return {{"text", filling.text}, {"words", filling.words}};
}

Json to_json(const Session& session, const MeasuredTemplate& measured,
             const TemplateArguments& arguments) {
  Json targets = Json::array();
  for (const std::vector<TokenId>& target : measured.targets) {
    targets.push_back(
        {{"text", text_of(session, target)}, {"tokens", tokens_json(session, target)}});
  }
  Json fillings = Json::array();
  for (std::size_t i = 0; i < measured.split.kept.size(); ++i) {
    Json json = filling_json(measured.split.kept[i]);
    json.update(measures_json(measured.measures[i]));
    json.erase("kl");
    fillings.push_back(std::move(json));
  }
  Json others = Json::array();
  for (const LengthSplit::Other& other : measured.split.others) {
    others.push_back(filling_json(other.filling));
    others.back()["tokens"] = other.tokens;
  }
  return {{"template", arguments.text},      {"slots", measured.slots}, {"targets", targets},
          {"tokens", measured.split.tokens}, {"fillings", fillings},    {"others", others}};
}

std::string words_of(const Filling& filling) {
  std::string words;
  for (const std::string& word : filling.words) {
    words += (words.empty() ? "" : " / ") + in_quotes(word);
  }
  return words.empty() ? in_quotes(filling.text) : words;
}

/// A row a filling, a column a target.
void print_list(const Session& session, const MeasuredTemplate& measured) {
  for (const std::vector<TokenId>& target : measured.targets) {
    std::cout << std::setw(kColumn) << in_quotes(text_of(session, target));
  }
  std::cout << "  filling\n";
  for (std::size_t i = 0; i < measured.split.kept.size(); ++i) {
    for (const float prob : measured.measures[i].values.all_of(Measure::kProb)) {
      std::cout << std::setw(kColumn) << prob;
    }
    std::cout << "  " << words_of(measured.split.kept[i]) << '\n';
  }
}

/// The words of one slot, in order of appearance.
std::vector<std::string> words_of_slot(const MeasuredTemplate& measured, std::size_t slot) {
  std::vector<std::string> words;
  for (const Filling& filling : measured.split.kept) {
    if (std::ranges::find(words, filling.words[slot]) == words.end()) {
      words.push_back(filling.words[slot]);
    }
  }
  return words;
}

/// A row a word of the first slot, a column a word of the second.
void print_grid(const Session& session, const MeasuredTemplate& measured, std::size_t target) {
  const std::vector<std::string> columns = words_of_slot(measured, 1);
  std::cout << "prob of " << in_quotes(text_of(session, measured.targets[target]))
            << ", the first slot's words down, the second's across\n";
  for (const std::string& column : columns) {
    std::cout << ' ' << std::setw(kColumn) << in_quotes(column);
  }
  std::cout << '\n';
  for (const std::string& row : words_of_slot(measured, 0)) {
    for (const std::string& column : columns) {
      const std::vector<std::string> words = {row, column};
      const auto kept = std::ranges::find(measured.split.kept, words, &Filling::words);
      const auto width = std::max(kColumn, static_cast<int>(in_quotes(column).size()));
      std::cout << ' ' << std::setw(width);
      if (kept == measured.split.kept.end()) {
        std::cout << '-';
      } else {
        const auto index = static_cast<std::size_t>(kept - measured.split.kept.begin());
        std::cout << measured.measures[index].of(Measure::kProb, target);
      }
    }
    std::cout << "  " << in_quotes(row) << '\n';
  }
}

void print_text(const Session& session, const MeasuredTemplate& measured) {
  const LengthSplit& split = measured.split;
  std::cout << split.kept.size() << (split.kept.size() == 1 ? " filling of " : " fillings of ")
            << split.tokens << " tokens; probabilities\n"
            << std::fixed << std::setprecision(4);
  if (measured.slots == 2) {
    for (std::size_t target = 0; target < measured.targets.size(); ++target) {
      print_grid(session, measured, target);
    }
  } else {
    print_list(session, measured);
  }
  if (!split.others.empty()) {
    std::cout << "left out, of another length:\n";
  }
  for (const LengthSplit::Other& other : split.others) {
    std::cout << "  " << words_of(other.filling) << " (" << other.tokens << " tokens)\n";
  }
}

}  // namespace

void run_template(const TemplateArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  const MeasuredTemplate measured = measure(session, arguments);
  if (arguments.json) {
    Json json = {{"model", model_json(session, arguments)}};
    put_prompt_keys(arguments.prompts, json);
    json.update(to_json(session, measured, arguments));
    print_json(json);
  } else {
    print_text(session, measured);
  }
}

}  // namespace patchboard
