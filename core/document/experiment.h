#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/patching/corruption.h"
#include "core/patching/patch.h"
#include "core/patching/runs.h"
#include "core/patching/sweep_plan.h"
#include "core/text/tokenizer.h"
#include "core/token_id.h"

namespace patchboard {

/// What is run, in token ids: docs/experiment.md. Prompts have the token in front that the document
/// asks for with "bos".
struct Experiment {
  std::vector<TokenId> clean;
  std::vector<TokenId> corrupted;  ///< of the corruption kPrompt; else empty
  std::vector<std::vector<TokenId>> targets;
  std::vector<Site> sites = {Site::kResidPost};
  std::map<Site, Span> layers_of_sites = {};  ///< of those that are patched in these layers alone
  ByPosition by_position = ByPosition::kTogether;
  std::vector<Direction> directions = {Direction::kDenoising};
  Corruption corruption = {};
  Index window = 1;
  Index span = 1;
  std::optional<Region> region = std::nullopt;

  /// The sweeps that it asks for: every site in every direction.
  [[nodiscard]] std::vector<SweepSettings> sweeps() const;
  /// The layers in which alone a site is patched, where it is not in all.
  [[nodiscard]] std::optional<Span> layers_of(Site site) const;
  /// What of a site's sweeps is computed: the region, in the layers of the site.
  [[nodiscard]] std::optional<Region> region_of(Site site) const;
};

/// Runs with noise that an experiment may ask for.
/// Far beyond it the squares in a layer norm leave the range of f32.
inline constexpr float kMaxNoiseMultiple = 1e9F;
inline constexpr Index kMaxNoiseSamples = 10'000;

/// How an experiment's texts become tokens, and what the model allows, as far as it is known.
struct TextReader {
  std::function<std::vector<TokenId>(std::string_view, SpecialTokens)> encode;
  std::function<TokenId(std::string_view, SpecialTokens)> resolve_target;  ///< one token
  std::function<TokenId()> bos_token;
  TokenId last_token = std::numeric_limits<TokenId>::max();
  Index n_layer = std::numeric_limits<std::int32_t>::max();
  Index n_positions = std::numeric_limits<std::int32_t>::max();
};

/// Reads the document and checks all that needs no model: `check_form`. The rest,
/// `check_experiment`, is checked where it is run. Errors: kExperiment, naming the key, what it
/// says and what would be right; what `reader` throws.
[[nodiscard]] Experiment read_experiment(std::string_view json, const TextReader& reader);

/// Targets alone, as the document has them: a JSON array.
[[nodiscard]] std::vector<std::vector<TokenId>> read_targets(
    std::string_view json, const TextReader& reader,
    SpecialTokens special = SpecialTokens::kAreTokens);

/// How a document's prompts become tokens. Errors: as of the document.
[[nodiscard]] PromptOptions read_prompt_options(std::string_view json);

/// Whether the document has a text, for which a tokenizer is needed. Errors: as of the document.
[[nodiscard]] bool has_text(std::string_view json);

[[nodiscard]] std::string_view direction_name(Direction direction);

}  // namespace patchboard
