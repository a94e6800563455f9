#include "core/experiment/experiment.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "core/error.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

// The last five are a saved result's.
constexpr std::array<std::string_view, 17> kKeys = {
    "patchboard", "model",       "clean",      "corrupted", "targets", "sites",
    "directions", "by_position", "corruption", "window",    "span",    "region",
    "tokens",     "results",     "work",       "seconds",   "checks"};
constexpr Index kMaxSamples = 1000;

[[noreturn]] void refuse(const std::string& key, const Json& found, const std::string& expected) {
  constexpr std::size_t kLongest = 60;
  std::string text = found.dump();
  if (text.size() > kLongest) {
    text = text.substr(0, kLongest) + "…";
  }
  throw Error(ErrorCode::kExperiment,
              "experiment, \"" + key + "\": " + text + ", expected " + expected);
}

[[noreturn]] void refuse_key(const std::string& key, std::span<const std::string_view> known,
                             const std::string& where) {
  std::string names;
  for (const std::string_view name : known) {
    names += names.empty() ? "" : ", ";
    names += name;
  }
  throw Error(ErrorCode::kExperiment,
              where + " has \"" + key + "\", which means nothing here; expected " + names);
}

void check_keys(const Json& object, std::span<const std::string_view> known,
                const std::string& where) {
  for (const auto& [key, value] : object.items()) {
    if (std::ranges::find(known, key) == known.end()) {
      refuse_key(key, known, where);
    }
  }
}

std::vector<TokenId> read_prompt(const Json& value, const std::string& key,
                                 const TextReader& reader) {
  if (value.is_string()) {
    return reader.encode(value.get<std::string>());
  }
  const bool is_ids = value.is_array() && std::ranges::all_of(value, [](const Json& id) {
                        return id.is_number_integer();
                      });
  if (!is_ids) {
    refuse(key, value, "a text or an array of token ids");
  }
  return value.get<std::vector<TokenId>>();
}

std::vector<TokenId> read_target(const Json& value, const TextReader& reader) {
  if (value.is_string()) {
    return {reader.resolve_target(value.get<std::string>())};
  }
  if (value.is_number_integer()) {
    return {value.get<TokenId>()};
  }
  if (value.is_object() && value.size() == 1 && value.contains("continuation")) {
    std::vector<TokenId> tokens = read_prompt(value["continuation"], "continuation", reader);
    if (!tokens.empty()) {
      return tokens;
    }
  }
  refuse("targets", value, R"(the text of one token, its id, or {"continuation": "a text"})");
}

std::vector<std::vector<TokenId>> targets_of(const Json& value, const TextReader& reader) {
  if (!value.is_array() || value.empty()) {
    refuse("targets", value, "an array with one target at least");
  }
  std::vector<std::vector<TokenId>> targets;
  for (const Json& target : value) {
    targets.push_back(read_target(target, reader));
  }
  return targets;
}

Index read_count(const Json& object, const std::string& key, Index least, Index otherwise) {
  if (!object.contains(key)) {
    return otherwise;
  }
  const Json& value = object[key];
  if (!value.is_number_integer() || value.get<std::int64_t>() < least ||
      value.get<std::int64_t>() > INT32_MAX) {
    refuse(key, value, "a whole number, at least " + std::to_string(least));
  }
  return value.get<Index>();
}

/// [first, end]
Span read_bounds(const Json& region, const std::string& key) {
  const Json& value = region.contains(key) ? region[key] : Json();
  const bool is_pair =
      value.is_array() && value.size() == 2 && std::ranges::all_of(value, [](const Json& number) {
        return number.is_number_integer() && number.get<std::int64_t>() >= 0;
      });
  if (!is_pair || value[0].get<Index>() >= value[1].get<Index>()) {
    refuse("region." + key, value, "[first, end], the first smaller than the end");
  }
  return {.first = value[0].get<Index>(), .count = value[1].get<Index>() - value[0].get<Index>()};
}

std::vector<Index> read_positions(const Json& value) {
  const bool is_list =
      value.is_array() && !value.empty() && std::ranges::all_of(value, [](const Json& number) {
        return number.is_number_integer() && number.get<std::int64_t>() >= 0;
      });
  if (!is_list) {
    refuse("corruption.positions", value, "an array of the tokens' positions");
  }
  auto positions = value.get<std::vector<Index>>();
  std::ranges::sort(positions);
  if (std::ranges::adjacent_find(positions) != positions.end()) {
    refuse("corruption.positions", value, "each position once");
  }
  return positions;
}

Corruption read_noise(const Json& value) {
  constexpr std::array<std::string_view, 5> kNoiseKeys = {"kind", "positions", "multiple",
                                                          "samples", "seed"};
  check_keys(value, kNoiseKeys, "experiment, \"corruption\" of the kind noise,");
  Corruption noise{.kind = Corruption::Kind::kNoise};
  noise.positions = read_positions(value.contains("positions") ? value["positions"] : Json());
  if (value.contains("multiple")) {
    const Json& multiple = value["multiple"];
    if (!multiple.is_number() || !(multiple.get<float>() > 0)) {
      refuse("corruption.multiple", multiple, "a number above 0");
    }
    noise.multiple = multiple.get<float>();
  }
  noise.samples = read_count(value, "samples", 1, 1);
  if (noise.samples > kMaxSamples) {
    refuse("corruption.samples", value["samples"], "at most " + std::to_string(kMaxSamples));
  }
  noise.seed = static_cast<std::uint32_t>(read_count(value, "seed", 0, 0));
  return noise;
}

Corruption read_mean(const Json& value, const TextReader& reader) {
  constexpr std::array<std::string_view, 2> kMeanKeys = {"kind", "prompts"};
  check_keys(value, kMeanKeys, "experiment, \"corruption\" of the kind mean,");
  const Json& prompts = value.contains("prompts") ? value["prompts"] : Json();
  if (!prompts.is_array() || prompts.empty()) {
    refuse("corruption.prompts", prompts, "an array with one prompt at least");
  }
  Corruption mean{.kind = Corruption::Kind::kMean};
  for (const Json& prompt : prompts) {
    mean.prompts.push_back(read_prompt(prompt, "corruption.prompts", reader));
  }
  return mean;
}

Corruption read_corruption(const Json& value, const TextReader& reader) {
  const bool has_kind = value.is_object() && value.contains("kind") && value["kind"].is_string();
  const std::string kind = has_kind ? value["kind"].get<std::string>() : "";
  constexpr std::array<std::string_view, 1> kKindOnly = {"kind"};
  if (kind == "prompt" || kind == "zero") {
    check_keys(value, kKindOnly, "experiment, \"corruption\" of the kind " + kind + ",");
    return {.kind = kind == "zero" ? Corruption::Kind::kZero : Corruption::Kind::kPrompt};
  }
  if (kind == "noise") {
    return read_noise(value);
  }
  if (kind == "mean") {
    return read_mean(value, reader);
  }
  refuse("corruption", value, R"({"kind": …} with prompt, noise, zero or mean)");
}

std::vector<std::string> read_names(const Json& json, const std::string& key) {
  const Json& value = json[key];
  const bool is_list =
      value.is_array() && !value.empty() &&
      std::ranges::all_of(value, [](const Json& name) { return name.is_string(); });
  if (!is_list) {
    refuse(key, value, "an array with one name at least");
  }
  return value.get<std::vector<std::string>>();
}

Direction direction_named(const std::string& name) {
  if (name != "denoising" && name != "noising") {
    refuse("directions", name, "denoising or noising");
  }
  return name == "denoising" ? Direction::kDenoising : Direction::kNoising;
}

template <typename Value>
void add_once(std::vector<Value>& values, Value value) {
  if (std::ranges::find(values, value) == values.end()) {
    values.push_back(value);
  }
}

void read_sites(const Json& json, Experiment& experiment) {
  if (json.contains("sites")) {
    experiment.sites.clear();
    for (const std::string& name : read_names(json, "sites")) {
      add_once(experiment.sites, site_named(name));
    }
  }
  if (json.contains("directions")) {
    experiment.directions.clear();
    for (const std::string& name : read_names(json, "directions")) {
      add_once(experiment.directions, direction_named(name));
    }
  } else if (experiment.corruption.is_ablation()) {
    experiment.directions = {Direction::kNoising};
  }
  if (json.contains("by_position")) {
    if (!json["by_position"].is_boolean()) {
      refuse("by_position", json["by_position"], "true or false");
    }
    experiment.by_position = json["by_position"].get<bool>();
  }
  experiment.window = read_count(json, "window", 1, 1);
  experiment.span = read_count(json, "span", 1, 1);
  if (json.contains("region") && !json["region"].is_null()) {
    constexpr std::array<std::string_view, 2> kRegionKeys = {"layers", "positions"};
    if (!json["region"].is_object()) {
      refuse("region", json["region"], R"({"layers": [first, end], "positions": [first, end]})");
    }
    check_keys(json["region"], kRegionKeys, "experiment, \"region\",");
    experiment.region = Region{.layers = read_bounds(json["region"], "layers"),
                               .positions = read_bounds(json["region"], "positions")};
  }
}

/// What does not go together.
void check_combination(const Experiment& experiment) {
  const bool has_heads = std::ranges::any_of(experiment.sites, is_head_site);
  const auto refuse_combination = [](const std::string& what) {
    throw Error(ErrorCode::kExperiment, "experiment: " + what);
  };
  if (has_heads && experiment.window > 1) {
    refuse_combination(
        "a window of layers is patched at resid_pre, resid_mid, resid_post, attn_out "
        "or mlp_out, not at heads; expected \"window\" 1");
  }
  if (has_heads && !experiment.by_position && experiment.span > 1) {
    refuse_combination(
        "at [layer, head] all positions are patched; expected \"span\" 1, or "
        "\"by_position\" true");
  }
  const bool denoises = std::ranges::find(experiment.directions, Direction::kDenoising) !=
                        experiment.directions.end();
  if (experiment.corruption.is_ablation() && denoises) {
    refuse_combination(
        "an ablation puts zeros or means into the clean run; expected the direction "
        "noising alone");
  }
}

Json parse(std::string_view text) {
  Json json = Json::parse(text, nullptr, false);
  if (json.is_discarded()) {
    throw Error(ErrorCode::kExperiment,
                "experiment: not JSON, expected the document that "
                "docs/experiment.md describes");
  }
  return json;
}

}  // namespace

std::vector<SweepSettings> Experiment::sweeps() const {
  std::vector<SweepSettings> all;
  for (const Site site : sites) {
    for (const Direction direction : directions) {
      all.push_back({.site = site,
                     .direction = direction,
                     .by_position = by_position && is_head_site(site),
                     .window = window,
                     .span = span});
    }
  }
  return all;
}

Experiment read_experiment(std::string_view text, const TextReader& reader) {
  const Json json = parse(text);
  if (!json.is_object()) {
    refuse("", json, "an object");
  }
  check_keys(json, kKeys, "experiment");
  if (json.contains("patchboard") && json["patchboard"] != 1) {
    refuse("patchboard", json["patchboard"], "1, the version that is known here");
  }
  for (const char* key : {"clean", "targets"}) {
    if (!json.contains(key)) {
      throw Error(ErrorCode::kExperiment, std::string("experiment: no \"") + key + "\"");
    }
  }
  Experiment experiment;
  experiment.clean = read_prompt(json["clean"], "clean", reader);
  if (json.contains("corruption")) {
    experiment.corruption = read_corruption(json["corruption"], reader);
  }
  if (experiment.corruption.kind == Corruption::Kind::kPrompt) {
    if (!json.contains("corrupted")) {
      throw Error(ErrorCode::kExperiment,
                  "experiment: no \"corrupted\", which the corruption by a prompt needs");
    }
    experiment.corrupted = read_prompt(json["corrupted"], "corrupted", reader);
  }
  experiment.targets = targets_of(json["targets"], reader);
  read_sites(json, experiment);
  check_combination(experiment);
  return experiment;
}

std::vector<std::vector<TokenId>> read_targets(std::string_view json, const TextReader& reader) {
  return targets_of(parse(json), reader);
}

std::string_view direction_name(Direction direction) {
  return direction == Direction::kDenoising ? "denoising" : "noising";
}

}  // namespace patchboard
