// Templates, and the repair of prompts that do not line up: a template, and two prompts.

#include "core/error.h"
#include "core/input/utf8.h"
#include "core/prompts/template.h"
#include "core/prompts/token_repair.h"
#include "tests/fuzz/fuzz_entry.h"
#include "tests/fuzz/tiny_model.h"

namespace patchboard::fuzz {
namespace {

const Encode& encode() {
  static const Encode kEncode = [](std::string_view text) { return tiny_session().encode(text); };
  return kEncode;
}

void fill(std::string_view text) {
  const PromptTemplate prompt(text);
  const std::vector<Filling> fillings = prompt.fillings();
  require(!fillings.empty() && fillings.size() <= kMaxFillings, "1 to kMaxFillings fillings");
  for (const Filling& filling : fillings) {
    require(filling.words.size() == prompt.slot_count(), "a word for each slot");
  }
  if (fillings.size() > 50) {
    return;
  }
  const LengthSplit split = split_by_length(fillings, encode());
  require(split.kept.size() + split.others.size() == fillings.size(), "every filling is somewhere");
  for (const Filling& filling : split.kept) {
    require(encode()(filling.text).size() == split.tokens, "those that are kept line up");
  }
}

void repair(std::string_view clean, std::string_view corrupted) {
  const std::vector<std::string> candidates = {" Jones", "Smith", " x"};
  const RepairReport report =
      repair_lengths(clean, corrupted, candidates, encode(),
                     [](TokenId id) { return tiny_session().token_text(id); });
  require(report.repairs.size() <= kMaxRepairs, "at most kMaxRepairs repairs");
  for (const Repair& each : report.repairs) {
    const std::vector<TokenId> left = encode()(each.clean);
    const std::vector<TokenId> right = encode()(each.corrupted);
    require(left.size() == each.tokens && right.size() == each.tokens, "a repair lines up");
    require(left != right, "prompts of a repair differ");
  }
}

}  // namespace

void run(std::string_view input) {
  const auto text = parts(input, 3);
  if (!text[1].empty()) {
    repair(text[1], text[2]);
  }
  fill(text[0]);
}

}  // namespace patchboard::fuzz
