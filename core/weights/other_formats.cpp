#include "core/weights/other_formats.h"

#include <algorithm>
#include <array>

namespace patchboard {
namespace {

constexpr std::string_view kHdf5 =
    "is TensorFlow's or Keras' (HDF5), expected safetensors, GGUF or PyTorch's files: load it with "
    "`from_pretrained(…, from_tf=True)` of transformers 4, and save it with `save_pretrained`";
constexpr std::string_view kFlax =
    "is Flax's (msgpack), expected safetensors, GGUF or PyTorch's files: load it with "
    "`from_pretrained(…, from_flax=True)` of transformers 4, and save it with `save_pretrained`";
constexpr std::string_view kOnnx =
    "is ONNX, a graph to be run, expected the model that it was exported from: its safetensors, "
    "GGUF or PyTorch's files";

bool is_msgpack(std::string_view start) {
  const auto first = static_cast<unsigned char>(start[0]);
  const bool is_small_map = first >= 0x81 && first <= 0x8f;
  const std::size_t key = first == 0xde ? 3 : first == 0xdf ? 5 : 1;
  const auto text = static_cast<unsigned char>(start[key]);
  return (is_small_map || key > 1) && (text == 0xd9 || (text >= 0xa1 && text <= 0xbf));
}

/// Its version, then the name of the program that wrote it.
bool is_onnx(std::string_view start) {
  return start[0] == 0x08 && start[1] > 0 && start[1] < 0x20 && start[2] == 0x12;
}

struct Named {
  std::string_view ending;
  std::string_view what;
};

constexpr std::array kNames = {
    Named{.ending = ".h5", .what = kHdf5}, Named{.ending = ".keras", .what = kHdf5},
    Named{.ending = ".msgpack", .what = kFlax}, Named{.ending = ".onnx", .what = kOnnx}};

}  // namespace

std::optional<std::string> other_format(std::string_view start) {
  constexpr std::size_t kLeast = 8;
  if (start.size() < kLeast) {
    return std::nullopt;
  }
  if (start.starts_with("\x89HDF\r\n\x1a\n")) {
    return std::string(kHdf5);
  }
  if (is_msgpack(start)) {
    return std::string(kFlax);
  }
  if (is_onnx(start)) {
    return std::string(kOnnx);
  }
  return std::nullopt;
}

std::optional<std::string> other_format_of_name(std::string_view file) {
  const auto* const found = std::ranges::find_if(
      kNames, [&](const Named& named) { return file.ends_with(named.ending); });
  return found == kNames.end() ? std::nullopt : std::optional(std::string(found->what));
}

}  // namespace patchboard
