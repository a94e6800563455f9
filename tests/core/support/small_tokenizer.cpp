#include "tests/core/support/small_tokenizer.h"

#include <nlohmann/json.hpp>
#include <string_view>

#include "core/text/byte_alphabet.h"

namespace patchboard::testing {
namespace {

std::string symbol_of(std::string_view text) {
  std::string symbol;
  for (const char byte : text) {
    symbol += byte_to_symbol(static_cast<unsigned char>(byte));
  }
  return symbol;
}

}  // namespace

TokenizerTexts small_tokenizer_files() {
  nlohmann::ordered_json vocab = nlohmann::ordered_json::object();
  for (int byte = 0; byte < 256; ++byte) {
    vocab[byte_to_symbol(static_cast<unsigned char>(byte))] = byte;
  }
  std::string merges = "#version: 0.2\n";
  for (const std::string_view token : {" Jones", " Smith", "Mi"}) {
    for (std::size_t length = 2; length <= token.size(); ++length) {
      merges += symbol_of(token.substr(0, length - 1)) + " " +
                symbol_of(token.substr(length - 1, 1)) + "\n";
      vocab[symbol_of(token.substr(0, length))] = vocab.size();
    }
  }
  return {vocab.dump(), merges};
}

}  // namespace patchboard::testing
