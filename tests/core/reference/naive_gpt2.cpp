#include "tests/core/reference/naive_gpt2.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace patchboard::reference {
namespace {

std::size_t at(Index index) { return static_cast<std::size_t>(index); }

Row layer_norm(const Row& x, const LayerNormWeights& norm, double eps) {
  double mean = 0;
  for (const double value : x) {
    mean += value / static_cast<double>(x.size());
  }
  double variance = 0;
  for (const double value : x) {
    variance += (value - mean) * (value - mean) / static_cast<double>(x.size());
  }
  Row out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto index = static_cast<Index>(i);
    out.push_back((x[i] - mean) / std::sqrt(variance + eps) * norm.weight[index] +
                  norm.bias[index]);
  }
  return out;
}

Row project(const Row& x, const PlainProjection& projection) {
  Row out;
  for (Index col = 0; col < projection.weight.cols(); ++col) {
    double sum = projection.bias[col];
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += x[i] * static_cast<double>(projection.weight(static_cast<Index>(i), col));
    }
    out.push_back(sum);
  }
  return out;
}

double gelu(double x) {
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

/// qkv: one row a position, [q | k | v]. Returns z of `position`.
Row attend(const Config& config, const Rows& qkv, std::size_t position) {
  const std::size_t D = at(config.d_model);
  const std::size_t d_head = at(config.d_head());
  Row z(D, 0.0);
  for (std::size_t head = 0; head < at(config.n_head); ++head) {
    Row scores;
    for (std::size_t key = 0; key <= position; ++key) {
      double dot = 0;
      for (std::size_t i = head * d_head; i < (head + 1) * d_head; ++i) {
        dot += qkv[position][i] * qkv[key][D + i];
      }
      scores.push_back(dot / std::sqrt(static_cast<double>(d_head)));
    }
    const Row pattern = probabilities(scores);
    for (std::size_t key = 0; key <= position; ++key) {
      for (std::size_t i = head * d_head; i < (head + 1) * d_head; ++i) {
        z[i] += pattern[key] * qkv[key][2 * D + i];
      }
    }
  }
  return z;
}

void add(Row& x, const Row& y) {
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] += y[i];
  }
}

void run_block(const Config& config, const PlainBlock& block, Rows& x) {
  const double eps = config.layer_norm_epsilon;
  Rows qkv;
  for (const Row& row : x) {
    qkv.push_back(project(layer_norm(row, block.ln_1, eps), block.attn_c_attn));
  }
  for (std::size_t position = 0; position < x.size(); ++position) {
    add(x[position], project(attend(config, qkv, position), block.attn_c_proj));
    Row hidden = project(layer_norm(x[position], block.ln_2, eps), block.mlp_c_fc);
    std::ranges::transform(hidden, hidden.begin(), gelu);
    add(x[position], project(hidden, block.mlp_c_proj));
  }
}

}  // namespace

NaiveRun naive_forward(const Config& config, const PlainWeights& weights,
                       std::span<const TokenId> tokens, const std::optional<Patch>& patch) {
  Rows x(tokens.size(), Row(at(config.d_model)));
  for (std::size_t position = 0; position < x.size(); ++position) {
    for (Index i = 0; i < config.d_model; ++i) {
      x[position][at(i)] = static_cast<double>(weights.wte(tokens[position], i)) +
                           static_cast<double>(weights.wpe(static_cast<Index>(position), i));
    }
  }
  NaiveRun run;
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    run_block(config, weights.h[at(layer)], x);
    if (patch && patch->layer == layer) {
      x[at(patch->position)] = patch->value;
    }
    run.resid_post.push_back(x);
  }
  const Row last = layer_norm(x.back(), weights.ln_f, config.layer_norm_epsilon);
  for (Index token = 0; token < config.vocab_size; ++token) {
    double logit = 0;
    for (std::size_t i = 0; i < last.size(); ++i) {
      logit += last[i] * static_cast<double>(weights.unembedding()(token, static_cast<Index>(i)));
    }
    run.logits.push_back(logit);
  }
  return run;
}

Row probabilities(const Row& logits) {
  const double largest = *std::ranges::max_element(logits);
  Row out;
  double sum = 0;
  for (const double logit : logits) {
    out.push_back(std::exp(logit - largest));
    sum += out.back();
  }
  for (double& value : out) {
    value /= sum;
  }
  return out;
}

}  // namespace patchboard::reference
