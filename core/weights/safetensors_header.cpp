#include "core/weights/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "core/shallow_json.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

/// What is wrong with a header; the file's name is put before it.
struct Refusal : std::runtime_error {
  using std::runtime_error::runtime_error;
};

[[noreturn]] void refuse(const std::string& what) { throw Refusal(what); }

/// nlohmann keeps the last of two equal keys in silence, so names are watched while parsing.
Json parse_unique(std::string_view text) {
  std::vector<std::set<std::string>> names;  // of each object around the current value
  return Json::parse(text, [&](int depth, Json::parse_event_t event, const Json& value) {
    if (depth > kMaxJsonDepth) {
      return false;
    }
    if (event == Json::parse_event_t::object_start) {
      names.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      names.pop_back();
    } else if (event == Json::parse_event_t::key &&
               !names.back().insert(value.get<std::string>()).second) {
      refuse("the header names `" + value.get<std::string>() + "` twice");
    }
    return true;
  });
}

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

std::vector<std::uint64_t> sizes(const Json& array, const std::string& where) {
  std::vector<std::uint64_t> values;
  if (!array.is_array()) {
    refuse(where + " is " + array.dump() + ", expected a list of whole numbers");
  }
  for (const Json& value : array) {
    if (!value.is_number_unsigned()) {
      refuse(where + " is " + array.dump() + ", expected a list of whole numbers");
    }
    values.push_back(value.get<std::uint64_t>());
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

TensorEntry read_entry(const std::string& name, const Json& value) {
  const std::string quoted = "`" + name + "`";
  for (const char* key : {"dtype", "shape", "data_offsets"}) {
    if (!value.is_object() || !value.contains(key)) {
      refuse(quoted + ": the header gives no \"" + key + "\"");
    }
  }
  if (!value["dtype"].is_string()) {
    refuse(quoted + ": dtype is " + value["dtype"].dump() +
           ", expected \"F32\", \"F16\" or \"BF16\"");
  }
  TensorEntry entry;
  entry.name = name;
  entry.dtype_name = value["dtype"].get<std::string>();
  entry.dtype = dtype_of(entry.dtype_name);
  entry.shape = sizes(value["shape"], quoted + ": shape");
  const std::vector<std::uint64_t> offsets =
      sizes(value["data_offsets"], quoted + ": data_offsets");
  if (offsets.size() != 2 || offsets[0] > offsets[1]) {
    refuse(quoted + ": data_offsets are " + value["data_offsets"].dump() +
           ", expected [begin, end] with begin ≤ end");
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

void require_text_map(const Json& metadata) {
  const auto is_text = [](const Json& value) { return value.is_string(); };
  if (!metadata.is_object() || !std::ranges::all_of(metadata, is_text)) {
    refuse("`__metadata__` in the header does not map text to text");
  }
}

std::vector<TensorEntry> read_entries(const Json& header) {
  std::vector<TensorEntry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") {
      require_text_map(value);
    } else {
      entries.push_back(read_entry(name, value));
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
    return read_entries(parse_unique(json));
  } catch (const Json::exception& error) {
    throw Error(ErrorCode::kWeights, file + ": the header is not valid JSON: " + error.what());
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
