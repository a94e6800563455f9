#include "core/patching/head_patches.h"

#include <algorithm>
#include <vector>

#include "core/model/attention.h"

namespace patchboard {
namespace {

/// One head of one patch of z, q, k or v: its columns and the rows of z that it changes.
struct HeadTask {
  const Patch& patch;
  RowRange changed;
  Index head;
};

std::vector<HeadTask> head_tasks(const PatchBatch& batch) {
  std::vector<HeadTask> tasks;
  for (std::size_t i = 0; i < batch.runs.size(); ++i) {
    const Patch& patch = batch.runs[i].front().patch;
    for (Index head = patch.heads.first; head < patch.heads.end(); ++head) {
      tasks.push_back({patch, batch.changed[i], head});
    }
  }
  return tasks;
}

/// Puts other values in place of some heads' rows of z.
class HeadPatcher {
 public:
  HeadPatcher(const Config& config, const ActivationCache& base, const ActivationCache& source,
              Index layer)
      : rule_(config.attention(layer)),
        d_head_(config.d_head()),
        base_(base.at(layer)),
        source_(source.at(layer)) {}

  void copy_z(const HeadTask& task, Matrix& z) const {
    block_of(task, z) =
        source_.z.block(task.changed.position, task.head * d_head_, task.changed.count, d_head_);
  }

  /// The heads' attention again, with the source's q, k or v at the patched positions.
  void attend(ThreadPool& pool, const std::vector<HeadTask>& tasks, Matrix& z) const {
    std::vector<Sequence> sequences;
    Index keys = 0;
    Index queries = 0;
    for (const HeadTask& task : tasks) {
      const RowRange q{
          .row = queries, .position = task.changed.position, .count = task.changed.count};
      sequences.push_back(
          {.kv = {.row = keys, .position = 0, .count = task.changed.end()}, .q = q, .wanted = q});
      keys += task.changed.end();
      queries += task.changed.count;
    }
    const Matrix q = gathered(tasks, sequences, &Sequence::q, queries, Site::kQ);
    const Matrix k = gathered(tasks, sequences, &Sequence::kv, keys, Site::kK);
    const Matrix v = gathered(tasks, sequences, &Sequence::kv, keys, Site::kV);
    Matrix heads(queries, d_head_);
    AttentionRule alone = rule_;
    alone.n_head = 1;
    attention(pool, sequences, {.q = q, .k = k, .v = v, .base = nullptr}, alone, heads);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      block_of(tasks[i], z) = heads.middleRows(sequences[i].q.row, sequences[i].q.count);
    }
  }

 private:
  Eigen::Block<Matrix> block_of(const HeadTask& task, Matrix& z) const {
    return z.block(task.changed.row, task.head * d_head_, task.changed.count, d_head_);
  }

  /// One of q, k and v, of the head of each task, a task's rows after the other's.
  [[nodiscard]] Matrix gathered(const std::vector<HeadTask>& tasks,
                                const std::vector<Sequence>& sequences, RowRange Sequence::* range,
                                Index rows, Site part) const {
    const Index offset = traits_of(part).third * base_.z.cols();
    Matrix values(rows, d_head_);
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      const auto& [row, position, count] = sequences[i].*range;
      const Patch& patch = tasks[i].patch;
      const Index col = offset + tasks[i].head * d_head_;
      values.middleRows(row, count) = base_.qkv.block(position, col, count, d_head_);
      if (patch.site != part) {
        continue;
      }
      const Index first = std::max(position, patch.positions.first);
      const Index end = std::min({position + count, patch.positions.end(), source_.qkv.rows()});
      if (end > first) {
        values.middleRows(row + first - position, end - first) =
            source_.qkv.block(first, col, end - first, d_head_);
      }
    }
    return values;
  }

  AttentionRule rule_;
  Index d_head_;
  const BlockActivations& base_;
  const BlockActivations& source_;
};

/// The base's attention with other scores or patterns.
void change_rows(const Config& config, ThreadPool& pool, const BlockActivations& base,
                 const ActivationCache& source, const PatchBatch& batch, Matrix& z) {
  const Matrix none(0, config.d_model);
  const AttentionInput input{.q = none, .k = none, .v = none, .base = &base.qkv};
  pool.parallel_for(batch.count(), [&](Index run) {
    const auto at = static_cast<std::size_t>(run);
    Edit edit = batch.runs[at].front();
    edit.source = &source;
    edit_attention({&edit, 1}, config, edit.patch.layers.first, input,
                   {.kv = {}, .q = {}, .wanted = batch.changed[at]}, z);
  });
}

}  // namespace

Matrix patched_z(const Config& config, ThreadPool& pool, const ActivationCache& base,
                 const ActivationCache& source, const PatchBatch& batch) {
  const Index layer = batch.resumed_edit().patch.layers.first;
  Matrix z(batch.changed_rows, config.d_model);
  for (const RowRange& changed : batch.changed) {
    z.middleRows(changed.row, changed.count) =
        base.at(layer).z.middleRows(changed.position, changed.count);
  }
  if (has_keys(batch.resumed_edit().patch.site)) {
    change_rows(config, pool, base.at(layer), source, batch, z);
    return z;
  }
  const HeadPatcher patcher(config, base, source, layer);
  const std::vector<HeadTask> tasks = head_tasks(batch);
  if (batch.resumed_edit().patch.site == Site::kZ) {
    for (const HeadTask& task : tasks) {
      patcher.copy_z(task, z);
    }
  } else {
    patcher.attend(pool, tasks, z);
  }
  return z;
}

}  // namespace patchboard
