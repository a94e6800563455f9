#pragma once

#include <algorithm>
#include <limits>
#include <vector>

#include "core/math/activation.h"
#include "core/math/matrix.h"

namespace patchboard {

/// How the heads of one layer weigh what they see.
struct AttentionRule {
  Index n_head = 1;
  float scale = 1;                                   ///< of query times key
  Index window = std::numeric_limits<Index>::max();  ///< positions that a query sees, its own too

  /// The first position that a query sees; its own is the last.
  [[nodiscard]] Index first_key(Index query) const {
    return std::max<Index>(0, query - window + 1);
  }
};

/// What models of GPT-2's architecture compute otherwise than the published GPT-2, whose variant
/// this is as it stands: all of it is read in `parse_config`, and nothing else asks what a model
/// is called.
struct Variant {
  Activation activation = Activation::kGeluTanh;  ///< `activation_function`
  bool scaled_by_root = true;                     ///< `scale_attn_weights`: scores by √d_head
  bool scaled_by_layer = false;  ///< `scale_attn_by_inverse_layer_idx`: also by layer + 1
  /// GPT-Neo's `window_size` where `attention_types` says "local"; nothing where all layers see
  /// all.
  std::vector<Index> windows = {};  // [n_layer]

  bool operator==(const Variant&) const = default;
};

}  // namespace patchboard
