#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "tools/patchboard/commands.h"
#include "tools/patchboard/published_configs.h"
#include "tools/patchboard/synthetic_model.h"

namespace patchboard {
namespace {

constexpr std::uint64_t kMegabyte = 1'000'000;

void show_progress(std::uint64_t written, std::uint64_t total) {
  std::cerr << "model.safetensors: " << written / kMegabyte << " of " << total / kMegabyte << " MB"
            << (written == total ? '\n' : '\r') << std::flush;
}

}  // namespace

void run_synth(const SynthArguments& arguments) {
  const auto published =
      std::ranges::find(published_configs(), arguments.config, &PublishedConfig::name);
  const bool on_terminal = isatty(STDERR_FILENO) != 0;
  write_synthetic_model(published->config, arguments.seed, arguments.out,
                        [=](std::uint64_t written, std::uint64_t total) {
                          if (on_terminal) {
                            show_progress(written, total);
                          }
                        });
  std::cout << arguments.config << " with random weights, seed " << arguments.seed << ", is in "
            << arguments.out << '\n';
}

}  // namespace patchboard
