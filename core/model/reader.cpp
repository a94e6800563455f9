#include "core/model/reader.h"

#include <algorithm>

namespace patchboard {

const Matrix* own_input(std::span<const OwnInput> inputs, const Reader& reader) {
  const auto found = std::ranges::find(inputs, reader, &OwnInput::reader);
  return found == inputs.end() ? nullptr : found->resid;
}

std::vector<Reader> head_readers(Index layer, Index n_head) {
  std::vector<Reader> readers;
  for (const Reader::Kind kind : {Reader::Kind::kQ, Reader::Kind::kK, Reader::Kind::kV}) {
    for (Index head = 0; head < n_head; ++head) {
      readers.push_back({.kind = kind, .layer = layer, .head = head});
    }
  }
  return readers;
}

}  // namespace patchboard
