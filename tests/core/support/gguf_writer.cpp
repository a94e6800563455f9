#include "tests/core/support/gguf_writer.h"

#include <algorithm>
#include <vector>

#include "core/weights/gguf_names.h"

namespace patchboard::testing {
namespace {

constexpr std::size_t kAlignment = 32;
constexpr std::uint32_t kText = 8;
constexpr std::uint32_t kU32 = 4;
constexpr std::uint32_t kF32 = 6;
constexpr std::uint32_t kVersion = 3;

bool is_projection(const std::string& name) {
  return name.find(".c_") != std::string::npos && name.ends_with(".weight");
}

std::string bytes_of(const reference::PlainTensor& tensor) {
  std::vector<float> values(tensor.values.begin(), tensor.values.end());
  if (is_projection(tensor.name)) {
    const auto rows = static_cast<std::size_t>(tensor.shape[0]);
    const auto cols = static_cast<std::size_t>(tensor.shape[1]);
    for (std::size_t i = 0; i < values.size(); ++i) {
      values[i % cols * rows + i / cols] = tensor.values[i];
    }
  }
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

}  // namespace

GgufWriter& GgufWriter::text(std::string_view text) { return number64(text.size()).data(text); }

GgufWriter& GgufWriter::key(std::string_view name, std::string_view value) {
  return text(name).number32(kText).text(value);
}

GgufWriter& GgufWriter::key(std::string_view name, std::uint32_t value) {
  return text(name).number32(kU32).number32(value);
}

GgufWriter& GgufWriter::key(std::string_view name, float value) {
  return text(name).number32(kF32).raw(value);
}

GgufWriter& GgufWriter::tensor(std::string_view name, const std::vector<std::uint64_t>& sizes,
                               std::uint32_t type, std::uint64_t offset) {
  text(name).number32(static_cast<std::uint32_t>(sizes.size()));
  for (const std::uint64_t size : sizes) {
    number64(size);
  }
  return number32(type).number64(offset);
}

GgufWriter& GgufWriter::pad(std::size_t alignment) {
  file_.resize((file_.size() + alignment - 1) / alignment * alignment);
  return *this;
}

GgufWriter& GgufWriter::data(std::string_view bytes) {
  file_ += bytes;
  return *this;
}

GgufWriter begun_gguf(std::uint64_t tensors, std::uint64_t keys) {
  GgufWriter writer;
  return writer.data("GGUF").number32(kVersion).number64(tensors).number64(keys);
}

std::string gguf_file(const Config& config, reference::PlainWeights weights) {
  const std::vector<reference::PlainTensor> tensors = reference::tensors_of(weights);
  constexpr std::uint64_t kKeys = 7;
  GgufWriter writer = begun_gguf(tensors.size(), kKeys);
  const auto size = [](Index value) { return static_cast<std::uint32_t>(value); };
  writer.key("general.architecture", "gpt2")
      .key("gpt2.block_count", size(config.n_layer))
      .key("gpt2.attention.head_count", size(config.n_head))
      .key("gpt2.embedding_length", size(config.d_model))
      .key("gpt2.feed_forward_length", size(config.d_mlp))
      .key("gpt2.context_length", size(config.n_positions))
      .key("gpt2.attention.layer_norm_epsilon", config.layer_norm_epsilon);
  std::string data;
  for (const reference::PlainTensor& tensor : tensors) {
    std::vector<std::uint64_t> sizes = tensor.shape;
    if (!is_projection(tensor.name)) {
      std::ranges::reverse(sizes);  // a projection is transposed, and then in the file's order
    }
    data.resize((data.size() + kAlignment - 1) / kAlignment * kAlignment);
    writer.tensor(gguf_name(tensor.name), sizes, 0, data.size());
    data += bytes_of(tensor);
  }
  return writer.pad().data(data).pad().file();
}

}  // namespace patchboard::testing
