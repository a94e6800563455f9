#include "core/session/session.h"

#include <utility>

#include "core/error.h"
#include "core/session/checks.h"
#include "core/weights/fingerprint.h"

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

void require_index(const char* name, Index index, Index count) {
  if (index < 0 || index >= count) {
    throw Error(ErrorCode::kExperiment, std::string(name) + " " + std::to_string(index) +
                                            ", expected 0 to " + std::to_string(count - 1));
  }
}

}  // namespace

Session::Session(int threads) : pool_(threads) {}

void Session::begin(std::string_view config_json, WeightFormat format,
                    std::vector<std::string> files) {
  lab_.reset();
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

std::string Session::fingerprint() const { return patchboard::fingerprint(model().weights()); }

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

Vector Session::logits(std::span<const TokenId> ids) {
  check_prompt("prompt", ids, model().config());
  Vector logits = model().forward(pool_, ids);
  require_finite(logits);
  return logits;
}

std::vector<Prediction> Session::predict(std::span<const TokenId> ids, Index k) {
  return top_k(logits(ids), k);
}

Measures Session::measure(std::span<const TokenId> ids,
                          const std::vector<std::vector<TokenId>>& targets) {
  check_prompt("prompt", ids, model().config());
  check_targets(targets, ids.size(), model().config());
  // An ablation of which no sweep is run: the clean run alone, measured as an experiment's is.
  Experiment alone{.clean = {ids.begin(), ids.end()}, .corrupted = {}, .targets = targets};
  alone.corruption.kind = Corruption::Kind::kZero;
  alone.directions = {Direction::kNoising};
  const Lab lab(model(), pool_, std::move(alone));
  require_finite(lab.clean_logits());
  return lab.clean();
}

TextReader Session::text_reader() const {
  return {.encode = [this](std::string_view text) { return encode(text); },
          .resolve_target = [this](std::string_view text) { return resolve_target(text); }};
}

void Session::check(const Experiment& experiment) const {
  check_experiment(experiment, model().config(), [&](TokenId id) { return token_text(id); });
}

Lab& Session::start(Experiment experiment) {
  check(experiment);
  if (lab_ && lab_->shares_runs_with(experiment)) {
    lab_->restart(std::move(experiment));
    return *lab_;
  }
  lab_.reset();
  Lab lab(model(), pool_, std::move(experiment));
  require_finite(lab.clean_logits());
  require_finite(lab.corrupted_logits());
  return lab_.emplace(std::move(lab));
}

Lab& Session::lab() { return need(lab_, "no experiment was started"); }

CellDetails Session::inspect_cell(Index sweep, Index row, Index column, Index top,
                                  Index continuation) {
  require_index("sweep", sweep, std::ssize(lab().sweeps()));
  require_index("row", row, lab().plan(sweep).rows());
  require_index("column", column, lab().plan(sweep).columns());
  return patchboard::inspect_cell(model(), pool_, lab(), sweep, row, column, top, continuation);
}

PromptRun& Session::run(RunName name) {
  return name == RunName::kClean ? lab().runs().clean() : lab().runs().corrupted();
}

Matrix Session::attention_patterns(RunName name, Index layer) {
  require_index("layer", layer, config().n_layer);
  const ActivationCache& cache = run(name).keeping({.qkv = true});
  return patchboard::attention_patterns(pool_, cache.at(layer).qkv, config().n_head);
}

LogitLens Session::logit_lens(RunName name) {
  std::vector<TokenId> first_tokens;
  for (const std::vector<TokenId>& target : lab().experiment().targets) {
    first_tokens.push_back(target.front());
  }
  return patchboard::logit_lens(model(), pool_, run(name).keeping({}), first_tokens);
}

std::vector<SelfCheck> Session::self_checks() {
  return patchboard::self_checks(model(), pool_, lab());
}

std::vector<Matrix> Session::estimates(std::string_view metric) {
  return patchboard::estimates(model(), pool_, lab(), read_metric(metric, lab().experiment()));
}

}  // namespace patchboard
