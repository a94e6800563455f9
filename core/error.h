#pragma once

#include <stdexcept>
#include <string>

namespace patchboard {

/// What kind of input an Error is about, for callers that react to it (the page, the exit code).
enum class ErrorCode {
  kConfig,      ///< config.json is not a GPT-2 that this core can run
  kWeights,     ///< model.safetensors is malformed or does not fit the config
  kTokenizer,   ///< vocab.json or merges.txt is malformed
  kPrompt,      ///< a prompt that cannot be run, or a pair that cannot be compared
  kTarget,      ///< a target that is not one token of the vocabulary
  kExperiment,  ///< the description of an experiment says something that cannot be done
  kMemory,      ///< an experiment that would hold more than is allowed
  kState,       ///< a call that came too early, such as predicting before weights are loaded
};

/// The one exception of the core, thrown where data enters it.
/// The message says what was wrong, where, and what would be right.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  [[nodiscard]] ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

}  // namespace patchboard
