#include "tools/patchboard/replay_comparison.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace patchboard {
namespace {

std::size_t at(Index index) { return static_cast<std::size_t>(index); }

/// The places that a token can have where values nearer than `tolerance` may change their order.
struct PlaceRange {
  double first = 0;
  double last = 0;

  [[nodiscard]] double distance(double place) const {
    return std::max({first - place, place - last, 0.0});
  }
};

PlaceRange places_of(const VectorView& values, TokenId token, double tolerance) {
  const auto value = static_cast<double>(values(token));
  PlaceRange range{.first = 1, .last = 1};
  for (Index other = 0; other < values.size(); ++other) {
    const auto difference = static_cast<double>(values(other)) - value;
    range.first += difference > tolerance ? 1 : 0;
    range.last += other != token && difference >= -tolerance ? 1 : 0;
  }
  return range;
}

double tolerance_of(Measure measure, const ReplayTolerances& tolerances) {
  switch (traits_of(measure).tolerance) {
    case Tolerance::kProb:
      return tolerances.prob;
    case Tolerance::kLogit:
      return tolerances.logit;
    case Tolerance::kRank:
      return 0;
  }
  return 0;
}

/// Two results' values of one measure at one place.
struct BothValues {
  std::optional<double> saved;
  float again;
};

class Comparer {
 public:
  Comparer(const SavedResult& saved, Lab& lab, const Replayed& again,
           const ReplayTolerances& tolerances)
      : saved_(saved), lab_(lab), again_(again), tolerances_(tolerances) {
    const bool is_prob = saved.estimate_metric && saved.estimate_metric->name == "prob";
    for (const Measure measure : all_measures()) {
      report_.kinds.push_back(
          {.name = traits_of(measure).name, .tolerance = tolerance_of(measure, tolerances)});
    }
    report_.kinds.insert(
        report_.kinds.end(),
        {KindComparison{.name = "not_finite"},
         {.name = "top"},
         {.name = "estimate", .tolerance = is_prob ? tolerances.prob : tolerances.logit},
         {.name = "estimate_rank_correlation", .tolerance = tolerances.rank_correlation}});
  }

  ReplayComparison run(const std::string& digest) {
    compare_model(digest);
    compare_tokens();
    if (saved_.sweeps.size() != lab_.sweeps().size()) {
      differ(std::to_string(saved_.sweeps.size()) + " sweeps in the results, " +
             std::to_string(lab_.sweeps().size()) + " in the experiment");
    } else if (targets() != saved_targets()) {
      differ(std::to_string(saved_targets()) + " targets in the results, " +
             std::to_string(targets()) + " in the experiment");
    } else {
      compare_run(saved_.clean_run, lab_.clean(), "the clean run", false);
      compare_run(saved_.corrupted_run, lab_.corrupted(), "the corrupted run", true);
      compare_top(saved_.top_clean, lab_.clean_answer(), "the clean run");
      compare_top(
          saved_.top_corrupted,
          saved_.top_is_of_first_sample ? lab_.corrupted_answer(0) : lab_.corrupted_answer(),
          "the corrupted run");
      for (std::size_t sweep = 0; sweep < saved_.sweeps.size(); ++sweep) {
        compare_sweep(sweep);
      }
    }
    return std::move(report_);
  }

 private:
  [[nodiscard]] std::size_t targets() const { return lab_.experiment().targets.size(); }
  [[nodiscard]] std::size_t saved_targets() const {
    return numbers_of(saved_.clean_run, Measure::kProb).size();
  }
  KindComparison& kind(Measure which) { return report_.kinds[static_cast<std::size_t>(which)]; }
  KindComparison& kind(Kind which) {
    return report_.kinds[all_measures().size() + static_cast<std::size_t>(which)];
  }
  void differ(std::string what) { report_.otherwise.push_back(std::move(what)); }

  void compare_model(const std::string& digest) {
    if (!saved_.digest.empty() && !digest.empty() && saved_.digest != digest) {
      report_.same_model = false;
      differ("the weights are others than those that the result was made with (digest " +
             saved_.digest + ", here " + digest + ")");
    }
  }

  void compare_tokens() {
    const Experiment& experiment = lab_.experiment();
    const auto& corrupted = experiment.corrupted.empty() ? experiment.clean : experiment.corrupted;
    const auto compare = [&](const auto& saved, const auto& again, const std::string& what) {
      if (!saved.empty() && saved != again) {
        differ(what + " splits into other tokens than those of the result");
      }
    };
    compare(saved_.clean, experiment.clean, "the clean prompt");
    compare(saved_.corrupted, corrupted, "the corrupted prompt");
    compare(saved_.targets, experiment.targets, "a target");
  }

  /// saved, again: a number or none.
  template <typename Which, typename Where>
  void compare(Which which, std::optional<double> saved, std::optional<double> again,
               const Where& where) {
    if (saved && again) {
      add(which, std::abs(*saved - *again), where);
    } else if (saved || again) {
      add_one_sided(which, where);
    }
  }
  template <typename Which, typename Where>
  void compare(Which which, std::optional<double> saved, float again, const Where& where) {
    compare(which, saved,
            std::isnan(again) ? std::nullopt : std::optional(static_cast<double>(again)), where);
  }

  template <typename Which, typename Where>
  void add(Which which, double difference, const Where& where) {
    KindComparison& found = kind(which);
    ++found.compared;
    if (!(difference <= found.largest)) {
      found.largest = difference;
      if (found.one_sided == 0) {
        found.where = where();
      }
    }
  }
  template <typename Which, typename Where>
  void add_one_sided(Which which, const Where& where) {
    if (kind(which).one_sided++ == 0) {
      kind(which).where = where();
    }
  }

  /// A rank that differs is looked at again with all logits: logits_of(sample) gives them.
  template <typename Where, typename LogitsOf>
  void compare_rank(std::optional<double> saved, float again, bool logits_agree, TokenId token,
                    const Where& where, const LogitsOf& logits_of) {
    const bool both = saved && !std::isnan(again);
    if (!both || *saved == static_cast<double>(again) || !logits_agree) {
      compare(Measure::kRank, saved, again, where);
      return;
    }
    const Index samples = lab_.samples();
    PlaceRange mean;
    for (Index sample = 0; sample < samples; ++sample) {
      const PlaceRange range = places_of(logits_of(sample), token, tolerances_.logit);
      mean.first += range.first / static_cast<double>(samples);
      mean.last += range.last / static_cast<double>(samples);
    }
    const double rounding = 1e-6 * mean.last;  // of the mean, in 32 bits
    const double distance = mean.distance(*saved);
    add(Measure::kRank, distance <= rounding ? 0 : distance, where);
  }

  [[nodiscard]] bool agree(std::optional<double> saved, float again) const {
    return saved && std::abs(*saved - static_cast<double>(again)) <= tolerances_.logit;
  }

  void compare_run(const SavedMeasures& saved, const Measures& again, const std::string& name,
                   bool corrupted) {
    const auto logits_of = [&](Index sample) {
      return corrupted ? lab_.corrupted_answer(sample).logit : lab_.clean_answer().logit;
    };
    for (const Measure measure : all_measures()) {
      const SavedNumbers& numbers = numbers_of(saved, measure);
      const bool of_target = traits_of(measure).of_target;
      if (numbers.empty()) {
        continue;  // saved before it was measured
      }
      if (numbers.size() != (of_target ? targets() : 1)) {
        differ(name + " has other numbers of targets than the experiment");
        return;
      }
      for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto where = [&] {
          return of_target ? name + ", target " + std::to_string(i + 1) : name;
        };
        const auto values = [&](Measure which) {
          return BothValues{.saved = numbers_of(saved, which)[i], .again = again.of(which, i)};
        };
        compare_measure(measure, i, values, where, logits_of);
      }
    }
  }

  /// target: of a measure of each. values: of a measure, at the same place.
  template <typename Values, typename Where, typename LogitsOf>
  void compare_measure(Measure measure, std::size_t target, const Values& values,
                       const Where& where, const LogitsOf& logits_of) {
    const BothValues both = values(measure);
    if (measure == Measure::kRank) {
      const BothValues logits = values(Measure::kLogit);
      compare_rank(both.saved, both.again, agree(logits.saved, logits.again),
                   lab_.experiment().targets[target].front(), where, logits_of);
    } else {
      compare(measure, both.saved, both.again, where);
    }
  }

  void compare_top(const std::vector<SavedPrediction>& saved, const Answer& again,
                   const std::string& name) {
    if (saved.empty()) {
      return;
    }
    const Vector log_prob = again.prob.array().log();
    for (std::size_t place = 0; place < saved.size(); ++place) {
      const auto& [id, logit, prob] = saved[place];
      const auto where = [&] {
        return name + ", place " + std::to_string(place + 1) + " of the most probable tokens";
      };
      if (!again.finite || id >= again.prob.size()) {
        add_one_sided(Kind::kTop, where);
        continue;
      }
      compare(Measure::kLogit, logit, again.logit(id), where);
      compare(Measure::kProb, prob, again.prob(id), where);
      const PlaceRange places = places_of(log_prob, id, tolerances_.logit);
      add(Kind::kTop, places.distance(static_cast<double>(place + 1)), where);
    }
  }

  void compare_sweep(std::size_t index) {
    const SavedSweep& saved = saved_.sweeps[index];
    const SweepPlan& plan = lab_.plan(static_cast<Index>(index));
    const std::string name = saved.site + ", " + saved.direction;
    const std::string found = std::string(site_name(plan.settings().site)) + ", " +
                              std::string(direction_name(plan.settings().direction));
    if (name != found || saved.axes != axes_name(plan.axes())) {
      differ("the results have " + name + " by " + saved.axes + " where the experiment has " +
             found + " by " + std::string(axes_name(plan.axes())));
      return;
    }
    if (saved.rows != plan.rows() || saved.columns != plan.columns() ||
        at(saved.targets) != targets()) {
      differ(name + ": the results have " + std::to_string(saved.targets) + " targets, " +
             std::to_string(saved.rows) + " rows and " + std::to_string(saved.columns) +
             " columns, the experiment with this model " + std::to_string(targets()) + ", " +
             std::to_string(plan.rows()) + " and " + std::to_string(plan.columns()));
      return;
    }
    for (Index row = 0; row < plan.rows(); ++row) {
      for (Index column = 0; column < plan.columns(); ++column) {
        compare_cell(index, row, column);
      }
    }
    compare_estimates(index);
  }

  void compare_cell(std::size_t index, Index row, Index column) {
    const SavedSweep& saved = saved_.sweeps[index];
    const SweepTables& again = again_.tables[index];
    const SweepPlan& plan = lab_.plan(static_cast<Index>(index));
    const std::size_t cell = at(row * plan.columns() + column);
    const auto where = [&] {
      return saved.site + ", " + saved.direction + ", " + plan.cell_name(row, column);
    };
    if (saved.not_finite[cell]) {
      if (again.not_finite[cell] != 0) {
        add(Kind::kNotFinite, 0, where);
      } else {
        add_one_sided(Kind::kNotFinite, where);
      }
      return;
    }
    // Of the divergence, since it is of every cell and has no target.
    const bool is_known = numbers_of(saved.values, Measure::kKl)[cell].has_value();
    if (!is_known) {
      const bool is_computed =
          !std::isnan(again.values.of(Measure::kKl)[cell]) || again.not_finite[cell] != 0;
      report_.skipped_cells += is_computed ? 1 : 0;
    }
    const auto logits_of = [&](Index sample) {
      return lab_.cell_logits(static_cast<Index>(index), row, column, sample);
    };
    for (const Measure measure : all_measures()) {
      const bool of_target = traits_of(measure).of_target;
      for (std::size_t target = 0; target < (of_target ? targets() : 1); ++target) {
        const std::size_t value = target * again.values.cells() + cell;
        const SavedNumbers& numbers = numbers_of(saved.values, measure);
        if (numbers.empty() || (!is_known && !numbers[value])) {
          continue;
        }
        const auto where_measured = [&] {
          return of_target ? where() + ", target " + std::to_string(target + 1) : where();
        };
        const auto values = [&](Measure which) {
          return BothValues{.saved = numbers_of(saved.values, which)[value],
                            .again = again.values.of(which, target)[cell]};
        };
        compare_measure(measure, target, values, where_measured, logits_of);
      }
    }
  }

  void compare_estimates(std::size_t index) {
    const SavedSweep& saved = saved_.sweeps[index];
    if (saved.estimate.empty() || again_.estimates.empty()) {
      return;
    }
    const SweepPlan& plan = lab_.plan(static_cast<Index>(index));
    const Matrix& again = again_.estimates[index];
    const std::string name = saved.site + ", " + saved.direction;
    for (Index row = 0; row < plan.rows(); ++row) {
      for (Index column = 0; column < plan.columns(); ++column) {
        const std::optional<double>& estimate = saved.estimate[at(row * plan.columns() + column)];
        if (estimate && plan.settings().window > 1 && std::isnan(again(row, column))) {
          ++report_.dropped_estimates;  // older versions added up those of single layers
        } else if (estimate) {          // what an older version could not estimate, a newer one may
          compare(Kind::kEstimate, estimate, again(row, column),
                  [&] { return name + ", " + plan.cell_name(row, column); });
        }
      }
    }
    if (saved.estimate_rank_correlation) {
      compare(Kind::kRankCorrelation, saved.estimate_rank_correlation, again_.correlations[index],
              [&] { return std::string(name); });
    }
  }

  const SavedResult& saved_;
  Lab& lab_;
  const Replayed& again_;
  const ReplayTolerances& tolerances_;
  ReplayComparison report_;
};

}  // namespace

bool ReplayComparison::same() const {
  return otherwise.empty() && std::ranges::all_of(kinds, &KindComparison::same);
}

ReplayComparison compare_with_saved(const SavedResult& saved, Lab& lab, const Replayed& again,
                                    const std::string& digest, const ReplayTolerances& tolerances) {
  return Comparer(saved, lab, again, tolerances).run(digest);
}

}  // namespace patchboard
