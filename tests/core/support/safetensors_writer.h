#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/safetensors_header.h"
#include "tests/core/reference/plain_weights.h"

namespace patchboard::testing {

/// One tensor to write; the header says whatever is here, right or wrong.
struct FileTensor {
  std::string name;
  std::string dtype;
  std::vector<std::uint64_t> shape;
  std::string data;
};

/// header_json: any text. Returns the length, the header and the data.
std::string safetensors_file(std::string_view header_json, std::string_view data);

/// The tensors one after another.
std::string safetensors_file(const std::vector<FileTensor>& tensors);

/// Little-endian elements.
std::string encoded(DType dtype, const float* values, std::size_t count);

/// Every tensor of a model under its published name, without the prefix `transformer.`.
std::vector<FileTensor> published_tensors(reference::PlainWeights weights,
                                          DType dtype = DType::kF32);

/// The `config.json` of a config.
std::string config_json(const Config& config);

}  // namespace patchboard::testing
