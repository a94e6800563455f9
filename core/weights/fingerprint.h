#pragma once

#include <string>

#include "core/weights/weights.h"

namespace patchboard {

/// Sixteen hexadecimal digits that tell models, and their number formats, apart; the same in every
/// build. Made from the values of all biases, gains and of some columns of every matrix, as they
/// are kept, so that no model has to be read again. It tells apart; it is no proof against forgery.
/// Source: FNV-1a, Fowler, Noll and Vo.
[[nodiscard]] std::string fingerprint(const Weights& weights);

}  // namespace patchboard
