#include "tools/patchboard/model_folder.h"

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <system_error>

#include "core/error.h"

// Set by embedded_model.S, whose symbols are named as assembly's are.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char patchboard_config_begin[], patchboard_config_end[];
extern const char patchboard_vocab_begin[], patchboard_vocab_end[];
extern const char patchboard_merges_begin[], patchboard_merges_end[];
extern const char patchboard_weights_begin[], patchboard_weights_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace patchboard {
namespace {

namespace fs = std::filesystem;

std::ifstream open(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) {
    throw Error(ErrorCode::kState, "cannot read " + path.string() +
                                       ", expected a folder with config.json, model.safetensors, "
                                       "vocab.json and merges.txt");
  }
  return file;
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

std::string read_text(const fs::path& path) {
  std::ifstream file = open(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

void feed_file(Session& session, const fs::path& path) {
  constexpr std::size_t kPiece = std::size_t{1} << 20;
  std::ifstream file = open(path);
  while (file) {
    const std::span<std::byte> room = session.reserve(kPiece);
    file.read(reinterpret_cast<char*>(room.data()), static_cast<std::streamsize>(room.size()));
    session.commit(static_cast<std::size_t>(file.gcount()));
  }
}

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

}  // namespace

void load_model_folder(Session& session, const std::string& folder, WeightFormat format,
                       TokenizerUse tokenizer) {
  const fs::path path(folder);
  const fs::path vocab = path / "vocab.json";
  const fs::path merges = path / "merges.txt";
  session.begin(read_text(path / "config.json"), format);
  if (tokenizer == TokenizerUse::kRequired || (is_there(vocab) && is_there(merges))) {
    session.set_tokenizer(read_text(vocab), read_text(merges));
  }
  feed_file(session, path / "model.safetensors");
  session.finish();
}

void load_embedded_model(Session& session, WeightFormat format) {
  session.begin(between(patchboard_config_begin, patchboard_config_end), format);
  session.set_tokenizer(between(patchboard_vocab_begin, patchboard_vocab_end),
                        between(patchboard_merges_begin, patchboard_merges_end));
  session.feed(std::as_bytes(std::span(between(patchboard_weights_begin, patchboard_weights_end))));
  session.finish();
}

}  // namespace patchboard
