#include "core/experiment/pairs.h"

#include <algorithm>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <utility>

#include "core/error.h"
#include "core/experiment/template.h"
#include "core/shallow_json.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;
using Texts = std::vector<std::string>;

/// where: "pair 3", say.
[[noreturn]] void refuse(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::kExperiment, where + ": " + what);
}

void require_keys(const Json& object, std::initializer_list<std::string_view> known,
                  const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(known, key) == known.end()) {
      std::string what = "unknown key \"" + key + "\", expected ";
      for (const std::string_view each : known) {
        what += each;
        what += each == *(known.end() - 1) ? "" : ", ";
      }
      refuse(where, what);
    }
  }
}

const Json& member(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end()) {
    refuse(where, "\"" + std::string(key) + "\" is missing");
  }
  return *found;
}

std::string text_of(const Json& value, const std::string& what, const std::string& where) {
  if (!value.is_string()) {
    refuse(where, what + " is " + value.dump() + ", expected a text");
  }
  return value.get<std::string>();
}

std::string prompt_of(const Json& object, const char* key, const std::string& where) {
  std::string prompt = text_of(member(object, key, where), "\"" + std::string(key) + "\"", where);
  if (prompt.empty()) {
    refuse(where, "\"" + std::string(key) + "\" is empty, expected a prompt");
  }
  return prompt;
}

/// Those of `object`, or `otherwise` where it has none.
Texts targets_of(const Json& object, const Texts& otherwise, const std::string& where) {
  const auto found = object.find("targets");
  if (found == object.end()) {
    return otherwise;
  }
  if (!found->is_array() || found->empty()) {
    refuse(where, "\"targets\" is " + found->dump() + ", expected an array of texts");
  }
  Texts targets;
  for (const Json& target : *found) {
    targets.push_back(text_of(target, "a target", where));
  }
  return targets;
}

/// Fills `{clean.1}` and the like in: those of the two fillings that are paired.
class WordsInText {
 public:
  WordsInText(const Filling& clean, const Filling& corrupted) {
    add("clean", clean);
    add("corrupted", corrupted);
  }

  [[nodiscard]] std::string fill(std::string_view text, const std::string& where) const {
    std::string filled;
    while (!text.empty()) {
      const std::size_t begin = std::min(text.find('{'), text.size());
      filled += text.substr(0, begin);
      text.remove_prefix(begin);
      if (text.empty()) {
        break;
      }
      const auto place = std::ranges::find_if(
          places_, [&](const auto& each) { return text.starts_with(each.first); });
      if (place == places_.end()) {
        refuse(where, "\"" + std::string(text) +
                          "\" names no slot, expected {clean.1} or {corrupted.1} for the first "
                          "slots' words, and so on");
      }
      filled += place->second;
      text.remove_prefix(place->first.size());
    }
    return filled;
  }

 private:
  void add(const std::string& side, const Filling& filling) {
    for (std::size_t slot = 0; slot < filling.words.size(); ++slot) {
      places_.emplace_back("{" + side + "." + std::to_string(slot + 1) + "}", filling.words[slot]);
    }
  }

  std::vector<std::pair<std::string, std::string>> places_;
};

std::string joined(const Texts& words) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : " ") + word;
  }
  return text;
}

/// "five / one"; one side alone where the other has no slot.
std::string words_of(const Filling& clean, const Filling& corrupted) {
  const std::string left = joined(clean.words);
  const std::string right = joined(corrupted.words);
  return left + (left.empty() || right.empty() ? "" : " / ") + right;
}

class JsonPairs {
 public:
  std::vector<PromptPair> read(const Json& document) {
    if (document.is_array()) {
      add_entries(document);
    } else if (document.is_object()) {
      require_keys(document, {"title", "about", "targets", "pairs"}, "pairs");
      const Json& entries = member(document, "pairs", "pairs");
      if (!entries.is_array()) {
        refuse("pairs", "\"pairs\" is " + entries.dump() + ", expected an array");
      }
      default_targets_ = targets_of(document, {}, "pairs");
      add_entries(entries);
    } else {
      refuse("pairs", "expected an array of {\"clean\": …, \"corrupted\": …}");
    }
    return std::move(pairs_);
  }

 private:
  void add_entries(const Json& entries) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::string where = "pair " + std::to_string(i + 1);
      const Json& entry = entries[i];
      if (!entry.is_object()) {
        refuse(where, "is " + entry.dump() + R"(, expected {"clean": …, "corrupted": …})");
      }
      if (entry.contains("template")) {
        add_template(entry, where);
      } else {
        add_pair(entry, where);
      }
      if (pairs_.size() > kMaxPairs) {
        refuse(where, "more than " + std::to_string(kMaxPairs) + " pairs up to here");
      }
    }
    if (pairs_.empty()) {
      refuse("pairs", "there are none, expected at least one");
    }
  }

  void add_pair(const Json& entry, const std::string& where) {
    require_keys(entry, {"name", "clean", "corrupted", "targets"}, where);
    pairs_.push_back({.name = name_of(entry, where),
                      .clean = prompt_of(entry, "clean", where),
                      .corrupted = prompt_of(entry, "corrupted", where),
                      .targets = targets_of(entry, default_targets_, where)});
    if (pairs_.back().name.empty()) {
      pairs_.back().name = where;
    }
  }

  void add_template(const Json& entry, const std::string& where) {
    require_keys(entry, {"name", "template", "targets"}, where);
    const Json& templates = entry["template"];
    if (!templates.is_object()) {
      refuse(where,
             "\"template\" is " + templates.dump() + R"(, expected {"clean": …, "corrupted": …})");
    }
    require_keys(templates, {"clean", "corrupted"}, where);
    const std::vector<Filling> clean = fillings(templates, "clean", where);
    const std::vector<Filling> corrupted = fillings(templates, "corrupted", where);
    if (clean.size() != corrupted.size() && clean.size() != 1 && corrupted.size() != 1) {
      refuse(where, "the clean template has " + std::to_string(clean.size()) +
                        " fillings, the corrupted one " + std::to_string(corrupted.size()) +
                        "; expected as many, or one");
    }
    for (std::size_t i = 0; i < std::max(clean.size(), corrupted.size()); ++i) {
      const Filling& left = clean[clean.size() == 1 ? 0 : i];
      const Filling& right = corrupted[corrupted.size() == 1 ? 0 : i];
      if (left.text != right.text) {
        add_filled(entry, left, right, where);
      }
    }
  }

  void add_filled(const Json& entry, const Filling& clean, const Filling& corrupted,
                  const std::string& where) {
    const WordsInText words(clean, corrupted);
    PromptPair pair{.name = words.fill(name_of(entry, where), where),
                    .clean = clean.text,
                    .corrupted = corrupted.text,
                    .targets = {}};
    if (pair.name.empty()) {
      pair.name = words_of(clean, corrupted);
    }
    for (const std::string& target : targets_of(entry, default_targets_, where)) {
      pair.targets.push_back(words.fill(target, where));
    }
    pairs_.push_back(std::move(pair));
  }

  static std::string name_of(const Json& entry, const std::string& where) {
    return entry.contains("name") ? text_of(entry["name"], "\"name\"", where) : "";
  }

  static std::vector<Filling> fillings(const Json& templates, const char* side,
                                       const std::string& where) {
    const std::string text = prompt_of(templates, side, where);
    try {
      return PromptTemplate(text).fillings();
    } catch (const Error& error) {
      refuse(where, std::string(side) + " " + error.what());
    }
  }

  Texts default_targets_;
  std::vector<PromptPair> pairs_;
};

}  // namespace

std::vector<PromptPair> read_pairs_json(std::string_view text) {
  Json document;
  try {
    document = parse_shallow_json(text);
  } catch (const Json::exception& error) {
    refuse("pairs", std::string("not JSON: ") + error.what());
  }
  return JsonPairs().read(document);
}

std::vector<PromptPair> read_pairs(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (text[first] == '[' || text[first] == '{');
  return json ? read_pairs_json(text) : read_pairs_csv(text);
}

}  // namespace patchboard
