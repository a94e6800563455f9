#include "core/prompts/prompt_notes.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/core/support/small_tokenizer.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;
using Kind = PromptNote::Kind;

std::vector<PromptNote> notes_of(const Json& document) {
  static const auto files = testing::small_tokenizer_files();
  static const Tokenizer kTokenizer(files);
  return prompt_notes(document.dump(), [](std::string_view text, SpecialTokens special) {
    return kTokenizer.encode(text, special);
  });
}

/// Whether the target ` Jones`, written without its space after `clean`, is to be mended.
bool wants_space(const std::string& clean, const std::string& target = "Jones") {
  for (const PromptNote& note : notes_of({{"clean", clean}, {"targets", {target}}})) {
    if (note.kind == Kind::kTargetNeedsSpace) {
      EXPECT_EQ(note.place, "targets[0]");
      EXPECT_EQ(note.mended, " " + target);
      return true;
    }
  }
  return false;
}

TEST(PromptNotes, SayThatAPromptEndsInASpace) {
  const auto notes = notes_of({{"clean", "Mi Jones  "}, {"corrupted", "Mi Smith x"}});
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].kind, Kind::kEndsInSpace);
  EXPECT_EQ(notes[0].place, "clean");
  EXPECT_EQ(notes[0].mended, "Mi Jones");
  EXPECT_EQ(
      notes_of({{"clean", "Mi"}, {"corruption", {{"kind", "mean"}, {"prompts", {"Mi", "x "}}}}})[0]
          .place,
      "corruption.prompts[1]");
}

TEST(PromptNotes, SayThatATargetNeedsASpaceWhereWhatPrecedesItDoes) {
  for (const char* place :
       {"Mi", "Mi x", "Mi,", "Mi.", "Mi (x)", "Mi \"x\"", "Mi \xE2\x80\x9Cx\xE2\x80\x9D", "1"}) {
    EXPECT_TRUE(wants_space(place)) << place;
  }
  for (const char* place :
       {"Mi ", "Mi\n", "Mi (", "Mi \"", "Mi x-", "\xE2\x80\x9C", "\xE4\xB8\xAD", ""}) {
    EXPECT_FALSE(wants_space(place)) << place;
  }
}

TEST(PromptNotes, LeaveTargetsThatGoOnInPeace) {
  EXPECT_FALSE(wants_space("Mi", " Jones"));
  EXPECT_FALSE(wants_space("Mi", "Bo")) << "no token with a space, either";
  const Json endings = {{"clean", "Mi"}, {"targets", {{{"continuation", "ing"}}}}};
  EXPECT_TRUE(notes_of(endings).empty());
  const Json number = {{"clean", "19"}, {"targets", {{{"continuation", "45"}}}}};
  EXPECT_TRUE(notes_of(number).empty());
  const Json word = {{"clean", "Mi"}, {"targets", {{{"continuation", "Bo x"}}}}};
  ASSERT_EQ(notes_of(word).size(), 1U);
  EXPECT_EQ(notes_of(word)[0].place, "targets[0].continuation");
}

TEST(PromptNotes, SayThatAFirstWordIsOneTokenOnlyWithASpace) {
  const auto notes = notes_of({{"clean", "Jones x"}, {"corrupted", "Mi x"}});
  ASSERT_EQ(notes.size(), 1U);
  EXPECT_EQ(notes[0].kind, Kind::kFirstWordNeedsSpace);
  EXPECT_EQ(notes[0].place, "clean");
  EXPECT_EQ(notes[0].mended, " Jones x");
  EXPECT_TRUE(notes_of({{"clean", " Jones x"}}).empty());
  EXPECT_TRUE(notes_of({{"clean", "Bo x"}}).empty());
}

TEST(PromptNotes, SayNothingOfIds) {
  EXPECT_TRUE(
      notes_of({{"clean", {1, 2}}, {"corrupted", {1, 3}}, {"targets", {4, "Jones"}}}).empty());
}

}  // namespace
}  // namespace patchboard
