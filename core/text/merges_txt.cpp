#include <algorithm>

#include "core/error.h"
#include "core/input/text_input.h"
#include "core/text/tokenizer_parts.h"

namespace patchboard {
namespace {

[[noreturn]] void refuse_merges(const std::string& what) {
  throw Error(ErrorCode::kTokenizer, what);
}

/// What merges.txt says, without a byte order mark.
std::string_view text_of_merges(std::string_view text) {
  const InputSource source{.code = ErrorCode::kTokenizer, .name = "merges.txt"};
  refuse_lfs_pointer(text, source);
  require_utf8(text, source);
  return without_byte_order_mark(text);
}

SymbolMerge read_line(std::string_view line, std::size_t number) {
  std::string place = "merges.txt line " + std::to_string(number);
  auto symbols = merge_symbols(line);
  if (!symbols) {
    refuse_merges(place + ": \"" + std::string(line) +
                  "\", expected two symbols with a space between them");
  }
  auto& [left, right] = *symbols;
  return {.left = std::move(left), .right = std::move(right), .place = std::move(place)};
}

}  // namespace

std::vector<SymbolMerge> read_merges(std::string_view text) {
  std::vector<SymbolMerge> merges;
  text = text_of_merges(text);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
      line.remove_suffix(1);
    }
    const bool is_version = number == 1 && line.starts_with("#version");
    if (!line.empty() && !is_version) {
      merges.push_back(read_line(line, number));
    }
  }
  return merges;
}

}  // namespace patchboard
