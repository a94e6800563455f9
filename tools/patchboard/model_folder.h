#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/session/session.h"
#include "core/text/tokenizer_parts.h"
#include "core/weights/file_header.h"

namespace patchboard {

/// Whether a command needs a tokenizer, or only shows text where there is one; or takes GPT-2's in
/// the place of the model's.
enum class TokenizerUse { kRequired, kIfPresent, kGpt2 };

/// Loads a folder in the published layout: config.json, the tokenizer in vocab.json and merges.txt
/// (with what stands beside them) or in tokenizer.json, and the weights in model.safetensors or in
/// the files that model.safetensors.index.json names; or one with a single .gguf in their place.
/// Where there are no safetensors, pytorch_model.bin or the files of its index are read.
/// path: such a folder, a .gguf, or a .safetensors, .bin or .pt with the other files beside it.
/// activation: see ModelFiles.
/// Errors: whatever Session says of their content, also of a vocabulary that GPT-2's tokenizer does
/// not fit; kState for a file that cannot be read.
void load_model_folder(Session& session, const std::string& path, WeightFormat format,
                       TokenizerUse tokenizer, const std::string& activation = {});

/// Where a model's files are, as it was asked for.
struct ModelFiles {
  std::filesystem::path folder;
  std::vector<std::string> weights;  ///< names of the files, in order
  bool is_gguf = false;              ///< one file that says all of its model
  std::string activation = {};       ///< what a user says it has; empty for nothing
};

/// Errors: kWeights for an index that is none; kState for one that cannot be read, or a folder with
/// several .gguf.
[[nodiscard]] ModelFiles model_files(const std::filesystem::path& path,
                                     const std::string& activation = {});

/// The headers of a model's files of weights, in order. Errors: kWeights, also of a GGUF that is
/// safetensors by another name; kState for a file that cannot be read.
[[nodiscard]] std::vector<FileHeader> read_weights_headers(const ModelFiles& files);

/// How a model's text becomes tokens; none where nothing says it. headers: of its files. Errors:
/// kTokenizer.
[[nodiscard]] std::optional<TokenizerParts> read_tokenizer_parts(
    const ModelFiles& files, const std::vector<FileHeader>& headers);

/// The `config.json` of a model, which a GGUF and nanoGPT's checkpoint have in their headers; with
/// the activation that a user says, see `with_said_activation`. Errors: as of `load_model_folder`.
[[nodiscard]] std::string config_text(const ModelFiles& files,
                                      const std::vector<FileHeader>& headers);

/// Errors: kState for a file that cannot be read.
[[nodiscard]] std::string read_text(const std::filesystem::path& path);

/// The same, of standard input for the path "-".
[[nodiscard]] std::string read_text_or_input(const std::string& path);

/// The names of the files that may say how text becomes tokens.
inline constexpr std::array kTokenizerFiles = {"vocab.json",
                                               "merges.txt",
                                               "tokenizer.json",
                                               "added_tokens.json",
                                               "special_tokens_map.json",
                                               "tokenizer_config.json"};

/// Loads the model that is part of this program (tools/embedded-model).
void load_embedded_model(Session& session, WeightFormat format, TokenizerUse tokenizer,
                         const std::string& activation = {});

}  // namespace patchboard
