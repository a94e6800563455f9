#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/weights/config.h"
#include "tests/core/reference/plain_weights.h"

namespace patchboard::testing {

/// A GGUF piece by piece; what is written is whatever is asked for, right or wrong.
class GgufWriter {
 public:
  GgufWriter& number32(std::uint32_t number) { return raw(number); }
  GgufWriter& number64(std::uint64_t number) { return raw(number); }
  GgufWriter& text(std::string_view text);
  /// A key and its value: a text, a u32, a f32.
  GgufWriter& key(std::string_view name, std::string_view value);
  GgufWriter& key(std::string_view name, std::uint32_t value);
  GgufWriter& key(std::string_view name, float value);
  /// sizes: the innermost first, as in the file.
  GgufWriter& tensor(std::string_view name, const std::vector<std::uint64_t>& sizes,
                     std::uint32_t type, std::uint64_t offset);
  /// Zeros up to a multiple of `alignment`.
  GgufWriter& pad(std::size_t alignment = 32);
  GgufWriter& data(std::string_view bytes);

  [[nodiscard]] const std::string& file() const { return file_; }

 private:
  template <typename Number>
  GgufWriter& raw(Number number) {
    file_.append(reinterpret_cast<const char*>(&number), sizeof number);
    return *this;
  }

  std::string file_;
};

/// The magic, version 3 and the counts.
[[nodiscard]] GgufWriter begun_gguf(std::uint64_t tensors, std::uint64_t keys);

/// A model without a tokenizer in F32, its projections transposed.
[[nodiscard]] std::string gguf_file(const Config& config, reference::PlainWeights weights);

}  // namespace patchboard::testing
