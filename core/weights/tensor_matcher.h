#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/projection_order.h"
#include "core/weights/strips.h"
#include "core/weights/tensor_entry.h"
#include "core/weights/tensor_slots.h"

namespace patchboard {

/// What a file's `lm_head.weight` is of a model.
enum class HeadUse {
  kNone,         ///< not there
  kOwn,          ///< a head of its own
  kAsEmbedding,  ///< where it stands for `wte.weight` as well
  kShared,       ///< the very bytes of `wte.weight`, and not read beside it
};

/// entries: of one file. is_single: whether it is the model's only one.
[[nodiscard]] HeadUse head_use(std::span<const TensorEntry> entries, const Config& config,
                               bool is_single);

/// One tensor of a file, and which of the model's it is.
struct MatchedTensor {
  TensorEntry entry;
  std::string name;              ///< as published, without the prefix
  std::optional<Strips> strips;  ///< none for one that is skipped
};

/// A file's place among those of a model.
struct FilePlace {
  bool is_only = true;
  bool is_last = true;
};

/// Finds for the tensors of a model's files, one file after another, which of the model's they are
/// and how they lie. Names may be published ones behind one prefix, or llama.cpp's, under which
/// projections are [out, in]; else these are as `ProjectionOrder` finds. Masks are skipped.
/// Tensors of other heads than the language model's are left aside.
/// `lm_head.weight` may be missing where the config ties it to the embedding, and the biases where
/// there is none at all.
class TensorMatcher {
 public:
  /// format: in which matrices will be in memory.
  TensorMatcher(const Config& config, WeightFormat format);

  /// entries: of the next file. Errors: std::range_error, naming the tensor: one that is unknown,
  /// there twice, of another shape, dtype or prefix, of an adapter or of packed weights; of the
  /// last file one that is missing.
  [[nodiscard]] std::vector<MatchedTensor> match(const std::vector<TensorEntry>& entries,
                                                 FilePlace place);

  /// The tensors of other heads, as the files name them.
  [[nodiscard]] const std::set<std::string>& left_aside() const { return left_aside_; }
  /// Whether projections lie as [out, in], as far as is known.
  [[nodiscard]] bool is_out_in() const { return order_.is_out_in(); }

 private:
  [[nodiscard]] MatchedTensor match_entry(const TensorEntry& entry, HeadUse head);
  /// Without the prefix, which is one for all tensors.
  [[nodiscard]] std::string own_name(const std::string& as_written);
  void look_at_projections(const std::vector<TensorEntry>& entries);
  void require_none_missing() const;

  Config config_;
  WeightFormat format_;
  std::map<std::string, TensorShape> missing_;  // not yet seen in a header
  std::optional<std::string> prefix_;           // of the model's tensors
  ProjectionOrder order_;
  bool has_biases_ = false;
  std::set<std::string> left_aside_;
};

}  // namespace patchboard
