#include "core/session/session.h"

#include <utility>

#include "core/error.h"
#include "core/session/checks.h"

namespace patchboard {
namespace {

/// Reads what `optional` holds, or says what has to come first.
template <typename Optional>
auto& need(Optional& optional, const char* what) {
  if (!optional) {
    throw Error(ErrorCode::kState, std::string("too early: ") + what);
  }
  return *optional;
}

/// Weights that are finite one by one can still overflow together.
void require_finite(const Vector& logits) {
  if (!logits.allFinite()) {
    throw Error(ErrorCode::kWeights,
                "the model's logits are not finite; its weights are not usable");
  }
}

}  // namespace

Session::Session(int threads) : pool_(threads) {}

void Session::begin(std::string_view config_json, WeightFormat format,
                    std::vector<std::string> files) {
  sweep_.reset();
  model_.reset();
  loader_.reset();
  tokenizer_.reset();
  config_.reset();
  config_ = parse_config(config_json);
  loader_.emplace(*config_, format, std::move(files));
}

void Session::set_tokenizer(std::string_view vocab_json, std::string_view merges_txt) {
  Tokenizer tokenizer(vocab_json, merges_txt);
  if (tokenizer.vocab_size() > static_cast<std::size_t>(config().vocab_size)) {
    throw Error(ErrorCode::kTokenizer, "vocab.json: " + std::to_string(tokenizer.vocab_size()) +
                                           " tokens, expected at most the config's vocab_size " +
                                           std::to_string(config().vocab_size));
  }
  tokenizer_ = std::move(tokenizer);
}

WeightLoader& Session::loader() { return need(loader_, "no model has begun to load"); }

void Session::feed(std::span<const std::byte> bytes) { loader().feed(bytes); }

std::span<std::byte> Session::reserve(std::size_t size) {
  if (staging_.size() < size) {
    staging_.resize(size);
  }
  return std::span(staging_).first(size);
}

void Session::commit(std::size_t size) {
  if (size > staging_.size()) {
    throw Error(ErrorCode::kState, "too early: " + std::to_string(size) + " bytes to commit, but " +
                                       std::to_string(staging_.size()) + " reserved");
  }
  feed(std::span(staging_).first(size));
}

void Session::finish() {
  Weights weights = loader().finish();
  loader_.reset();
  staging_ = std::vector<std::byte>();  // {} would keep the memory
  model_.emplace(config(), std::move(weights));
}

const Config& Session::config() const { return need(config_, "no config was read"); }

const Gpt2& Session::model() const { return need(model_, "no model is loaded"); }

const Tokenizer& Session::tokenizer() const { return need(tokenizer_, "no tokenizer is loaded"); }

std::vector<TokenId> Session::encode(std::string_view text) const {
  return tokenizer().encode(text);
}

TokenId Session::resolve_target(std::string_view text) const {
  return patchboard::resolve_target(text, tokenizer());
}

std::string Session::token_text(TokenId id) const {
  const bool known =
      tokenizer_ && id >= 0 && static_cast<std::size_t>(id) < tokenizer_->vocab_size();
  return known ? tokenizer_->display_text(id) : "#" + std::to_string(id);
}

std::vector<Prediction> Session::predict(std::span<const TokenId> ids, Index k) {
  check_prompt("prompt", ids, model().config());
  const Vector logits = model().forward(pool_, ids);
  require_finite(logits);
  return top_k(logits, k);
}

void Session::check_request(const SweepRequest& request) const {
  check_prompt("clean prompt", request.clean, model().config());
  check_prompt("corrupted prompt", request.corrupted, model().config());
  check_pair(request.clean, request.corrupted, [&](TokenId id) { return token_text(id); });
  if (request.targets.empty()) {
    throw Error(ErrorCode::kTarget, "no target, expected at least one token to measure");
  }
  for (const TokenId target : request.targets) {
    if (target < 0 || target >= model().config().vocab_size) {
      throw Error(ErrorCode::kTarget, "target id " + std::to_string(target) +
                                          " is not in the vocabulary, expected 0 to " +
                                          std::to_string(model().config().vocab_size - 1));
    }
  }
}

Sweep& Session::start_sweep(SweepRequest request) {
  check_request(request);
  if (sweep_ && sweep_->request().clean == request.clean &&
      sweep_->request().corrupted == request.corrupted) {
    sweep_->restart(std::move(request.targets));
    return *sweep_;
  }
  sweep_.reset();
  Sweep sweep(model(), pool_, std::move(request));
  require_finite(sweep.clean_logits());
  require_finite(sweep.corrupted_logits());
  return sweep_.emplace(std::move(sweep));
}

Sweep& Session::sweep() { return need(sweep_, "no sweep was started"); }

}  // namespace patchboard
