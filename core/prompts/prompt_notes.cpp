#include "core/prompts/prompt_notes.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/document/experiment.h"
#include "core/input/input_value.h"
#include "core/input/utf8.h"
#include "core/text/unicode_classes.h"

namespace patchboard {
namespace {

using Kind = PromptNote::Kind;

/// What a word can go on with: no words of their own, where a letter precedes them.
constexpr std::array<std::string_view, 30> kEndings = {
    "s",    "es",   "d",    "ed",  "n",    "en",  "er",  "ers", "est", "ing",
    "ings", "ly",   "t",    "th",  "st",   "nd",  "rd",  "al",  "ity", "ness",
    "ment", "tion", "able", "ful", "less", "ish", "ism", "ist", "ive", "y"};

/// Scripts from here on are not all written with spaces between their words.
constexpr char32_t kSpacedScriptsEnd = 0x0590;

bool is_word_part(char32_t point) {
  const CharClass kind = char_class(point);
  return point < kSpacedScriptsEnd && (kind == CharClass::kLetter || kind == CharClass::kNumber);
}

char32_t last_code_point(std::string_view text) {
  char32_t last = 0;
  while (!text.empty()) {
    const CodePoint point = first_code_point(text);
    last = point.value;
    text.remove_prefix(point.length);
  }
  return last;
}

/// Whether a word that comes after `text` begins with a space.
bool is_followed_by_space(std::string_view text) {
  if (text.empty()) {
    return false;
  }
  char last = text.back();
  if (last == '"' || last == '\'') {  // what closes a quote stands at a word or a mark
    text.remove_suffix(1);
    if (text.empty() || text.back() == ' ') {
      return false;
    }
    last = text.back();
  }
  constexpr std::string_view kMarks = ".,;:!?)]}%";
  constexpr char32_t kClosingQuote = 0x201D;
  const char32_t point = last_code_point(text);
  return kMarks.find(last) != std::string_view::npos || point == kClosingQuote ||
         is_word_part(point);
}

/// The letters or digits that a text begins with.
std::string_view first_word(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const CodePoint point = first_code_point(text.substr(length));
    const CharClass kind = char_class(point.value);
    if (kind != CharClass::kLetter && kind != CharClass::kNumber) {
      break;
    }
    length += point.length;
  }
  return text.substr(0, length);
}

bool goes_on(std::string_view prompt, std::string_view target) {
  const CharClass before = char_class(last_code_point(prompt));
  const CharClass after = char_class(first_code_point(target).value);
  const bool is_number = before == CharClass::kNumber && after == CharClass::kNumber;
  const bool is_ending =
      before == CharClass::kLetter && std::ranges::find(kEndings, target) != kEndings.end();
  return is_number || is_ending;
}

class Notes {
 public:
  using Encoding = std::function<std::vector<TokenId>(std::string_view, SpecialTokens)>;

  Notes(const InputValue& document, SpecialTokens special, const Encoding& encode)
      : document_(document), special_(special), encode_(encode) {}

  std::vector<PromptNote> all() {
    add_prompt(document_.find("clean"));
    add_prompt(document_.find("corrupted"));
    if (const auto corruption = document_.find("corruption")) {
      if (const auto prompts = corruption->find("prompts")) {
        for (const InputValue& prompt : prompts->list()) {
          add_prompt(prompt);
        }
      }
    }
    add_targets();
    return std::move(notes_);
  }

 private:
  [[nodiscard]] std::size_t tokens(std::string_view text) const {
    return encode_(text, special_).size();
  }

  void add(Kind kind, const InputValue& place, std::string mended) {
    notes_.push_back({.kind = kind, .place = place.place(), .mended = std::move(mended)});
  }

  void add_prompt(const std::optional<InputValue>& value) {
    if (!value || !value->is_text() || value->text().empty()) {
      return;
    }
    const std::string& text = value->text();
    const std::size_t end = text.find_last_not_of(' ') + 1;
    if (end < text.size() && end > 0) {
      add(Kind::kEndsInSpace, *value, text.substr(0, end));
    }
    const std::string_view word = first_word(text);
    if (!word.empty() && tokens(word) > 1 && tokens(" " + std::string(word)) == 1) {
      add(Kind::kFirstWordNeedsSpace, *value, " " + text);
    }
  }

  void add_targets() {
    const auto clean = document_.find("clean");
    const auto targets = document_.find("targets");
    if (!clean || !clean->is_text() || !targets || !is_followed_by_space(clean->text())) {
      return;
    }
    for (const InputValue& target : targets->list()) {
      const bool is_several = target.is_object();
      const auto text = is_several ? target.find("continuation") : std::optional(target);
      if (text && text->is_text()) {
        add_target(clean->text(), *text, is_several);
      }
    }
  }

  void add_target(std::string_view prompt, const InputValue& target, bool is_several) {
    const std::string& text = target.text();
    if (text.empty() || !is_word_part(first_code_point(text).value) || goes_on(prompt, text)) {
      return;
    }
    std::string spaced = " " + text;
    if (is_several || tokens(spaced) == 1) {
      add(Kind::kTargetNeedsSpace, target, std::move(spaced));
    }
  }

  const InputValue& document_;
  SpecialTokens special_;
  const Encoding& encode_;
  std::vector<PromptNote> notes_;
};

}  // namespace

std::string_view note_name(PromptNote::Kind kind) {
  constexpr std::array<std::string_view, 3> kNames = {"ends-in-space", "target-needs-space",
                                                      "first-word-needs-space"};
  return kNames.at(static_cast<std::size_t>(kind));
}

std::vector<PromptNote> prompt_notes(
    std::string_view document,
    const std::function<std::vector<TokenId>(std::string_view, SpecialTokens)>& encode) {
  const InputValue json =
      InputValue::parse(document, {.code = ErrorCode::kExperiment, .name = "experiment"});
  return Notes(json, read_prompt_options(document).special_tokens, encode).all();
}

}  // namespace patchboard
