#include "core/prompts/template.h"

#include <algorithm>
#include <map>
#include <utility>

#include "core/error.h"

namespace patchboard {
namespace {

[[noreturn]] void refuse_template(std::size_t at, const std::string& what) {
  throw Error(ErrorCode::kExperiment, "template, byte " + std::to_string(at + 1) + ": " + what);
}

std::vector<std::string> split_at_bars(std::string_view inside) {
  std::vector<std::string> words;
  for (std::size_t begin = 0; begin <= inside.size();) {
    const std::size_t end = std::min(inside.find('|', begin), inside.size());
    words.emplace_back(inside.substr(begin, end - begin));
    begin = end + 1;
  }
  return words;
}

}  // namespace

PromptTemplate::PromptTemplate(std::string_view text) : between_(1) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    const bool brace = byte == '{' || byte == '}';
    if (brace && text.substr(at + 1, 1) == text.substr(at, 1)) {
      between_.back() += byte;
      ++at;
    } else if (byte == '}') {
      refuse_template(at, "a \"}\" that ends no slot; write \"}}\" for a brace");
    } else if (byte == '{') {
      const std::size_t end = text.find_first_of("{}", at + 1);
      if (end == std::string_view::npos) {
        refuse_template(
            at, "a slot begins here and does not end; expected \"}\", or \"{{\" for a brace");
      }
      if (text[end] == '{') {
        refuse_template(end, "a \"{\" within the slot that begins at byte " +
                                 std::to_string(at + 1) + "; expected \"}\" first");
      }
      end_slot(text.substr(at + 1, end - at - 1), at);
      at = end;
    } else {
      between_.back() += byte;
    }
  }
  check_size();
}

void PromptTemplate::end_slot(std::string_view inside, std::size_t begin) {
  Words words = split_at_bars(inside);
  for (auto word = words.begin(); word != words.end(); ++word) {
    if (word->empty()) {
      refuse_template(begin,
                      "the slot {" + std::string(inside) +
                          "} has an empty alternative; expected a word between each two bars");
    }
    if (std::find(words.begin(), word, *word) != word) {
      refuse_template(begin, "the slot {" + std::string(inside) + "} has \"" + *word + "\" twice");
    }
  }
  slots_.push_back(std::move(words));
  between_.emplace_back();
}

void PromptTemplate::check_size() const {
  std::size_t count = 1;
  std::string product;
  for (const Words& words : slots_) {
    count = std::min(count * words.size(), kMaxFillings + 1);
    product += (product.empty() ? "" : " x ") + std::to_string(words.size());
  }
  if (count > kMaxFillings) {
    throw Error(ErrorCode::kExperiment, "template: its slots have " + product +
                                            " fillings, expected at most " +
                                            std::to_string(kMaxFillings));
  }
}

std::vector<Filling> PromptTemplate::fillings() const {
  std::vector<Filling> fillings = {{.text = between_.front(), .words = {}}};
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    std::vector<Filling> longer;
    for (const Filling& filling : fillings) {
      for (const std::string& word : slots_[slot]) {
        Filling& next = longer.emplace_back(filling);
        next.text += word + between_[slot + 1];
        next.words.push_back(word);
      }
    }
    fillings = std::move(longer);
  }
  return fillings;
}

LengthSplit split_by_length(std::vector<Filling> fillings, const Encode& encode) {
  std::vector<std::size_t> lengths;
  std::map<std::size_t, std::size_t> frequency;
  for (const Filling& filling : fillings) {
    ++frequency[lengths.emplace_back(encode(filling.text).size())];
  }
  LengthSplit split;
  if (!lengths.empty()) {
    split.tokens = *std::ranges::max_element(lengths, {},
                                             [&](std::size_t length) { return frequency[length]; });
  }
  for (std::size_t i = 0; i < fillings.size(); ++i) {
    if (lengths[i] == split.tokens) {
      split.kept.push_back(std::move(fillings[i]));
    } else {
      split.others.push_back({std::move(fillings[i]), lengths[i]});
    }
  }
  return split;
}

}  // namespace patchboard
