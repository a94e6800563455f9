#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/closer/cell.h"
#include "core/closer/logit_lens.h"
#include "core/closer/neurons.h"
#include "core/closer/self_checks.h"
#include "core/document/experiment.h"
#include "core/lab/estimates.h"
#include "core/lab/lab.h"
#include "core/math/thread_pool.h"
#include "core/model/gpt2.h"
#include "core/model/top_k.h"
#include "core/text/tokenizer.h"
#include "core/weights/weight_loader.h"

namespace patchboard {

/// One of the two unpatched runs of an experiment.
enum class RunName { kClean, kCorrupted };

/// One model from its first byte to its last heatmap row: what the page and the command share.
///
/// Order of calls: begin, set_tokenizer (not needed when ids are given), then feed or reserve and
/// commit until the weights are whole, finish. After an Error while loading, begin again.
/// Every call that comes too early throws an Error with kState.
class Session {
 public:
  /// threads: at least 1. memory: bytes that weights and experiments may take together.
  explicit Session(int threads, std::uint64_t memory = kNoMemoryLimit);

  /// config_json: the text of `config.json`. format: in which matrices are kept in memory. files:
  /// the names of the weights' files, in the order in which they will be fed. Forgets the model
  /// before. Errors: see `parse_config` and `WeightLoader`.
  void begin(std::string_view config_json, WeightFormat format = WeightFormat::kF32,
             std::vector<std::string> files = {"model.safetensors"});

  /// The same of a file that says all of its model, a GGUF: config and tokenizer are read from its
  /// header, as soon as that was fed, and are then in `model_texts`. file: its name, for errors.
  /// Errors of `feed`, from the header: kWeights, see `HeaderReader`, and where the file is
  /// safetensors, beside which a config.json is needed; what `begin` and `set_tokenizer` say.
  void begin_file(WeightFormat format, const std::string& file);
  /// What the header of such a file says, for a caller that keeps it; empty before it is whole.
  [[nodiscard]] const std::optional<ModelTexts>& model_texts() const { return texts_; }
  /// From the first byte on, a copy is kept: see `WeightLoader::keep`.
  void keep();

  /// Errors: see `Tokenizer`; kTokenizer where it has more tokens than the model.
  void set_tokenizer(const TokenizerFiles& files);
  [[nodiscard]] bool has_tokenizer() const { return tokenizer_.has_value(); }

  /// GPT-2's own tokenizer in the place of one that is not there: see `Tokenizer::gpt2`.
  /// Errors: kTokenizer where `fits_gpt2_tokenizer` is false.
  void use_gpt2_tokenizer(std::string_view merges_txt);
  /// Whether the model has as many tokens as GPT-2, or as many as they are padded to (a multiple of
  /// 64, as in nanoGPT).
  [[nodiscard]] bool fits_gpt2_tokenizer() const;

  /// The next file begins with this header, which was read already (see `TorchFile`); what is fed
  /// then is its data. Errors: see `WeightLoader`.
  void take_header(FileHeader header);
  /// See `WeightReader`.
  [[nodiscard]] std::optional<std::uint64_t> next_wanted() { return loader().next_wanted(); }

  /// The next bytes of the weights' files. Errors: see `WeightLoader`.
  void feed(std::span<const std::byte> bytes);

  /// One of several files has ended; to be called after each, `finish` after all. Errors: kWeights
  /// where it ended early.
  void end_file();

  /// Room for the next `size` bytes, valid until the next call; `commit` feeds the first `size`.
  [[nodiscard]] std::span<std::byte> reserve(std::size_t size);
  void commit(std::size_t size);

  /// What the last `feed` added to the copy that is kept. Errors: kState.
  [[nodiscard]] std::span<const std::byte> kept();
  /// The header of the file being read, as JSON; empty before it is whole. Errors: kState.
  [[nodiscard]] std::string weights_header();
  /// See `WeightLoader::continue_from`. Errors: kState.
  std::uint64_t continue_from(const std::string& source_header);

  /// Errors: kWeights where bytes are missing.
  void finish();

  [[nodiscard]] const Config& config() const;
  /// Errors: kState before `finish`.
  [[nodiscard]] const Gpt2& model() const;
  /// Memory that the weights take.
  [[nodiscard]] std::size_t weight_bytes() const { return model().weight_bytes(); }

  /// See `WeightLoader::quantization`; of the model in use.
  [[nodiscard]] DType quantization() const { return quantization_; }

  /// Of the model in use, for a person to be told: whether its activation is `assumed_activation`,
  /// and the tensors that were left aside, see `TensorMatcher`.
  [[nodiscard]] bool assumes_activation() const { return assumes_activation_; }
  [[nodiscard]] const std::set<std::string>& left_aside() const { return left_aside_; }

  /// Tells models apart: see core/weights/fingerprint.h.
  [[nodiscard]] std::string fingerprint() const;

  /// Errors: kState without a tokenizer.
  [[nodiscard]] std::vector<TokenId> encode(
      std::string_view text, SpecialTokens special = SpecialTokens::kAreTokens) const;
  [[nodiscard]] TokenId resolve_target(std::string_view text,
                                       SpecialTokens special = SpecialTokens::kAreTokens) const;

  /// A prompt as it is run. Errors: as `encode`; kExperiment, see `bos_token`.
  [[nodiscard]] std::vector<TokenId> prompt(std::string_view text, PromptOptions options) const;
  [[nodiscard]] std::vector<TokenId> prompt(std::vector<TokenId> ids, PromptOptions options) const;

  /// The text that the tokens are together. Errors: kState without a tokenizer; kPrompt where it
  /// does not know an id, or the tokens' bytes are not UTF-8 and so are no text.
  [[nodiscard]] std::string decode(std::span<const TokenId> ids) const;

  /// A token for a person to read; its number where no tokenizer knows it.
  [[nodiscard]] std::string token_text(TokenId id) const;
  /// Whether it is one that `SpecialTokens` is about; not known of a model without a tokenizer.
  [[nodiscard]] bool is_special(TokenId id) const;

  /// The k most probable tokens after `ids`. Errors: kPrompt, see `check_prompt`.
  [[nodiscard]] std::vector<Prediction> predict(std::span<const TokenId> ids, Index k);

  /// The logits of the last position: [vocab_size]. Errors: kPrompt.
  [[nodiscard]] Vector logits(std::span<const TokenId> ids);

  /// What is measured of one run; its kl is 0. targets: as an experiment has them. Errors: kPrompt,
  /// kTarget.
  [[nodiscard]] Measures measure(std::span<const TokenId> ids,
                                 const std::vector<std::vector<TokenId>>& targets);

  /// Reads an experiment's texts with this model's tokenizer, within this model's sizes. Errors:
  /// kState before `begin`.
  [[nodiscard]] TextReader text_reader() const;

  /// Checks the experiment, runs its prompts and holds it until the next one. What the experiment
  /// before on the same prompts computed is not computed again.
  /// Errors: kPrompt, kTarget and kExperiment, see core/document/checks.h; kMemory, see
  /// `require_memory`.
  Lab& start(Experiment experiment);
  [[nodiscard]] Lab& lab();

  /// What an experiment would hold, told before it is started, and what it may. Errors: as `start`,
  /// but for kMemory.
  [[nodiscard]] MemoryNeed memory_need(const Experiment& experiment) const;
  [[nodiscard]] std::uint64_t memory_allowed() const;

  /// The experiment that was started, looked at closely; see core/closer. Errors: kState;
  /// kExperiment for a sweep, a row, a column or a layer that is not there.
  /// Of noise, everything is the mean over the samples unless one is named, from 0.
  [[nodiscard]] CellDetails inspect_cell(const CellQuestion& question);
  /// Attention patterns of a layer: [n_head · T, T].
  [[nodiscard]] Matrix attention_patterns(RunName run, Index layer,
                                          std::optional<Index> sample = std::nullopt);
  /// The targets' first tokens are looked for.
  [[nodiscard]] LogitLens logit_lens(RunName run, std::optional<Index> sample = std::nullopt);
  /// Errors: also kExperiment of an ablation, which has no corrupted run.
  [[nodiscard]] NeuronChanges neuron_changes(const NeuronQuestion& question);
  [[nodiscard]] std::vector<SelfCheck> self_checks();
  /// metric: see `read_metric`. [sweep], of [rows, columns] each; see `Estimator`, which is kept
  /// for the experiment, so that related metrics share their backward passes.
  [[nodiscard]] std::vector<Matrix> estimates(std::string_view metric);

 private:
  [[nodiscard]] const Tokenizer& tokenizer() const;
  [[nodiscard]] WeightLoader& loader();
  void forget();
  void check(const Experiment& experiment) const;
  [[nodiscard]] const ActivationCache& run(RunName name, Index sample, const Kept& kept);
  void require_sample(std::optional<Index> sample);

  ThreadPool pool_;
  std::uint64_t memory_;
  std::optional<Config> config_;
  std::optional<Tokenizer> tokenizer_;
  std::optional<WeightLoader> loader_;
  // Of a file that says all of its model, while its header is read, and what that said.
  struct Coming {
    HeaderReader reader;
    WeightFormat format;
    std::string file;
    bool is_kept = false;
  };
  void feed_header(Coming& reading, std::span<const std::byte> bytes);
  std::optional<Coming> coming_;
  std::optional<ModelTexts> texts_;
  std::vector<std::byte> staging_;
  std::optional<Gpt2> model_;
  DType quantization_ = DType::kOther;
  bool assumes_activation_ = false;
  std::set<std::string> left_aside_;
  std::optional<Lab> lab_;
  std::optional<Estimator> estimator_;  // of the lab's experiment
};

}  // namespace patchboard
