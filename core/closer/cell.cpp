#include "core/closer/cell.h"

#include <utility>

#include "core/closer/greedy.h"
#include "core/closer/largest_changes.h"

namespace patchboard {
namespace {

/// The three runs of a cell, continued.
class Continuations {
 public:
  Continuations(const Gpt2& model, ThreadPool& pool, Lab& lab, const CellQuestion& question)
      : model_(model), pool_(pool), lab_(lab), question_(question) {
    const Index all = lab.samples();
    for (Index sample = 0; sample < all; ++sample) {
      if (!question.sample || *question.sample == sample) {
        samples_.push_back(sample);
      }
    }
  }

  [[nodiscard]] bool are_few() const { return std::ssize(samples_) <= kMaxContinuedSamples; }

  [[nodiscard]] std::vector<TokenId> clean() const {
    std::vector<ActivationCache> run;
    run.push_back(begun_run(model_, pool_, lab_.runs().clean().embedding()));
    return greedy(model_, pool_, std::move(run), question_.continuation);
  }

  [[nodiscard]] std::vector<TokenId> corrupted() const {
    std::vector<ActivationCache> runs;
    runs.reserve(samples_.size());
    for (const Index sample : samples_) {
      runs.push_back(begun_run(model_, pool_, lab_.runs().corrupted(sample).embedding()));
    }
    return greedy(model_, pool_, std::move(runs), question_.continuation);
  }

  [[nodiscard]] std::vector<TokenId> patched() const {
    const SweepPlan& plan = lab_.plan(question_.sweep);
    const auto& [site, direction, by_position, window, span] = plan.settings();
    const Patch patch = plan.patch(question_.row, question_.column);
    std::vector<ActivationCache> runs;
    for (const Index sample : samples_) {
      const Edit edit{.patch = patch,
                      .source = &lab_.runs().source(direction, sample, kept_of_source(site))};
      runs.push_back(
          begun_run(model_, pool_, lab_.runs().base(direction, sample, {}).embedding, {&edit, 1}));
    }
    return greedy(model_, pool_, std::move(runs), question_.continuation);
  }

 private:
  const Gpt2& model_;
  ThreadPool& pool_;
  Lab& lab_;
  const CellQuestion& question_;
  std::vector<Index> samples_;
};

}  // namespace

CellDetails inspect_cell(const Gpt2& model, ThreadPool& pool, Lab& lab,
                         const CellQuestion& question) {
  const bool denoising = lab.plan(question.sweep).settings().direction == Direction::kDenoising;
  const Answer answer =
      lab.cell_answer(question.sweep, question.row, question.column, question.sample);
  const Answer before = denoising ? lab.corrupted_answer(question.sample) : lab.clean_answer();
  CellDetails details{.finite = answer.finite, .top = top_k(answer, question.top)};
  if (answer.finite) {
    for (const Index token : largest_changes(before.prob, answer.prob, question.top)) {
      details.changed.push_back({.token = static_cast<TokenId>(token),
                                 .before = before.prob[token],
                                 .after = answer.prob[token]});
    }
  }
  const Continuations continuations(model, pool, lab, question);
  details.clean = continuations.clean();
  details.continued = continuations.are_few();
  if (details.continued) {
    details.corrupted = continuations.corrupted();
    details.patched = continuations.patched();
  }
  return details;
}

}  // namespace patchboard
