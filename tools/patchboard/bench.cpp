#include <iostream>

#include "tools/bench/kernels/kernel_bench.h"
#include "tools/patchboard/commands.h"

namespace patchboard {

void run_bench(const BenchArguments& arguments) {
  std::cout << kernel_bench(arguments.rounds) << '\n';
}

}  // namespace patchboard
