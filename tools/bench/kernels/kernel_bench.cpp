#include "tools/bench/kernels/kernel_bench.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <vector>

#include "core/math/gemm.h"
#include "core/math/simd.h"
#include "tools/bench/kernels/eigen_product.h"

namespace patchboard {
namespace {

using Json = nlohmann::ordered_json;
using simd::Floats;
using simd::kLanes;

constexpr Index kRows = 240;
constexpr Index kDepth = 1024;
constexpr Index kCols = 4096;
constexpr double kGiga = 1e9;
constexpr int kWarmUp = 2;  // rounds; WebAssembly starts in a compiler that does not optimise
constexpr std::array<Index, 6> kFewRows = {1, 2, 4, 6, 8, 16};
const std::array<std::pair<const char*, WeightFormat>, 3> kFormats = {
    {{"f32", WeightFormat::kF32}, {"f16", WeightFormat::kF16}, {"q8_0", WeightFormat::kQ8}}};

template <typename Work>
double seconds_of(const Work& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Chains independent chains of multiply-adds, in registers.
template <std::size_t Chains>
float multiply_add_loop(Index steps, float start) {
  std::array<Floats, Chains> chains{};
#pragma GCC unroll 16  // every loop over the chains, or they stay in memory
  for (std::size_t i = 0; i < Chains; ++i) {
    chains[i] = simd::splat(start + static_cast<float>(i));  // equal ones would be computed once
  }
  const Floats factor = simd::splat(start);
  const Floats other = simd::splat(0.5F);
#pragma GCC unroll 8  // or the loop's own instructions count
  for (Index step = 0; step < steps; ++step) {
#pragma GCC unroll 16
    for (Floats& chain : chains) {
      chain = simd::multiply_add(factor, other, chain);
    }
  }
  Floats total{};
#pragma GCC unroll 16
  for (const Floats& chain : chains) {
    total += chain;
  }
  return simd::sum(total);
}

float read_all(const float* values, Index count) {
  constexpr std::size_t kChains = 8;
  std::array<Floats, kChains> sums{};
  constexpr Index kStep = static_cast<Index>(kChains) * kLanes;
  for (Index i = 0; i + kStep <= count; i += kStep) {
#pragma GCC unroll 8
    for (std::size_t chain = 0; chain < kChains; ++chain) {
      sums[chain] += simd::load(values + i + static_cast<Index>(chain) * kLanes);
    }
  }
  Floats total{};
#pragma GCC unroll 8
  for (const Floats& sum : sums) {
    total += sum;
  }
  return simd::sum(total);
}

// Called through pointers: wasm-opt inlines what is called from one place, and an engine that
// compiles whole functions between calls would never optimise the loops.
float (*volatile const kReadAllCall)(const float*, Index) = read_all;

/// Chains hide the instruction's latency; how many the compiler can keep in registers is its own.
struct Peak {
  const char* name;
  int chains;
  float (*volatile loop)(Index steps, float start);
};
const std::array<Peak, 3> kPeaks = {{{"peak, 8 chains", 8, multiply_add_loop<8>},
                                     {"peak, 10 chains", 10, multiply_add_loop<10>},
                                     {"peak, 12 chains", 12, multiply_add_loop<12>}}};

PackedMatrix packed(const Matrix& matrix, WeightFormat format) {
  PackedMatrix result(matrix.rows(), matrix.cols(), format);
  for (Index row = 0; row < matrix.rows(); row += result.strip_rows()) {
    result.set_rows(row, {matrix.row(row).data(),
                          static_cast<std::size_t>(result.strip_rows() * matrix.cols())});
  }
  return result;
}

/// The samples of each figure, by name.
class Samples {
 public:
  void add(const std::string& name, double value) { values_[name].push_back(value); }

  /// After the warm-up.
  [[nodiscard]] double median(const std::string& name) const {
    std::vector<double> values(values_.at(name).begin() + kWarmUp, values_.at(name).end());
    std::ranges::nth_element(values,
                             values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2));
    return values[values.size() / 2];
  }

 private:
  std::map<std::string, std::vector<double>> values_;
};

class KernelBench {
 public:
  KernelBench() {
    for (const auto& [name, format] : kFormats) {
      formats_.push_back(packed(w_, format));
    }
    for (int i = 0; i < kLargeCount; ++i) {
      large_.push_back(packed(w_, WeightFormat::kF32));
    }
    verify();
  }

  void round() {
    time_tall();
    time_few_rows();
  }

  [[nodiscard]] Json result() const {
    double peak = 0;
    for (const Peak& loop : kPeaks) {
      peak = std::max(peak, samples_.median(loop.name));
    }
    const double eigen = samples_.median("eigen");
    const double read = samples_.median("read");
    Json json = {{"lanes", kLanes}, {"peak_gflops", peak}, {"eigen_gflops", eigen}};
    for (const auto& [name, format] : kFormats) {
      const double own = samples_.median(name);
      json["gemm"][name] = {{"gflops", own}, {"of_peak", own / peak}, {"times_eigen", own / eigen}};
    }
    json["read_gbytes"] = read;
    for (const Index rows : kFewRows) {
      const double own = samples_.median("rows " + std::to_string(rows));
      json["few_rows"][std::to_string(rows)] = {{"gbytes", own}, {"of_reading", own / read}};
    }
    return json;
  }

 private:
  static constexpr int kLargeCount = 8;  // 128 MB, more than caches hold

  /// A benchmark of something wrong is worth nothing.
  void verify() {
    eigen_product(x_, w_, product_);
    Matrix own(kRows, kCols);
    affine(pool_, PackedRows(pool_, x_), formats_[0], Vector(), own);
    if (!((own - product_).cwiseAbs().maxCoeff() <= 1e-3F)) {
      throw std::runtime_error("the GEMM differs from Eigen's");
    }
  }

  void time_tall() {
    constexpr double kFlop = 2.0 * kRows * kDepth * kCols / kGiga;
    // Many calls, since WebAssembly's compiler replaces code between calls only.
    constexpr Index kCalls = 200;
    constexpr Index kSteps = 10'000;
    for (const Peak& peak : kPeaks) {
      const double seconds = seconds_of([&] {
        for (Index call = 0; call < kCalls; ++call) {
          sink_ += peak.loop(kSteps, static_cast<float>(call) * 1e-9F);
        }
      });
      const auto flop = 2.0 * static_cast<double>(peak.chains * kLanes * kSteps * kCalls);
      samples_.add(peak.name, flop / seconds / kGiga);
    }
    for (std::size_t i = 0; i < kFormats.size(); ++i) {
      const double own = seconds_of(
          [&] { affine(pool_, PackedRows(pool_, x_), formats_[i], Vector(), product_); });
      samples_.add(kFormats[i].first, kFlop / own);
    }
    samples_.add("eigen", kFlop / seconds_of([&] { eigen_product(x_, w_, product_); }));
  }

  void time_few_rows() {
    constexpr double kBytes = kLargeCount * 4.0 * kDepth * kCols / kGiga;
    const double read = seconds_of([&] {
      for (const PackedMatrix& w : large_) {
        sink_ += kReadAllCall(w.panel(0, 0, 1, nullptr), kDepth * kCols);
      }
    });
    samples_.add("read", kBytes / read);
    for (const Index rows : kFewRows) {
      const Matrix x = x_.topRows(rows);
      Matrix out(rows, kCols);
      const double own = seconds_of([&] {
        for (const PackedMatrix& w : large_) {
          affine(pool_, PackedRows(pool_, x), w, Vector(), out);
        }
      });
      samples_.add("rows " + std::to_string(rows), kBytes / own);
    }
  }

  ThreadPool pool_{1};
  Matrix x_ = Matrix::Random(kRows, kDepth);
  Matrix w_ = Matrix::Random(kDepth, kCols);
  Matrix product_ = Matrix(kRows, kCols);
  std::vector<PackedMatrix> formats_;
  std::vector<PackedMatrix> large_;
  Samples samples_;
  float sink_ = 1;  // keeps the loops from being optimised away
};

}  // namespace

std::string kernel_bench(int rounds) {
  KernelBench bench;
  for (int i = 0; i < rounds + kWarmUp; ++i) {
    bench.round();
  }
  return bench.result().dump();
}

}  // namespace patchboard
