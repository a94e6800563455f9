#include "core/weights/tensor_matcher.h"

#include <algorithm>

#include "core/weights/gguf_names.h"
#include "core/weights/other_heads.h"
#include "core/weights/other_models.h"
#include "core/weights/refuse_file.h"
#include "core/weights/tensor_names.h"

namespace patchboard {
namespace {

constexpr std::string_view kHead = "lm_head.weight";
constexpr std::string_view kEmbedding = "wte.weight";

bool is_bias(std::string_view published) { return published.ends_with(".bias"); }

const TensorEntry* find(std::span<const TensorEntry> entries, std::string_view published) {
  const auto found = std::ranges::find_if(entries, [&](const TensorEntry& entry) {
    return published_name(entry.name).value_or(split_tensor_name(entry.name).published) ==
           published;
  });
  return found == entries.end() ? nullptr : &*found;
}

bool is_same_place(const TensorEntry& a, const TensorEntry& b) {
  return a.begin == b.begin && a.end == b.end && a.dtype == b.dtype && a.strides == b.strides;
}

std::map<std::string, TensorShape> shapes_by_name(const Config& config) {
  std::map<std::string, TensorShape> shapes;
  for (TensorShape& shape : tensor_shapes(config)) {
    const std::string name = shape.name;
    shapes.emplace(name, std::move(shape));
  }
  return shapes;
}

/// Its numbers are a part of the model's, and no others stand for them.
void require_plain(const TensorEntry& entry) {
  if (is_of_adapter(entry.name)) {
    refuse_file("`" + entry.name +
                "` is of an adapter (LoRA) that is not merged into its model, expected the merged "
                "model: `merge_and_unload()` of PEFT, and save what it returns");
  }
  if (const auto method = packed_by(entry.name)) {
    refuse_file("`" + entry.name + "` is of weights that " + *method +
                " packed, expected the model that they were made from, or a GGUF of it");
  }
}

void require_number(const TensorEntry& entry, const TensorShape& shape) {
  const bool is_vector = shape.kind == TensorKind::kVector;
  if (entry.dtype == DType::kOther || (is_quantized(entry.dtype) && is_vector)) {
    refuse_file("`" + entry.name + "`: dtype " + entry.dtype_name +
                ", expected F64, F32, F16 or BF16");
  }
}

void require_shape(const TensorEntry& entry, const Strips& strips, const TensorShape& shape) {
  const std::vector<std::uint64_t> expected = strips.shape(entry.dtype);
  if (entry.shape != expected) {
    refuse_file("`" + entry.name + "`: shape " + shape_text(entry.shape) + ", expected " +
                shape_text(expected) +
                (entry.dtype == DType::kQ8 ? " for " + shape_text(shape.sizes()) + " in q8" : ""));
  }
}

}  // namespace

HeadUse head_use(std::span<const TensorEntry> entries, const Config& config, bool is_single) {
  const TensorEntry* head = find(entries, kHead);
  if (head == nullptr) {
    return HeadUse::kNone;
  }
  const TensorEntry* embedding = find(entries, kEmbedding);
  if (!config.tied_embeddings || (embedding == nullptr && !is_single)) {
    return HeadUse::kOwn;
  }
  if (embedding == nullptr) {  // of two that are one, safetensors' save_model keeps the first
    return HeadUse::kAsEmbedding;
  }
  return is_same_place(*head, *embedding) ? HeadUse::kShared : HeadUse::kOwn;
}

TensorMatcher::TensorMatcher(const Config& config, WeightFormat format)
    : config_(config), format_(format), missing_(shapes_by_name(config)) {}

std::vector<MatchedTensor> TensorMatcher::match(const std::vector<TensorEntry>& entries,
                                                FilePlace place) {
  std::ranges::for_each(entries, require_plain);
  look_at_projections(entries);
  std::vector<MatchedTensor> tensors;
  tensors.reserve(entries.size());
  const HeadUse head = head_use(entries, config_, place.is_only);
  for (const TensorEntry& entry : entries) {
    tensors.push_back(match_entry(entry, head));
  }
  if (place.is_last) {
    require_none_missing();
  }
  return tensors;
}

void TensorMatcher::look_at_projections(const std::vector<TensorEntry>& entries) {
  for (const TensorEntry& entry : entries) {
    const auto found = missing_.find(split_tensor_name(entry.name).published);
    if (found != missing_.end() && found->second.kind == TensorKind::kProjection) {
      order_.look_at(entry, found->second);
    }
  }
}

void TensorMatcher::require_none_missing() const {
  for (const auto& [name, shape] : missing_) {
    if (shape.required && (has_biases_ || !is_bias(name))) {
      const bool is_out_in = shape.kind == TensorKind::kProjection && order_.is_out_in();
      const Strips strips = strips_of(shape, DType::kF32, format_, is_out_in);
      refuse_file("`" + name + "` is missing, expected a tensor of shape " +
                  shape_text(strips.shape(DType::kF32)) +
                  (name == kHead ? ", as config.json says \"tie_word_embeddings\": false" : ""));
    }
  }
}

std::string TensorMatcher::own_name(const std::string& as_written) {
  const TensorName name = split_tensor_name(as_written);
  // A head stands beside the model; what is unknown is refused as that.
  if (name.published == kHead || !missing_.contains(name.published)) {
    return name.published;
  }
  if (prefix_ && *prefix_ != name.prefix) {
    refuse_file("`" + as_written + "` begins with `" + name.prefix +
                "`, the tensors before it with `" + *prefix_ + "`, expected one prefix for all");
  }
  prefix_ = name.prefix;
  return name.published;
}

MatchedTensor TensorMatcher::match_entry(const TensorEntry& entry, HeadUse head) {
  MatchedTensor tensor{.entry = entry, .name = {}, .strips = {}};
  const std::optional<std::string> published = published_name(entry.name);
  tensor.name = published ? *published : own_name(entry.name);
  if (head == HeadUse::kAsEmbedding && tensor.name == kHead) {
    tensor.name = kEmbedding;
  }
  const auto found = missing_.extract(tensor.name);
  if (found.empty()) {
    if (is_mask_buffer(tensor.name)) {
      return tensor;
    }
    if (is_of_other_head(tensor.name)) {
      left_aside_.insert(entry.name);
      return tensor;
    }
    refuse_file("`" + entry.name + "` is not a tensor of this GPT-2, or is there twice");
  }
  const TensorShape& shape = found.mapped();
  require_number(entry, shape);
  const bool is_projection = shape.kind == TensorKind::kProjection;
  if (is_projection && !published) {
    order_.use_for(entry);
  }
  const Strips strips =
      strips_of(shape, entry.dtype, format_, is_projection && (published || order_.is_out_in()));
  require_shape(entry, strips, shape);
  has_biases_ = has_biases_ || is_bias(tensor.name);
  if (head != HeadUse::kShared || tensor.name != kHead) {
    tensor.strips = strips;
  }
  return tensor;
}

}  // namespace patchboard
