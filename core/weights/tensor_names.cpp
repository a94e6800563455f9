#include "core/weights/tensor_names.h"

#include <algorithm>
#include <array>

namespace patchboard {
namespace {

constexpr std::array<std::string_view, 5> kPrefixes = {"transformer.", "model.", "gpt.", "module.",
                                                       "_orig_mod."};
constexpr std::array<std::string_view, 3> kAdapterParts = {".base_layer.", ".lora_A.", ".lora_B."};
constexpr std::array<std::string_view, 4> kMasks = {
    ".attn.bias", ".attn.masked_bias", ".attn.attention.bias", ".attn.attention.masked_bias"};

}  // namespace

TensorName split_tensor_name(std::string_view name) {
  std::string_view rest = name;
  for (bool is_more = true; is_more;) {
    const auto* const prefix = std::ranges::find_if(
        kPrefixes, [&](std::string_view each) { return rest.starts_with(each); });
    is_more = prefix != kPrefixes.end();
    rest.remove_prefix(is_more ? prefix->size() : 0);
  }
  return {.prefix = std::string(name.substr(0, name.size() - rest.size())),
          .published = std::string(rest)};
}

bool is_mask_buffer(std::string_view published) {
  return published.starts_with("h.") && std::ranges::any_of(kMasks, [&](std::string_view end) {
           return published.ends_with(end);
         });
}

bool is_of_adapter(std::string_view name) {
  return std::ranges::any_of(kAdapterParts, [&](std::string_view part) {
    return name.find(part) != std::string_view::npos;
  });
}

}  // namespace patchboard
