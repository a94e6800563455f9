#include "tools/bench/kernels/kernel_bench.h"

#include <emscripten/bind.h>

EMSCRIPTEN_BINDINGS(patchboard_kernel_bench) {
  emscripten::function("kernelBench", &patchboard::kernel_bench);
}
