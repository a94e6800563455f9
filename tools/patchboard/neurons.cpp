#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

Json changes_json(const NeuronChanges& changes) {
  Json json = Json::array();
  for (const NeuronChange& change : changes.largest) {
    json.push_back({{"neuron", change.neuron},
                    {"clean", change.clean},
                    {"corrupted", change.corrupted},
                    {"difference", change.difference}});
  }
  return json;
}

/// token: as `token_labels` has it. sample: as `sample_title` says it.
void print_text(const NeuronsArguments& arguments, const NeuronChanges& changes,
                const std::string& token, const std::string& sample) {
  std::cout << "neurons of layer " << arguments.layer << " at position " << arguments.position
            << ", " << token << sample
            << ": after the activation function, the largest differences first\n";
  if (!changes.finite) {
    std::cout << "  not finite: activations there are no numbers\n";
    return;
  }
  if (!changes.largest.empty() && changes.largest.front().difference == 0) {
    std::cout << "  none: the two runs are the same here\n";
    return;
  }
  std::cout << "neuron       clean   corrupted  corrupted - clean\n"
            << std::fixed << std::setprecision(4);
  for (const NeuronChange& change : changes.largest) {
    std::cout << std::setw(6) << change.neuron << std::setw(12) << change.clean << std::setw(12)
              << change.corrupted << std::setw(19) << change.difference << '\n';
  }
}

}  // namespace

void run_neurons(const NeuronsArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  static_cast<void>(start_runs(session, arguments));
  const Lab& lab = session.lab();
  const std::optional<Index> sample = sample_named(lab, arguments.sample);
  const NeuronChanges changes = session.neuron_changes({.layer = arguments.layer,
                                                        .position = arguments.position,
                                                        .count = arguments.top,
                                                        .sample = sample});
  if (!arguments.json) {
    const std::vector<std::string> tokens = token_labels(session, lab.experiment());
    print_text(arguments, changes, tokens[static_cast<std::size_t>(arguments.position)],
               sample_title(lab, sample));
    return;
  }
  Json json = {{"model", model_json(session, arguments)}, {"tokens", prompts_json(session, lab)}};
  json.update(samples_json(lab, sample));
  json["layer"] = arguments.layer;
  json["position"] = arguments.position;
  json["finite"] = changes.finite;
  json["neurons"] = changes_json(changes);
  print_json(json);
}

}  // namespace patchboard
