#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/math/thread_pool.h"
#include "core/model/gpt2.h"
#include "core/model/top_k.h"
#include "core/patching/sweep.h"
#include "core/text/tokenizer.h"
#include "core/weights/weight_loader.h"

namespace patchboard {

/// One model from its first byte to its last heatmap row: what the page and the command share.
///
/// Order of calls: begin, set_tokenizer (not needed when ids are given), then feed or reserve and
/// commit until the weights are whole, finish. After an Error while loading, begin again.
/// Every call that comes too early throws an Error with kState.
class Session {
 public:
  /// threads: at least 1.
  explicit Session(int threads);

  /// config_json: the text of `config.json`. format: in which matrices are kept in memory. files:
  /// the names of the weights' files, in the order in which they will be fed. Forgets the model
  /// before. Errors: see `parse_config` and `WeightLoader`.
  void begin(std::string_view config_json, WeightFormat format = WeightFormat::kF32,
             std::vector<std::string> files = {"model.safetensors"});

  /// Errors: see `Tokenizer`; kTokenizer where it has more tokens than the model.
  void set_tokenizer(std::string_view vocab_json, std::string_view merges_txt);

  /// The next bytes of the weights' files. Errors: see `WeightLoader`.
  void feed(std::span<const std::byte> bytes);

  /// Room for the next `size` bytes, valid until the next call; `commit` feeds the first `size`.
  [[nodiscard]] std::span<std::byte> reserve(std::size_t size);
  void commit(std::size_t size);

  /// The weights being loaded: for what a caller keeps of them. Errors: kState.
  [[nodiscard]] WeightLoader& loader();

  /// Errors: kWeights where bytes are missing.
  void finish();

  [[nodiscard]] const Config& config() const;
  /// Memory that the weights take.
  [[nodiscard]] std::size_t weight_bytes() const { return model().weight_bytes(); }

  /// Errors: kState without a tokenizer.
  [[nodiscard]] std::vector<TokenId> encode(std::string_view text) const;
  [[nodiscard]] TokenId resolve_target(std::string_view text) const;

  /// A token for a person to read; its number where no tokenizer knows it.
  [[nodiscard]] std::string token_text(TokenId id) const;

  /// The k most probable tokens after `ids`. Errors: kPrompt, see `check_prompt`.
  [[nodiscard]] std::vector<Prediction> predict(std::span<const TokenId> ids, Index k);

  /// Checks the request, runs both prompts and holds the sweep until the next one. For the prompts
  /// of the sweep that is held, rows that it knows are not computed again.
  /// Errors: kPrompt and kTarget, see core/session/checks.h.
  Sweep& start_sweep(SweepRequest request);
  [[nodiscard]] Sweep& sweep();

 private:
  [[nodiscard]] const Gpt2& model() const;
  [[nodiscard]] const Tokenizer& tokenizer() const;
  void check_request(const SweepRequest& request) const;

  ThreadPool pool_;
  std::optional<Config> config_;
  std::optional<Tokenizer> tokenizer_;
  std::optional<WeightLoader> loader_;
  std::vector<std::byte> staging_;
  std::optional<Gpt2> model_;
  std::optional<Sweep> sweep_;
};

}  // namespace patchboard
