#pragma once

#include <string>

#include "core/weights/torch_file.h"
#include "wasm/js_types.h"

namespace patchboard::js {

/// What a file of PyTorch's says, from the few bytes of it that it asks for: `TorchFile` for
/// JavaScript. Errors as those of a session.
class JsTorchFile {
 public:
  /// file: its name, for errors. size: of the file.
  JsTorchFile(const std::string& file, double size);

  /// The bytes that are to be read next; none once the header can be taken.
  [[nodiscard]] ArrayOf<Range> wanted() const;
  /// All of them, one after the other.
  void take(const Bytes& bytes);
  [[nodiscard]] TorchHeader header();

 private:
  TorchFile file_;
};

}  // namespace patchboard::js
