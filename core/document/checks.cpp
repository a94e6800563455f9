#include "core/document/checks.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/error.h"

namespace patchboard {
namespace {

/// `Jones` for one token, ` Pat|chb|oard` for several.
std::string joined(std::span<const TokenId> ids, const TokenText& token_text) {
  std::string text = "`";
  for (std::size_t i = 0; i < ids.size(); ++i) {
    text += (i > 0 ? "|" : "") + token_text(ids[i]);
  }
  return text + "`";
}

std::string counted(std::size_t tokens) {
  return std::to_string(tokens) + (tokens == 1 ? " token" : " tokens");
}

/// The part of `ids` without the tokens that both prompts begin and end with.
struct Difference {
  std::span<const TokenId> clean;
  std::span<const TokenId> corrupted;
};

Difference difference_of(std::span<const TokenId> clean, std::span<const TokenId> corrupted) {
  const std::size_t shorter = std::min(clean.size(), corrupted.size());
  const auto head =
      static_cast<std::size_t>(std::ranges::mismatch(clean, corrupted).in1 - clean.begin());
  std::size_t tail = 0;
  while (tail < shorter - head &&
         clean[clean.size() - 1 - tail] == corrupted[corrupted.size() - 1 - tail]) {
    ++tail;
  }
  return {clean.subspan(head, clean.size() - head - tail),
          corrupted.subspan(head, corrupted.size() - head - tail)};
}

/// The same target with its leading space taken away, or with one.
std::string other_spacing(std::string_view text) {
  return text.starts_with(' ') ? std::string(text.substr(1)) : " " + std::string(text);
}

[[noreturn]] void refuse_experiment(const std::string& what) {
  throw Error(ErrorCode::kExperiment, "experiment" + what);
}

/// key: with its place. what: the range is of, "this model's layers", say.
void check_number(const std::string& key, Index value, Index least, Index most,
                  const std::string& what) {
  if (value < least || value > most) {
    refuse_experiment(", \"" + key + "\": " + std::to_string(value) + ", expected " +
                      std::to_string(least) + " to " + std::to_string(most) + what);
  }
}

/// "[0, 2]". A span made by a program may end beyond the largest number, which a sum must not
/// reach.
std::string bounds(const Span& span) {
  const Index room = std::numeric_limits<Index>::max() - std::max<Index>(span.first, 0);
  return "[" + std::to_string(span.first) + ", " +
         std::to_string(span.first + std::min(span.count, room)) + "]";
}

void check_span(const std::string& key, const Span& span, Index count) {
  if (span.first < 0 || span.count < 1 || span.first >= count || span.count > count - span.first) {
    refuse_experiment(", \"" + key + "\": " + bounds(span) +
                      ", expected [first, end] with an end of at most " + std::to_string(count));
  }
}

void check_noise(const Corruption& noise) {
  if (noise.positions.empty() || !std::ranges::is_sorted(noise.positions) ||
      std::ranges::adjacent_find(noise.positions) != noise.positions.end()) {
    refuse_experiment(", \"corruption.positions\": expected one position at least, each once");
  }
  if (!(noise.multiple > 0) || !(noise.multiple <= kMaxNoiseMultiple)) {
    refuse_experiment(", \"corruption.multiple\": " + std::to_string(noise.multiple) +
                      ", expected a number above 0 and at most 1e9");
  }
  check_number("corruption.samples", noise.samples, 1, kMaxNoiseSamples, "");
}

/// Calls `check` with each site's layers, where they are not all, and their place.
template <typename Check>
void for_layers_of_sites(const Experiment& experiment, const Check& check) {
  for (std::size_t i = 0; i < experiment.sites.size(); ++i) {
    if (const auto layers = experiment.layers_of(experiment.sites[i])) {
      check("sites[" + std::to_string(i) + "].layers", *layers);
    }
  }
}

/// Of queries and keys.
void check_pairs(const Experiment& experiment) {
  for (const Site site : experiment.sites) {
    if (!has_keys(site)) {
      refuse_experiment(", \"by_position\": \"pairs\" are of a query and a key, which " +
                        std::string(site_name(site)) + " does not have; expected \"sites\" of " +
                        site_names(has_keys) + ", or true or false");
    }
  }
  if (experiment.span > 1) {
    refuse_experiment(": of pairs one entry is patched at a time; expected \"span\" 1");
  }
}

/// Sites and their layers, window and span.
void check_sweeps(const Experiment& experiment) {
  if (experiment.sites.empty() || experiment.directions.empty()) {
    refuse_experiment(": nothing to patch, expected a site and a direction at least");
  }
  const bool has_heads = std::ranges::any_of(experiment.sites, is_head_site);
  if (has_heads && experiment.window > 1) {
    refuse_experiment(": a window of layers is patched at " +
                      site_names([](Site site) { return !is_head_site(site); }) +
                      ", not at heads; expected \"window\" 1");
  }
  if (experiment.by_position == ByPosition::kPairs) {
    check_pairs(experiment);
  }
  if (has_heads && experiment.by_position == ByPosition::kTogether && experiment.span > 1) {
    refuse_experiment(
        ": at [layer, head] all positions are patched; expected \"span\" 1, or "
        "\"by_position\" true");
  }
  for_layers_of_sites(experiment, [&](const std::string& key, const Span& layers) {
    if (experiment.region && experiment.region->layers.common(layers).count == 0) {
      refuse_experiment(", \"" + key + "\": " + bounds(layers) + ", of which \"region.layers\", " +
                        bounds(experiment.region->layers) +
                        ", has none; expected layers of the region");
    }
  });
  const bool denoises = std::ranges::find(experiment.directions, Direction::kDenoising) !=
                        experiment.directions.end();
  if (experiment.corruption.is_ablation() && denoises) {
    refuse_experiment(
        ": an ablation puts zeros or means into the clean run; expected the direction "
        "noising alone");
  }
}

/// Where a corruption says more than how the corrupted run comes about.
void check_corruption(const Corruption& corruption, std::span<const TokenId> clean,
                      const Config& config) {
  const auto T = static_cast<Index>(clean.size());
  for (const Index position : corruption.positions) {
    check_number("corruption.positions", position, 0, T - 1, ", positions of the clean prompt");
  }
  for (std::size_t i = 0; i < corruption.prompts.size(); ++i) {
    const std::string name = "corruption.prompts[" + std::to_string(i) + "]";
    check_prompt(name, corruption.prompts[i], config);
    if (corruption.prompts[i].size() != clean.size()) {
      refuse_experiment(", \"" + name + "\": " + counted(corruption.prompts[i].size()) +
                        ", expected as many as the clean prompt has, " + std::to_string(T));
    }
  }
}

}  // namespace

void check_prompt(std::string_view name, std::span<const TokenId> ids, const Config& config) {
  const std::string start = std::string(name) + ": ";
  if (ids.empty()) {
    throw Error(ErrorCode::kPrompt, start + "is empty, expected at least one token");
  }
  if (ids.size() > static_cast<std::size_t>(config.n_positions)) {
    throw Error(ErrorCode::kPrompt,
                start + counted(ids.size()) + ", but this model reads at most " +
                    std::to_string(config.n_positions) + " (n_positions); shorten the prompt");
  }
  const auto bad =
      std::ranges::find_if(ids, [&](TokenId id) { return id < 0 || id >= config.vocab_size; });
  if (bad != ids.end()) {
    throw Error(ErrorCode::kPrompt, start + "token id " + std::to_string(*bad) + " at position " +
                                        std::to_string(bad - ids.begin()) +
                                        " is not in the vocabulary, expected 0 to " +
                                        std::to_string(config.vocab_size - 1));
  }
}

void check_pair(std::span<const TokenId> clean, std::span<const TokenId> corrupted,
                const TokenText& token_text) {
  if (std::ranges::equal(clean, corrupted)) {
    throw Error(ErrorCode::kPrompt,
                "the clean and the corrupted prompt are the same; change a word in one of them");
  }
  if (clean.size() == corrupted.size()) {
    return;
  }
  const Difference difference = difference_of(clean, corrupted);
  const auto side = [&](std::span<const TokenId> ids) {
    return ids.empty() ? "nothing" : joined(ids, token_text) + " (" + counted(ids.size()) + ")";
  };
  throw Error(
      ErrorCode::kPrompt,
      "the prompts must have as many tokens as each other so that positions line up: clean has " +
          std::to_string(clean.size()) + ", corrupted " + std::to_string(corrupted.size()) +
          ". They differ in " + side(difference.clean) + " against " + side(difference.corrupted) +
          "; choose a replacement that splits into as many tokens");
}

void check_targets(std::span<const std::vector<TokenId>> targets, std::size_t length,
                   const Config& config) {
  if (targets.empty()) {
    throw Error(ErrorCode::kTarget, "no target, expected at least one token to measure");
  }
  for (const std::vector<TokenId>& target : targets) {
    for (const TokenId token : target) {
      if (token < 0 || token >= config.vocab_size) {
        throw Error(ErrorCode::kTarget, "target id " + std::to_string(token) +
                                            " is not in the vocabulary, expected 0 to " +
                                            std::to_string(config.vocab_size - 1));
      }
    }
    if (length + target.size() - 1 > static_cast<std::size_t>(config.n_positions)) {
      throw Error(ErrorCode::kPrompt, "the prompt and a target of " + counted(target.size()) +
                                          " are " + counted(length + target.size() - 1) +
                                          " together, but this model reads at most " +
                                          std::to_string(config.n_positions) + " (n_positions)");
    }
  }
}

void refuse_corrupted_prompt(const Corruption& corruption) {
  refuse_experiment(": \"corrupted\" beside the corruption " +
                    std::string(kCorruptionNames.at(static_cast<std::size_t>(corruption.kind))) +
                    ", which runs no second prompt; leave it out, or take the corruption prompt");
}

void check_form(const Experiment& experiment) {
  const Corruption& corruption = experiment.corruption;
  if (corruption.kind != Corruption::Kind::kPrompt && !experiment.corrupted.empty()) {
    refuse_corrupted_prompt(corruption);
  }
  if (corruption.kind == Corruption::Kind::kNoise) {
    check_noise(corruption);
  }
  check_sweeps(experiment);
}

void check_experiment(const Experiment& experiment, const Config& config,
                      const TokenText& token_text) {
  check_form(experiment);
  check_prompt("clean prompt", experiment.clean, config);
  if (experiment.corruption.kind == Corruption::Kind::kPrompt) {
    check_prompt("corrupted prompt", experiment.corrupted, config);
    check_pair(experiment.clean, experiment.corrupted, token_text);
  }
  check_targets(experiment.targets, experiment.clean.size(), config);
  check_corruption(experiment.corruption, experiment.clean, config);
  const auto T = static_cast<Index>(experiment.clean.size());
  check_number("window", experiment.window, 1, config.n_layer, ", the layers of this model");
  check_number("span", experiment.span, 1, T, ", the tokens of the clean prompt");
  if (experiment.region) {
    check_span("region.layers", experiment.region->layers, config.n_layer);
    check_span("region.positions", experiment.region->positions, T);
  }
  for_layers_of_sites(experiment, [&](const std::string& key, const Span& layers) {
    check_span(key, layers, config.n_layer);
  });
}

TokenId bos_token(const Config& config) {
  if (!config.bos_token_id) {
    refuse_experiment(
        ", \"bos\": true, but this model's config.json has no \"bos_token_id\"; leave it out, or "
        "name the token there");
  }
  if (*config.bos_token_id >= config.vocab_size) {
    refuse_experiment(", \"bos\": true, but \"bos_token_id\" in this model's config.json is " +
                      std::to_string(*config.bos_token_id) + ", expected 0 to " +
                      std::to_string(config.vocab_size - 1) +
                      "; leave it out, or correct it there");
  }
  return *config.bos_token_id;
}

TokenId resolve_target(std::string_view text, const Tokenizer& tokenizer, SpecialTokens special) {
  const std::vector<TokenId> ids = tokenizer.encode(text, special);
  if (ids.size() == 1) {
    return ids.front();
  }
  if (ids.empty()) {
    throw Error(ErrorCode::kTarget, "a target is empty, expected the text of one token");
  }
  const TokenText token_text = [&](TokenId id) { return tokenizer.display_text(id); };
  std::string message = "target \"" + std::string(text) + "\" is " + counted(ids.size()) + " (" +
                        joined(ids, token_text) + "), expected one";
  const std::string other = other_spacing(text);
  if (tokenizer.encode(other, special).size() == 1) {
    message += "; \"" + other + "\" is one token";
  } else {
    message += "; its first token is \"" + token_text(ids.front()) + "\"";
  }
  throw Error(ErrorCode::kTarget, message);
}

}  // namespace patchboard
