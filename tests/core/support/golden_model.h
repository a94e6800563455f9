#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "core/model/gpt2.h"

namespace patchboard::testing {

/// A folder that tests/golden/make_golden.py wrote.
struct GoldenModel {
  Gpt2 model;
  nlohmann::json expected;  ///< expected.json: the prompts, the targets, logits
  nlohmann::json sites;     ///< sites.json: patches of every site, attribution
  nlohmann::json pairs;     ///< pairs.json: the same of one query and one key; null of long prompts
};

GoldenModel golden_model(const std::string& folder);

}  // namespace patchboard::testing
