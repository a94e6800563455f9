#include "tests/core/support/safetensors_writer.h"

#include <Eigen/Core>
#include <nlohmann/json.hpp>

namespace patchboard::testing {
namespace {

using Json = nlohmann::ordered_json;

template <typename Number>
std::string encoded_as(const float* values, std::size_t count) {
  std::vector<Number> numbers;
  for (std::size_t i = 0; i < count; ++i) {
    numbers.push_back(static_cast<Number>(values[i]));
  }
  return {reinterpret_cast<const char*>(numbers.data()), count * sizeof(Number)};
}

}  // namespace

std::string encoded(DType dtype, const float* values, std::size_t count) {
  if (dtype == DType::kF16) {
    return encoded_as<Eigen::half>(values, count);
  }
  if (dtype == DType::kBF16) {
    return encoded_as<Eigen::bfloat16>(values, count);
  }
  if (dtype == DType::kF32) {
    return encoded_as<float>(values, count);
  }
  return encoded_as<double>(values, count);
}

std::string safetensors_file(std::string_view header_json, std::string_view data) {
  std::string file;
  for (std::size_t i = 0; i < 8; ++i) {
    file += static_cast<char>(static_cast<std::uint64_t>(header_json.size()) >> (8 * i) & 0xFF);
  }
  file += header_json;
  file += data;
  return file;
}

std::string safetensors_file(const std::vector<FileTensor>& tensors) {
  Json header = Json::object();
  std::string data;
  for (const FileTensor& tensor : tensors) {
    const std::size_t begin = data.size();
    data += tensor.data;
    header[tensor.name] = {
        {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {begin, data.size()}}};
  }
  return safetensors_file(header.dump(), data);
}

std::vector<FileTensor> published_tensors(reference::PlainWeights weights, DType dtype) {
  std::vector<FileTensor> tensors;
  for (const reference::PlainTensor& tensor : reference::tensors_of(weights)) {
    const std::string name = dtype == DType::kOther ? "F64" : std::string(name_of(dtype));
    tensors.push_back({tensor.name, name, tensor.shape,
                       encoded(dtype, tensor.values.data(), tensor.values.size())});
  }
  return tensors;
}

std::string config_json(const Config& config) {
  Json json = {{"model_type", "gpt2"},
               {"activation_function", "gelu_new"},
               {"layer_norm_epsilon", config.layer_norm_epsilon},
               {"n_layer", config.n_layer},
               {"n_head", config.n_head},
               {"n_embd", config.d_model},
               {"n_inner", config.d_mlp},
               {"n_positions", config.n_positions},
               {"vocab_size", config.vocab_size}};
  if (config.bos_token_id) {
    json["bos_token_id"] = *config.bos_token_id;
  }
  return json.dump();
}

}  // namespace patchboard::testing
