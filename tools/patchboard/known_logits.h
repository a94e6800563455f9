#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/session/session.h"

namespace patchboard {

/// What a published model gives after one prompt.
struct KnownPrompt {
  std::string text;
  std::vector<TokenId> ids;
  std::vector<std::string> tokens;  ///< [position]
  std::vector<TokenId> top_ids;     ///< the largest logits, largest first
  std::vector<double> top_logits;
  double log_sum_exp = 0;  ///< of all logits
};

/// What is known of a published model.
struct KnownLogits {
  std::string model;
  Config config;  ///< n_layer, n_head, d_model and vocab_size; the rest is not known
  std::vector<KnownPrompt> prompts;
};

/// How far a model is from one known prompt.
struct PromptVerdict {
  double logit_difference = 0;  ///< the largest
  double log_sum_exp_difference = 0;
  std::size_t same_ids = 0;         ///< of the largest logits, in their order
  std::optional<bool> same_tokens;  ///< whether the text splits into the same; none: no tokenizer

  [[nodiscard]] bool passes() const;
};

/// The largest difference that arithmetic in f32, in another order, may make on logits of size 100;
/// known values have four digits after the point.
inline constexpr double kLogitTolerance = 1e-2;

/// text: as tools/verify/gpt2.json. Errors: kState, naming the place.
[[nodiscard]] KnownLogits read_known_logits(std::string_view text);

/// Whether the sizes are those of the known model.
[[nodiscard]] bool same_sizes(const Config& known, const Config& config);

/// Runs one prompt. The sizes agree. has_tokenizer: whether the session has one.
[[nodiscard]] PromptVerdict verify_prompt(Session& session, const KnownPrompt& known,
                                          bool has_tokenizer);

}  // namespace patchboard
