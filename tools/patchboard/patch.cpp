#include <unistd.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/heatmap.h"
#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// A finished sweep: values are [target] matrices of [layer, position].
struct PatchOutcome {
  std::vector<Matrix> prob;
  std::vector<Matrix> logit;
  double seconds = 0;
};

bool in_colour() { return isatty(STDOUT_FILENO) != 0 && std::getenv("NO_COLOR") == nullptr; }

SweepRequest read_request(const Session& session, const PatchArguments& arguments) {
  SweepRequest request;
  request.clean = prompt_ids(session, arguments.clean, arguments.clean_ids);
  request.corrupted = prompt_ids(session, arguments.corrupted, arguments.corrupted_ids);
  request.targets = arguments.target_ids;
  for (const std::string& target : arguments.targets) {
    request.targets.push_back(session.resolve_target(target));
  }
  return request;
}

void store_row(const SweepRow& row, PatchOutcome& outcome) {
  const Index T = outcome.prob.front().cols();
  for (std::size_t target = 0; target < outcome.prob.size(); ++target) {
    const auto offset = static_cast<Index>(target) * T;
    outcome.prob[target].row(row.layer) = Eigen::Map<const Vector>(row.prob.data() + offset, T);
    outcome.logit[target].row(row.layer) = Eigen::Map<const Vector>(row.logit.data() + offset, T);
  }
}

PatchOutcome run_sweep(Session& session, const SweepRequest& request) {
  const auto start = std::chrono::steady_clock::now();
  const bool progress = isatty(STDERR_FILENO) != 0;
  Sweep& sweep = session.start_sweep(request);
  const Index L = sweep.plan().n_layer();
  const Matrix empty = Matrix::Zero(L, sweep.plan().n_positions());
  PatchOutcome outcome;
  outcome.prob.assign(request.targets.size(), empty);
  outcome.logit.assign(request.targets.size(), empty);
  while (!sweep.done()) {
    const SweepRow row = sweep.step();
    store_row(row, outcome);
    if (progress) {
      std::cerr << "\rlayer " << row.layer << ": " << L - row.layer << " of " << L << " rows"
                << (sweep.done() ? "\n" : "") << std::flush;
    }
  }
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  outcome.seconds = elapsed.count();
  return outcome;
}

Json matrices_json(const std::vector<Matrix>& matrices) {
  Json json = Json::array();
  for (const Matrix& matrix : matrices) {
    Json rows = Json::array();
    for (Index row = 0; row < matrix.rows(); ++row) {
      rows.push_back(std::vector<float>(matrix.row(row).begin(), matrix.row(row).end()));
    }
    json.push_back(std::move(rows));
  }
  return json;
}

Json values_json(const TargetValues& values) {
  return {{"prob", values.prob}, {"logit", values.logit}};
}

void print_json(const Session& session, const SweepRequest& request, const Sweep& sweep,
                const PatchOutcome& outcome) {
  const Json json = {{"tokens_clean", tokens_json(session, request.clean)},
                     {"tokens_corrupted", tokens_json(session, request.corrupted)},
                     {"targets", tokens_json(session, request.targets)},
                     {"clean", values_json(sweep.clean())},
                     {"corrupted", values_json(sweep.corrupted())},
                     {"prob", matrices_json(outcome.prob)},
                     {"logit", matrices_json(outcome.logit)},
                     {"work",
                      {{"block_rows", sweep.block_rows_done()},
                       {"naive_block_rows", sweep.plan().naive_block_rows()}}},
                     {"seconds", outcome.seconds}};
  std::cout << json.dump() << '\n';
}

/// "Jones", or "Jones" / "Smith" where the prompts differ.
std::vector<std::string> token_labels(const Session& session, const SweepRequest& request) {
  std::vector<std::string> labels;
  for (std::size_t position = 0; position < request.clean.size(); ++position) {
    const TokenId clean = request.clean[position];
    const TokenId corrupted = request.corrupted[position];
    labels.push_back(shown(session, clean) +
                     (clean == corrupted ? "" : " / " + shown(session, corrupted)));
  }
  return labels;
}

void print_heatmaps(const Session& session, const SweepRequest& request, const Sweep& sweep,
                    const PatchOutcome& outcome) {
  std::cout << std::setprecision(4);
  for (std::size_t target = 0; target < request.targets.size(); ++target) {
    const float clean = sweep.clean().prob[target];
    const float corrupted = sweep.corrupted().prob[target];
    std::cout << "prob of " << shown(session, request.targets[target]) << ": clean " << clean
              << ", corrupted " << corrupted << '\n';
    print_heatmap(std::cout,
                  {.title = "patched - corrupted, layers down, positions across",
                   .values = (outcome.prob[target].array() - corrupted).matrix(),
                   .tokens = token_labels(session, request)},
                  in_colour());
  }
  std::cout << std::llround(sweep.block_rows_done()) << " block-rows, one run a patch would need "
            << sweep.plan().naive_block_rows() << "; " << outcome.seconds << " s\n";
}

}  // namespace

void run_patch(const PatchArguments& arguments) {
  Session session(arguments.threads);
  const bool has_text = arguments.clean_ids.empty() || arguments.corrupted_ids.empty() ||
                        arguments.target_ids.empty();
  load_model(session, arguments.model, arguments.dtype, has_text);
  const SweepRequest request = read_request(session, arguments);
  const PatchOutcome outcome = run_sweep(session, request);
  if (arguments.json) {
    print_json(session, request, session.sweep(), outcome);
  } else {
    print_heatmaps(session, request, session.sweep(), outcome);
  }
}

}  // namespace patchboard
