#include <emscripten/bind.h>

#include "tools/bench/kernels/kernel_bench.h"

EMSCRIPTEN_BINDINGS(patchboard_kernel_bench) {
  emscripten::function("kernelBench", &patchboard::kernel_bench);
}
