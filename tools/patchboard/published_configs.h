#pragma once

#include <string>
#include <vector>

#include "core/weights/config.h"

namespace patchboard {

/// A published GPT-2 and its sizes.
struct PublishedConfig {
  std::string name;  ///< as on Hugging Face: gpt2 … gpt2-xl
  Config config;
};

/// The four published sizes, smallest first.
/// Source: Radford et al. 2019, table 2, and the published `config.json` files.
[[nodiscard]] const std::vector<PublishedConfig>& published_configs();

}  // namespace patchboard
