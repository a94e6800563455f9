#include "tools/patchboard/model_folder.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>
#include <system_error>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/input/text_input.h"
#include "core/weights/other_formats.h"
#include "tools/patchboard/said_activation.h"
#include "tools/patchboard/weights_file.h"

// Set by embedded_data.S, whose symbols are named as assembly's are.
// NOLINTBEGIN(readability-identifier-naming)
extern "C" {
extern const char patchboard_config_begin[], patchboard_config_end[];
extern const char patchboard_vocab_begin[], patchboard_vocab_end[];
extern const char patchboard_merges_begin[], patchboard_merges_end[];
extern const char patchboard_weights_begin[], patchboard_weights_end[];
extern const char patchboard_gpt2_merges_begin[], patchboard_gpt2_merges_end[];
}
// NOLINTEND(readability-identifier-naming)

namespace patchboard {
namespace {

namespace fs = std::filesystem;

constexpr const char* kWeights = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";
constexpr const char* kWithoutTokenizer =
    "without a tokenizer, prompts can be given as token ids, and --tokenizer gpt2 is GPT-2's own";
constexpr const char* kTorchWeights = "pytorch_model.bin";
constexpr const char* kTorchIndex = "pytorch_model.bin.index.json";
constexpr const char* kCheckpoint = "ckpt.pt";

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

/// The files that an index maps tensors to, each once.
/// Source: https://huggingface.co/docs/transformers/big_models#sharded-checkpoints
std::vector<std::string> read_index(const std::string& text, const char* name) {
  const InputSource source{.code = ErrorCode::kWeights, .name = name};
  refuse_lfs_pointer(text, source);
  const InputValue map = InputValue::parse(text, source).at("weight_map");
  std::set<std::string> files;
  for (const auto& [tensor, file] : map.members()) {
    if (file.text().empty() || fs::path(file.text()).has_parent_path()) {
      file.refuse("the name of a file in the same folder");
    }
    files.insert(file.text());
  }
  if (files.empty()) {
    map.refuse(R"({"a tensor": "its file", …})");
  }
  return {files.begin(), files.end()};
}

/// Names, in order.
std::vector<std::string> ggufs_in(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".gguf") {
      names.push_back(entry.path().filename().string());
    }
  }
  std::ranges::sort(names);
  return names;
}

/// Errors: kWeights where the path is, or the folder holds, weights of a kind that is not read.
void refuse_other(const fs::path& path) {
  std::vector<fs::path> files{path};
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, ignored)) {
    files.push_back(entry.path());
  }
  std::ranges::sort(files);
  for (const fs::path& file : files) {
    const std::string name = file.filename().string();
    if (const auto what = other_format_of_name(name); what && fs::is_regular_file(file, ignored)) {
      throw Error(ErrorCode::kWeights, name + ": " + *what);
    }
  }
}

/// The texts of a folder's tokenizer files.
class TextsOfFolder {
 public:
  /// Errors: kState where vocab.json and merges.txt are needed and not there, nor tokenizer.json.
  TextsOfFolder(const fs::path& folder, TokenizerUse use) : folder_(folder) {
    if (use == TokenizerUse::kGpt2) {
      return;
    }
    if (is_there(folder / "vocab.json") && is_there(folder / "merges.txt")) {
      vocab_ = read_text(folder / "vocab.json");
      merges_ = read_text(folder / "merges.txt");
      added_ = read_if_there("added_tokens.json");
      special_ = read_if_there("special_tokens_map.json");
      config_ = read_if_there("tokenizer_config.json");
    } else if (is_there(folder / "tokenizer.json")) {
      whole_ = read_text(folder / "tokenizer.json");
    } else if (use == TokenizerUse::kRequired) {
      const fs::path missing =
          folder / (is_there(folder / "vocab.json") ? "merges.txt" : "vocab.json");
      throw Error(ErrorCode::kState, "cannot read " + missing.string() +
                                         ", expected vocab.json and merges.txt, or tokenizer.json, "
                                         "beside config.json; " +
                                         kWithoutTokenizer);
    }
  }

  [[nodiscard]] bool are_there() const { return !vocab_.empty() || !whole_.empty(); }

  [[nodiscard]] TokenizerFiles files() const {
    return {.vocab_json = vocab_,
            .merges_txt = merges_,
            .tokenizer_json = whole_,
            .added_tokens_json = added_,
            .special_tokens_map_json = special_,
            .tokenizer_config_json = config_};
  }

 private:
  [[nodiscard]] std::string read_if_there(const char* name) const {
    return is_there(folder_ / name) ? read_text(folder_ / name) : std::string();
  }

  fs::path folder_;
  std::string vocab_;
  std::string merges_;
  std::string whole_;
  std::string added_;
  std::string special_;
  std::string config_;
};

std::string_view between(const char* begin, const char* end) {
  return {begin, static_cast<std::size_t>(end - begin)};
}

/// What a file that says all of its model says of a tokenizer that is not read.
void tell_tokenizer(const ModelTexts& texts, const std::string& file, TokenizerUse use) {
  if (texts.has_tokenizer() || use == TokenizerUse::kGpt2) {
    return;
  }
  const std::string& problem = texts.tokenizer_problem;
  if (use == TokenizerUse::kRequired) {
    throw Error(ErrorCode::kState,
                file + ": " +
                    (problem.empty() ? "its metadata has no tokenizer, expected one" : problem) +
                    "; " + kWithoutTokenizer);
  }
  if (!problem.empty()) {
    std::cerr << "note: " << file << ": " << problem << "; its tokenizer is not read\n";
  }
}

void use_gpt2_if_asked(Session& session, TokenizerUse use) {
  if (use == TokenizerUse::kGpt2) {
    session.use_gpt2_tokenizer(between(patchboard_gpt2_merges_begin, patchboard_gpt2_merges_end));
  }
}

}  // namespace

std::string read_text(const fs::path& path) {
  std::ifstream file = open(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string read_text_or_input(const std::string& path) {
  if (path == "-") {
    return {std::istreambuf_iterator<char>(std::cin), {}};
  }
  std::ifstream file(path, std::ios::binary);
  if (!file || fs::is_directory(path)) {
    throw Error(ErrorCode::kState, "cannot read " + path + ", expected a JSON document");
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<FileHeader> read_weights_headers(const ModelFiles& files) {
  std::vector<FileHeader> headers;
  for (const std::string& file : files.weights) {
    headers.push_back(read_weights_header(files.folder / file, files.activation));
    if (files.is_gguf && !headers.back().model) {
      throw Error(ErrorCode::kWeights, file + ": is safetensors by another name, expected a GGUF");
    }
  }
  return headers;
}

namespace {

ModelFiles found_files(const fs::path& path) {
  std::error_code ignored;
  const bool is_gguf = path.extension() == ".gguf";
  const bool is_weights = is_gguf || path.extension() == ".safetensors" || is_torch_name(path);
  if (is_weights && fs::is_regular_file(path, ignored)) {
    return {
        .folder = path.parent_path(), .weights = {path.filename().string()}, .is_gguf = is_gguf};
  }
  if (is_there(path / kWeights)) {
    return {.folder = path, .weights = {kWeights}};
  }
  if (is_there(path / kIndex)) {
    return {.folder = path, .weights = read_index(read_text(path / kIndex), kIndex)};
  }
  if (is_there(path / kTorchWeights)) {
    return {.folder = path, .weights = {kTorchWeights}};
  }
  if (is_there(path / kTorchIndex)) {
    return {.folder = path, .weights = read_index(read_text(path / kTorchIndex), kTorchIndex)};
  }
  if (is_there(path / kCheckpoint)) {
    return {.folder = path, .weights = {kCheckpoint}};
  }
  std::vector<std::string> ggufs = ggufs_in(path);
  if (ggufs.empty()) {
    refuse_other(path);
  }
  if (ggufs.size() > 1) {
    throw Error(ErrorCode::kState, path.string() + " has " + std::to_string(ggufs.size()) +
                                       " GGUFs, expected the path of one of them: " + ggufs[0] +
                                       ", " + ggufs[1]);
  }
  return ggufs.empty() ? ModelFiles{.folder = path, .weights = {kWeights}}
                       : ModelFiles{.folder = path, .weights = ggufs, .is_gguf = true};
}

}  // namespace

ModelFiles model_files(const fs::path& path, const std::string& activation) {
  ModelFiles files = found_files(path);
  files.activation = activation;
  return files;
}

std::string config_text(const ModelFiles& files, const std::vector<FileHeader>& headers) {
  const auto model = headers.empty() ? std::nullopt : headers.front().model;
  return with_said_activation(model ? model->config_json : read_text(files.folder / "config.json"),
                              files.activation);
}

std::optional<TokenizerParts> read_tokenizer_parts(const ModelFiles& files,
                                                   const std::vector<FileHeader>& headers) {
  if (const auto& model = headers.front().model; model && files.is_gguf) {
    return model->has_tokenizer() ? std::optional(published_tokenizer(model->tokenizer()))
                                  : std::nullopt;
  }
  const TextsOfFolder texts(files.folder, TokenizerUse::kIfPresent);
  const TokenizerFiles found = texts.files();
  if (!found.vocab_json.empty()) {
    return published_tokenizer(found);
  }
  return texts.are_there() ? std::optional(whole_tokenizer(found.tokenizer_json)) : std::nullopt;
}

void load_model_folder(Session& session, const std::string& path, WeightFormat format,
                       TokenizerUse tokenizer, const std::string& activation) {
  const ModelFiles files = model_files(path, activation);
  if (files.is_gguf) {
    if (!activation.empty()) {
      static_cast<void>(config_text(files, read_weights_headers(files)));
    }
    session.begin_file(format, files.weights[0]);
  } else {
    const bool may_say_sizes = is_torch_name(files.weights[0]);
    session.begin(
        config_text(files, may_say_sizes ? read_weights_headers(files) : std::vector<FileHeader>()),
        format, files.weights);
    const TextsOfFolder texts(files.folder, tokenizer);
    if (texts.are_there()) {
      session.set_tokenizer(texts.files());
    }
  }
  for (const std::string& file : files.weights) {
    feed_weights(files.folder / file, session);
  }
  use_gpt2_if_asked(session, tokenizer);
  if (const std::optional<ModelTexts>& texts = session.model_texts()) {
    tell_tokenizer(*texts, files.weights[0], tokenizer);
  }
  session.finish();
}

void load_embedded_model(Session& session, WeightFormat format, TokenizerUse tokenizer,
                         const std::string& activation) {
  const std::string config(between(patchboard_config_begin, patchboard_config_end));
  session.begin(with_said_activation(config, activation), format);
  session.set_tokenizer({.vocab_json = between(patchboard_vocab_begin, patchboard_vocab_end),
                         .merges_txt = between(patchboard_merges_begin, patchboard_merges_end)});
  use_gpt2_if_asked(session, tokenizer);
  session.feed(std::as_bytes(std::span(between(patchboard_weights_begin, patchboard_weights_end))));
  session.finish();
}

}  // namespace patchboard
