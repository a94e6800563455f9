#include "core/prompts/pairs.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/input/text_input.h"
#include "core/prompts/template.h"

namespace patchboard {
namespace {

using Texts = std::vector<std::string>;

/// where: "pair 3", say.
[[noreturn]] void refuse_pairs(const std::string& where, const std::string& what) {
  throw Error(ErrorCode::kExperiment, where + ": " + what);
}

std::string prompt_of(const InputValue& object, const char* key) {
  const InputValue prompt = object.at(key);
  if (prompt.text().empty()) {
    prompt.refuse("a prompt");
  }
  return prompt.text();
}

/// Those of `object`, or `otherwise` where it has none.
Texts targets_of(const InputValue& object, const Texts& otherwise) {
  const std::optional<InputValue> found = object.find("targets");
  if (!found) {
    return otherwise;
  }
  Texts targets;
  for (const InputValue& target : found->list(1, "texts")) {
    targets.push_back(target.text());
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
        refuse_pairs(where,
                     "\"" + std::string(text) +
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
  std::vector<PromptPair> read(const InputValue& document) {
    if (document.is_list()) {
      add_entries(document);
    } else if (document.is_object()) {
      document.require_keys({"title", "about", "targets", "pairs"});
      default_targets_ = targets_of(document, {});
      add_entries(document.at("pairs"));
    } else {
      document.refuse("an array of {\"clean\": …, \"corrupted\": …}");
    }
    return std::move(pairs_);
  }

 private:
  void add_entries(const InputValue& entries) {
    const std::vector<InputValue> list = entries.list(0, "pairs");
    for (std::size_t i = 0; i < list.size(); ++i) {
      const std::string where = "pair " + std::to_string(i + 1);
      const InputValue entry = list[i].named(where);
      if (!entry.is_object()) {
        entry.refuse(R"({"clean": …, "corrupted": …})");
      }
      if (entry.find("template")) {
        add_template(entry, where);
      } else {
        add_pair(entry, where);
      }
      if (pairs_.size() > kMaxPairs) {
        refuse_pairs(where, "more than " + std::to_string(kMaxPairs) + " pairs up to here");
      }
    }
    if (pairs_.empty()) {
      refuse_pairs("pairs", "there are none, expected at least one");
    }
  }

  void add_pair(const InputValue& entry, const std::string& where) {
    entry.require_keys({"name", "clean", "corrupted", "targets"});
    pairs_.push_back({.name = name_of(entry),
                      .clean = prompt_of(entry, "clean"),
                      .corrupted = prompt_of(entry, "corrupted"),
                      .targets = targets_of(entry, default_targets_)});
    if (pairs_.back().name.empty()) {
      pairs_.back().name = where;
    }
  }

  void add_template(const InputValue& entry, const std::string& where) {
    entry.require_keys({"name", "template", "targets"});
    const InputValue templates = entry.at("template");
    if (!templates.is_object()) {
      templates.refuse(R"({"clean": …, "corrupted": …})");
    }
    templates.require_keys({"clean", "corrupted"});
    const std::vector<Filling> clean = fillings(templates, "clean", where);
    const std::vector<Filling> corrupted = fillings(templates, "corrupted", where);
    if (clean.size() != corrupted.size() && clean.size() != 1 && corrupted.size() != 1) {
      refuse_pairs(where, "the clean template has " + std::to_string(clean.size()) +
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

  void add_filled(const InputValue& entry, const Filling& clean, const Filling& corrupted,
                  const std::string& where) {
    const WordsInText words(clean, corrupted);
    PromptPair pair{.name = words.fill(name_of(entry), where),
                    .clean = clean.text,
                    .corrupted = corrupted.text,
                    .targets = {}};
    if (pair.name.empty()) {
      pair.name = words_of(clean, corrupted);
    }
    if (pair.name.empty()) {
      pair.name = where;  // no slot, or one that is filled with nothing
    }
    for (const std::string& target : targets_of(entry, default_targets_)) {
      pair.targets.push_back(words.fill(target, where));
    }
    pairs_.push_back(std::move(pair));
  }

  static std::string name_of(const InputValue& entry) {
    const std::optional<InputValue> name = entry.find("name");
    return name ? name->text() : "";
  }

  static std::vector<Filling> fillings(const InputValue& templates, const char* side,
                                       const std::string& where) {
    const std::string text = prompt_of(templates, side);
    try {
      return PromptTemplate(text).fillings();
    } catch (const Error& error) {
      refuse_pairs(where, std::string(side) + " " + error.what());
    }
  }

  Texts default_targets_;
  std::vector<PromptPair> pairs_;
};

}  // namespace

std::vector<PromptPair> read_pairs_json(std::string_view text) {
  return JsonPairs().read(
      InputValue::parse(text, {.code = ErrorCode::kExperiment, .name = "pairs"}));
}

std::vector<PromptPair> read_pairs(std::string_view text) {
  const InputSource source{.code = ErrorCode::kExperiment, .name = "pairs"};
  require_utf8(text, source);
  refuse_lfs_pointer(text, source);
  const std::string_view body = without_byte_order_mark(text);
  const std::size_t first = body.find_first_not_of(" \t\r\n");
  const bool json = first != std::string_view::npos && (body[first] == '[' || body[first] == '{');
  return json ? read_pairs_json(text) : read_pairs_csv(text);
}

}  // namespace patchboard
