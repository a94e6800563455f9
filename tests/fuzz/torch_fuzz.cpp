// A file of PyTorch's: what it says, and its weights in pieces of several sizes. Inputs are such
// files, or a pickle after `P`, from which a zip is made around it, so that changes of the pickle
// are no damage.

#include <map>

#include "core/error.h"
#include "core/session/session.h"
#include "core/weights/pickle_reader.h"
#include "core/weights/safetensors_header.h"
#include "core/weights/torch_tensors.h"
#include "tests/core/support/torch_reader.h"
#include "tests/core/support/zip_writer.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {
namespace {

constexpr const char* kConfig =
    R"({"n_layer": 1, "n_head": 1, "n_embd": 2, "vocab_size": 3, "n_positions": 2})";
/// A file with more in its storages is refused.
constexpr std::uint64_t kMostBytes = 100'000;

/// What loading came to.
struct Loaded {
  std::string error;        ///< empty where there was none
  std::string fingerprint;  ///< of the weights

  bool operator==(const Loaded&) const = default;
};

/// What it says, as it is kept and given to a page.
FileHeader through_text(const FileHeader& header) {
  return read_header_text(header.text, "model.bin");
}

Loaded load(std::string_view file, std::size_t piece, bool is_through_text) {
  try {
    Session session(1);
    session.begin(kConfig);
    FileHeader header = testing::read_torch(file);
    testing::feed_torch(session, file, is_through_text ? through_text(header) : std::move(header),
                        piece);
    session.finish();
    return {.error = {}, .fingerprint = session.fingerprint()};
  } catch (const Error& error) {
    return {.error = error.what(), .fingerprint = {}};
  }
}

/// Around a pickle, with the storages that it names; none where it is none, or they are large.
std::string zip_around(std::string_view pickle) {
  testing::ZipWriter zip;
  zip.add("archive/data.pkl", pickle);
  try {
    const auto read = read_pickle(std::as_bytes(std::span(pickle)), kTorchFunctions);
    if (!read) {
      return {};
    }
    std::uint64_t bytes = 0;
    for (const TorchStorage& storage : torch_storages(*read)) {
      bytes += std::min(storage.bytes(), kMostBytes);
      if (bytes >= kMostBytes) {
        return {};
      }
      std::string numbers(static_cast<std::size_t>(storage.bytes()), '\x11');
      zip.add("archive/data/" + storage.key, numbers);
    }
  } catch (const std::range_error&) {
    return {};
  }
  return zip.file();
}

}  // namespace

void run(std::string_view input) {
  const std::string made = input.starts_with('P') ? zip_around(input.substr(1)) : std::string();
  const std::string_view file = input.starts_with("P\x80") ? std::string_view(made) : input;
  const Loaded whole = load(file, std::max<std::size_t>(file.size(), 1), false);
  const Loaded pieces = load(file, 1 + hash_of(input) % 97, true);
  require(pieces == whole,
          "a file in pieces, its header as text, is the whole file, or is refused as it is");
}

}  // namespace patchboard::fuzz
