#pragma once

#include <string>

namespace patchboard {

/// Times the GEMM in one thread, and what bounds it, in turn for `rounds` rounds. Returns JSON with
/// medians: GFLOP/s of a register-only multiply-add loop, of Eigen's GEMM and of ours in every
/// weight format at [240, 1024] · [1024, 4096]; and, for few rows, GB/s of f32 weights from memory
/// against reading them once. Errors: std::runtime_error where ours and Eigen's products differ.
[[nodiscard]] std::string kernel_bench(int rounds);

}  // namespace patchboard
