#include "core/closer/self_checks.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <string>

#include "core/patching/patched_runs.h"
#include "core/patching/whole_run.h"

namespace patchboard {
namespace {

/// Equal to the bit or, said in words, by how much not. What is not finite is equal to nothing.
class Comparison {
 public:
  void compare(const MatrixView& a, const MatrixView& b) {
    if (!a.allFinite() || !b.allFinite()) {
      finite_ = false;  // and no such number is compared
    } else if (a.size() > 0) {
      largest_ = std::max(largest_, (a - b).cwiseAbs().maxCoeff());
    }
  }
  [[nodiscard]] bool passed() const { return finite_ && largest_ == 0.0F; }
  [[nodiscard]] std::string text() const {
    if (!finite_) {
      return "not finite, so that nothing can be said";
    }
    constexpr std::size_t kLongest = 32;
    std::array<char, kLongest> difference{};  // std::to_string would write a small one as zero
    std::snprintf(difference.data(), difference.size(), "%g", static_cast<double>(largest_));
    return passed() ? "equal to the bit" : std::string("largest difference ") + difference.data();
  }

 private:
  bool finite_ = true;
  float largest_ = 0;
};

std::string where(const SweepPlan& plan, Index row, Index column) {
  return std::string(site_name(plan.settings().site)) + ", " + plan.cell_name(row, column) + ", " +
         std::string(direction_name(plan.settings().direction));
}

struct Cell {
  Index row;
  Index column;
};

/// The cell nearest to the middle whose patch changes something.
std::optional<Cell> middle_cell(const SweepPlan& plan) {
  for (Index down = 0; down < plan.rows(); ++down) {
    const Index row = (plan.rows() / 2 + down) % plan.rows();
    for (Index across = 0; across < plan.columns(); ++across) {
      const Index column = (plan.columns() / 2 + across) % plan.columns();
      const Edit edit{.patch = plan.patch(row, column)};
      if (plan.has(row, column) && entry_of({&edit, 1}, plan.shape()).matters(plan.shape())) {
        return Cell{row, column};
      }
    }
  }
  return std::nullopt;
}

class Checker {
 public:
  Checker(const Gpt2& model, ThreadPool& pool, Lab& lab) : model_(model), pool_(pool), lab_(lab) {}

  SelfCheck patched_with_itself(const SweepPlan& plan, const Cell& cell) {
    const auto& [site, direction, by_position, window, span] = plan.settings();
    const Kept kept = kept_of_base(site).with(kept_of_source(site));
    const ActivationCache& base = lab_.runs().base(direction, 0, kept);
    PatchedShape shape = plan.shape();
    shape.n_positions = base.n_positions();
    shape.answers = 1;
    shape.first_difference = 0;  // nothing is taken for granted
    const std::vector<Patch> patches = plan.patches(cell.row, plan.columns_of({}, cell.row));
    const Matrix expected = base.h.back().resid_post.bottomRows(1);
    Comparison comparison;
    for (const PatchBatch& batch : make_batches(patches, shape)) {
      const Matrix rows = PatchedRuns(model_, pool_, base, base).final_rows(batch);
      comparison.compare(rows, expected.replicate(rows.rows(), 1));
    }
    return {.name = "Patched with itself, a run stays as it is",
            .passed = comparison.passed(),
            .detail = where(plan, cell.row, cell.column) + " and its row: " + comparison.text()};
  }

  SelfCheck everything(Direction direction) {
    Runs& runs = lab_.runs();
    const ActivationCache& base = runs.base(direction, 0, kept_of_base(Site::kResidPre));
    const ActivationCache& source = runs.source(direction, 0, {});
    const Index L = model_.config().n_layer;
    const Index T = base.n_positions();
    PatchedShape shape{.n_layer = L, .n_positions = T};
    const std::vector<Patch> patches = {{.site = Site::kResidPre,
                                         .layers = {.first = L / 2, .count = 1},
                                         .positions = {.first = 0, .count = T}}};
    Comparison comparison;
    for (const PatchBatch& batch : make_batches(patches, shape)) {
      comparison.compare(PatchedRuns(model_, pool_, base, source).final_rows(batch),
                         source.h.back().resid_post.bottomRows(1));
    }
    const bool denoising = direction == Direction::kDenoising;
    return {.name = denoising ? "Patched everywhere, the corrupted run is the clean one"
                              : "Patched everywhere, the clean run is the corrupted one",
            .passed = comparison.passed(),
            .detail = "resid_pre, layer " + std::to_string(L / 2) +
                      ", all positions: " + comparison.text()};
  }

  std::vector<SelfCheck> against_whole_run(Index sweep, const Cell& cell) {
    const SweepPlan& plan = lab_.plan(sweep);
    const auto& [site, direction, by_position, window, span] = plan.settings();
    Runs& runs = lab_.runs();
    const ActivationCache& source = runs.source(direction, 0, kept_of_source(site));
    const ActivationCache& base = runs.base(direction, 0, {});
    const Patch patch = plan.patch(cell.row, cell.column);
    const Edit edit{.patch = patch, .source = &source};
    const ActivationCache whole = whole_run(model_, pool_, base.embedding, {}, {&edit, 1});
    Comparison cells;
    cells.compare(final_logits(model_, pool_, whole, 1),
                  lab_.cell_logits(sweep, cell.row, cell.column));
    Comparison outside;
    for (Index layer = 0; layer < whole.n_layer(); ++layer) {
      const bool below = layer < patch.layers.first;
      const Index rows = below ? base.n_positions() : patch.positions.first;
      if (rows > 0) {
        outside.compare(whole.at(layer).resid_post.topRows(rows),
                        base.at(layer).resid_post.topRows(rows));
      }
    }
    const std::string place = where(plan, cell.row, cell.column) + ": ";
    return {{.name = "The engine's patched run is a whole run with the activation replaced",
             .passed = cells.passed(),
             .detail = place + cells.text()},
            {.name = "Nothing outside the patch's cone changed",
             .passed = outside.passed(),
             .detail = place + "layers before it and positions left of it " + outside.text()}};
  }

 private:
  const Gpt2& model_;
  ThreadPool& pool_;
  Lab& lab_;
};

}  // namespace

std::vector<SelfCheck> self_checks(const Gpt2& model, ThreadPool& pool, Lab& lab) {
  Checker checker(model, pool, lab);
  std::vector<SelfCheck> checks;
  if (!lab.experiment().corruption.is_ablation()) {
    for (const Direction direction : lab.experiment().directions) {
      checks.push_back(checker.everything(direction));
    }
  }
  for (Index sweep = 0; sweep < std::ssize(lab.sweeps()); ++sweep) {
    const std::optional<Cell> cell = middle_cell(lab.plan(sweep));
    if (!cell) {
      continue;
    }
    checks.push_back(checker.patched_with_itself(lab.plan(sweep), *cell));
    const std::vector<SelfCheck> whole = checker.against_whole_run(sweep, *cell);
    checks.insert(checks.end(), whole.begin(), whole.end());
  }
  return checks;
}

}  // namespace patchboard
