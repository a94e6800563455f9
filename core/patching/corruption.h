#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/model/gpt2.h"
#include "core/token_id.h"

namespace patchboard {

/// How the run that the clean one is compared with comes about.
struct Corruption {
  enum class Kind {
    kPrompt,  ///< another prompt of the same length
    kNoise,   ///< Gaussian noise on some tokens' embeddings (ROME)
    kZero,    ///< ablation: no run, zeros are put into the clean one
    kMean,    ///< ablation: no run, the mean over prompts is put into the clean one
  };
  Kind kind = Kind::kPrompt;
  std::vector<Index> positions = {};  ///< kNoise: of the tokens
  float multiple = 3;                 ///< kNoise: of the token embeddings' standard deviation
  Index samples = 1;                  ///< kNoise: runs whose results are averaged
  std::uint32_t seed = 0;             ///< kNoise
  std::vector<std::vector<TokenId>> prompts = {};  ///< kMean

  [[nodiscard]] bool is_ablation() const { return kind == Kind::kZero || kind == Kind::kMean; }
  bool operator==(const Corruption&) const = default;
};

/// The standard deviation of all entries of the token embeddings.
[[nodiscard]] double embedding_deviation(const Gpt2& model);

/// `embedding` with noise at the corruption's positions; the same for the same seed and sample,
/// everywhere. deviation: of the noise.
/// Source: Meng et al. 2022 (ROME), section 2.1; Box and Muller 1958.
[[nodiscard]] Matrix noised(Matrix embedding, const Corruption& corruption, double deviation,
                            Index sample);

/// Activations that are zero: those that `kept` names, of T positions.
[[nodiscard]] ActivationCache zero_activations(const Gpt2& model, Index T, const Kept& kept);

/// The mean of the prompts' activations, position by position. prompts: one at least, of the same
/// length.
[[nodiscard]] ActivationCache mean_activations(const Gpt2& model, ThreadPool& pool,
                                               std::span<const std::vector<TokenId>> prompts,
                                               const Kept& kept);

}  // namespace patchboard
