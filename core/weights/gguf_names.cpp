#include "core/weights/gguf_names.h"

#include <algorithm>
#include <array>

namespace patchboard {
namespace {

struct Pair {
  std::string_view gguf;
  std::string_view published;
};

constexpr std::array kOutside = {Pair{"token_embd.", "wte."}, Pair{"position_embd.", "wpe."},
                                 Pair{"output_norm.", "ln_f."}, Pair{"output.", "lm_head."}};
constexpr std::array kInBlock = {
    Pair{"attn_norm.", "ln_1."},          Pair{"attn_qkv.", "attn.c_attn."},
    Pair{"attn_output.", "attn.c_proj."}, Pair{"ffn_norm.", "ln_2."},
    Pair{"ffn_up.", "mlp.c_fc."},         Pair{"ffn_down.", "mlp.c_proj."}};

constexpr std::string_view kGgufBlocks = "blk.";
constexpr std::string_view kBlocks = "h.";

/// Other beginnings in the place of those in the table.
template <std::size_t Count>
std::optional<std::string> renamed(std::string_view name, const std::array<Pair, Count>& table,
                                   std::string_view Pair::* from, std::string_view Pair::* to) {
  const auto* const found =
      std::ranges::find_if(table, [&](const Pair& pair) { return name.starts_with(pair.*from); });
  if (found == table.end()) {
    return std::nullopt;
  }
  return std::string(found->*to) + std::string(name.substr((found->*from).size()));
}

std::optional<std::string> translated(std::string_view name, std::string_view Pair::* from,
                                      std::string_view Pair::* to) {
  const bool is_from_gguf = from == &Pair::gguf;
  const std::string_view blocks = is_from_gguf ? kGgufBlocks : kBlocks;
  if (!name.starts_with(blocks)) {
    return renamed(name, kOutside, from, to);
  }
  const std::size_t dot = std::min(name.find('.', blocks.size()), name.size() - 1);
  const auto rest = renamed(name.substr(dot + 1), kInBlock, from, to);
  if (!rest) {
    return std::nullopt;
  }
  return std::string(is_from_gguf ? kBlocks : kGgufBlocks) +
         std::string(name.substr(blocks.size(), dot + 1 - blocks.size())) + *rest;
}

}  // namespace

std::optional<std::string> published_name(std::string_view gguf_name) {
  return translated(gguf_name, &Pair::gguf, &Pair::published);
}

std::string gguf_name(std::string_view published_name) {
  const std::string as_it_is(published_name);
  return translated(published_name, &Pair::published, &Pair::gguf).value_or(as_it_is);
}

}  // namespace patchboard
