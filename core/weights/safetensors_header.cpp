#include "core/weights/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "core/input/input_value.h"

namespace patchboard {
namespace {

/// What is wrong with a header; the file's name is put before it.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& what) { throw Refusal(what); }

DType dtype_of(const std::string& name) {
  if (name == "F32") {
    return DType::kF32;
  }
  if (name == "F16") {
    return DType::kF16;
  }
  if (name == "BF16") {
    return DType::kBF16;
  }
  return name == "U8" ? DType::kQ8 : DType::kOther;
}

std::vector<std::uint64_t> sizes(const InputValue& list) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::vector<std::uint64_t> values;
  for (const InputValue& value : list.list(0, "whole numbers")) {
    values.push_back(value.whole<std::uint64_t>(0, kMost));
  }
  return values;
}

/// Σ over the shape, times the element's size; refused where it would overflow.
std::uint64_t byte_count(const TensorEntry& entry) {
  std::uint64_t bytes = bytes_per_element(entry.dtype);
  for (const std::uint64_t size : entry.shape) {
    if (size != 0 && bytes > std::numeric_limits<std::uint64_t>::max() / size) {
      refuse("`" + entry.name + "`: shape " + shape_text(entry.shape) + " is too large");
    }
    bytes *= size;
  }
  return bytes;
}

TensorEntry read_entry(const std::string& name, const InputValue& value) {
  const std::string quoted = "`" + name + "`";
  TensorEntry entry;
  entry.name = name;
  entry.dtype_name = value.at("dtype").text();
  entry.dtype = dtype_of(entry.dtype_name);
  entry.shape = sizes(value.at("shape"));
  const std::vector<std::uint64_t> offsets = sizes(value.at("data_offsets"));
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    value.at("data_offsets").refuse("[begin, end] with begin ≤ end");
  }
  entry.begin = offsets[0];
  entry.end = offsets[1];
  if (entry.dtype != DType::kOther && byte_count(entry) != entry.end - entry.begin) {
    refuse(quoted + ": data_offsets span " + std::to_string(entry.end - entry.begin) +
           " bytes, but shape " + shape_text(entry.shape) + " in " + entry.dtype_name + " needs " +
           std::to_string(byte_count(entry)));
  }
  return entry;
}

void require_contiguous(const std::vector<TensorEntry>& entries) {
  std::uint64_t position = 0;
  for (const TensorEntry& entry : entries) {
    if (entry.begin != position) {
      refuse("`" + entry.name + "`: data begins at byte " + std::to_string(entry.begin) +
             (entry.begin < position ? ", inside the tensor before it" : ", after a gap") +
             "; expected byte " + std::to_string(position));
    }
    position = entry.end;
  }
}

void require_text_map(const InputValue& metadata) {
  for (const auto& [key, value] : metadata.members()) {
    static_cast<void>(value.text());
  }
}

std::vector<TensorEntry> read_entries(const InputValue& header, const std::string& file) {
  std::vector<TensorEntry> entries;
  for (const auto& [name, value] : header.members()) {
    if (name == "__metadata__") {
      require_text_map(value);
    } else {
      std::string where = file;
      where += ": `";
      where += name;
      where += '`';
      entries.push_back(read_entry(name, value.named(where)));
    }
  }
  std::ranges::sort(entries, {},
                    [](const TensorEntry& entry) { return std::pair(entry.begin, entry.end); });
  require_contiguous(entries);
  return entries;
}

}  // namespace

std::size_t bytes_per_element(DType dtype) {
  switch (dtype) {
    case DType::kF32:
      return 4;
    case DType::kF16:
    case DType::kBF16:
      return 2;
    case DType::kQ8:
      return 1;
    case DType::kOther:
      break;
  }
  return 0;
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (const std::uint64_t size : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  }
  return text + "]";
}

std::vector<TensorEntry> parse_safetensors_header(std::string_view json, const std::string& file) {
  try {
    if (!json.starts_with('{')) {
      refuse("the header does not begin with `{`; is this a safetensors file?");
    }
    const std::string name = file + ": the header";
    return read_entries(InputValue::parse(json, {.code = ErrorCode::kWeights, .name = name}), file);
  } catch (const Refusal& refusal) {
    throw Error(ErrorCode::kWeights, file + ": " + refusal.what());
  }
}

std::string safetensors_head(const std::vector<TensorEntry>& entries) {
  constexpr std::size_t kAlignment = 8;
  nlohmann::ordered_json json = {{"__metadata__", {{"format", "pt"}}}};
  for (const TensorEntry& entry : entries) {
    json[entry.name] = {{"dtype", entry.dtype_name},
                        {"shape", entry.shape},
                        {"data_offsets", {entry.begin, entry.end}}};
  }
  std::string text = json.dump();
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  std::string head(sizeof(std::uint64_t), '\0');
  const std::uint64_t size = text.size();
  std::memcpy(head.data(), &size, sizeof size);
  return head + text;
}

}  // namespace patchboard
