#include "core/document/experiment.h"

#include <algorithm>
#include <array>

#include "core/document/checks.h"
#include "core/error.h"
#include "core/input/input_value.h"

namespace patchboard {
namespace {

// The last five are a saved result's.
constexpr std::string_view kPairsName = "pairs";
constexpr std::array<std::string_view, 19> kKeys = {
    "patchboard", "model",      "clean",       "corrupted",  "bos",    "special_tokens", "targets",
    "sites",      "directions", "by_position", "corruption", "window", "span",           "region",
    "tokens",     "results",    "work",        "seconds",    "checks"};

/// Reads a document's texts in the way that it asks for.
class PromptReader {
 public:
  PromptReader(const TextReader& reader, PromptOptions options)
      : reader_(reader), options_(options) {}

  [[nodiscard]] const TextReader& texts() const { return reader_; }

  [[nodiscard]] std::vector<TokenId> prompt(const InputValue& value) const {
    std::vector<TokenId> ids = tokens(value);
    if (options_.bos) {
      ids.insert(ids.begin(), reader_.bos_token());
    }
    return ids;
  }

  [[nodiscard]] std::vector<TokenId> target(const InputValue& value) const;

 private:
  [[nodiscard]] std::vector<TokenId> tokens(const InputValue& value) const {
    if (value.is_text()) {
      return reader_.encode(value.text(), options_.special_tokens);
    }
    if (!value.is_list()) {
      value.refuse("a text or a list of token ids");
    }
    return value.ids(reader_.last_token);
  }

  const TextReader& reader_;
  PromptOptions options_;
};

std::vector<TokenId> PromptReader::target(const InputValue& value) const {
  if (value.is_text()) {
    return {reader_.resolve_target(value.text(), options_.special_tokens)};
  }
  if (value.is_number()) {
    return {value.whole<TokenId>(0, reader_.last_token)};
  }
  if (value.is_object() && value.size() == 1 && value.find("continuation")) {
    std::vector<TokenId> continuation = tokens(value.at("continuation"));
    if (!continuation.empty()) {
      return continuation;
    }
  }
  value.refuse(R"(the text of one token, its id, or {"continuation": "a text"})");
}

std::vector<std::vector<TokenId>> targets_of(const InputValue& value, const PromptReader& reader) {
  std::vector<std::vector<TokenId>> targets;
  for (const InputValue& target : value.list(1, "targets")) {
    targets.push_back(reader.target(target));
  }
  return targets;
}

/// A whole number from 1 on, 1 where it is left out.
Index read_count(const InputValue& object, const char* key, Index most) {
  const std::optional<InputValue> value = object.find(key);
  return value ? value->whole<Index>(1, most) : 1;
}

/// [first, end]
Span read_bounds(const InputValue& object, const char* key, Index most) {
  const InputValue value = object.at(key);
  constexpr const char* kExpected = "[first, end], the first smaller than the end";
  if (!value.is_list() || value.size() != 2) {
    value.refuse(kExpected);
  }
  const auto first = value.list()[0].whole<Index>(0, most);
  const auto end = value.list()[1].whole<Index>(0, most);
  if (first >= end) {
    value.refuse(kExpected);
  }
  return {.first = first, .count = end - first};
}

std::vector<Index> read_positions(const InputValue& value, Index n_positions) {
  std::vector<Index> positions;
  for (const InputValue& position : value.list(1, "tokens' positions")) {
    positions.push_back(position.whole<Index>(0, n_positions - 1));
  }
  std::ranges::sort(positions);
  if (std::ranges::adjacent_find(positions) != positions.end()) {
    value.refuse("each position once");
  }
  return positions;
}

Corruption read_noise(const InputValue& value, Index n_positions) {
  value.require_keys({"kind", "positions", "multiple", "samples", "seed"});
  Corruption noise{.kind = Corruption::Kind::kNoise};
  noise.positions = read_positions(value.at("positions"), n_positions);
  if (const auto multiple = value.find("multiple")) {
    noise.multiple = multiple->number_f32(
        {.least = 0, .most = static_cast<double>(kMaxNoiseMultiple), .above_least = true});
  }
  noise.samples = read_count(value, "samples", kMaxNoiseSamples);
  if (const auto seed = value.find("seed")) {
    noise.seed = seed->whole<std::uint32_t>(0, std::numeric_limits<std::uint32_t>::max());
  }
  return noise;
}

Corruption read_mean(const InputValue& value, const PromptReader& reader) {
  value.require_keys({"kind", "prompts"});
  Corruption mean{.kind = Corruption::Kind::kMean};
  for (const InputValue& prompt : value.at("prompts").list(1, "prompts")) {
    mean.prompts.push_back(reader.prompt(prompt));
  }
  return mean;
}

Corruption read_corruption(const InputValue& value, const PromptReader& reader) {
  if (!value.is_object() || !value.find("kind")) {
    value.refuse(R"({"kind": …} with prompt, noise, zero or mean)");
  }
  const auto kind = static_cast<Corruption::Kind>(value.at("kind").name_of(kCorruptionNames));
  switch (kind) {
    case Corruption::Kind::kNoise:
      return read_noise(value, reader.texts().n_positions);
    case Corruption::Kind::kMean:
      return read_mean(value, reader);
    case Corruption::Kind::kPrompt:
    case Corruption::Kind::kZero:
      break;
  }
  value.require_keys({"kind"});
  return {.kind = kind};
}

template <typename Value>
void add_once(std::vector<Value>& values, Value value) {
  if (std::ranges::find(values, value) == values.end()) {
    values.push_back(value);
  }
}

Site read_site(const InputValue& name) {
  std::vector<std::string_view> names;
  for (const Site site : all_sites()) {
    names.push_back(site_name(site));
  }
  return all_sites()[name.name_of(names)];
}

/// Each entry is a site's name, or an object with the layers in which alone it is patched.
void read_sites(const InputValue& value, Index n_layer, Experiment& experiment) {
  experiment.sites.clear();
  for (const InputValue& entry : value.list(1, "sites")) {
    Site site{};
    std::optional<Span> layers;
    if (entry.is_object()) {
      entry.require_keys({"site", "layers"});
      site = read_site(entry.at("site"));
      layers = read_bounds(entry, "layers", n_layer);
    } else {
      site = read_site(entry);
    }
    if (std::ranges::find(experiment.sites, site) == experiment.sites.end()) {
      experiment.sites.push_back(site);
      if (layers) {
        experiment.layers_of_sites.emplace(site, *layers);
      }
    } else if (experiment.layers_of(site) != layers) {
      entry.refuse("the same layers as where " + std::string(site_name(site)) +
                   " is listed first, or the site once");
    }
  }
}

std::vector<Direction> read_directions(const InputValue& value) {
  constexpr std::array kDirections = {Direction::kDenoising, Direction::kNoising};
  std::vector<Direction> directions;
  for (const InputValue& name : value.list(1, "directions")) {
    add_once(directions, kDirections.at(name.name_of(
                             {direction_name(kDirections[0]), direction_name(kDirections[1])})));
  }
  return directions;
}

ByPosition read_by_position(const InputValue& value) {
  if (value.is_text()) {
    if (value.text() != kPairsName) {
      value.refuse("true, false or \"" + std::string(kPairsName) + "\"");
    }
    return ByPosition::kPairs;
  }
  return value.truth() ? ByPosition::kEach : ByPosition::kTogether;
}

/// What is patched.
void read_sweeps(const InputValue& document, const TextReader& reader, Experiment& experiment) {
  if (const auto sites = document.find("sites")) {
    read_sites(*sites, reader.n_layer, experiment);
  }
  if (const auto directions = document.find("directions")) {
    experiment.directions = read_directions(*directions);
  } else if (experiment.corruption.is_ablation()) {
    experiment.directions = {Direction::kNoising};
  }
  if (const auto by_position = document.find("by_position")) {
    experiment.by_position = read_by_position(*by_position);
  }
  experiment.window = read_count(document, "window", reader.n_layer);
  experiment.span = read_count(document, "span", reader.n_positions);
  if (const auto region = document.find("region"); region && !region->is_null()) {
    region->require_keys({"layers", "positions"});
    experiment.region = Region{.layers = read_bounds(*region, "layers", reader.n_layer),
                               .positions = read_bounds(*region, "positions", reader.n_positions)};
  }
}

void read_corrupted(const InputValue& document, const PromptReader& reader,
                    Experiment& experiment) {
  const std::optional<InputValue> corrupted = document.find("corrupted");
  if (experiment.corruption.kind != Corruption::Kind::kPrompt) {
    if (corrupted) {
      refuse_corrupted_prompt(experiment.corruption);
    }
    return;
  }
  if (!corrupted) {
    document.fail("has no \"corrupted\", which the corruption by a prompt needs");
  }
  experiment.corrupted = reader.prompt(*corrupted);
}

PromptOptions options_of(const InputValue& document) {
  const std::optional<InputValue> bos = document.find("bos");
  const std::optional<InputValue> special = document.find("special_tokens");
  return {.bos = bos && bos->truth(),
          .special_tokens =
              special && !special->truth() ? SpecialTokens::kAreText : SpecialTokens::kAreTokens};
}

InputValue parse(std::string_view text, const char* name) {
  return InputValue::parse(text, {.code = ErrorCode::kExperiment, .name = name});
}

}  // namespace

std::vector<SweepSettings> Experiment::sweeps() const {
  std::vector<SweepSettings> all;
  for (const Site site : sites) {
    for (const Direction direction : directions) {
      all.push_back({.site = site,
                     .direction = direction,
                     .by_position = is_head_site(site) ? by_position : ByPosition::kTogether,
                     .window = window,
                     .span = span});
    }
  }
  return all;
}

std::optional<Span> Experiment::layers_of(Site site) const {
  const auto found = layers_of_sites.find(site);
  return found == layers_of_sites.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Region> Experiment::region_of(Site site) const {
  const std::optional<Span> layers = layers_of(site);
  if (!layers) {
    return region;
  }
  const Span every = {.first = 0, .count = std::ssize(clean)};
  return Region{.layers = region ? region->layers.common(*layers) : *layers,
                .positions = region ? region->positions : every};
}

Experiment read_experiment(std::string_view text, const TextReader& texts) {
  const InputValue document = parse(text, "experiment");
  document.require_keys(kKeys);
  if (const auto version = document.find("patchboard");
      version && !(version->is_number() && version->number() == 1)) {
    version->refuse("1, the version that is known here");
  }
  const PromptReader reader(texts, options_of(document));
  Experiment experiment;
  experiment.clean = reader.prompt(document.at("clean"));
  const InputValue targets = document.at("targets");
  if (const auto corruption = document.find("corruption")) {
    experiment.corruption = read_corruption(*corruption, reader);
  }
  read_corrupted(document, reader, experiment);
  experiment.targets = targets_of(targets, reader);
  read_sweeps(document, texts, experiment);
  check_form(experiment);
  return experiment;
}

std::vector<std::vector<TokenId>> read_targets(std::string_view json, const TextReader& reader,
                                               SpecialTokens special) {
  return targets_of(parse(json, "targets"), {reader, {.special_tokens = special}});
}

PromptOptions read_prompt_options(std::string_view json) {
  return options_of(parse(json, "experiment"));
}

bool has_text(std::string_view json) {
  bool found = false;
  const TextReader looking = {.encode =
                                  [&](std::string_view, SpecialTokens) {
                                    found = true;
                                    return std::vector<TokenId>{0};
                                  },
                              .resolve_target =
                                  [&](std::string_view, SpecialTokens) {
                                    found = true;
                                    return TokenId{0};
                                  },
                              .bos_token = [] { return TokenId{0}; }};
  static_cast<void>(read_experiment(json, looking));
  return found;
}

std::string_view direction_name(Direction direction) {
  return direction == Direction::kDenoising ? "denoising" : "noising";
}

}  // namespace patchboard
