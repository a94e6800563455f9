#include "tests/core/support/random_matrix.h"

#include <algorithm>
#include <random>

namespace patchboard::testing {

Matrix random_matrix(Index rows, Index cols, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::normal_distribution<float> normal;
  Matrix matrix(rows, cols);
  std::generate_n(matrix.data(), matrix.size(), [&] { return normal(generator); });
  return matrix;
}

std::vector<TokenId> random_tokens(Index count, Index vocab_size, std::uint32_t seed) {
  std::mt19937 generator(seed);
  std::uniform_int_distribution<TokenId> uniform(0, static_cast<TokenId>(vocab_size - 1));
  std::vector<TokenId> tokens(static_cast<std::size_t>(count));
  std::ranges::generate(tokens, [&] { return uniform(generator); });
  return tokens;
}

}  // namespace patchboard::testing
