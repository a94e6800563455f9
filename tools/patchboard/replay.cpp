#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "core/error.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/model_folder.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"
#include "tools/patchboard/weight_formats.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr double kTolerance = 1e-5;  // of a probability, in the same number format

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorCode::kExperiment, what + ", expected a saved result, see docs/experiment.md");
}

Json read_saved(const std::string& file) {
  Json saved = Json::parse(read_text_or_input(file), nullptr, false);
  if (!saved.is_object() || !saved.contains("results") || !saved["results"].is_object() ||
      !saved["results"].contains("sweeps")) {
    refuse(file + ": no \"results\" with \"sweeps\"");
  }
  return saved;
}

bool has_number(const Json& value) {
  return value.is_number() || (value.is_array() && std::ranges::any_of(value, has_number));
}

/// The largest difference of two nested arrays of numbers; infinite where their shapes differ or
/// one has a number and the other none. null stands for what was not computed.
double largest_difference(const Json& a, const Json& b) {
  if (a.is_array() && b.is_array() && a.size() == b.size()) {
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      largest = std::max(largest, largest_difference(a[i], b[i]));
    }
    return largest;
  }
  if (a.is_null() && b.is_null()) {
    return 0;
  }
  return a.is_number() && b.is_number() ? std::abs(a.get<double>() - b.get<double>()) : INFINITY;
}

std::string dtype_of(const Json& saved) {
  const bool named = saved.contains("model") && saved["model"].is_object() &&
                     saved["model"].contains("dtype") && saved["model"]["dtype"].is_string();
  const std::string dtype = named ? saved["model"]["dtype"].get<std::string>() : "f32";
  if (!weight_formats().contains(dtype)) {
    refuse("\"model\": dtype \"" + dtype + "\"");
  }
  return dtype;
}

}  // namespace

bool run_replay(const ReplayArguments& arguments) {
  const Json saved = read_saved(arguments.file);
  const std::string saved_dtype = dtype_of(saved);
  const std::string dtype = arguments.dtype.empty() ? saved_dtype : arguments.dtype;
  const double tolerance = arguments.tolerance > 0 ? arguments.tolerance : kTolerance;
  Session session(arguments.threads, usable_memory());
  load_model(session, arguments.model, weight_formats().at(dtype), true);
  const Json saved_digest = saved.value("model", Json::object()).value("digest", Json());
  const bool same_model = saved_digest.is_null() || saved_digest == session.fingerprint() ||
                          dtype != saved_dtype;  // then the digest says nothing
  Lab& lab = session.start(read_experiment(saved.dump(), session.text_reader()));
  const Json again = Json::parse(results_json(session, lab, run_all(lab, false)).dump());
  const Json& sweeps = saved["results"]["sweeps"];
  if (sweeps.size() != again["sweeps"].size()) {
    refuse(std::to_string(sweeps.size()) + " sweeps in the results, " +
           std::to_string(again["sweeps"].size()) + " in the experiment");
  }
  const bool is_exact = std::ranges::any_of(
      sweeps, [](const Json& sweep) { return has_number(sweep.value("prob", Json())); });
  if (!is_exact) {
    refuse(arguments.file + ": no exact values in the results (`--attribution-only`?)");
  }
  double largest = 0;
  Json report = Json::array();
  for (std::size_t i = 0; i < sweeps.size(); ++i) {
    Json differences = {{"site", again["sweeps"][i]["site"]},
                        {"direction", again["sweeps"][i]["direction"]}};
    for (const char* name : {"prob", "log_prob", "logit", "rank", "kl"}) {
      differences[name] =
          largest_difference(sweeps[i].value(name, Json()), again["sweeps"][i][name]);
    }
    largest = std::max(largest, differences["prob"].get<double>());
    report.push_back(std::move(differences));
  }
  const bool same = largest <= tolerance;
  if (arguments.json) {
    print_json(Json{{"same", same},
                    {"tolerance", tolerance},
                    {"dtype", dtype},
                    {"saved_dtype", saved_dtype},
                    {"same_model", same_model},
                    {"largest_differences", report}});
    return same;
  }
  for (const Json& sweep : report) {
    std::cout << sweep["site"].get<std::string>() << ", " << sweep["direction"].get<std::string>()
              << ": largest difference in prob " << sweep["prob"] << ", logit " << sweep["logit"]
              << ", kl " << sweep["kl"] << '\n';
  }
  if (!same_model) {
    std::cout << "the weights are others than those that the result was made with (digest "
              << saved_digest << ", here " << session.fingerprint() << ")\n";
  }
  std::cout << (same ? "the same" : "NOT the same") << ": probabilities within " << largest
            << ", tolerance " << tolerance
            << (dtype == saved_dtype ? ""
                                     : " (weights in " + dtype + ", saved in " + saved_dtype + ")")
            << '\n';
  return same;
}

}  // namespace patchboard
