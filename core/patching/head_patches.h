#pragma once

#include "core/math/matrix.h"
#include "core/math/thread_pool.h"
#include "core/model/activation_cache.h"
#include "core/patching/patch_batch.h"
#include "core/weights/config.h"

namespace patchboard {

/// z of the changed rows of every patch of a batch, in the patched layer: [changed_rows, d_model].
/// The site is one of a head; base keeps qkv and z, source what `kept_of_source` says.
/// Only the patched heads are computed again.
[[nodiscard]] Matrix patched_z(const Config& config, ThreadPool& pool, const ActivationCache& base,
                               const ActivationCache& source, const PatchBatch& batch);

}  // namespace patchboard
