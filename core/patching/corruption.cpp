#include "core/patching/corruption.h"

#include <cmath>
#include <functional>
#include <numbers>
#include <random>

#include "core/patching/whole_run.h"

namespace patchboard {
namespace {

/// Standard normal numbers, two at a time: std::normal_distribution differs between libraries.
class Normal {
 public:
  Normal(std::uint32_t seed, Index sample) {
    std::seed_seq both{seed, static_cast<std::uint32_t>(sample)};
    random_.seed(both);
  }

  double next() {
    if (has_spare_) {
      has_spare_ = false;
      return spare_;
    }
    const double radius = std::sqrt(-2 * std::log(uniform()));
    const double angle = 2 * std::numbers::pi * uniform();
    spare_ = radius * std::sin(angle);
    has_spare_ = true;
    return radius * std::cos(angle);
  }

 private:
  /// In (0, 1].
  double uniform() { return (static_cast<double>(random_()) + 1) / 4294967296.0; }

  std::mt19937 random_;
  double spare_ = 0;
  bool has_spare_ = false;
};

/// Calls `visit` with every matrix of a run, and the same matrix of another.
void for_each_matrix(ActivationCache& run, const ActivationCache& other,
                     const std::function<void(Matrix&, const Matrix&)>& visit) {
  visit(run.embedding, other.embedding);
  for (Index layer = 0; layer < run.n_layer(); ++layer) {
    BlockActivations& block = run.at(layer);
    const BlockActivations& from = other.at(layer);
    visit(block.resid_post, from.resid_post);
    for (const Site site : kept_matrices()) {
      const auto matrix = traits_of(site).matrix;
      visit(block.*matrix, from.*matrix);
    }
  }
}

}  // namespace

double embedding_deviation(const Gpt2& model) {
  const PackedMatrix& wte = model.weights().wte;
  std::vector<float> column(static_cast<std::size_t>(wte.rows()));
  double sum = 0;
  double squares = 0;
  for (Index token = 0; token < wte.cols(); ++token) {
    wte.get_column(token, column);
    for (const float value : column) {
      sum += static_cast<double>(value);
      squares += static_cast<double>(value) * static_cast<double>(value);
    }
  }
  const auto count = static_cast<double>(wte.rows() * wte.cols());
  return std::sqrt(squares / count - sum / count * (sum / count));
}

Matrix noised(Matrix embedding, const Corruption& corruption, double deviation, Index sample) {
  Normal normal(corruption.seed, sample);
  for (const Index position : corruption.positions) {
    for (float& value : row_values(embedding, position)) {
      value += static_cast<float>(deviation * normal.next());
    }
  }
  return embedding;
}

ActivationCache zero_activations(const Gpt2& model, Index T, const Kept& kept) {
  const Config& config = model.config();
  const Matrix rows = Matrix::Zero(T, config.d_model);
  BlockActivations block;
  block.resid_post = rows;
  for (const Site site : kept_matrices()) {
    if (kept.*traits_of(site).kept) {
      const MatrixShape shape = kept_shape(site, config, T);
      block.*traits_of(site).matrix = Matrix::Zero(shape.rows, shape.cols);
    }
  }
  return {.embedding = rows,
          .h = std::vector<BlockActivations>(static_cast<std::size_t>(config.n_layer), block)};
}

ActivationCache mean_activations(const Gpt2& model, ThreadPool& pool,
                                 std::span<const std::vector<TokenId>> prompts, const Kept& kept) {
  ActivationCache mean = whole_run(model, pool, model.embed(prompts.front()), kept);
  for (const std::vector<TokenId>& prompt : prompts.subspan(1)) {
    const ActivationCache run = whole_run(model, pool, model.embed(prompt), kept);
    for_each_matrix(mean, run, [](Matrix& sum, const Matrix& values) { sum += values; });
  }
  const float share = 1.0F / static_cast<float>(prompts.size());
  for_each_matrix(mean, mean, [&](Matrix& sum, const Matrix&) { sum *= share; });
  return mean;
}

}  // namespace patchboard
