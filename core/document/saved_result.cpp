#include "core/document/saved_result.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <utility>

#include "core/input/input_value.h"

namespace patchboard {
namespace {

constexpr TokenId kMostId = std::numeric_limits<TokenId>::max();
constexpr std::size_t kMostTargets = 1'000'000;
constexpr std::string_view kOldQ8 = "q8";  // as q8_0 was called
constexpr std::array<std::string_view, 4> kDtypes = {"f32", "f16", "q8_0", kOldQ8};

std::optional<double> number_or_null(const InputValue& value) {
  return value.is_null() ? std::nullopt : std::optional(value.number());
}

SavedNumbers numbers(const InputValue& list) {
  SavedNumbers values;
  for (const InputValue& value : list.list(0, "numbers")) {
    values.push_back(number_or_null(value));
  }
  return values;
}

/// What is under a key that may be left out, unless it is null.
std::optional<InputValue> find_value(const InputValue& object, std::string_view key) {
  std::optional<InputValue> value = object.find(key);
  return value && value->is_null() ? std::nullopt : value;
}

std::vector<TokenId> token_ids(const InputValue& tokens) {
  std::vector<TokenId> ids;
  for (const InputValue& token : tokens.list(0, "tokens")) {
    ids.push_back(token.at("id").whole<TokenId>(0, kMostId));
  }
  return ids;
}

std::vector<SavedPrediction> predictions(const InputValue& list) {
  std::vector<SavedPrediction> top;
  for (const InputValue& token : list.list(0, "tokens")) {
    top.push_back({.id = token.at("id").whole<TokenId>(0, kMostId),
                   .logit = number_or_null(token.at("logit")),
                   .prob = number_or_null(token.at("prob"))});
  }
  return top;
}

/// What is under a measure's name; none where the result is older than the measure.
std::optional<InputValue> find_measure(const InputValue& object, Measure measure) {
  const MeasureTraits& traits = traits_of(measure);
  return traits.in_every_result ? object.at(traits.name) : object.find(traits.name);
}

SavedMeasures measures(const InputValue& run) {
  SavedMeasures saved;
  for (const Measure measure : all_measures()) {
    const std::optional<InputValue> value = find_measure(run, measure);
    if (!value) {
      saved.emplace_back();
    } else if (traits_of(measure).of_target) {
      saved.push_back(numbers(*value));
    } else {
      saved.push_back({number_or_null(*value)});
    }
  }
  return saved;
}

/// Puts the rows of a heatmap behind `values`. Every row of a sweep is as long.
void add_rows(const InputValue& rows, SavedSweep& sweep, SavedNumbers& values) {
  const std::vector<InputValue> list = rows.list(1, "rows");
  if (std::ssize(list) != sweep.rows) {
    rows.refuse(std::to_string(sweep.rows) + " rows, as many as \"kl\" has");
  }
  for (const InputValue& row : list) {
    SavedNumbers cells = numbers(row);
    if (std::ssize(cells) != sweep.columns) {
      row.refuse(std::to_string(sweep.columns) + " numbers, as many as the first row of \"kl\"");
    }
    values.insert(values.end(), cells.begin(), cells.end());
  }
}

SavedNumbers tables(const InputValue& targets, SavedSweep& sweep) {
  SavedNumbers values;
  const std::vector<InputValue> list = targets.list(1, "targets");
  if (std::ssize(list) != sweep.targets) {
    targets.refuse(std::to_string(sweep.targets) + " targets, as many as \"prob\" has");
  }
  for (const InputValue& rows : list) {
    add_rows(rows, sweep, values);
  }
  return values;
}

std::vector<bool> marks(const InputValue& cells, const SavedSweep& sweep) {
  std::vector<bool> marked(static_cast<std::size_t>(sweep.rows * sweep.columns), false);
  for (const InputValue& cell : cells.list(0, "[row, column]")) {
    const std::vector<InputValue> pair = cell.list();
    if (pair.size() != 2) {
      cell.refuse("[row, column]");
    }
    const auto row = pair[0].whole<Index>(0, sweep.rows - 1);
    const auto column = pair[1].whole<Index>(0, sweep.columns - 1);
    marked[static_cast<std::size_t>(row * sweep.columns + column)] = true;
  }
  return marked;
}

SavedSweep sweep_of(const InputValue& value) {
  SavedSweep sweep;
  sweep.site = value.at("site").text();
  sweep.direction = value.at("direction").text();
  sweep.axes = value.at("axes").text();
  const std::vector<InputValue> rows = value.at("kl").list(1, "rows");
  sweep.targets = std::ssize(value.at("prob").list(1, "targets"));
  sweep.rows = std::ssize(rows);
  sweep.columns = std::ssize(rows.front().list(1, "numbers"));
  for (const Measure measure : all_measures()) {
    const std::optional<InputValue> found = find_measure(value, measure);
    SavedNumbers& numbers = sweep.values.emplace_back();
    if (found && traits_of(measure).of_target) {
      numbers = tables(*found, sweep);
    } else if (found) {
      add_rows(*found, sweep, numbers);
    }
  }
  sweep.not_finite.assign(static_cast<std::size_t>(sweep.rows * sweep.columns), false);
  if (const auto cells = value.find("not_finite")) {
    sweep.not_finite = marks(*cells, sweep);
  }
  if (const auto estimate = value.find("estimate")) {
    add_rows(*estimate, sweep, sweep.estimate);
  }
  if (const auto correlation = find_value(value, "estimate_rank_correlation")) {
    sweep.estimate_rank_correlation = correlation->number({.least = -1, .most = 1});
  }
  return sweep;
}

SavedMetric metric_of(const InputValue& value) {
  constexpr std::array<std::string_view, 4> kNames = {"logit", "logit_diff", "prob", "log_prob"};
  SavedMetric metric{.name = std::string(kNames[value.at("metric").name_of(kNames)])};
  metric.target = value.at("target").whole<std::size_t>(0, kMostTargets);
  if (const auto against = find_value(value, "against")) {
    metric.against = against->whole<std::size_t>(0, kMostTargets);
  }
  return metric;
}

void read_model(const InputValue& model, SavedResult& saved) {
  if (const auto dtype = find_value(model, "dtype")) {
    const std::string_view name = kDtypes[dtype->name_of(kDtypes)];
    saved.dtype = name == kOldQ8 ? "q8_0" : name;
  }
  if (const auto digest = find_value(model, "digest")) {
    saved.digest = digest->text();
  }
  if (const auto tokenizer = find_value(model, "tokenizer")) {
    (void)tokenizer->name_of({"gpt2"});
    saved.tokenizer = tokenizer->text();
  }
}

/// A key, and an object that it is in unless the result has it nowhere.
struct KeyPlace {
  InputValue object;
  std::string_view key;
};

/// `no "margin", while "results.clean" has "margin"`
void require_all_or_none(const std::vector<KeyPlace>& places, const std::string& expected) {
  const auto is_there = [](const KeyPlace& place) {
    return place.object.find(place.key).has_value();
  };
  const auto found = std::ranges::find_if(places, is_there);
  const auto missing = std::ranges::find_if_not(places, is_there);
  if (found == places.end() || missing == places.end()) {
    return;
  }
  const auto quoted = [](std::string_view text) { return "\"" + std::string(text) + "\""; };
  const std::optional<InputValue> site = missing->object.find("site");
  const std::string whose =
      site ? site->text() + ", " + missing->object.at("direction").text() + ", " : "";
  missing->object.fail(whose + "has no " + quoted(missing->key) + ", while " +
                       quoted(found->object.place()) + " has " + quoted(found->key) +
                       "; expected " + expected);
}

/// What older results do not have, and estimates, are in all of a result or in none of it: what
/// was left out of a part alone would not be compared, and nobody told.
void require_whole(const InputValue& results) {
  const std::vector<InputValue> sweeps = results.at("sweeps").list();
  const auto require = [&](std::vector<KeyPlace> places, const std::vector<std::string_view>& keys,
                           const std::string& expected) {
    for (const InputValue& sweep : sweeps) {
      for (const std::string_view key : keys) {
        places.push_back({.object = sweep, .key = key});
      }
    }
    require_all_or_none(places, expected);
  };
  for (const Measure measure : all_measures()) {
    const std::string_view name = traits_of(measure).name;
    require({{.object = results.at("clean"), .key = name},
             {.object = results.at("corrupted"), .key = name}},
            {name}, "it in both runs and every sweep or, of a result that is older, in none");
  }
  require({}, {"not_finite"}, "it in every sweep or, of a result that is older, in none");
  require({{.object = results, .key = "estimate_metric"}},
          {"estimate", "estimate_rank_correlation"},
          "\"estimate_metric\" and, of every sweep, \"estimate\" and "
          "\"estimate_rank_correlation\", or none of them");
}

void read_results(const InputValue& results, SavedResult& saved) {
  if (const auto targets = find_value(results, "targets")) {
    for (const InputValue& target : targets->list(0, "targets")) {
      saved.targets.push_back(token_ids(target.at("tokens")));
    }
  }
  saved.clean_run = measures(results.at("clean"));
  saved.corrupted_run = measures(results.at("corrupted"));
  if (const auto top = find_value(results, "top")) {
    saved.top_clean = predictions(top->at("clean"));
    saved.top_corrupted = predictions(top->at("corrupted"));
  }
  saved.top_is_of_first_sample = true;
  for (const InputValue& sweep : results.at("sweeps").list(1, "sweeps")) {
    saved.sweeps.push_back(sweep_of(sweep));
    saved.top_is_of_first_sample = saved.top_is_of_first_sample && !sweep.find("not_finite");
  }
  if (const auto metric = results.find("estimate_metric")) {
    saved.estimate_metric = metric_of(*metric);
  }
  require_whole(results);
}

InputValue parse(std::string_view json) {
  return InputValue::parse(json, {ErrorCode::kExperiment, "saved result"});
}

}  // namespace

SavedResult read_saved_result(std::string_view json) {
  const InputValue document = parse(json);
  SavedResult saved;
  if (const auto model = find_value(document, "model")) {
    read_model(*model, saved);
  }
  if (const auto tokens = find_value(document, "tokens")) {
    saved.clean = token_ids(tokens->at("clean"));
    saved.corrupted = token_ids(tokens->at("corrupted"));
  }
  read_results(document.at("results"), saved);
  return saved;
}

}  // namespace patchboard
