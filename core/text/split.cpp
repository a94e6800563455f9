#include "core/text/split.h"

#include <array>

#include "core/input/utf8.h"
#include "core/text/unicode_classes.h"

namespace patchboard {
namespace {

constexpr std::array<std::string_view, 7> kContractions = {"'s", "'t",  "'re", "'ve",
                                                           "'m", "'ll", "'d"};

/// Bytes of the contraction that `text` starts with, or 0.
std::size_t contraction_length(std::string_view text) {
  for (const std::string_view contraction : kContractions) {
    if (text.starts_with(contraction)) {
      return contraction.size();
    }
  }
  return 0;
}

struct Run {
  CharClass char_class;
  std::size_t length = 0;       // bytes of the longest run of one class
  std::size_t last_length = 0;  // bytes of its last code point
};

/// text: not empty.
Run first_run(std::string_view text) {
  Run run{.char_class = char_class(first_code_point(text).value)};
  while (run.length < text.size()) {
    const CodePoint point = first_code_point(text.substr(run.length));
    if (char_class(point.value) != run.char_class) {
      break;
    }
    run.length += point.length;
    run.last_length = point.length;
  }
  return run;
}

/// `\s+(?!\S)|\s+`: a run of white space leaves its last character to the piece that follows.
std::size_t space_length(const Run& run, std::string_view text) {
  const bool at_end = run.length == text.size();
  const bool single = run.length == run.last_length;
  return at_end || single ? run.length : run.length - run.last_length;
}

/// text: not empty. Bytes of its first piece.
std::size_t piece_length(std::string_view text) {
  if (const std::size_t length = contraction_length(text); length > 0) {
    return length;
  }
  if (text.starts_with(' ') && text.size() > 1) {
    const Run after = first_run(text.substr(1));
    if (after.char_class != CharClass::kSpace) {
      return 1 + after.length;
    }
  }
  const Run run = first_run(text);
  return run.char_class == CharClass::kSpace ? space_length(run, text) : run.length;
}

}  // namespace

std::vector<std::string_view> split_pieces(std::string_view text) {
  std::vector<std::string_view> pieces;
  while (!text.empty()) {
    const std::size_t length = piece_length(text);
    pieces.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return pieces;
}

}  // namespace patchboard
