#include "core/weights/gather.h"

#include <cstring>
#include <limits>

#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

constexpr auto kMostSpan =
    static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max() / 16);

}  // namespace

std::uint64_t span_of(const std::string& name, const std::vector<std::uint64_t>& shape,
                      const std::vector<std::uint64_t>& strides) {
  std::uint64_t span = 1;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == 0) {
      return 0;
    }
    const std::uint64_t steps = shape[i] - 1;
    if (steps != 0 && strides[i] > (kMostSpan - span) / steps) {
      refuse_file("`" + name + "`: shape " + shape_text(shape) + " with strides " +
                  shape_text(strides) + " is too large");
    }
    span += steps * strides[i];
  }
  return span;
}

std::vector<std::byte> gathered(const TensorEntry& entry, std::span<const std::byte> spanned) {
  if (entry.strides.empty()) {
    return {spanned.begin(), spanned.end()};
  }
  const std::size_t each = block_layout(entry.dtype).bytes;
  std::vector<std::byte> result(static_cast<std::size_t>(byte_count(entry)));
  std::vector<std::uint64_t> index(entry.shape.size());
  std::uint64_t from = 0;  // of the number at `index`
  for (std::size_t to = 0; to < result.size(); to += each) {
    std::memcpy(result.data() + to, spanned.data() + static_cast<std::size_t>(from * each), each);
    for (std::size_t i = index.size(); i > 0; --i) {  // the last size is the innermost
      from += entry.strides[i - 1];
      if (++index[i - 1] < entry.shape[i - 1]) {
        break;
      }
      from -= entry.strides[i - 1] * entry.shape[i - 1];
      index[i - 1] = 0;
    }
  }
  return result;
}

}  // namespace patchboard
