#include <array>

#include "core/input/plain_number.h"
#include "core/text/tokenizer_parts.h"
#include "core/text/vocabulary_input.h"

namespace patchboard {
namespace {

constexpr std::string_view kEndOfText = "<|endoftext|>";

/// The special tokens that a tokenizer of GPT-2's has where nothing names others.
constexpr std::array<std::string_view, 3> kEndOfTextByDefault = {"bos_token", "eos_token",
                                                                 "unk_token"};
constexpr std::array<std::string_view, 4> kOthers = {"sep_token", "pad_token", "cls_token",
                                                     "mask_token"};

/// What the files beside the two add to them.
class Additions {
 public:
  explicit Additions(TokenizerParts& parts) : parts_(parts) {}

  void read(const TokenizerFiles& files) {
    if (!files.tokenizer_config_json.empty()) {
      config_ = parse_tokenizer_file(files.tokenizer_config_json, "tokenizer_config.json");
      parts_.adds_prefix_space = flag_of(*config_, "add_prefix_space", false);
    }
    if (!files.special_tokens_map_json.empty()) {
      map_ = parse_tokenizer_file(files.special_tokens_map_json, "special_tokens_map.json");
    }
    read_decoder();
    if (!files.added_tokens_json.empty()) {
      read_list(parse_tokenizer_file(files.added_tokens_json, "added_tokens.json"));
    }
    name_special_tokens();
  }

 private:
  /// `added_tokens_decoder`: id -> token.
  void read_decoder() {
    const auto decoder = config_ ? find_value(*config_, "added_tokens_decoder") : std::nullopt;
    if (!decoder) {
      return;
    }
    const InputSource source{.code = ErrorCode::kTokenizer,
                             .name = "tokenizer_config.json, \"added_tokens_decoder\""};
    for (const auto& [key, value] : decoder->members()) {
      parts_.added.add(read_added_token(value, read_whole<TokenId>(key, source, 0, kMostTokenId)));
    }
  }

  void read_list(const InputValue& list) {
    for (const auto& [content, id] : list.members()) {
      parts_.added.add(
          {.content = content, .id = id.whole<TokenId>(0, kMostTokenId), .is_normalized = true});
    }
  }

  void name_special_tokens() {
    for (const std::string_view key : kEndOfTextByDefault) {
      if (!name_special(key)) {
        make_special(kEndOfText, false);
      }
    }
    for (const std::string_view key : kOthers) {
      (void)name_special(key);
    }
    for (const std::string_view key : {"additional_special_tokens", "extra_special_tokens"}) {
      for (const std::optional<InputValue>& file : {map_, config_}) {
        const auto list = file ? find_value(*file, key) : std::nullopt;
        if (list && list->is_list()) {
          for (const InputValue& token : list->list()) {
            make_special(content_of(token), true);
          }
        }
      }
    }
  }

  /// Whether a file says which token that is. The config counts before the map.
  bool name_special(std::string_view key) {
    for (const std::optional<InputValue>& file : {config_, map_}) {
      const auto token = file ? find_value(*file, key) : std::nullopt;
      if (token) {
        make_special(content_of(*token), true);
        return true;
      }
    }
    return false;
  }

  static std::string content_of(const InputValue& token) {
    return token.is_object() ? token.at("content").text() : token.text();
  }

  /// is_new_one_added: a token that has no number yet gets the next one.
  void make_special(std::string_view content, bool is_new_one_added) {
    if (AddedToken* token = parts_.added.find(content)) {
      token->is_special = true;
      return;
    }
    const std::optional<TokenId> known = id_in_vocabulary(parts_, content);
    if (known || is_new_one_added) {
      parts_.added.add({.content = std::string(content),
                        .id = known ? *known : next_added_id(parts_),
                        .is_special = true});
    }
  }

  TokenizerParts& parts_;
  std::optional<InputValue> config_;
  std::optional<InputValue> map_;
};

}  // namespace

TokenizerParts published_tokenizer(const TokenizerFiles& files) {
  TokenizerParts parts;
  parts.vocab_name = "vocab.json";
  parts.symbols = read_symbols(parse_tokenizer_file(files.vocab_json, parts.vocab_name));
  parts.merges = read_merges(files.merges_txt);
  Additions(parts).read(files);
  return parts;
}

}  // namespace patchboard
