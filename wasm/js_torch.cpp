#include "wasm/js_torch.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "wasm/js_errors.h"
#include "wasm/js_values.h"

namespace patchboard::js {

JsTorchFile::JsTorchFile(const std::string& file, double size)
    : file_(file, guarded([&] { return whole_value<std::uint64_t>(size, "size"); })) {}

ArrayOf<Range> JsTorchFile::wanted() const {
  return guarded([&] {
    std::vector<Range> ranges;
    for (const ByteRange& range : file_.wanted()) {
      ranges.push_back(
          {.begin = static_cast<double>(range.begin), .end = static_cast<double>(range.end)});
    }
    return ArrayOf<Range>(ranges);
  });
}

void JsTorchFile::take(const Bytes& bytes) {
  guarded([&] {
    const auto all = emscripten::convertJSArrayToNumberVector<std::uint8_t>(bytes);
    const auto rest = std::as_bytes(std::span(all));
    std::vector<std::vector<std::byte>> pieces;
    std::size_t at = 0;
    for (const ByteRange& range : file_.wanted()) {
      const auto size = static_cast<std::size_t>(range.size());
      const auto piece = rest.subspan(at, std::min(size, rest.size() - at));
      pieces.emplace_back(piece.begin(), piece.end());
      at += piece.size();
    }
    file_.take(pieces);
  });
}

TorchHeader JsTorchFile::header() {
  return guarded([&] {
    FileHeader header = file_.header();
    return TorchHeader{.text = std::move(header.text),
                       .config = header.model ? header.model->config_json : std::string()};
  });
}

}  // namespace patchboard::js
