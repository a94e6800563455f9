#include "core/text/tokenizer_parts.h"
#include "core/text/vocabulary_input.h"

namespace patchboard {
namespace {

constexpr const char* kFile = "tokenizer.json";

/// `"left right"`, or `["left", "right"]` as newer files have it. Its place is said by its index:
/// to look for it takes a walk through the file.
SymbolMerge read_merge(const InputValue& value, std::size_t index) {
  const std::string place =
      std::string(kFile) + ", \"model.merges[" + std::to_string(index) + "]\"";
  if (value.is_list()) {
    const std::vector<InputValue> parts = value.list(2, "symbols");
    if (parts.size() != 2) {
      value.refuse("two symbols");
    }
    return {.left = parts[0].text(), .right = parts[1].text(), .place = place};
  }
  auto symbols = merge_symbols(value.text());
  if (!symbols) {
    value.refuse("two symbols with a space between them");
  }
  auto& [left, right] = *symbols;
  return {.left = std::move(left), .right = std::move(right), .place = place};
}

/// Refuses what is under a key unless it is missing, null, empty, false or 0.
void require_nothing(const InputValue& object, std::string_view key) {
  const std::optional<InputValue> value = find_value(object, key);
  if (!value) {
    return;
  }
  const bool is_nothing = value->is_text()                         ? value->text().empty()
                          : value->is_number()                     ? value->number() == 0
                          : value->is_list() || value->is_object() ? value->size() == 0
                                                                   : !value->truth();
  if (!is_nothing) {
    value->refuse("nothing: of tokenizers, GPT-2's byte-level BPE is read");
  }
}

void read_model(const InputValue& model, TokenizerParts& parts) {
  if (const auto type = find_value(model, "type")) {
    (void)type->name_of({"BPE"});
  }
  for (const char* key :
       {"dropout", "continuing_subword_prefix", "end_of_word_suffix", "byte_fallback"}) {
    require_nothing(model, key);
  }
  parts.ignores_merges = flag_of(model, "ignore_merges", false);
  parts.symbols = read_symbols(model.at("vocab"));
  for (const InputValue& merge : model.at("merges").list(0, "merges")) {
    parts.merges.push_back(read_merge(merge, parts.merges.size()));
  }
}

void read_pre_tokenizer(const InputValue& root, TokenizerParts& parts) {
  const InputValue splitting = root.at("pre_tokenizer");
  if (!splitting.is_object()) {
    splitting.refuse("an object with the type ByteLevel");
  }
  (void)splitting.at("type").name_of({"ByteLevel"});
  if (!flag_of(splitting, "use_regex", true)) {
    splitting.at("use_regex").refuse("true: GPT-2's own splitting");
  }
  parts.adds_prefix_space = flag_of(splitting, "add_prefix_space", true);
}

/// A token that is in the vocabulary has its id there. The library numbers others itself, and does
/// not look at what the file says.
TokenId library_id(const std::string& content, TokenizerParts& parts) {
  if (const auto known = id_in_vocabulary(parts, content)) {
    return *known;
  }
  const AddedToken* added = parts.added.find(content);
  return added != nullptr ? added->id : next_added_id(parts);
}

void read_added(const InputValue& root, TokenizerParts& parts) {
  const auto added = find_value(root, "added_tokens");
  if (!added) {
    return;
  }
  for (const InputValue& value : added->list()) {
    const InputValue id = value.at("id");
    AddedToken token = read_added_token(value, id.whole<TokenId>(0, kMostTokenId));
    if (token.content.empty()) {
      continue;
    }
    const TokenId expected = library_id(token.content, parts);
    if (token.id != expected) {
      id.refuse(std::to_string(expected) + ", where the tokenizers library puts `" + token.content +
                "`");
    }
    parts.added.add(std::move(token));
  }
}

}  // namespace

TokenizerParts whole_tokenizer(std::string_view tokenizer_json) {
  const InputValue root = parse_tokenizer_file(tokenizer_json, kFile);
  TokenizerParts parts;
  parts.vocab_name = kFile;
  require_nothing(root, "normalizer");
  read_pre_tokenizer(root, parts);
  read_model(root.at("model"), parts);
  read_added(root, parts);
  return parts;
}

}  // namespace patchboard
