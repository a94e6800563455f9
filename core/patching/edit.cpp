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

/// values: of one row of the site. Of a head site, those of the edit's heads.
void apply(const Edit& edit, Index layer, Index position, Index d_head, std::span<float> values) {
  const SiteTraits& site = traits_of(edit.patch.site);
  const bool of_heads = is_head_site(edit.patch.site);
  const auto width = static_cast<Index>(values.size());
  const Index first = of_heads ? edit.patch.heads.first * d_head : 0;
  const Index count = of_heads ? edit.patch.heads.count * d_head : width;
  const float* source = nullptr;
  if (reads_source(edit.how)) {
    const Matrix& from = values_of(*edit.source, edit.patch.site, layer);
    source = from.row(position).data() + site.third * width + first;
  }
  change(edit.how, edit.factor, source,
         values.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)));
}

/// row: of a head's query, of the keys that it sees, from `first_key` to its own.
void apply_to_keys(const Edit& edit, Index layer, Index head, Index position, Index first_key,
                   std::span<float> row) {
  const Index first = std::max(edit.patch.keys.first, first_key);
  const Index end = std::min(edit.patch.keys.end(), position + 1);
  if (first >= end) {
    return;
  }
  const float* source = nullptr;
  if (reads_source(edit.how)) {
    const Matrix& from = values_of(*edit.source, edit.patch.site, layer);
    source = from.row(head * from.cols() + position).data() + first;
  }
  change(edit.how, edit.factor, source,
         row.subspan(static_cast<std::size_t>(first - first_key),
                     static_cast<std::size_t>(end - first)));
}

}  // namespace

void edit_rows(std::span<const Edit> edits, Site site, Index layer, Index d_head,
               const RowRange& rows, MatrixSpan values) {
  for (const Edit& edit : edits) {
    for (Index at = rows.position; edit.meets(site, layer) && at < rows.end(); ++at) {
      if (edit.holds(at)) {
        apply(edit, layer, at, d_head, row_values(values, rows.row_of(at)));
      }
    }
  }
}

void edit_attention(std::span<const Edit> edits, const Config& config, Index layer,
                    const AttentionInput& input, const Sequence& sequence, Matrix& z) {
  const AttentionRule rule = config.attention(layer);
  const Index d_head = config.d_head();
  for (Index head = 0; head < rule.n_head; ++head) {
    const auto meets = [&](const Edit& edit, Site site) {
      return edit.meets(site, layer) && edit.patch.heads.holds(head);
    };
    if (std::ranges::none_of(edits, [&](const Edit& edit) {
          return has_keys(edit.patch.site) && meets(edit, edit.patch.site);
        })) {
      continue;
    }
    const auto change_row = [&](Site site, Index position, std::span<float> row) {
      for (const Edit& edit : edits) {
        if (meets(edit, site) && edit.holds(position)) {
          apply_to_keys(edit, layer, head, position, rule.first_key(position), row);
        }
      }
    };
    change_attention(input, sequence, rule, head, change_row, z.middleCols(head * d_head, d_head));
  }
}

}  // namespace patchboard
