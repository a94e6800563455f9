#include "tools/patchboard/pair_means.h"

#include <cmath>

namespace patchboard {

void Spread::add(const Matrix& values) {
  if (count_ == 0) {
    mean_ = Matrix::Zero(values.rows(), values.cols());
    squares_ = mean_;
  }
  ++count_;
  const Matrix before = values - mean_;
  mean_ += before / static_cast<float>(count_);
  squares_.array() += before.array() * (values - mean_).array();
}

std::optional<Matrix> Spread::mean() const {
  return count_ == 0 ? std::nullopt : std::optional(mean_);
}

std::optional<Matrix> Spread::deviation() const {
  if (count_ < 2) {
    return std::nullopt;
  }
  return Matrix((squares_ / static_cast<float>(count_ - 1)).array().sqrt());
}

void MetricOverPairs::add(const Matrix& patched, const UnpatchedValues& unpatched, bool denoises) {
  const auto& [clean, corrupted] = unpatched;
  patched_.add(patched);
  change_.add(patched.array() - (denoises ? corrupted : clean));
  clean_ += static_cast<double>(clean);
  corrupted_ += static_cast<double>(corrupted);
  const float gap = clean - corrupted;
  if (std::abs(gap) >= least_gap_) {
    shares_.add((patched.array() - corrupted) / gap);
  }
}

std::optional<Matrix> MetricOverPairs::share_of_means() const {
  const std::optional<Matrix> mean = patched_.mean();
  const double corrupted = corrupted_ / patched_.count();
  const double gap = clean_ / patched_.count() - corrupted;
  if (!mean || !(std::abs(gap) >= static_cast<double>(least_gap_))) {
    return std::nullopt;
  }
  return Matrix((mean->array() - static_cast<float>(corrupted)) / static_cast<float>(gap));
}

}  // namespace patchboard
