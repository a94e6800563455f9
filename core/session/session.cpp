#include "core/session/session.h"

#include <utility>

#include "core/document/checks.h"
#include "core/error.h"
#include "core/input/utf8.h"
#include "core/weights/fingerprint.h"

namespace patchboard {
namespace {

constexpr Index kGpt2Tokens = 50'257;
constexpr Index kGpt2TokensPadded = 50'304;

/// Reads what `optional` holds, or says what has to come first.
template <typename Optional>
auto& need(Optional& optional, const char* what) {
  if (!optional) {
    throw Error(ErrorCode::kState, std::string("too early: ") + what);
  }
  return *optional;
}

/// Weights that are finite one by one can still overflow together.
void require_finite(bool finite) {
  if (!finite) {
    throw Error(ErrorCode::kWeights,
                "the model's logits are not finite; its weights are not usable");
  }
}

void require_finite(const Lab& lab) {
  require_finite(lab.clean().finite);
  require_finite(lab.corrupted().finite);
}

void require_index(const char* name, Index index, Index count) {
  if (index < 0 || index >= count) {
    throw Error(ErrorCode::kExperiment, std::string(name) + " " + std::to_string(index) +
                                            ", expected 0 to " + std::to_string(count - 1));
  }
}

/// What is wrong with one of the texts, by the names that the file has for them and for their keys.
std::string in_own_words(std::string message, const ModelTexts& texts) {
  if (message.starts_with("config.json: ")) {
    message.erase(0, std::string_view("config.json: ").size());
  }
  for (const auto& [key, own] : texts.own_keys) {
    for (std::size_t at = message.find(key); at != std::string::npos;
         at = message.find(key, at + own.size())) {
      message.replace(at, key.size(), own);
    }
  }
  return message;
}

}  // namespace

Session::Session(int threads, std::uint64_t memory) : pool_(threads), memory_(memory) {}

void Session::forget() {
  estimator_.reset();
  lab_.reset();
  model_.reset();
  loader_.reset();
  coming_.reset();
  texts_.reset();
  quantization_ = DType::kOther;
  assumes_activation_ = false;
  left_aside_.clear();
  tokenizer_.reset();
  config_.reset();
}

void Session::begin(std::string_view config_json, WeightFormat format,
                    std::vector<std::string> files) {
  forget();
  config_ = parse_config(config_json);
  loader_.emplace(*config_, format, std::move(files));
}

void Session::begin_file(WeightFormat format, const std::string& file) {
  forget();
  coming_.emplace(Coming{.reader = HeaderReader(file), .format = format, .file = file});
}

void Session::keep() {
  if (coming_) {
    coming_->is_kept = true;
  } else {
    loader().keep();
  }
}

std::span<const std::byte> Session::kept() {
  return coming_ ? std::span<const std::byte>() : loader().kept();
}

std::string Session::weights_header() { return coming_ ? std::string() : loader().header(); }

std::uint64_t Session::continue_from(const std::string& source_header) {
  return loader().continue_from(source_header);
}

void Session::feed_header(Coming& reading, std::span<const std::byte> bytes) {
  std::optional<FileHeader> header = reading.reader.feed(bytes);
  if (!header) {
    return;
  }
  const Coming coming = std::move(reading);
  coming_.reset();
  if (!header->model) {
    throw Error(ErrorCode::kWeights, coming.file +
                                         ": is safetensors, which does not say its model's sizes, "
                                         "expected a config.json beside it");
  }
  texts_ = std::move(header->model);
  try {
    config_ = parse_config(texts_->config_json);
    if (texts_->has_tokenizer()) {
      set_tokenizer(texts_->tokenizer());
    }
  } catch (const Error& error) {
    throw Error(error.code(), coming.file + ": " + in_own_words(error.what(), *texts_));
  }
  loader_.emplace(*config_, coming.format, std::vector{coming.file});
  if (coming.is_kept) {
    loader_->keep();
  }
  loader_->take_header(std::move(*header), bytes);
}

void Session::set_tokenizer(const TokenizerFiles& files) {
  Tokenizer tokenizer(files);
  if (tokenizer.vocab_size() > config().vocab_size) {
    throw Error(ErrorCode::kTokenizer, tokenizer.vocab_name() + ": ids up to " +
                                           std::to_string(tokenizer.vocab_size() - 1) +
                                           ", expected all below the config's vocab_size " +
                                           std::to_string(config().vocab_size));
  }
  tokenizer_ = std::move(tokenizer);
}

bool Session::fits_gpt2_tokenizer() const {
  return config().vocab_size == kGpt2Tokens || config().vocab_size == kGpt2TokensPadded;
}

void Session::use_gpt2_tokenizer(std::string_view merges_txt) {
  if (!fits_gpt2_tokenizer()) {
    throw Error(ErrorCode::kTokenizer, "GPT-2's tokenizer: the model's vocab_size is " +
                                           std::to_string(config().vocab_size) + ", expected " +
                                           std::to_string(kGpt2Tokens) + ", or " +
                                           std::to_string(kGpt2TokensPadded) +
                                           " where it is padded");
  }
  tokenizer_ = Tokenizer::gpt2(merges_txt);
}

WeightLoader& Session::loader() { return need(loader_, "no model has begun to load"); }

void Session::take_header(FileHeader header) { loader().take_header(std::move(header), {}); }

void Session::feed(std::span<const std::byte> bytes) {
  try {
    if (coming_) {
      feed_header(*coming_, bytes);
    } else {
      loader().feed(bytes);
    }
  } catch (...) {
    coming_.reset();
    loader_.reset();  // what follows would be read in the wrong place
    throw;
  }
}

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

void Session::end_file() {
  if (coming_) {
    coming_->reader.refuse_end();
  }
  loader().end_file();
}

void Session::finish() {
  if (coming_) {
    coming_->reader.refuse_end();
  }
  Weights weights = loader().finish();
  quantization_ = loader().quantization();
  // The published layout is GPT-2's, which needs not say it.
  assumes_activation_ = config().assumes_activation && loader().matcher().is_out_in();
  left_aside_ = loader().matcher().left_aside();
  loader_.reset();
  staging_ = std::vector<std::byte>();  // {} would keep the memory
  model_.emplace(config(), std::move(weights));
}

const Config& Session::config() const { return need(config_, "no config was read"); }

const Gpt2& Session::model() const { return need(model_, "no model is loaded"); }

std::string Session::fingerprint() const { return patchboard::fingerprint(model().weights()); }

const Tokenizer& Session::tokenizer() const {
  if (model_ && !tokenizer_) {
    throw Error(ErrorCode::kState,
                "this model has no tokenizer, expected token ids in place of prompts and targets");
  }
  return need(tokenizer_, "no tokenizer is loaded");
}

std::vector<TokenId> Session::encode(std::string_view text, SpecialTokens special) const {
  return tokenizer().encode(text, special);
}

TokenId Session::resolve_target(std::string_view text, SpecialTokens special) const {
  return patchboard::resolve_target(text, tokenizer(), special);
}

std::vector<TokenId> Session::prompt(std::string_view text, PromptOptions options) const {
  return prompt(encode(text, options.special_tokens), options);
}

std::vector<TokenId> Session::prompt(std::vector<TokenId> ids, PromptOptions options) const {
  if (options.bos) {
    ids.insert(ids.begin(), bos_token(config()));
  }
  return ids;
}

std::string Session::decode(std::span<const TokenId> ids) const {
  for (const TokenId id : ids) {
    if (!tokenizer().knows(id)) {
      throw Error(ErrorCode::kPrompt, "token id " + std::to_string(id) +
                                          " is not in the tokenizer's vocabulary, expected 0 to " +
                                          std::to_string(tokenizer().vocab_size() - 1));
    }
  }
  std::string text = tokenizer().decode(ids);
  if (text != replace_invalid_utf8(text)) {
    throw Error(ErrorCode::kPrompt,
                "these tokens are no text: their bytes together are not UTF-8, as where a "
                "character's tokens are not all there");
  }
  return text;
}

std::string Session::token_text(TokenId id) const {
  return tokenizer_ && tokenizer_->knows(id) ? tokenizer_->display_text(id)
                                             : "#" + std::to_string(id);
}

bool Session::is_special(TokenId id) const { return tokenizer_ && tokenizer_->is_special(id); }

Vector Session::logits(std::span<const TokenId> ids) {
  check_prompt("prompt", ids, model().config());
  Vector logits = model().forward(pool_, ids);
  require_finite(logits.allFinite());
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
  require_finite(lab.clean().finite);
  return lab.clean();
}

TextReader Session::text_reader() const {
  return {.encode = [this](std::string_view text,
                           SpecialTokens special) { return encode(text, special); },
          .resolve_target = [this](std::string_view text,
                                   SpecialTokens special) { return resolve_target(text, special); },
          .bos_token = [this] { return bos_token(config()); },
          .last_token = static_cast<TokenId>(config().vocab_size - 1),
          .n_layer = config().n_layer,
          .n_positions = config().n_positions};
}

void Session::check(const Experiment& experiment) const {
  check_experiment(experiment, model().config(), [&](TokenId id) { return token_text(id); });
}

Lab& Session::start(Experiment experiment) {
  check(experiment);
  require_memory(config(), experiment, memory_allowed());
  estimator_.reset();
  if (lab_ && lab_->shares_runs_with(experiment) && lab_->has_room_for(experiment)) {
    lab_->restart(std::move(experiment));
  } else {
    lab_.reset();  // before the next one takes memory
    lab_.emplace(model(), pool_, std::move(experiment), memory_allowed());
  }
  try {
    require_finite(*lab_);
  } catch (...) {
    lab_.reset();
    throw;
  }
  return *lab_;
}

MemoryNeed Session::memory_need(const Experiment& experiment) const {
  check(experiment);
  return patchboard::memory_need(config(), experiment);
}

std::uint64_t Session::memory_allowed() const {
  if (memory_ == kNoMemoryLimit) {
    return kNoMemoryLimit;
  }
  const auto weights = static_cast<std::uint64_t>(weight_bytes());
  return memory_ > weights ? memory_ - weights : 0;
}

Lab& Session::lab() { return need(lab_, "no experiment was started"); }

CellDetails Session::inspect_cell(const CellQuestion& question) {
  require_index("sweep", question.sweep, std::ssize(lab().sweeps()));
  require_index("row", question.row, lab().plan(question.sweep).rows());
  require_index("column", question.column, lab().plan(question.sweep).columns());
  if (!lab().plan(question.sweep).has(question.row, question.column)) {
    throw Error(ErrorCode::kExperiment,
                "column " + std::to_string(question.column) +
                    " is of a key that the query does not see, later than it or before its window");
  }
  require_sample(question.sample);
  return patchboard::inspect_cell(model(), pool_, lab(), question);
}

void Session::require_sample(std::optional<Index> sample) {
  if (sample) {
    require_index("sample", *sample, lab().samples());
  }
}

const ActivationCache& Session::run(RunName name, Index sample, const Kept& kept) {
  Runs& runs = lab().runs();
  return name == RunName::kClean ? runs.clean().keeping(kept)
                                 : runs.corrupted(sample).keeping(kept);
}

Matrix Session::attention_patterns(RunName name, Index layer, std::optional<Index> sample) {
  require_index("layer", layer, config().n_layer);
  require_sample(sample);
  const auto patterns = [&](Index each) {
    return patchboard::attention_patterns(pool_, run(name, each, {.qkv = true}).at(layer).qkv,
                                          config().attention(layer));
  };
  Matrix mean = patterns(sample.value_or(0));
  const Index runs = sample || name == RunName::kClean ? 1 : lab().samples();
  for (Index each = 1; each < runs; ++each) {
    mean += patterns(each);
  }
  return runs > 1 ? Matrix(mean / static_cast<float>(runs)) : mean;
}

LogitLens Session::logit_lens(RunName name, std::optional<Index> sample) {
  require_sample(sample);
  std::vector<TokenId> first_tokens;
  for (const std::vector<TokenId>& target : lab().experiment().targets) {
    first_tokens.push_back(target.front());
  }
  if (sample || name == RunName::kClean || lab().samples() == 1) {
    return patchboard::logit_lens(model(), pool_, run(name, sample.value_or(0), {}), first_tokens);
  }
  return mean_logit_lens(
      model(), pool_, lab().samples(),
      [&](Index each) -> const ActivationCache& { return run(name, each, {}); }, first_tokens);
}

NeuronChanges Session::neuron_changes(const NeuronQuestion& question) {
  if (lab().experiment().corruption.is_ablation()) {
    throw Error(ErrorCode::kExperiment,
                "an ablation has no corrupted run whose neurons could differ from the clean one's, "
                "expected another prompt or noise");
  }
  require_index("layer", question.layer, config().n_layer);
  require_index("position", question.position, std::ssize(lab().experiment().clean));
  require_sample(question.sample);
  return patchboard::neuron_changes(model(), pool_, lab(), question);
}

std::vector<SelfCheck> Session::self_checks() {
  return patchboard::self_checks(model(), pool_, lab());
}

std::vector<Matrix> Session::estimates(std::string_view metric) {
  const MetricOfTargets question = read_metric(metric, lab().experiment());
  if (!estimator_) {
    estimator_.emplace(model(), pool_, lab());
  }
  return estimator_->of(question);
}

}  // namespace patchboard
