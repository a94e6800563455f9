#include "tools/patchboard/sweep_bench.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <random>
#include <vector>

#include "tools/patchboard/session_input.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

/// Where the prompts differ, at most: about where the report's do.
constexpr std::size_t kDifference = 5;

struct Setting {
  const char* dtype;
  WeightFormat format;
  int threads;
  std::vector<double> seconds;
};

Experiment random_experiment(const Config& config, int length) {
  std::mt19937 random(1);
  const auto vocab = static_cast<std::uint32_t>(config.vocab_size);
  Experiment experiment{.clean = {}, .corrupted = {}, .targets = {{0}}};
  for (int position = 0; position < length; ++position) {
    experiment.clean.push_back(static_cast<TokenId>(random() % vocab));
  }
  experiment.corrupted = experiment.clean;
  TokenId& differs = experiment.corrupted[std::min(kDifference, experiment.corrupted.size() - 1)];
  differs = (differs + 1) % static_cast<TokenId>(vocab);
  return experiment;
}

double time_sweep(const BenchArguments& arguments, const Setting& setting) {
  Session session(setting.threads);
  load_model(session, arguments, setting.format, false);
  const Experiment experiment = random_experiment(session.config(), arguments.length);
  const auto start = std::chrono::steady_clock::now();
  Lab& lab = session.start(experiment);
  while (!lab.done()) {
    (void)lab.step();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

}  // namespace

Json sweep_bench(const BenchArguments& arguments) {
  const int threads = arguments.threads;
  std::array<Setting, 4> settings{{{"f32", WeightFormat::kF32, threads, {}},
                                   {"f32", WeightFormat::kF32, 1, {}},
                                   {"f16", WeightFormat::kF16, threads, {}},
                                   {"q8_0", WeightFormat::kQ8, threads, {}}}};
  for (int round = 0; round < arguments.rounds; ++round) {
    for (Setting& setting : settings) {
      setting.seconds.push_back(time_sweep(arguments, setting));
    }
  }
  Json json = {{"length", arguments.length}, {"settings", Json::array()}};
  const double first = median(settings.front().seconds);
  for (const Setting& setting : settings) {
    const double seconds = median(setting.seconds);
    json["settings"].push_back({{"dtype", setting.dtype},
                                {"threads", setting.threads},
                                {"seconds", seconds},
                                {"times", seconds / first}});
  }
  return json;
}

}  // namespace patchboard
