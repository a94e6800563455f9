#include "core/weights/gguf_header.h"

#include <algorithm>
#include <limits>
#include <stdexcept>

#include "core/error.h"
#include "core/weights/gguf_types.h"
#include "core/weights/refuse_file.h"
#include "core/weights/safetensors_header.h"

namespace patchboard {
namespace {

constexpr std::uint32_t kOldestVersion = 2;
constexpr std::uint32_t kVersion = 3;
constexpr std::uint64_t kMostKeyBytes = 65'535;
constexpr std::uint64_t kMostNameBytes = 64;
constexpr std::uint32_t kMostSizes = 4;
/// What one takes at least: a key its length, type and value; a tensor all of its numbers.
constexpr std::uint64_t kLeastKeyBytes = 13;
constexpr std::uint64_t kLeastTensorBytes = 32;

void require_count(std::uint64_t count, std::uint64_t bytes_each, const std::string& what) {
  if (count > kMaxHeaderBytes / bytes_each) {
    refuse_file(std::to_string(count) + " " + what + ", expected at most " +
                std::to_string(kMaxHeaderBytes / bytes_each) + ": a header has at most " +
                std::to_string(kMaxHeaderBytes) + " bytes");
  }
}

void require_version(std::uint32_t version) {
  if (version >= kOldestVersion && version <= kVersion) {
    return;
  }
  const bool is_big_endian = (version & 0xFFFFU) == 0;
  refuse_file("version " + std::to_string(version) + ", expected 2 or 3" +
              (is_big_endian ? ": a file for big-endian machines" : ""));
}

GgufType type_of(std::uint32_t type, const std::string& key) {
  if (type > kLastGgufType) {
    refuse_file("`" + key + "`: a value of type " + std::to_string(type) + ", expected 0 to " +
                std::to_string(kLastGgufType));
  }
  return static_cast<GgufType>(type);
}

}  // namespace

void GgufHeader::feed(std::span<const std::byte>& bytes) {
  try {
    while (state_ != State::kWhole && !bytes.empty()) {
      constexpr std::size_t kPiece = std::size_t{1} << 16U;  // so that little is held twice
      const std::span<const std::byte> piece = bytes.first(std::min(bytes.size(), kPiece));
      pending_.insert(pending_.end(), piece.begin(), piece.end());
      taken_ += piece.size();
      while (read_next()) {
      }
      pending_.erase(pending_.begin(), pending_.begin() + static_cast<std::ptrdiff_t>(at_));
      at_ = 0;
      const std::size_t left = state_ == State::kWhole ? pending_.size() : 0;
      bytes = bytes.subspan(piece.size() - left);
    }
  } catch (const std::range_error& refusal) {
    throw Error(ErrorCode::kWeights, file_ + ": " + refusal.what());
  }
}

bool GgufHeader::read_next() {
  if (position() > kMaxHeaderBytes) {
    refuse_file("a header of more than " + std::to_string(kMaxHeaderBytes) + " bytes");
  }
  switch (state_) {
    case State::kStart:
      return read_start();
    case State::kKeys:
      return read_key();
    case State::kElements:
      return read_element();
    case State::kTensors:
      return read_tensor();
    case State::kPadding:
      if (taken_ < header_.data_begin) {
        return false;
      }
      at_ += static_cast<std::size_t>(header_.data_begin - position());
      state_ = State::kWhole;
      return false;
    case State::kWhole:
      break;
  }
  return false;
}

bool GgufHeader::read_start() {
  GgufCursor cursor = left();
  static_cast<void>(cursor.number<std::uint32_t>());  // the magic, which was seen
  const auto version = cursor.number<std::uint32_t>();
  const auto tensors = cursor.number<std::uint64_t>();
  const auto keys = cursor.number<std::uint64_t>();
  if (version) {
    require_version(*version);
  }
  if (!tensors || !keys) {
    return false;
  }
  require_count(*tensors, kLeastTensorBytes, "tensors");
  require_count(*keys, kLeastKeyBytes, "keys of metadata");
  tensor_count_ = *tensors;
  key_count_ = *keys;
  at_ += cursor.taken();
  state_ = State::kKeys;
  return true;
}

bool GgufHeader::read_key() {
  if (keys_read_ == key_count_) {
    model_.require_gpt2();
    header_.alignment = model_.alignment();
    state_ = State::kTensors;
    return true;
  }
  GgufCursor cursor = left();
  const auto key_text = cursor.text(kMostKeyBytes);
  const auto type = key_text ? cursor.number<std::uint32_t>() : std::nullopt;
  if (!type) {
    return false;
  }
  const std::string key(*key_text);
  require_utf8_text(key, "key " + std::to_string(keys_read_));
  if (type_of(*type, key) == GgufType::kArray) {
    const auto element = cursor.number<std::uint32_t>();
    const auto count = element ? cursor.number<std::uint64_t>() : std::nullopt;
    if (!count) {
      return false;
    }
    begin_array(key, *element, *count);
  } else {
    const auto value = cursor.value(static_cast<GgufType>(*type), kMaxHeaderBytes);
    if (!value) {
      return false;
    }
    model_.set(key, *value);
    ++keys_read_;
  }
  at_ += cursor.taken();
  return true;
}

void GgufHeader::begin_array(const std::string& key, std::uint32_t type, std::uint64_t count) {
  element_type_ = type_of(type, key);
  if (element_type_ == GgufType::kArray) {
    refuse_file("`" + key + "` is an array of arrays, expected one of numbers or texts");
  }
  require_count(count, least_bytes(element_type_), "values of `" + key + "`");
  model_.begin_array(key, element_type_);
  key_ = key;
  elements_left_ = count;
  state_ = State::kElements;
}

bool GgufHeader::read_element() {
  if (elements_left_ == 0) {
    ++keys_read_;
    state_ = State::kKeys;
    return true;
  }
  GgufCursor cursor = left();
  const auto value = cursor.value(element_type_, kMaxHeaderBytes);
  if (!value) {
    return false;
  }
  if (model_.wants(key_)) {
    model_.add(key_, *value);
  }
  --elements_left_;
  at_ += cursor.taken();
  return true;
}

bool GgufHeader::read_tensor() {
  if (header_.tensors.size() == tensor_count_) {
    finish();
    return true;
  }
  GgufCursor cursor = left();
  TensorEntry entry;
  const auto name = cursor.text(kMostNameBytes);
  const auto sizes = name ? cursor.number<std::uint32_t>() : std::nullopt;
  if (!sizes) {
    return false;
  }
  entry.name = *name;
  require_utf8_text(entry.name, "the name of tensor " + std::to_string(header_.tensors.size()));
  if (*sizes < 1 || *sizes > kMostSizes) {
    refuse_file("`" + entry.name + "`: " + std::to_string(*sizes) + " sizes, expected 1 to " +
                std::to_string(kMostSizes));
  }
  for (std::uint32_t i = 0; i < *sizes; ++i) {
    const auto size = cursor.number<std::uint64_t>();
    if (!size) {
      return false;
    }
    entry.shape.insert(entry.shape.begin(), *size);  // the file has the innermost first
  }
  const auto type = cursor.number<std::uint32_t>();
  const auto offset = type ? cursor.number<std::uint64_t>() : std::nullopt;
  if (!offset) {
    return false;
  }
  entry.begin = *offset;
  add_tensor(std::move(entry), *type);
  at_ += cursor.taken();
  return true;
}

void GgufHeader::add_tensor(TensorEntry entry, std::uint32_t type) {
  entry.dtype_name = gguf_type_name(type);
  entry.dtype = dtype_of(entry.dtype_name);
  if (entry.dtype == DType::kOther) {
    refuse_file("`" + entry.name + "`: numbers in " + entry.dtype_name +
                ", expected F32, F16, BF16, Q8_0, Q4_0, Q4_1, Q5_0, Q5_1, Q4_K, Q5_K or Q6_K");
  }
  const std::uint64_t bytes = byte_count(entry);
  if (entry.begin > std::numeric_limits<std::uint64_t>::max() / 2) {
    refuse_file("`" + entry.name + "`: data begins at byte " + std::to_string(entry.begin) +
                ", beyond any file");
  }
  entry.end = entry.begin + bytes;
  header_.tensors.push_back(std::move(entry));
}

void GgufHeader::finish() {
  header_.data_begin = aligned(position(), header_.alignment);
  sort_by_place(header_.tensors, header_.alignment);
  header_.text = header_text(header_);
  header_.model = model_.texts(header_.tensors);
  model_ = GgufModel();
  state_ = State::kPadding;
}

std::optional<FileHeader> GgufHeader::take() {
  if (state_ != State::kWhole) {
    return std::nullopt;
  }
  return std::move(header_);
}

std::string GgufHeader::missing() const {
  std::string where = "its first 24 bytes";
  if (state_ == State::kKeys) {
    where = "key " + std::to_string(keys_read_ + 1) + " of " + std::to_string(key_count_) +
            " of its metadata";
  } else if (state_ == State::kElements) {
    where = "`" + key_ + "`, " + std::to_string(elements_left_) + " values too early";
  } else if (state_ == State::kTensors) {
    where = "the place of tensor " + std::to_string(header_.tensors.size() + 1) + " of " +
            std::to_string(tensor_count_);
  } else if (state_ == State::kPadding) {
    where = "the padding before byte " + std::to_string(header_.data_begin);
  }
  return "the file ends after " + std::to_string(taken_) + " bytes, inside " + where;
}

}  // namespace patchboard
