#include <algorithm>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/experiment_input.h"
#include "tools/patchboard/heatmap.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/saved_result.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kTokenWidth = 12;
constexpr Index kColumnsAtOnce = 8;

/// [layer, position] of one target.
Matrix of_target(const LogitLens& lens, std::size_t target, Index T) {
  const auto cells = std::ssize(lens.top);
  return Eigen::Map<const Matrix>(lens.prob.data() + static_cast<Index>(target) * cells, cells / T,
                                  T);
}

Json lens_json(const Session& session, const LogitLens& lens, Index T) {
  Json top = Json::array();
  for (std::size_t cell = 0; cell < lens.top.size(); ++cell) {
    if (cell % static_cast<std::size_t>(T) == 0) {
      top.push_back(Json::array());
    }
    const bool finite = lens.top[cell] != kNoToken;
    top.back().push_back(finite ? Json{{"id", lens.top[cell]},
                                       {"text", session.token_text(lens.top[cell])},
                                       {"prob", lens.top_prob[cell]}}
                                : Json(nullptr));
  }
  Json probs = Json::array();
  for (std::size_t target = 0; target < lens.prob.size() / lens.top.size(); ++target) {
    probs.push_back(matrix_json(of_target(lens, target, T)));
  }
  return {{"top", top}, {"prob", probs}};
}

/// At most so many characters, and spaces up to so many. Characters are UTF-8's.
std::string fitted(const std::string& text) {
  std::string result;
  std::size_t width = 0;
  for (const char byte : text) {
    width += (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U ? 1 : 0;
    if (width > kTokenWidth) {
      return result + ' ';
    }
    result += byte;
  }
  return result + std::string(kTokenWidth - width + 1, ' ');
}

/// The most probable token in each cell, some positions at a time.
void print_top(const Session& session, const LogitLens& lens, const std::vector<TokenId>& prompt) {
  const Index T = std::ssize(prompt);
  for (Index first = 0; first < T; first += kColumnsAtOnce) {
    const Index end = std::min(T, first + kColumnsAtOnce);
    const auto print_row = [&](const std::string& label, const TokenId* row) {
      std::cout << std::setw(5) << label << ' ';
      for (Index position = first; position < end; ++position) {
        std::cout << fitted(row[position] == kNoToken ? "not finite"
                                                      : shown(session, row[position]));
      }
      std::cout << '\n';
    };
    print_row("", prompt.data());
    for (Index layer = 0; layer < std::ssize(lens.top) / T; ++layer) {
      print_row(std::to_string(layer), lens.top.data() + layer * T);
    }
  }
}

void print_text(const Session& session, const Lab& lab, const NamedRun& run, const LogitLens& lens,
                const std::string& sample) {
  const Experiment& experiment = lab.experiment();
  const std::vector<TokenId>& prompt =
      run.run == RunName::kCorrupted && !experiment.corrupted.empty() ? experiment.corrupted
                                                                      : experiment.clean;
  std::cout << "logit lens of the " << run.name << " run" << sample
            << ": the most probable token, layers down, positions across\n";
  print_top(session, lens, prompt);
  std::vector<std::string> labels;
  labels.reserve(prompt.size());
  for (const TokenId token : prompt) {
    labels.push_back(shown(session, token));
  }
  for (std::size_t target = 0; target < experiment.targets.size(); ++target) {
    print_heatmap(std::cout,
                  {.title = run.name + sample + ", prob of " +
                            shown(session, experiment.targets[target].front()) +
                            ", layers down, positions across",
                   .values = of_target(lens, target, std::ssize(prompt)),
                   .tokens = labels},
                  in_colour());
  }
}

}  // namespace

void run_lens(const RunArguments& arguments) {
  Session session(arguments.threads, usable_memory());
  static_cast<void>(start_runs(session, arguments));
  const Lab& lab = session.lab();
  const Index T = std::ssize(lab.experiment().clean);
  const std::optional<Index> sample = sample_named(lab, arguments.sample);
  Json runs = Json::object();
  std::cout << std::setprecision(4);
  for (const NamedRun& run : runs_of(lab)) {
    const bool is_clean = run.run == RunName::kClean;
    const LogitLens lens = session.logit_lens(run.run, is_clean ? std::nullopt : sample);
    if (arguments.json) {
      runs[run.name] = lens_json(session, lens, T);
    } else {
      print_text(session, lab, run, lens, is_clean ? "" : sample_title(lab, sample));
    }
  }
  if (lab.experiment().corruption.is_ablation() && !arguments.json) {
    std::cout << "an ablation has no corrupted run: zeros or means are put into the clean one\n";
  }
  if (arguments.json) {
    Json json = {{"model", model_json(session, arguments)},
                 {"tokens", prompts_json(session, lab)},
                 {"targets", measured_json(session, lab)}};
    json.update(samples_json(lab, sample));
    json["runs"] = runs;
    print_json(json);
  }
}

}  // namespace patchboard
