#include "tests/core/support/torch_reader.h"

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/weights/torch_file.h"

namespace patchboard::testing {

FileHeader read_torch(std::string_view file, const std::string& name) {
  const auto bytes = std::as_bytes(std::span(file));
  TorchFile torch(name, file.size());
  for (auto wanted = torch.wanted(); !wanted.empty(); wanted = torch.wanted()) {
    std::vector<std::vector<std::byte>> pieces;
    for (const ByteRange& range : wanted) {
      const auto piece = bytes.subspan(static_cast<std::size_t>(range.begin),
                                       static_cast<std::size_t>(range.size()));
      pieces.emplace_back(piece.begin(), piece.end());
    }
    torch.take(pieces);
  }
  return torch.header();
}

void feed_torch(Session& session, std::string_view file, FileHeader header, std::size_t piece) {
  session.take_header(std::move(header));
  while (const auto position = session.next_wanted()) {
    const auto at = static_cast<std::size_t>(*position);
    session.feed(std::as_bytes(std::span(file.substr(at, piece))));
  }
  session.end_file();
}

}  // namespace patchboard::testing
