// A GGUF, in pieces of several sizes, in each format, with the copy that is kept and its
// continuation.

#include <array>
#include <cstring>

#include "core/error.h"
#include "core/session/session.h"
#include "tests/fuzz/fuzz_entry.h"

namespace patchboard::fuzz {
namespace {

/// A model of more is refused, so that an input takes milliseconds.
constexpr std::uint64_t kMostParameters = 20'000;

/// What loading came to.
struct Loaded {
  std::string error;        ///< empty where there was none
  std::string fingerprint;  ///< of the weights
  std::string kept;
  std::string header;

  bool operator==(const Loaded&) const = default;
};

std::string without_amount(const std::string& what) {
  // Here alone a message says how much has come so far.
  const std::size_t so_far = what.find(" or more bytes after the last tensor");
  return so_far == std::string::npos ? what : what.substr(so_far);
}

template <typename Feed>
void in_pieces(std::string_view bytes, std::size_t piece, const Feed& feed) {
  for (std::size_t at = 0; at < bytes.size(); at += piece) {
    feed(std::as_bytes(std::span(bytes.substr(at, piece))));
  }
}

void append(std::string& text, std::span<const std::byte> bytes) {
  text.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
}

Loaded load(std::string_view file, WeightFormat format, std::size_t piece) {
  Loaded loaded;
  try {
    Session session(1);
    session.begin_file(format, "model.gguf");
    session.keep();
    in_pieces(file, piece, [&](std::span<const std::byte> bytes) {
      session.feed(bytes);
      if (session.model_texts()) {
        append(loaded.kept, session.kept());
      }
    });
    session.end_file();
    loaded.header = session.weights_header();
    session.finish();
    loaded.fingerprint = session.fingerprint();
  } catch (const Error& error) {
    loaded = {.error = without_amount(error.what()), .fingerprint = {}, .kept = {}, .header = {}};
  }
  return loaded;
}

/// The config of a file whose header is whole; none where it is refused, or is of a large model.
std::optional<Config> config_of(std::string_view file) {
  HeaderReader reader("model.gguf");
  std::span<const std::byte> bytes = std::as_bytes(std::span(file));
  const std::optional<FileHeader> header = reader.feed(bytes);
  if (!header || !header->model) {
    return std::nullopt;
  }
  const Config config = parse_config(header->model->config_json);
  return config.parameter_count() > kMostParameters ? std::nullopt : std::optional(config);
}

void expect_continues(std::string_view file, const Loaded& whole, const Config& config,
                      WeightFormat format, std::size_t cut) {
  std::string copy = whole.kept.substr(0, whole.kept.size() * cut / 16);
  WeightLoader loader(config, format);
  loader.feed(std::as_bytes(std::span(copy)));
  std::uint64_t position = 0;
  try {
    position = loader.continue_from(whole.header);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kState, "a copy continues its own source");
    return;
  }
  in_pieces(file.substr(static_cast<std::size_t>(position)), 97,
            [&](std::span<const std::byte> bytes) {
              loader.feed(bytes);
              append(copy, loader.kept());
            });
  require(copy == whole.kept, "a copy that was continued is the whole copy");
}

}  // namespace

void run(std::string_view input) {
  constexpr std::array kFormats = {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8};
  const std::size_t choice = hash_of(input);
  const WeightFormat format = kFormats[choice % 3];
  const std::optional<Config> config = config_of(input);
  if (!config) {
    return;
  }
  const Loaded whole = load(input, format, std::max<std::size_t>(input.size(), 1));
  const Loaded pieces = load(input, format, 1 + choice / 3 % 97);
  require(pieces == whole, "a file in pieces is the whole file, or is refused as it is");
  if (whole.error.empty()) {
    expect_continues(input, whole, *config, format, choice / 300 % 17);
  }
}

}  // namespace patchboard::fuzz
