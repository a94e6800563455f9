#include "tests/core/reference/naive_gpt2.h"

#include <algorithm>
#include <cmath>
#include <limits>
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

double activated(Activation activation, double x) {
  switch (activation) {
    case Activation::kGeluTanh:
      break;
    case Activation::kGeluErf:
      return 0.5 * x * std::erfc(-x / std::numbers::sqrt2);
    case Activation::kRelu:
      return std::max(x, 0.0);
  }
  return 0.5 * x * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
}

/// What a reader reads of a position: x, unless it has an input of its own; nudged, if it is.
Row input_of(const Reader& reader, std::size_t position, Row x, std::span<const OwnInput> inputs,
             const std::optional<Nudge>& nudge) {
  if (const Matrix* own = own_input(inputs, reader)) {
    const auto row = own->row(static_cast<Index>(position));
    x.assign(row.begin(), row.end());
  }
  if (nudge && nudge->reader == reader && at(nudge->row) == position) {
    x[at(nudge->col)] += nudge->by;
  }
  return x;
}

/// One block of a run in which a value may be nudged.
class NaiveBlock {
 public:
  NaiveBlock(const Config& config, const PlainBlock& block, Index layer,
             const std::optional<Nudge>& nudge, std::span<const OwnInput> inputs)
      : config_(config), block_(block), layer_(layer), nudge_(nudge), inputs_(inputs) {}

  void run(Rows& x) const {
    const double eps = config_.layer_norm_epsilon;
    Rows qkv;
    for (std::size_t position = 0; position < x.size(); ++position) {
      nudge(Site::kResidPre, position, x[position]);
      qkv.push_back(project(layer_norm(x[position], block_.ln_1, eps), block_.attn_c_attn));
      read_apart(position, x[position], qkv.back());
      nudge(Site::kQ, position, qkv.back(), 0);
      nudge(Site::kK, position, qkv.back(), at(config_.d_model));
      nudge(Site::kV, position, qkv.back(), 2 * at(config_.d_model));
    }
    for (std::size_t position = 0; position < x.size(); ++position) {
      Row z = attend(qkv, position);
      nudge(Site::kZ, position, z);
      add(Site::kAttnOut, position, project(z, block_.attn_c_proj), x[position]);
      nudge(Site::kResidMid, position, x[position]);
      const Row input = input_of({.kind = Reader::Kind::kMlp, .layer = layer_}, position,
                                 x[position], inputs_, nudge_);
      Row hidden = project(layer_norm(input, block_.ln_2, eps), block_.mlp_c_fc);
      std::ranges::transform(hidden, hidden.begin(), [&](double value) {
        return activated(config_.variant.activation, value);
      });
      nudge(Site::kMlpPost, position, hidden);
      add(Site::kMlpOut, position, project(hidden, block_.mlp_c_proj), x[position]);
      nudge(Site::kResidPost, position, x[position]);
    }
  }

 private:
  /// Heads that do not read what the others do. qkv: of the position.
  void read_apart(std::size_t position, const Row& x, Row& qkv) const {
    if (inputs_.empty() && !(nudge_ && nudge_->reader)) {
      return;
    }
    const std::vector<Reader> readers = head_readers(layer_, config_.n_head);
    for (std::size_t i = 0; i < readers.size(); ++i) {
      const Row input = input_of(readers[i], position, x, inputs_, nudge_);
      const Row all =
          project(layer_norm(input, block_.ln_1, config_.layer_norm_epsilon), block_.attn_c_attn);
      const auto first = static_cast<Index>(i) * config_.d_head();
      std::copy_n(all.begin() + first, config_.d_head(), qkv.begin() + first);
    }
  }

  /// first: where the site's values begin in the row.
  void nudge(Site site, std::size_t row, Row& values, std::size_t first = 0) const {
    if (nudge_ && !nudge_->reader && nudge_->site == site && nudge_->layer == layer_ &&
        at(nudge_->row) == row) {
      values[first + at(nudge_->col)] += nudge_->by;
    }
  }

  void add(Site site, std::size_t position, Row values, Row& x) const {
    nudge(site, position, values);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] += values[i];
    }
  }

  /// qkv: one row a position, [q | k | v]. Returns z of `position`.
  [[nodiscard]] Row attend(const Rows& qkv, std::size_t position) const {
    const std::size_t D = at(config_.d_model);
    const std::size_t d_head = at(config_.d_head());
    Row z(D, 0.0);
    const Variant& variant = config_.variant;
    const auto window = variant.windows.empty() ? qkv.size() : at(variant.windows[at(layer_)]);
    const std::size_t first = position + 1 - std::min(window, position + 1);
    const double root = variant.scaled_by_root ? std::sqrt(static_cast<double>(d_head)) : 1;
    const double depth = variant.scaled_by_layer ? static_cast<double>(layer_ + 1) : 1;
    for (std::size_t head = 0; head < at(config_.n_head); ++head) {
      Row scores(first, -std::numeric_limits<double>::infinity());
      for (std::size_t key = first; key <= position; ++key) {
        double dot = 0;
        for (std::size_t i = head * d_head; i < (head + 1) * d_head; ++i) {
          dot += qkv[position][i] * qkv[key][D + i];
        }
        scores.push_back(dot / root / depth);
      }
      scores.resize(qkv.size(), 0.0);
      nudge(Site::kAttnScores, head * qkv.size() + position, scores);
      scores.resize(position + 1);
      Row pattern = probabilities(scores);
      pattern.resize(qkv.size(), 0.0);
      nudge(Site::kPattern, head * qkv.size() + position, pattern);
      for (std::size_t key = first; key <= position; ++key) {
        for (std::size_t i = head * d_head; i < (head + 1) * d_head; ++i) {
          z[i] += pattern[key] * qkv[key][2 * D + i];
        }
      }
    }
    return z;
  }

  const Config& config_;
  const PlainBlock& block_;
  Index layer_;
  const std::optional<Nudge>& nudge_;
  std::span<const OwnInput> inputs_;
};

}  // namespace

NaiveRun naive_forward(const Config& config, const PlainWeights& weights,
                       std::span<const TokenId> tokens, const std::optional<Patch>& patch,
                       const std::optional<Nudge>& nudge, std::span<const OwnInput> inputs) {
  Rows x(tokens.size(), Row(at(config.d_model)));
  for (std::size_t position = 0; position < x.size(); ++position) {
    for (Index i = 0; i < config.d_model; ++i) {
      x[position][at(i)] = static_cast<double>(weights.wte(tokens[position], i)) +
                           static_cast<double>(weights.wpe(static_cast<Index>(position), i));
    }
  }
  NaiveRun run;
  for (Index layer = 0; layer < config.n_layer; ++layer) {
    NaiveBlock(config, weights.h[at(layer)], layer, nudge, inputs).run(x);
    if (patch && patch->layer == layer) {
      x[at(patch->position)] = patch->value;
    }
    run.resid_post.push_back(x);
  }
  const Row input =
      input_of({.kind = Reader::Kind::kLogits}, x.size() - 1, x.back(), inputs, nudge);
  const Row last = layer_norm(input, weights.ln_f, config.layer_norm_epsilon);
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
