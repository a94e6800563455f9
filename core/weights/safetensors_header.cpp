#include "core/weights/safetensors_header.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/weights/gather.h"
#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

constexpr const char* kMetadata = "__metadata__";
constexpr const char* kGguf = "gguf";
constexpr const char* kTorch = "torch";
constexpr const char* kStrides = "strides";
constexpr std::size_t kLengthBytes = sizeof(std::uint64_t);

std::vector<std::uint64_t> sizes(const InputValue& list) {
  constexpr auto kMost = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  std::vector<std::uint64_t> values;
  for (const InputValue& value : list.list(0, "whole numbers")) {
    values.push_back(value.whole<std::uint64_t>(0, kMost));
  }
  return values;
}

/// Of the file, from the first number to the last.
std::uint64_t spanned_bytes(const TensorEntry& entry) {
  if (entry.strides.empty()) {
    return byte_count(entry);
  }
  if (entry.strides.size() != entry.shape.size()) {
    refuse_file("`" + entry.name + "`: shape " + shape_text(entry.shape) + ", but strides " +
                shape_text(entry.strides));
  }
  return byte_count(entry.dtype, span_of(entry.name, entry.shape, entry.strides));
}

void require_bytes(const TensorEntry& entry) {
  const std::uint64_t bytes = spanned_bytes(entry);
  if (bytes != entry.end - entry.begin) {
    refuse_file("`" + entry.name + "`: data_offsets span " +
                std::to_string(entry.end - entry.begin) + " bytes, but shape " +
                shape_text(entry.shape) + " in " + entry.dtype_name + " needs " +
                std::to_string(bytes));
  }
}

TensorEntry read_entry(const std::string& name, const InputValue& value, bool may_have_strides) {
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
  if (const auto strides = value.find(kStrides); strides && may_have_strides) {
    entry.strides = sizes(*strides);
  }
  if (entry.dtype != DType::kOther) {
    require_bytes(entry);
  }
  return entry;
}

std::vector<TensorEntry> read_entries(const InputValue& header, const std::string& file,
                                      bool may_have_strides) {
  std::vector<TensorEntry> entries;
  for (const auto& [name, value] : header.members()) {
    if (name != kMetadata) {
      std::string where = file;
      where += ": `";
      where += name;
      where += '`';
      entries.push_back(read_entry(name, value.named(where), may_have_strides));
    }
  }
  return entries;
}

/// Errors: where it is no map of texts.
std::optional<InputValue> metadata_of(const InputValue& header) {
  auto metadata = header.find(kMetadata);
  if (metadata) {
    for (const auto& [key, value] : metadata->members()) {
      static_cast<void>(value.text());
    }
  }
  return metadata;
}

/// What `header_text` writes, and `read_header_text` reads.
void read_gguf_place(const InputValue& metadata, FileHeader& header) {
  constexpr std::uint64_t kMostAlignment = 1U << 20U;
  const auto number = [&](const char* key, std::uint64_t most) {
    const InputSource source{.code = ErrorCode::kWeights, .name = key};
    return read_whole<std::uint64_t>(metadata.at(key).text(), source, 1, most);
  };
  header.data_begin = number("data_begin", 2 * kMaxHeaderBytes);
  header.alignment = number("alignment", kMostAlignment);
}

FileHeader parse(std::string_view json, const std::string& file, bool is_of_any_format) {
  try {
    if (!json.starts_with('{')) {
      refuse_file("the header does not begin with `{`; is this a safetensors file?");
    }
    const std::string name = file + ": the header";
    const auto value = InputValue::parse(json, {.code = ErrorCode::kWeights, .name = name});
    const auto metadata = metadata_of(value);
    const auto format = metadata && is_of_any_format ? metadata->find("format") : std::nullopt;
    const bool is_torch = format && format->text() == kTorch;
    FileHeader header{.tensors = read_entries(value, file, is_torch),
                      .data_begin = is_torch ? 0 : kLengthBytes + json.size(),
                      .is_scattered = is_torch,
                      .text = {},
                      .model = {}};
    if (is_torch) {
      sort_by_begin(header.tensors);
      return header;
    }
    if (format && format->text() == kGguf) {
      read_gguf_place(*metadata, header);
    }
    sort_by_place(header.tensors, header.alignment);
    return header;
  } catch (const std::range_error& refusal) {
    throw Error(ErrorCode::kWeights, file + ": " + refusal.what());
  }
}

nlohmann::ordered_json header_json(const std::vector<TensorEntry>& entries,
                                   nlohmann::ordered_json metadata) {
  nlohmann::ordered_json json = {{kMetadata, std::move(metadata)}};
  for (const TensorEntry& entry : entries) {
    json[entry.name] = {{"dtype", entry.dtype_name},
                        {"shape", entry.shape},
                        {"data_offsets", {entry.begin, entry.end}}};
    if (!entry.strides.empty()) {
      json[entry.name][kStrides] = entry.strides;
    }
  }
  return json;
}

}  // namespace

void SafetensorsHeader::feed(std::span<const std::byte>& bytes) {
  while (!bytes.empty() && (size_ < kLengthBytes || text_.size() < header_bytes_)) {
    size_ < kLengthBytes ? feed_length(bytes) : feed_text(bytes);
  }
}

void SafetensorsHeader::feed_length(std::span<const std::byte>& bytes) {
  const std::size_t taken = std::min(bytes.size(), kLengthBytes - size_);
  std::memcpy(reinterpret_cast<std::byte*>(&header_bytes_) + size_, bytes.data(), taken);
  size_ += taken;
  bytes = bytes.subspan(taken);
  if (size_ == kLengthBytes && (header_bytes_ == 0 || header_bytes_ > kMaxHeaderBytes)) {
    throw Error(ErrorCode::kWeights, file_ + ": the first 8 bytes give a header of " +
                                         std::to_string(header_bytes_) + " bytes, expected 1 to " +
                                         std::to_string(kMaxHeaderBytes) +
                                         "; is this a safetensors file?");
  }
}

void SafetensorsHeader::feed_text(std::span<const std::byte>& bytes) {
  const auto taken =
      static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), header_bytes_ - text_.size()));
  text_.append(reinterpret_cast<const char*>(bytes.data()), taken);
  bytes = bytes.subspan(taken);
}

std::optional<FileHeader> SafetensorsHeader::take() {
  if (size_ < kLengthBytes || text_.size() < header_bytes_) {
    return std::nullopt;
  }
  FileHeader header = parse(text_, file_, false);
  header.text = std::move(text_);
  return header;
}

std::string SafetensorsHeader::missing() const {
  return "the header should be " + std::to_string(header_bytes_) +
         " bytes long, but the file ends after " + std::to_string(text_.size()) + " of them";
}

std::vector<TensorEntry> parse_safetensors_header(std::string_view json, const std::string& file) {
  return parse(json, file, false).tensors;
}

FileHeader read_header_text(std::string text, const std::string& file) {
  FileHeader header = parse(text, file, true);
  header.text = std::move(text);
  return header;
}

std::string header_text(const FileHeader& header) {
  return header_json(header.tensors, {{"format", header.is_scattered ? kTorch : kGguf},
                                      {"data_begin", std::to_string(header.data_begin)},
                                      {"alignment", std::to_string(header.alignment)}})
      .dump();
}

std::string safetensors_head(const std::vector<TensorEntry>& entries) {
  constexpr std::size_t kAlignment = 8;
  std::string text = header_json(entries, {{"format", "pt"}}).dump();
  text.resize(static_cast<std::size_t>(aligned(text.size(), kAlignment)), ' ');
  std::string head(kLengthBytes, '\0');
  const std::uint64_t size = text.size();
  std::memcpy(head.data(), &size, sizeof size);
  return head + text;
}

}  // namespace patchboard
