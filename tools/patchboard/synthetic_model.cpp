#include "tools/patchboard/synthetic_model.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/text/byte_alphabet.h"
#include "tools/patchboard/output_folder.h"

namespace patchboard {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;
constexpr int kBytes = 256;

/// The fewest digits that read as the same f32: 1e-05, as published.
Json shortest(float value) {
  std::array<char, 32> text{};
  char* const end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return Json::parse(text.data(), end);
}

Json config_json(const Config& config) {
  return {{"activation_function", "gelu_new"},
          {"architectures", {"GPT2LMHeadModel"}},
          {"bos_token_id", config.vocab_size - 1},
          {"eos_token_id", config.vocab_size - 1},
          {"initializer_range", 0.02},
          {"layer_norm_epsilon", shortest(config.layer_norm_epsilon)},
          {"model_type", "gpt2"},
          {"n_ctx", config.n_positions},
          {"n_embd", config.d_model},
          {"n_head", config.n_head},
          {"n_inner", config.d_mlp},
          {"n_layer", config.n_layer},
          {"n_positions", config.n_positions},
          {"vocab_size", config.vocab_size}};
}

Json byte_vocab() {
  Json vocab = Json::object();
  for (int byte = 0; byte < kBytes; ++byte) {
    vocab[byte_to_symbol(static_cast<unsigned char>(byte))] = byte;
  }
  return vocab;
}

}  // namespace

void write_synthetic_model(const Config& config, std::uint32_t seed, const std::string& folder,
                           const WriteProgress& progress) {
  const fs::path path(folder);
  make_folder(path);
  write_file(path / "config.json",
             [&](std::ostream& out) { out << config_json(config).dump(kIndent) << '\n'; });
  write_file(path / "vocab.json", [](std::ostream& out) { out << byte_vocab().dump() << '\n'; });
  write_file(path / "merges.txt", [](std::ostream& out) { out << "#version: 0.2\n"; });
  write_file(path / "model.safetensors",
             [&](std::ostream& out) { write_synthetic_weights(out, config, seed, progress); });
}

}  // namespace patchboard
