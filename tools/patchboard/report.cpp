#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/embedded_data.h"
#include "tools/patchboard/heatmap.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/report_items.h"
#include "tools/patchboard/report_text.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// Which model it is and how far its numbers can be the report's.
std::string about_model(const Json& report, const std::string& folder, const Config& config,
                        const std::string& model) {
  const std::string sizes =
      std::to_string(config.n_layer) + " layers, width " + std::to_string(config.d_model);
  if (!model.empty()) {
    return folder + ": " + sizes + ", as " +
           report.at("models").at(model).at("name").get<std::string>() +
           "; beside its numbers are the report's for this model, or those for which it names "
           "none.";
  }
  return (folder.empty() ? "The embedded model" : folder) + ": " + sizes +
         ". It is none of the report's models (GPT-2-medium has 24 layers and width 1024, "
         "GPT-2-xl 48 and 1600): other weights, so other numbers, beside the report's for both." +
         (folder.empty() ? " It was trained to recall and to compare, and shows what the "
                           "experiments look like where a model can do the task."
                         : "");
}

Json run_model(const ReportArguments& arguments, const std::string& folder, const Json& report) {
  Session session(arguments.threads);
  load_model(session,
             ModelArguments{.model = folder,
                            .tokenizer = arguments.tokenizer,
                            .activation = arguments.activation,
                            .json = arguments.json},
             arguments.dtype, true);
  const Config& config = session.config();
  const std::string model = report_model(report, config);
  const std::string about = about_model(report, folder, config, model);
  Json result = {{"model", folder.empty() ? Json(nullptr) : Json(folder)},
                 {"n_layer", config.n_layer},
                 {"d_model", config.d_model},
                 {"report_model", model.empty() ? Json(nullptr) : Json(model)},
                 {"about", about},
                 {"items", Json::array()}};
  if (!arguments.json) {
    std::cout << about << '\n';
  }
  for (const Json& item : report.at("items")) {
    result["items"].push_back(run_report_item(session, item, model));
    if (!arguments.json) {
      print_report_item(std::cout, result["items"].back(), in_colour());
      std::cout << std::flush;
    }
  }
  return result;
}

}  // namespace

void run_report(const ReportArguments& arguments) {
  const Json report = Json::parse(embedded_report());
  const std::vector<std::string> folders =
      arguments.models.empty() ? std::vector<std::string>{""} : arguments.models;
  Json models = Json::array();
  for (const std::string& folder : folders) {
    models.push_back(run_model(arguments, folder, report));
    if (!arguments.json && &folder != &folders.back()) {
      std::cout << '\n';
    }
  }
  if (arguments.json) {
    print_json(Json{{"report", report.at("title")}, {"models", models}});
  }
}

}  // namespace patchboard
