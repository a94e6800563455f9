#include <cmath>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "tools/bench/kernels/kernel_bench.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/json_text.h"
#include "tools/patchboard/sweep_bench.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kPercent = 100;

int percent(const Json& share) {
  return static_cast<int>(std::lround(share.get<double>() * kPercent));
}

void print_kernels(const Json& kernels) {
  std::cout << "GEMM in one thread, 240 x 1024 x 4096:\n"
            << "  multiply-adds in registers " << kernels.at("peak_gflops").get<double>()
            << " GFLOP/s\n";
  for (const auto& [dtype, gemm] : kernels.at("gemm").items()) {
    std::cout << "  " << dtype << " weights " << gemm.at("gflops").get<double>() << " GFLOP/s, "
              << percent(gemm.at("of_peak")) << " % of these, "
              << gemm.at("times_eigen").get<double>() << " times Eigen's\n";
  }
  std::cout << "few rows, against reading the f32 weights once ("
            << kernels.at("read_gbytes").get<double>() << " GB/s):\n";
  for (const auto& [rows, speed] : kernels.at("few_rows").items()) {
    std::cout << "  " << rows << (rows == "1" ? " row: " : " rows: ")
              << percent(speed.at("of_reading")) << " %\n";
  }
}

void print_sweeps(const Json& sweeps) {
  std::cout << "whole sweep of " << sweeps.at("length") << " tokens:\n";
  for (const Json& setting : sweeps.at("settings")) {
    std::cout << "  " << setting.at("dtype").get<std::string>()
              << " weights, threads: " << setting.at("threads") << ": "
              << setting.at("seconds").get<double>() << " s, " << setting.at("times").get<double>()
              << " times as long as the first\n";
  }
}

}  // namespace

void run_bench(const BenchArguments& arguments) {
  const Json sweeps = sweep_bench(arguments);  // first, since what was asked for may not fit
  const Json kernels = Json::parse(kernel_bench(arguments.rounds));
  if (arguments.json) {
    print_json(Json{{"kernels", kernels}, {"sweeps", sweeps}});
    return;
  }
  std::cout << std::setprecision(3);
  print_kernels(kernels);
  print_sweeps(sweeps);
}

}  // namespace patchboard
