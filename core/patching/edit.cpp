#include "core/patching/edit.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace patchboard {
namespace {

/// source: as many values; read by kReplace and kAdd alone.
void change(How how, float factor, const float* source, std::span<float> values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    switch (how) {
      case How::kReplace:
        values[i] = source[i];
        break;
      case How::kZero:
        values[i] = 0;
        break;
      case How::kScale:
        values[i] *= factor;
        break;
      case How::kAdd:
        // In one step, so that no compiler decides whether there are two roundings.
        values[i] = std::fma(factor, source[i], values[i]);
        break;
    }
  }
}

bool reads_source(How how) { return how == How::kReplace || how == How::kAdd; }

}  // namespace

void apply(const Edit& edit, Index layer, Index position, Index d_head, std::span<float> values) {
  const SiteTraits& site = traits_of(edit.patch.site);
  const auto d_model = static_cast<Index>(values.size());
  const Index first = site.of_head ? edit.patch.heads.first * d_head : 0;
  const Index count = site.of_head ? edit.patch.heads.count * d_head : d_model;
  const float* source = nullptr;
  if (reads_source(edit.how)) {
    const Matrix& from = values_of(*edit.source, edit.patch.site, layer);
    source = from.row(position).data() + site.third * d_model + first;
  }
  change(edit.how, edit.factor, source,
         values.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
}

void apply_to_pattern(const Edit& edit, Index layer, Index head, Index position,
                      std::span<float> values) {
  const float* source = nullptr;
  if (reads_source(edit.how)) {
    const Matrix& patterns = edit.source->at(layer).pattern;
    source = patterns.row(head * patterns.cols() + position).data();
  }
  change(edit.how, edit.factor, source, values);
}

}  // namespace patchboard
