#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/experiment_options.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/notes.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

void print_table(const Session& session, const std::vector<Prediction>& top) {
  std::cout << "  prob    logit  token\n" << std::fixed;
  for (const Prediction& prediction : top) {
    std::cout << std::setprecision(4) << std::setw(6) << prediction.prob << std::setprecision(3)
              << std::setw(9) << prediction.logit << "  "
              << shown(session, static_cast<TokenId>(prediction.token)) << '\n';
  }
}

}  // namespace

void run_predict(const PredictArguments& arguments) {
  Session session(arguments.threads);
  load_model(session, arguments, arguments.dtype, arguments.ids.empty());
  const std::vector<TokenId> ids =
      prompt_ids(session, arguments.text, arguments.ids, arguments.prompts);
  const std::vector<Prediction> top = session.predict(ids, arguments.top);
  if (arguments.ids.empty()) {
    nlohmann::ordered_json document = {{"clean", arguments.text}};
    put_prompt_keys(arguments.prompts, document);
    print_notes(session, {{.name = "", .document = document.dump()}});
  }
  if (arguments.json) {
    print_json(nlohmann::ordered_json{{"tokens", tokens_json(session, ids)},
                                      {"top", predictions_json(session, top)}});
  } else {
    print_table(session, top);
  }
}

}  // namespace patchboard
