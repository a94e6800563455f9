#include "core/text/byte_alphabet.h"

#include <gtest/gtest.h>

#include <set>

namespace patchboard {
namespace {

TEST(ByteAlphabet, WritesPrintableBytesAsThemselvesAndTheSpaceAsGWithDot) {
  EXPECT_EQ(byte_to_symbol('A'), "A");
  EXPECT_EQ(byte_to_symbol(' '), "Ġ");
  EXPECT_EQ(byte_to_symbol('\n'), "Ċ");
  EXPECT_EQ(byte_to_symbol(0xAD), "Ń");
}

TEST(ByteAlphabet, GivesEveryByteASymbolOfItsOwnThatLeadsBack) {
  std::set<std::string> symbols;
  for (int byte = 0; byte < 256; ++byte) {
    const std::string symbol = byte_to_symbol(static_cast<unsigned char>(byte));
    symbols.insert(symbol);
    EXPECT_EQ(symbol_to_bytes(symbol), std::string(1, static_cast<char>(byte)));
  }
  EXPECT_EQ(symbols.size(), 256U);
}

TEST(ByteAlphabet, KnowsNoOtherCharacters) {
  EXPECT_FALSE(symbol_to_bytes("a b"));
  EXPECT_FALSE(symbol_to_bytes("€"));
  EXPECT_FALSE(symbol_to_bytes("\xFF"));
}

}  // namespace
}  // namespace patchboard
