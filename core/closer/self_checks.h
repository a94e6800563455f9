#pragma once

#include <string>
#include <vector>

#include "core/lab/lab.h"

namespace patchboard {

/// One check that an experiment makes of itself.
struct SelfCheck {
  std::string name;
  bool passed = false;
  std::string detail;  ///< what was compared, and what came out
};

/// What must hold whatever the model is, tried on each sweep of the experiment: patching a run with
/// itself changes nothing, to the bit; patching everything gives the other run; the fast engine's
/// cell is that of a whole run, to the bit, and in that run nothing outside the patch's cone (later
/// layers, this position and those right of it) changed.
[[nodiscard]] std::vector<SelfCheck> self_checks(const Gpt2& model, ThreadPool& pool, Lab& lab);

}  // namespace patchboard
