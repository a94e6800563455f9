#include "core/weights/pickle_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>

#include "core/weights/pickle_stack.h"
#include "core/weights/torch_tensors.h"

namespace patchboard {
namespace {

using namespace std::string_literals;

std::optional<Pickle> read(const std::string& bytes) {
  return read_pickle(std::as_bytes(std::span(bytes)), kTorchFunctions);
}

std::string text_of(const std::string& bytes) {
  const auto pickle = read(bytes);
  return pickle ? described(*pickle, pickle->root) : "cut";
}

std::string refusal(const std::string& bytes) {
  try {
    return text_of(bytes);
  } catch (const std::range_error& error) {
    return error.what();
  }
}

TEST(PickleReader, ReadsEveryKindOfValue) {
  EXPECT_EQ(text_of("\x80\x02N."s), "None");
  EXPECT_EQ(text_of("\x80\x02\x88."s), "True");
  EXPECT_EQ(text_of("K\x07."s), "the number 7");
  EXPECT_EQ(text_of("M\x01\x02."s), "the number 513");
  EXPECT_EQ(text_of("J\xFE\xFF\xFF\xFF."s), "the number -2");
  EXPECT_EQ(text_of("\x8a\x05\x00\x00\x00\x00\x01."s), "the number 4294967296");
  EXPECT_EQ(text_of("\x8a\x01\xFF."s), "the number -1");
  EXPECT_EQ(text_of("\x8a\x00."s), "the number 0");
  EXPECT_EQ(text_of("\x8a\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09."s),
            "a whole number of more than 64 bits");
  EXPECT_EQ(text_of("G\x3f\xf8\x00\x00\x00\x00\x00\x00."s), "the number 1.500000");
  EXPECT_EQ(text_of("X\x02\x00\x00\x00hi."s), "the text \"hi\"");
  EXPECT_EQ(text_of("U\x02hi."s), "the text \"hi\"");
  EXPECT_EQ(text_of("\x8c\x01\xFF."s), "the text \"\xEF\xBF\xBD\"");
  EXPECT_EQ(text_of("C\x02hi."s), "bytes");
  EXPECT_EQ(text_of("(K\x01K\x02t."s), "a list of 2");
  EXPECT_EQ(text_of("](K\x01K\x02"s + "e."), "a list of 2");
  EXPECT_EQ(text_of("}(K\x01K\x02u."s), "a dictionary of 1");
  EXPECT_EQ(text_of("ccollections\nOrderedDict\n]K\x01K\x02\x86"s + "a\x85R."s),
            "a dictionary of 1");
  EXPECT_EQ(text_of("c__main__\nGPTConfig\n)\x81}b."s), "an object of `__main__.GPTConfig`");
  EXPECT_EQ(text_of("\x80\x04\x8c\x01"s + "a\x8c\x01"s + "b\x93."s), "`a.b` itself");
}

TEST(PickleReader, ListsMayHoldThemselves) {
  EXPECT_EQ(text_of("]q\x00h\x00"s + "a."s), "a list of 1");
}

TEST(PickleReader, OfFunctionsReadsThoseOfTensorsAlone) {
  EXPECT_EQ(refusal("cposix\nsystem\nU\x02ls\x85R."s),
            "byte 19 of the pickle: calls `posix.system`, expected only what state dicts are made "
            "of; nothing was executed");
  EXPECT_EQ(text_of("ctorch._utils\n_rebuild_tensor_v2\n)R."s),
            "an object of `torch._utils._rebuild_tensor_v2`");
}

TEST(PickleReader, WhatIsNoPickleIsRefusedAtItsByte) {
  EXPECT_EQ(refusal("N\xFE."s),
            "byte 1 of the pickle: opcode 254, expected one of the protocols 2 to 5 of pickle");
  EXPECT_EQ(refusal("I1\n."s),
            "byte 0 of the pickle: opcode 73, expected one of the protocols 2 to 5 of pickle");
  EXPECT_EQ(refusal("0."s), "byte 0 of the pickle: takes a value from an empty stack");
  EXPECT_EQ(refusal("N(0."s), "byte 2 of the pickle: takes a value from an empty stack");
  EXPECT_EQ(refusal("t."s), "byte 0 of the pickle: there is no mark on the stack");
  EXPECT_EQ(refusal("h\x05."s), "byte 0 of the pickle: asks for value 5, which was not put");
  EXPECT_EQ(refusal("NN"s + "a."s), "byte 2 of the pickle: appends to None");
  EXPECT_EQ(refusal("N(K\x01K\x02u."s), "byte 6 of the pickle: sets a key of None");
  EXPECT_EQ(refusal("}(K\x01u."s), "byte 4 of the pickle: a key without a value");
  EXPECT_EQ(refusal("NNR."s), "byte 2 of the pickle: calls None, expected a name");
  EXPECT_EQ(refusal("NN\x93."s), "byte 2 of the pickle: the name of a class is no text");
}

TEST(PickleReader, CutAnywhereIsNone) {
  const std::string whole = "\x80\x02}q\x00(X\x02\x00\x00\x00hi\x8a\x02\x01\x02K\x01"s +
                            "cmodule\nname\n)\x81uG\x3f\xf8\x00\x00\x00\x00\x00\x00"s + "0."s;
  ASSERT_TRUE(read(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(read(whole.substr(0, size))) << size;
  }
  EXPECT_FALSE(read("X\xFF\xFF\xFF\xFFhi"s));
  EXPECT_FALSE(read("\x8d\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFFhi"s));
}

TEST(PickleReader, HoldsSoManyValuesAtMost) {
  const std::string ones(kMostPickleValues / 2 + 1, '\x88');
  EXPECT_NE(refusal(ones + ".").find("more than 2097152 values"), std::string::npos);
  // A list that is taken again and again into a dictionary of its own.
  std::string pairs = "](";
  for (int i = 0; i < 1000; ++i) {
    pairs += "NN\x86"s;
  }
  pairs += "e\x85q\x01"s;
  for (int i = 0; i < 2000; ++i) {
    pairs += "ccollections\nOrderedDict\nh\x01R"s;
  }
  EXPECT_NE(refusal(pairs + ".").find("more than 2097152 values"), std::string::npos);
}

}  // namespace
}  // namespace patchboard
