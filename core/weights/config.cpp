#include "core/weights/config.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>

#include "core/error.h"
#include "core/shallow_json.h"

namespace patchboard {
namespace {

using Json = nlohmann::json;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kConfig, "config.json: " + what);
}

/// A whole number in [1, largest].
Index size_of(const Json& config, const char* key, Index largest) {
  const auto found = config.find(key);
  if (found == config.end()) {
    refuse("`" + std::string(key) + "` is missing");
  }
  const bool valid = found->is_number_unsigned() && found->get<std::uint64_t>() >= 1 &&
                     found->get<std::uint64_t>() <= static_cast<std::uint64_t>(largest);
  if (!valid) {
    refuse("`" + std::string(key) + "` is " + found->dump() +
           ", expected a whole number from 1 to " + std::to_string(largest));
  }
  return found->get<Index>();
}

void require(const Json& config, const char* key, const Json& expected) {
  const auto found = config.find(key);
  if (found != config.end() && *found != expected) {
    refuse("`" + std::string(key) + "` is " + found->dump() + ", expected " + expected.dump());
  }
}

void require_gpt2(const Json& config) {
  require(config, "model_type", "gpt2");
  require(config, "scale_attn_weights", true);
  require(config, "scale_attn_by_inverse_layer_idx", false);
  require(config, "add_cross_attention", false);
  const Json activation = config.value("activation_function", Json("gelu_new"));
  if (activation != "gelu_new" && activation != "gelu_pytorch_tanh") {
    refuse("`activation_function` is " + activation.dump() +
           ", expected \"gelu_new\" (the tanh form of GELU)");
  }
}

float epsilon_of(const Json& config) {
  const Json value = config.value("layer_norm_epsilon", Json(1e-5));
  const double epsilon = value.is_number() ? value.get<double>() : 0.0;
  if (!(epsilon >= std::numeric_limits<float>::min() && epsilon <= 1.0)) {
    refuse("`layer_norm_epsilon` is " + value.dump() + ", expected a number above 0, up to 1");
  }
  return static_cast<float>(epsilon);
}

Config read(const Json& json) {
  if (!json.is_object()) {
    refuse("expected a JSON object");
  }
  require_gpt2(json);
  Config config;
  config.n_layer = size_of(json, "n_layer", 1'000);
  config.n_head = size_of(json, "n_head", 10'000);
  config.d_model = size_of(json, "n_embd", 100'000);
  config.vocab_size = size_of(json, "vocab_size", 10'000'000);
  config.n_positions = size_of(json, "n_positions", 1'000'000);
  config.layer_norm_epsilon = epsilon_of(json);
  const bool has_inner = json.contains("n_inner") && !json["n_inner"].is_null();
  config.d_mlp = has_inner ? size_of(json, "n_inner", 1'000'000) : 4 * config.d_model;
  if (config.d_model % config.n_head != 0) {
    refuse("`n_head` is " + std::to_string(config.n_head) + ", which does not divide `n_embd` " +
           std::to_string(config.d_model));
  }
  return config;
}

}  // namespace

std::uint64_t Config::parameter_count() const {
  const auto D = static_cast<std::uint64_t>(d_model);
  const auto M = static_cast<std::uint64_t>(d_mlp);
  const auto rows = static_cast<std::uint64_t>(vocab_size + n_positions);
  const std::uint64_t attention = 4 * D * D + 4 * D;
  const std::uint64_t mlp = 2 * D * M + M + D;
  const std::uint64_t norms = 4 * D;
  return rows * D + static_cast<std::uint64_t>(n_layer) * (attention + mlp + norms) + 2 * D;
}

Config parse_config(std::string_view json) {
  try {
    return read(parse_shallow_json(json));
  } catch (const Json::exception& error) {
    refuse(std::string("expected the JSON of a GPT-2 config: ") + error.what());
  }
}

}  // namespace patchboard
