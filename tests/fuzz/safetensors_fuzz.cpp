// A file of weights, in pieces of several sizes, in each format, with the copy that is kept and its
// continuation: the header as JSON; a byte that chooses, and the data, for every fourth choice with
// zeros behind it. Without `---`, the whole input is the file.

#include <algorithm>
#include <array>
#include <cstring>

#include "core/error.h"
#include "core/weights/fingerprint.h"
#include "core/weights/weight_loader.h"
#include "tests/core/support/random_model.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {
namespace {

struct Choice {
  WeightFormat format;
  std::size_t piece;
  std::size_t cut;  // in 1/16 of the copy
};

/// What loading came to.
struct Loaded {
  std::string error;        ///< empty where there was none
  std::string fingerprint;  ///< of the weights
  std::string kept;

  bool operator==(const Loaded&) const = default;
};

Config config() { return testing::small_config(1, 1, 2, 3); }

/// The file, the header's length before it, with as many bytes of data as a model has at most.
std::string file_of(std::string_view header, std::string_view data, bool padded) {
  std::string file(sizeof(std::uint64_t), '\0');
  const std::uint64_t size = header.size();
  std::memcpy(file.data(), &size, sizeof size);
  file += header;
  file += data;
  if (padded) {
    const auto end = static_cast<std::size_t>(8 + header.size() + 4 * config().parameter_count());
    file.resize(std::max(file.size(), end), '\0');
  }
  return file;
}

void feed_pieces(WeightLoader& loader, std::string_view bytes, std::size_t piece,
                 std::string& kept) {
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    const std::string_view next = bytes.substr(at, piece);
    loader.feed(std::as_bytes(std::span(next)));
    kept.append(reinterpret_cast<const char*>(loader.kept().data()), loader.kept().size());
  }
}

Loaded load(std::string_view file, WeightFormat format, std::size_t piece) {
  Loaded loaded;
  try {
    WeightLoader loader(config(), format);
    loader.keep();
    feed_pieces(loader, file, piece, loaded.kept);
    loaded.fingerprint = fingerprint(loader.finish());
  } catch (const Error& error) {
    const std::string what = error.what();
    // Here alone a message says how much has come so far.
    const std::size_t so_far = what.find(" or more bytes after the last tensor");
    loaded = {.error = so_far == std::string::npos ? what : what.substr(so_far),
              .fingerprint = {},
              .kept = {}};
  }
  return loaded;
}

/// The copy was cut, and is continued from the file.
void expect_continues(std::string_view file, const Loaded& whole, const Choice& choice) {
  const std::string kept = whole.kept.substr(0, whole.kept.size() * choice.cut / 16);
  WeightLoader loader(config(), choice.format);
  loader.feed(std::as_bytes(std::span(kept)));
  std::uint64_t header_bytes = 0;
  std::memcpy(&header_bytes, file.data(), sizeof header_bytes);
  const std::string header(file.substr(8, static_cast<std::size_t>(header_bytes)));
  std::uint64_t position = 0;
  try {
    position = loader.continue_from(header);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kState, "a copy continues its own source");
    return;
  }
  std::string copy = kept;
  feed_pieces(loader, file.substr(static_cast<std::size_t>(position)), choice.piece, copy);
  require(copy == whole.kept, "a copy that was continued is the whole copy");
  require(fingerprint(loader.finish()) == whole.fingerprint,
          "weights that were continued are the whole file's");
}

}  // namespace

void run(std::string_view input) {
  constexpr std::array kFormats = {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8};
  const auto part = parts(input, 2);
  const bool is_file = part[1].empty();
  const auto byte = static_cast<unsigned char>(is_file ? '\0' : part[1][0]);
  const std::size_t more = hash_of(input);
  const Choice choice = {.format = kFormats[(is_file ? more : byte / 4) % 3],
                         .piece = 1 + more / 3 % 97,
                         .cut = more / 300 % 17};
  const std::string file =
      is_file ? std::string(input) : file_of(part[0], part[1].substr(1), byte % 4 == 0);
  const Loaded whole = load(file, choice.format, std::max<std::size_t>(file.size(), 1));
  const Loaded pieces = load(file, choice.format, choice.piece);
  require(pieces == whole, "a file in pieces is the whole file, or is refused as it is");
  if (!whole.error.empty()) {
    return;
  }
  const Loaded copy = load(whole.kept, choice.format, choice.piece);
  require(copy.error.empty() && copy.fingerprint == whole.fingerprint,
          "a kept copy gives the same weights");
  require(copy.kept == whole.kept, "the copy of a copy is the copy");
  expect_continues(file, whole, choice);
}

}  // namespace patchboard::fuzz
