#include "core/math/layer_norm.h"

#include <array>
#include <cmath>

namespace patchboard {
namespace {

/// Σ term(i) over i < n, in an order that depends on n alone; Eigen's depends on the address, and
/// then the same row gives other bits elsewhere in a batch.
template <typename Term>
float ordered_sum(Index n, const Term& term) {
  constexpr Index kLanes = 8;
  std::array<float, kLanes> lanes{};
  for (Index i = 0; i + kLanes <= n; i += kLanes) {
    for (Index lane = 0; lane < kLanes; ++lane) {
      lanes[static_cast<std::size_t>(lane)] += term(i + lane);
    }
  }
  float sum = 0;
  for (Index i = n - n % kLanes; i < n; ++i) {
    sum += term(i);
  }
  for (const float lane : lanes) {
    sum += lane;
  }
  return sum;
}

}  // namespace

void layer_norm(ThreadPool& pool, const MatrixView& x, const Vector& gain, const Vector& bias,
                float eps, MatrixSpan out) {
  const Index D = x.cols();
  const auto count = static_cast<float>(D);
  pool.parallel_for(x.rows(), [&](Index row) {
    const float* values = x.row(row).data();
    float* normed = out.row(row).data();
    const float mean = ordered_sum(D, [&](Index i) { return values[i]; }) / count;
    const auto squared = [&](Index i) { return (values[i] - mean) * (values[i] - mean); };
    const float scale = 1.0F / std::sqrt(ordered_sum(D, squared) / count + eps);
    for (Index i = 0; i < D; ++i) {
      normed[i] = (values[i] - mean) * scale * gain[i] + bias[i];
    }
  });
}

}  // namespace patchboard
