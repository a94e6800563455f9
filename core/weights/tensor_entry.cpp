#include "core/weights/tensor_entry.h"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>
#include <utility>

namespace patchboard {
namespace {

struct DTypeRow {
  DType dtype;
  std::string_view name;
  BlockLayout block;
};

constexpr std::array kTable = {
    DTypeRow{DType::kF64, "F64", {1, 8}},      DTypeRow{DType::kF32, "F32", {1, 4}},
    DTypeRow{DType::kF16, "F16", {1, 2}},      DTypeRow{DType::kBF16, "BF16", {1, 2}},
    DTypeRow{DType::kQ8, "U8", {1, 1}},        DTypeRow{DType::kQ80, "Q8_0", {32, 34}},
    DTypeRow{DType::kQ40, "Q4_0", {32, 18}},   DTypeRow{DType::kQ41, "Q4_1", {32, 20}},
    DTypeRow{DType::kQ50, "Q5_0", {32, 22}},   DTypeRow{DType::kQ51, "Q5_1", {32, 24}},
    DTypeRow{DType::kQ4K, "Q4_K", {256, 144}}, DTypeRow{DType::kQ5K, "Q5_K", {256, 176}},
    DTypeRow{DType::kQ6K, "Q6_K", {256, 210}}, DTypeRow{DType::kOther, "", {1, 0}}};

constexpr auto kMostBytes =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 2);

[[noreturn]] void refuse_tensor(const TensorEntry& entry, const std::string& what) {
  throw std::range_error("`" + entry.name + "`: " + what);
}

const DTypeRow& row_of(DType dtype) { return *std::ranges::find(kTable, dtype, &DTypeRow::dtype); }

}  // namespace

BlockLayout block_layout(DType dtype) { return row_of(dtype).block; }

std::uint64_t byte_count(DType dtype, std::uint64_t elements) {
  const BlockLayout block = block_layout(dtype);
  return elements / block.elements * block.bytes;
}

std::string_view name_of(DType dtype) { return row_of(dtype).name; }

DType dtype_of(std::string_view name) {
  const auto* const found = std::ranges::find(kTable, name, &DTypeRow::name);
  return found == kTable.end() ? DType::kOther : found->dtype;
}

std::uint64_t byte_count(const TensorEntry& entry) {
  const BlockLayout block = block_layout(entry.dtype);
  if (block.elements > 1 && (entry.shape.empty() || entry.shape.back() % block.elements != 0)) {
    refuse_tensor(entry, "shape " + shape_text(entry.shape) + " in " + entry.dtype_name +
                             ", expected rows of a multiple of " + std::to_string(block.elements));
  }
  std::uint64_t bytes = block.bytes;
  for (std::size_t i = 0; i < entry.shape.size(); ++i) {
    const bool is_row = i + 1 == entry.shape.size();
    const std::uint64_t count = is_row ? entry.shape[i] / block.elements : entry.shape[i];
    if (count != 0 && bytes > kMostBytes / count) {
      refuse_tensor(entry, "shape " + shape_text(entry.shape) + " is too large");
    }
    bytes *= count;
  }
  return bytes;
}

void sort_by_begin(std::vector<TensorEntry>& entries) {
  std::ranges::sort(entries, {},
                    [](const TensorEntry& entry) { return std::pair(entry.begin, entry.end); });
}

void sort_by_place(std::vector<TensorEntry>& entries, std::uint64_t alignment) {
  sort_by_begin(entries);
  std::uint64_t position = 0;
  for (const TensorEntry& entry : entries) {
    const std::uint64_t expected = aligned(position, alignment);
    if (entry.begin != expected) {
      refuse_tensor(
          entry, "data begins at byte " + std::to_string(entry.begin) +
                     (entry.begin < expected ? ", inside the tensor before it" : ", after a gap") +
                     "; expected byte " + std::to_string(expected));
    }
    position = entry.end;
  }
}

std::string shape_text(const std::vector<std::uint64_t>& shape) {
  std::string text = "[";
  for (const std::uint64_t size : shape) {
    text += (text.size() > 1 ? ", " : "") + std::to_string(size);
  }
  return text + "]";
}

}  // namespace patchboard
