#include "core/text/added_tokens.h"

#include <algorithm>
#include <utility>

#include "core/input/utf8.h"
#include "core/text/unicode_classes.h"

namespace patchboard {
namespace {

/// Bytes of the white space that the text begins with.
std::size_t space_at_start(std::string_view text) {
  std::size_t length = 0;
  while (length < text.size()) {
    const CodePoint point = first_code_point(text.substr(length));
    if (char_class(point.value) != CharClass::kSpace) {
      break;
    }
    length += point.length;
  }
  return length;
}

/// Bytes of the white space that the text ends with.
std::size_t space_at_end(std::string_view text) {
  std::size_t begin_of_space = text.size();
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = first_code_point(text.substr(at));
    if (char_class(point.value) != CharClass::kSpace) {
      begin_of_space = at + point.length;
    } else if (at == 0) {
      begin_of_space = 0;
    }
    at += point.length;
  }
  return text.size() - begin_of_space;
}

}  // namespace

AddedTokens::AddedTokens(std::vector<AddedToken> tokens) {
  std::ranges::sort(tokens, [](const AddedToken& a, const AddedToken& b) {
    return std::pair(b.content.size(), a.id) < std::pair(a.content.size(), b.id);
  });
  for (AddedToken& token : tokens) {
    if (token.is_special) {
      special_ids_.insert(token.id);
    }
    tokens_.at(static_cast<unsigned char>(token.content.front())).push_back(std::move(token));
  }
}

const AddedToken* AddedTokens::longest_at(std::string_view text, bool is_normalized) const {
  const auto& tokens = tokens_.at(static_cast<unsigned char>(text.front()));
  const auto found = std::ranges::find_if(tokens, [&](const AddedToken& token) {
    return token.is_normalized == is_normalized && text.starts_with(token.content);
  });
  return found == tokens.end() ? nullptr : &*found;
}

void AddedTokens::split_into(std::vector<Part>& parts, std::string_view text, bool is_normalized,
                             bool with_special) const {
  std::size_t begin = 0;  // of what is in no part yet
  for (std::size_t at = 0; at < text.size();) {
    const AddedToken* token = longest_at(text.substr(at), is_normalized);
    if (token == nullptr) {
      ++at;
      continue;
    }
    std::size_t end = at + token->content.size();
    if (token->is_special && !with_special) {
      at = end;
      continue;
    }
    // White space that a token before has taken is taken.
    const std::size_t space =
        token->takes_left ? space_at_end(text.substr(begin, at - begin)) : std::size_t{0};
    const std::size_t end_of_text = at - space;
    if (token->takes_right) {
      end += space_at_start(text.substr(end));
    }
    if (begin < end_of_text) {
      parts.push_back({.text = text.substr(begin, end_of_text - begin), .token = std::nullopt});
    }
    parts.push_back({.text = text.substr(end_of_text, end - end_of_text), .token = token->id});
    begin = end;
    at = end;
  }
  if (begin < text.size()) {
    parts.push_back({.text = text.substr(begin), .token = std::nullopt});
  }
}

bool AddedTokens::is_special(TokenId id) const { return special_ids_.contains(id); }

std::vector<AddedTokens::Part> AddedTokens::split(std::string_view text, bool with_special) const {
  std::vector<Part> first;
  split_into(first, text, false, with_special);
  std::vector<Part> parts;
  for (const Part& part : first) {
    if (part.token) {
      parts.push_back(part);
    } else {
      split_into(parts, part.text, true, with_special);
    }
  }
  return parts;
}

}  // namespace patchboard
