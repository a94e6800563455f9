#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>

#include "core/document/experiment.h"
#include "core/patching/runs.h"
#include "core/weights/config.h"

namespace patchboard {

/// What the logit lens of a mean over samples holds of probabilities at a time.
inline constexpr std::size_t kMeanLensBytes = std::size_t{256} << 20;

/// As much as there is.
inline constexpr std::uint64_t kNoMemoryLimit = std::numeric_limits<std::uint64_t>::max();

/// What an experiment holds beside the weights while it is run, estimated and looked at closely, in
/// bytes; upper bounds, told before anything is run.
struct MemoryNeed {
  /// With less it is not run. Neither the number of noise's samples nor that of rows counts: the
  /// samples go one after the other, and a finished row leaves its measures alone.
  std::uint64_t least = 0;
  /// With so much, nothing is computed twice: the activations of every sample are held, and of
  /// every patched run what other targets can be told from.
  std::uint64_t most = 0;
};

[[nodiscard]] MemoryNeed memory_need(const Config& config, const Experiment& experiment);

/// How an experiment keeps to what is allowed.
struct MemoryPlan {
  Index held_samples = 1;  ///< of noise, whose activations are held at a time
  std::uint64_t ends = 0;  ///< bytes for what other targets can be told from
};

/// allowed: at least what it needs; of less, as if it were that.
[[nodiscard]] MemoryPlan plan_memory(const Config& config, const Experiment& experiment,
                                     std::uint64_t allowed);

/// What each run of an experiment is kept for: everything where that is little, else what its
/// sweeps need.
[[nodiscard]] KeptOfRuns kept_of(const Config& config, const Experiment& experiment);

/// Errors: kMemory where the experiment needs more than `allowed`; says how much it needs, how much
/// is allowed, and what would make it smaller.
void require_memory(const Config& config, const Experiment& experiment, std::uint64_t allowed);

/// "1.3 GB"
[[nodiscard]] std::string megabytes(std::uint64_t bytes);

}  // namespace patchboard
