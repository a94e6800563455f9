#include "core/prompts/pairs.h"

#include <gtest/gtest.h>

#include "tests/core/support/expect_error.h"

namespace patchboard {
namespace {

using Parts = std::initializer_list<std::string_view>;
using Pairs = std::vector<PromptPair>;
using Texts = std::vector<std::string>;

void expect_pairs_refused(std::string_view text, Parts parts) {
  testing::expect_error(ErrorCode::kExperiment, parts,
                        [&] { static_cast<void>(read_pairs(text)); });
}

/// Wraps a clean and a corrupted template in an entry.
std::string template_entry(const std::string& clean, const std::string& corrupted,
                           const std::string& more = "") {
  return R"([{"template": {"clean": ")" + clean + R"(", "corrupted": ")" + corrupted + "\"}" +
         more + "}]";
}

TEST(JsonPairs, ReadsEveryKey) {
  const Pairs expected = {{"a surname", "Mi Jones", "Mi Smith", {" Jones", " Smith"}},
                          {"pair 2", "a", "b", {}}};
  EXPECT_EQ(read_pairs(R"([{"name": "a surname", "clean": "Mi Jones", "corrupted": "Mi Smith",
                            "targets": [" Jones", " Smith"]},
                           {"clean": "a", "corrupted": "b"}])"),
            expected);
}

TEST(JsonPairs, GivesTheSetsTargetsToPairsWithoutAny) {
  const Pairs pairs = read_pairs(R"({"title": "t", "about": "x", "targets": [" a"], "pairs": [
      {"clean": "a", "corrupted": "b"}, {"clean": "c", "corrupted": "d", "targets": [" e"]}]})");
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].targets, Texts{" a"});
  EXPECT_EQ(pairs[1].targets, Texts{" e"});
}

TEST(JsonPairs, PairsTheFillingsOfTwoTemplatesInOrder) {
  const Pairs expected = {{"five / one", "won five", "won one", {}},
                          {"six / two", "won six", "won two", {}}};
  EXPECT_EQ(read_pairs(template_entry("won {five|six}", "won {one|two}")), expected);
}

TEST(JsonPairs, PairsASingleFillingWithEachOfTheOtherButItself) {
  const Pairs expected = {{"two", "won five", "won two", {}}, {"one", "won five", "won one", {}}};
  EXPECT_EQ(read_pairs(template_entry("won five", "won {two|five|one}")), expected);
  EXPECT_EQ(read_pairs(template_entry("won {two|one}", "won five"))[1].clean, "won one");
}

TEST(JsonPairs, NumbersPairsWhoseTemplatesHaveNoWords) {
  const Pairs expected = {{"pair 1", "won five", "won six", {}}};
  EXPECT_EQ(read_pairs(template_entry("won five", "won six")), expected);
}

TEST(JsonPairs, PutsTheWordsOfSlotsIntoTargetsAndNames) {
  const Pairs expected = {
      {"from Jones to Smith", "Mi Jones", "Mi Smith", {" Jones", " Smith", " Bo"}},
      {"from Hill to Wood", "Mi Hill", "Mi Wood", {" Hill", " Wood", " Bo"}}};
  EXPECT_EQ(read_pairs(template_entry("Mi {Jones|Hill}", "Mi {Smith|Wood}",
                                      R"(, "targets": [" {clean.1}", " {corrupted.1}", " Bo"],
                                     "name": "from {clean.1} to {corrupted.1}")")),
            expected);
}

TEST(JsonPairs, RefusesWhatIsNotJson) {
  expect_pairs_refused("[", {"pairs: not JSON"});
  expect_pairs_refused("{\"pairs\": \"\xFF\"}", {"pairs: is not UTF-8 at byte 11"});
}

TEST(JsonPairs, RefusesADocumentOfAnotherForm) {
  testing::expect_error(ErrorCode::kExperiment, {"pairs: 3, expected an array"},
                        [] { static_cast<void>(read_pairs_json("3")); });
  expect_pairs_refused("{}", {"pairs: has no \"pairs\""});
  expect_pairs_refused(R"({"pairs": 3})", {"pairs, \"pairs\": 3, expected a list of pairs"});
  expect_pairs_refused(R"({"pears": []})", {"has \"pears\"", "title, about, targets, pairs"});
  expect_pairs_refused("[]", {"there are none, expected at least one"});
  expect_pairs_refused(template_entry("a", "a"), {"there are none"});
}

TEST(JsonPairs, RefusesEntriesOfAnotherForm) {
  expect_pairs_refused(R"([{"clean": "a", "corrupted": "b"}, 3])",
                       {"pair 2: 3, expected {\"clean\""});
  expect_pairs_refused(R"([{"corrupted": "b"}])", {"pair 1: has no \"clean\""});
  expect_pairs_refused(R"([{"clean": "a"}])", {"pair 1: has no \"corrupted\""});
  expect_pairs_refused(R"([{"clean": "", "corrupted": "b"}])",
                       {"pair 1, \"clean\": \"\", expected a prompt"});
  expect_pairs_refused(R"([{"clean": "a", "corrupted": [1]}])",
                       {"pair 1, \"corrupted\": [1], expected a text"});
  expect_pairs_refused(R"([{"clean": "a", "corrupted": "b", "target": " a"}])",
                       {"pair 1: has \"target\"", "name, clean, corrupted, targets"});
  expect_pairs_refused(R"([{"clean": "a", "corrupted": "b", "name": 3}])",
                       {"\"name\": 3, expected a text"});
}

TEST(JsonPairs, RefusesTargetsOfAnotherForm) {
  expect_pairs_refused(R"([{"clean": "a", "corrupted": "b", "targets": " a"}])",
                       {"pair 1, \"targets\": \" a\", expected a list of texts"});
  expect_pairs_refused(R"([{"clean": "a", "corrupted": "b", "targets": []}])", {"\"targets\": []"});
  expect_pairs_refused(R"([{"clean": "a", "corrupted": "b", "targets": [7]}])",
                       {"pair 1, \"targets[0]\": 7, expected a text"});
  expect_pairs_refused(R"({"targets": [], "pairs": []})", {"pairs, \"targets\": []"});
}

TEST(JsonPairs, RefusesTemplatesOfAnotherForm) {
  expect_pairs_refused(R"([{"template": "a {b|c}"}])",
                       {"\"template\": \"a {b|c}\", expected {\"clean\": …, \"corrupted\": …}"});
  expect_pairs_refused(R"([{"template": {"clean": "a"}}])",
                       {"pair 1, \"template\": has no \"corrupted\""});
  expect_pairs_refused(R"([{"template": {"clean": "a", "corupted": "b"}}])", {"has \"corupted\""});
  expect_pairs_refused(template_entry("a", "b", R"(, "clean": "a")"),
                       {"has \"clean\"", "name, template, targets"});
  expect_pairs_refused(template_entry("a", "b {c"), {"pair 1: corrupted template, byte 3"});
}

TEST(JsonPairs, RefusesTemplatesWhoseFillingsDoNotPair) {
  expect_pairs_refused(
      template_entry("{a|b}", "{c|d|e}"),
      {"the clean template has 2 fillings, the corrupted one 3", "as many, or one"});
}

TEST(JsonPairs, RefusesWordsOfSlotsThatAreNotThere) {
  expect_pairs_refused(template_entry("a", "{c|d}", R"(, "targets": [" {clean.1}"])"),
                       {"\"{clean.1}\" names no slot", "expected {clean.1} or {corrupted.1}"});
  expect_pairs_refused(template_entry("a", "{c|d}", R"(, "name": "{")"), {"names no slot"});
}

TEST(JsonPairs, RefusesMorePairsThanAnyoneWaitsFor) {
  std::string words = "0";
  for (int i = 1; i < 1500; ++i) {
    words += "|" + std::to_string(i);
  }
  const std::string entry = R"({"template": {"clean": "x", "corrupted": "{)" + words + "}\"}}";
  EXPECT_EQ(read_pairs("[" + entry + "]").size(), 1500U);
  expect_pairs_refused("[" + entry + "," + entry + "]", {"pair 2: more than 2000 pairs"});
}

TEST(CsvPairs, ReadsColumnsInAnyOrder) {
  const Pairs expected = {{"first", "Mi Jones", "Mi Smith", {" Jones", " Smith"}},
                          {"pair 2", "a, b", "c", {" d"}}};
  EXPECT_EQ(read_pairs("name,clean,corrupted,target,target2\r\n"
                       "first,Mi Jones,Mi Smith, Jones, Smith\r\n"
                       ",\"a, b\",c, d,\r\n"),
            expected);
  EXPECT_EQ(read_pairs("target2,corrupted,target,clean\n y,b, x,a\n"),
            (Pairs{{"pair 1", "a", "b", {" x", " y"}}}));
}

TEST(CsvPairs, KnowWhichTargetIsWhich) {
  expect_pairs_refused("clean,corrupted,target2\na,b,c\n",
                       {"row 1, column 3: \"target2\"", "left out"});
  expect_pairs_refused("clean,corrupted,target,target3\na,b,c,d\n",
                       {"row 1, column 4: \"target3\""});
  expect_pairs_refused("clean,corrupted,target,target1\na,b,c,d\n",
                       {"row 1, column 4: \"target1\""});
  expect_pairs_refused("clean,corrupted,target,target2\na,b,c,\na,b,, d\n",
                       {"row 3, column 3: is empty, expected a target before that of target2"});
}

TEST(CsvPairs, NeedNoTargets) {
  EXPECT_EQ(read_pairs("clean,corrupted\na,b\n"), (Pairs{{"pair 1", "a", "b", {}}}));
}

TEST(CsvPairs, RefusesColumnsThatItDoesNotKnow) {
  expect_pairs_refused("clean,corrupt\na,b\n",
                       {"CSV, row 1, column 2: \"corrupt\"", "expected clean"});
  expect_pairs_refused("clean,corrupted,target2x\na,b,c\n", {"row 1, column 3: \"target2x\""});
}

TEST(CsvPairs, NamesAnotherSeparatorThanCommas) {
  expect_pairs_refused("clean;corrupted\na;b\n", {"row 1, column 1: \"clean;corrupted\"",
                                                  "separated by semicolons", "with commas"});
  expect_pairs_refused("clean\tcorrupted\na\tb\n", {"separated by tabs", "with commas"});
}

TEST(CsvPairs, SkipsBlankLinesAtTheEnd) {
  const std::vector<PromptPair> pairs = read_pairs("clean,corrupted\na,b\n\n\r\n");
  ASSERT_EQ(pairs.size(), 1U);
  EXPECT_EQ(pairs[0].corrupted, "b");
  expect_pairs_refused("clean,corrupted\na,b\n\nc,d\n", {"row 3"});
}

TEST(Pairs, SaysWhatAFileIsInPlaceOfUtf8) {
  expect_pairs_refused("clean,corrupted\ncaf\xE9,b\n", {"not UTF-8 at byte 19, in line 2 (0xE9)"});
  expect_pairs_refused(std::string_view("\xFF\xFE"
                                        "c\0",
                                        4),
                       {"pairs: is UTF-16"});
  expect_pairs_refused("version https://git-lfs.github.com/spec/v1\n", {"Git LFS pointer"});
}

TEST(CsvPairs, RefusesAColumnTwiceOrMissing) {
  expect_pairs_refused("clean,corrupted,clean\na,b,c\n",
                       {"row 1, column 3: a second column \"clean\""});
  expect_pairs_refused("clean,target\na,b\n", {"row 1: no column \"corrupted\""});
  expect_pairs_refused("corrupted,name\na,b\n", {"row 1: no column \"clean\""});
}

TEST(CsvPairs, RefusesAFileWithoutPairs) {
  expect_pairs_refused("",
                       {"row 1: is missing, expected a first row such as clean,corrupted,target"});
  expect_pairs_refused("clean,corrupted\n", {"row 2: is missing"});
}

TEST(CsvPairs, RefusesEmptyPrompts) {
  expect_pairs_refused("clean,corrupted\na,b\n,c\n",
                       {"row 3, column 1: is empty, expected a prompt"});
  expect_pairs_refused("corrupted,clean\n,b\n", {"row 2, column 1: is empty"});
}

TEST(CsvPairs, NamesRowAndColumnOfMistakesInTheCsv) {
  expect_pairs_refused("clean,corrupted\na,b\nc\n", {"CSV, row 3, column 1"});
}

TEST(CsvPairs, RefusesMorePairsThanAnyoneWaitsFor) {
  std::string text = "clean,corrupted\n";
  for (std::size_t i = 0; i < kMaxPairs; ++i) {
    text += "a,b\n";
  }
  EXPECT_EQ(read_pairs(text).size(), kMaxPairs);
  expect_pairs_refused(text + "a,b\n", {"row 2002: more than 2000 pairs"});
}

}  // namespace
}  // namespace patchboard
