#include "core/weights/projection_order.h"

#include <stdexcept>
#include <string_view>

namespace patchboard {
namespace {

bool is_telling(std::string_view name) {
  return name.ends_with(".attn.c_attn.weight") || name.ends_with(".mlp.c_fc.weight");
}

bool fits(const TensorEntry& entry, const TensorShape& shape, bool is_out_in) {
  return entry.shape ==
         strips_of(shape, entry.dtype, WeightFormat::kF32, is_out_in).shape(entry.dtype);
}

std::string with_order(const std::string& tensor, bool is_out_in) {
  return tensor + (is_out_in ? ", as [out, in]" : ", as [in, out]");
}

}  // namespace

Strips strips_of(const TensorShape& shape, DType dtype, WeightFormat format, bool is_out_in) {
  return is_out_in ? Strips(TensorKind::kEmbedding, shape.cols, shape.rows, dtype, format)
                   : Strips(shape.kind, shape.rows, shape.cols, dtype, format);
}

void ProjectionOrder::look_at(const TensorEntry& entry, const TensorShape& shape) {
  const bool fits_out_in = fits(entry, shape, true);
  if (!is_telling(shape.name) || fits_out_in == fits(entry, shape, false)) {
    return;
  }
  const std::string tensor = "`" + entry.name + "` has shape " + shape_text(entry.shape);
  if (told_ && told_->is_out_in != fits_out_in) {
    throw std::range_error(with_order(tensor, fits_out_in) + ", but " +
                           with_order(told_->by, told_->is_out_in) +
                           "; expected all projections of a model one way round");
  }
  if (!told_ && fits_out_in && assumed_) {
    throw std::range_error(with_order(tensor, true) + ", but `" + *assumed_ +
                           "`, of a file before, is square and was read as [in, out]; expected "
                           "all in one file");
  }
  if (!told_) {
    told_ = {.by = tensor, .is_out_in = fits_out_in};
  }
}

void ProjectionOrder::use_for(const TensorEntry& entry) {
  if (!told_ && !assumed_) {
    assumed_ = entry.name;
  }
}

}  // namespace patchboard
