#pragma once

#include <optional>
#include <string>

#include "core/weights/strips.h"
#include "core/weights/tensor_entry.h"
#include "core/weights/tensor_slots.h"

namespace patchboard {

/// Which way round a model's projections lie in its files: [in, out] as published, or [out, in] as
/// nanoGPT's are, and those of any other module of `nn.Linear`. A square matrix tells nothing, so
/// that c_attn, and c_fc where that is not square, decide for all.
/// Source: nanoGPT's model.py, `CausalSelfAttention` and `MLP`; transformers `Conv1D`.
class ProjectionOrder {
 public:
  /// Takes what a tensor tells. shape: of the projection that it is.
  /// Errors: std::range_error, naming two tensors that disagree, with their shapes.
  void look_at(const TensorEntry& entry, const TensorShape& shape);

  /// Whether projections lie as [out, in]; as published where nothing has told.
  [[nodiscard]] bool is_out_in() const { return told_ && told_->is_out_in; }
  /// A projection is read so.
  void use_for(const TensorEntry& entry);

 private:
  struct Told {
    std::string by;  ///< the tensor, with its shape
    bool is_out_in = false;
  };
  std::optional<Told> told_;
  std::optional<std::string> assumed_;  // the first that was taken as published before that
};

/// How a tensor lies in a file. is_out_in: of a projection.
[[nodiscard]] Strips strips_of(const TensorShape& shape, DType dtype, WeightFormat format,
                               bool is_out_in);

}  // namespace patchboard
