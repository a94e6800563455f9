#include "core/lab/memory_need.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include "core/error.h"

namespace patchboard {
namespace {

using Count = std::uint64_t;

constexpr Count kFloat = sizeof(float);
// Of a batch of patched runs: core/patching/patch_batch.cpp; of unembedding: measures.cpp.
constexpr Count kBatchRows = 768;
constexpr Count kUnembedRows = 64;
// Of what is not counted one by one: plans, names, the allocator's own.
constexpr Count kSlack = Count{16} << 20;
// Where all activations of a run are little, they are kept at once and nothing is run again.
constexpr Count kLittleFloats = Count{16} << 20;

// Beside them the scores and the neurons are kept where they are asked for alone.
constexpr Kept kUsual{
    .qkv = true, .pattern = true, .z = true, .attn_out = true, .resid_mid = true, .mlp_out = true};

/// The sizes, in a type in which their products are whole in every build.
struct Sizes {
  explicit Sizes(const Config& config)
      : n_layer(static_cast<Count>(config.n_layer)),
        n_head(static_cast<Count>(config.n_head)),
        d_model(static_cast<Count>(config.d_model)),
        d_mlp(static_cast<Count>(config.d_mlp)),
        vocab_size(static_cast<Count>(config.vocab_size)) {}

  Count n_layer, n_head, d_model, d_mlp, vocab_size;
};

Count cache_floats(const Config& config, Count T, const Kept& kept) {
  const auto L = static_cast<Count>(config.n_layer);
  Count floats = T * static_cast<Count>(config.d_model) * (1 + L);
  for (const Site site : kept_matrices()) {
    if (kept.*traits_of(site).kept) {
      const MatrixShape shape = kept_shape(site, config, static_cast<Index>(T));
      floats += L * static_cast<Count>(shape.rows) * static_cast<Count>(shape.cols);
    }
  }
  return floats;
}

/// Of one block over so many rows: its own q, k and v, packed rows and the MLP's hidden ones.
Count block_floats(const Sizes& sizes, Count rows) {
  return rows * (16 * sizes.d_model + 3 * sizes.d_mlp);
}

/// What the runs behind one continuation hold.
struct GroupFloats {
  Count clean = 0;
  Count corrupted = 0;  // one sample
  Count constant = 0;   // of an ablation
};

class Needs {
 public:
  Needs(const Config& config, const Experiment& experiment)
      : config_(config), sizes_(config), experiment_(experiment), T_(experiment.clean.size()) {
    std::set<std::vector<TokenId>> seen = {{}};
    for (const std::vector<TokenId>& target : experiment.targets) {
      seen.emplace(target.begin(), target.end() - 1);
      answers_ = std::max<Count>(answers_, target.size());
    }
    continuations_.assign(seen.begin(), seen.end());
  }

  [[nodiscard]] MemoryNeed bytes() const {
    Count least = 0;
    Count most = 0;
    Count rerun = 0;
    for (const std::vector<TokenId>& continuation : continuations_) {
      const Count T = T_ + continuation.size();
      const GroupFloats group = of_group(T);
      least +=
          group.clean + group.corrupted + 2 * group.constant + 4 * answers_ * sizes_.vocab_size;
      // What was kept, while more is being kept.
      rerun = std::max({rerun, group.clean, group.corrupted});
      most += (samples() - 1) * group.corrupted + ends_floats(continuation.size() + 1);
    }
    // The final rows of every sample, from which its answers are told.
    least += samples() * answers_ * sizes_.d_model * continuations_.size();
    least += rerun + largest_step();
    return {.least = least * kFloat + kSlack, .most = (least + most) * kFloat + kSlack};
  }

  [[nodiscard]] Count samples() const {
    const bool noise = experiment_.corruption.kind == Corruption::Kind::kNoise;
    return noise ? static_cast<Count>(experiment_.corruption.samples) : 1;
  }

  /// The activations of one more sample.
  [[nodiscard]] Count sample_bytes() const {
    Count floats = 0;
    for (const std::vector<TokenId>& continuation : continuations_) {
      floats += of_group(T_ + continuation.size()).corrupted;
    }
    return floats * kFloat;
  }

 private:
  [[nodiscard]] GroupFloats of_group(Count T) const {
    KeptOfRuns kept = kept_of(config_, experiment_);
    // Estimates go backward through the runs that are patched; the closer look takes q, k and v.
    kept.clean = kept.clean.with(kept_of_backward());
    kept.corrupted = kept.corrupted.with(kept_of_backward());
    for (const SweepSettings& sweep : experiment_.sweeps()) {
      const Kept estimated = kept_of_gradient(sweep.site);
      kept.clean = kept.clean.with(estimated);
      kept.corrupted = kept.corrupted.with(estimated);
    }
    const bool ablation = experiment_.corruption.is_ablation();
    return {.clean = cache_floats(config_, T, kept.clean),
            .corrupted = ablation ? 0 : cache_floats(config_, T, kept.corrupted),
            .constant = ablation ? cache_floats(config_, T_, kept.corrupted) : 0};
  }

  /// Of all rows that are computed, what other targets can be told from.
  [[nodiscard]] Count ends_floats(Count answers) const {
    Count floats = 0;
    for (const SweepSettings& sweep : experiment_.sweeps()) {
      const bool heads = is_head_site(sweep.site);
      const Count columns = cells_of_head(heads ? sweep.by_position : ByPosition::kEach);
      const std::optional<Region> region = experiment_.region_of(sweep.site);
      const Count layers = region ? static_cast<Count>(region->layers.count) : sizes_.n_layer;
      const Count cells = layers * (heads ? sizes_.n_head : 1) * columns;
      floats += cells * answers * sizes_.d_model * samples();
    }
    return floats;
  }

  /// Of one head, or of the stream, in one layer.
  [[nodiscard]] Count cells_of_head(ByPosition by_position) const {
    switch (by_position) {
      case ByPosition::kTogether:
        return 1;
      case ByPosition::kEach:
        break;
      case ByPosition::kPairs:
        return T_ * T_;
    }
    return T_;
  }

  /// The temporaries of the step that has most of them.
  [[nodiscard]] Count largest_step() const {
    const auto& [L, H, D, M, V] = sizes_;
    const Count T = T_ + answers_ - 1;
    const Count patterns = H * T * T;
    const Count unembedding = std::max(kUnembedRows, answers_) * (V + 2 * D) + 8 * V;
    const Count a_row = std::max({T_, H, cells_of_head(experiment_.by_position)}) * answers_ * D;
    // Keys and values of the patched heads are gathered, of every position for every patch.
    const bool heads = std::ranges::any_of(experiment_.sites, is_head_site);
    const Count gathered = heads ? 2 * std::min(kBatchRows, T_) * T * (D / H) : 0;
    const Count sweep = block_floats(sizes_, kBatchRows + T) + gathered + 3 * a_row + unembedding;
    const Count whole_run = block_floats(sizes_, T) + 9 * T * D + patterns;
    const Count scores = std::ranges::count(experiment_.sites, Site::kAttnScores) > 0 ? 2 : 0;
    const Count backward =
        block_floats(sizes_, T) + 10 * T * D + 4 * T * M + (3 + scores) * patterns + 2 * V;
    const Count attention = 4 * patterns;
    const Count lens =
        unembedding + (samples() > 1 ? std::min(kMeanLensBytes / kFloat, L * T * V) : 0);
    return std::max({sweep, whole_run, backward, attention, lens});
  }

  const Config& config_;
  Sizes sizes_;
  const Experiment& experiment_;
  Count T_;
  Count answers_ = 1;
  std::vector<std::vector<TokenId>> continuations_;
};

/// A way to need less, and how much that leaves.
struct Saving {
  std::string what;
  Experiment experiment;
};

std::vector<Saving> savings_of(const Experiment& experiment) {
  std::vector<Saving> savings;
  const auto without = [&](const std::string& what, auto is_left_out) {
    Experiment less = experiment;
    if (std::erase_if(less.sites, is_left_out) > 0 && !less.sites.empty()) {
      savings.push_back({.what = what, .experiment = std::move(less)});
    }
  };
  for (const Site site : all_sites()) {
    if (traits_of(site).layout == Layout::kKeys || traits_of(site).layout == Layout::kNeurons) {
      without("without " + std::string(site_name(site)), [&](Site each) { return each == site; });
    }
  }
  without("without the sites of heads", [](Site site) { return is_head_site(site); });
  Experiment single = experiment;
  if (std::erase_if(single.targets, [](const auto& target) { return target.size() > 1; }) > 0 &&
      !single.targets.empty()) {
    savings.push_back({.what = "without targets of several tokens", .experiment = single});
  }
  for (std::size_t T = experiment.clean.size() / 2; T > 0; T /= 2) {
    Experiment shorter = experiment;
    shorter.clean.resize(T);
    savings.push_back(
        {.what = "with prompts of " + std::to_string(T) + " tokens", .experiment = shorter});
  }
  return savings;
}

}  // namespace

MemoryNeed memory_need(const Config& config, const Experiment& experiment) {
  return Needs(config, experiment).bytes();
}

MemoryPlan plan_memory(const Config& config, const Experiment& experiment, std::uint64_t allowed) {
  const Needs needs(config, experiment);
  const std::uint64_t least = needs.bytes().least;
  const std::uint64_t spare = allowed > least ? allowed - least : 0;
  const std::uint64_t sample = needs.sample_bytes();
  const std::uint64_t more = sample == 0 ? 0 : std::min(needs.samples() - 1, spare / 2 / sample);
  return {.held_samples = static_cast<Index>(1 + more), .ends = spare - more * sample};
}

KeptOfRuns kept_of(const Config& config, const Experiment& experiment) {
  KeptOfRuns all;
  if (cache_floats(config, experiment.clean.size(), kUsual) <= kLittleFloats) {
    all = {.clean = kUsual, .corrupted = kUsual};
  }
  for (const SweepSettings& sweep : experiment.sweeps()) {
    const bool denoising = sweep.direction == Direction::kDenoising;
    Kept& base = denoising ? all.corrupted : all.clean;
    Kept& source = denoising ? all.clean : all.corrupted;
    base = base.with(kept_of_base(sweep.site));
    source = source.with(kept_of_source(sweep.site));
  }
  return all;
}

void require_memory(const Config& config, const Experiment& experiment, std::uint64_t allowed) {
  const std::uint64_t least = memory_need(config, experiment).least;
  if (least <= allowed) {
    return;
  }
  std::string message = "this experiment needs " + megabytes(least) +
                        " beside the weights, but there are " + megabytes(allowed) + " for it";
  for (const Saving& saving : savings_of(experiment)) {
    const std::uint64_t less = memory_need(config, saving.experiment).least;
    if (less <= allowed) {
      throw Error(ErrorCode::kMemory,
                  message + "; " + saving.what + " it would need " + megabytes(less));
    }
  }
  throw Error(ErrorCode::kMemory, message +
                                      "; weights in f16 or q8_0 would leave more, or a smaller "
                                      "model");
}

std::string megabytes(std::uint64_t bytes) {
  const double mega = std::ceil(static_cast<double>(bytes) / 1e6);
  if (mega < 1000) {
    return std::to_string(std::llround(mega)) + " MB";
  }
  const auto tenths = std::llround(mega / 100);
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB";
}

}  // namespace patchboard
