#include "core/weights/gguf_header.h"

#include <gtest/gtest.h>

#include <functional>

#include "core/weights/config.h"
#include "core/weights/safetensors_header.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/gguf_writer.h"
#include "tests/core/support/random_model.h"

namespace patchboard {
namespace {

using testing::begun_gguf;
using testing::expect_error;
using testing::GgufWriter;

constexpr std::uint64_t kHuge = std::uint64_t{1} << 63U;

Config config() { return testing::small_config(2, 2, 8, 5); }

std::string whole_file() {
  return testing::gguf_file(config(), testing::random_weights(config(), 1));
}

FileHeader read(std::string_view file, std::size_t piece) {
  HeaderReader reader("model.gguf");
  for (std::size_t at = 0; at < file.size(); at += piece) {
    std::span<const std::byte> bytes = std::as_bytes(std::span(file.substr(at, piece)));
    if (auto header = reader.feed(bytes)) {
      EXPECT_EQ(header->data_begin, at + std::min(piece, file.size() - at) - bytes.size());
      return std::move(*header);
    }
    EXPECT_TRUE(bytes.empty());
  }
  reader.refuse_end();
}

void expect_header_refused(const std::string& file, std::initializer_list<std::string_view> parts) {
  for (const std::size_t piece : {std::size_t{1}, file.size()}) {
    expect_error(ErrorCode::kWeights, parts, [&] { read(file, piece); });
  }
}

/// keys: after the architecture, which is there. tensors: after those.
std::string file_with(std::uint64_t keys, std::uint64_t tensors,
                      const std::function<void(GgufWriter&)>& write) {
  GgufWriter writer = begun_gguf(tensors, keys + 1);
  writer.key("general.architecture", "gpt2");
  write(writer);
  return writer.pad().file();
}

TEST(GgufHeader, SaysWhatTheFileHoldsWhateverThePieces) {
  const std::string file = whole_file();
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, file.size()}) {
    const FileHeader header = read(file, piece);
    ASSERT_EQ(header.tensors.size(), 28U);
    EXPECT_EQ(header.data_begin % 32, 0U);
    const TensorEntry& entry = header.tensors[4];
    EXPECT_EQ(entry.name, "blk.0.attn_qkv.weight");
    EXPECT_EQ(entry.shape, (std::vector<std::uint64_t>{24, 8}));
    EXPECT_EQ(entry.end - entry.begin, 4U * 24 * 8);
    const Config found = parse_config(header.model.value().config_json);
    EXPECT_EQ(found.n_layer, 2);
    EXPECT_EQ(found.d_mlp, config().d_mlp);
    EXPECT_EQ(found.vocab_size, 5);
    EXPECT_EQ(found.layer_norm_epsilon, config().layer_norm_epsilon);
    EXPECT_TRUE(found.tied_embeddings);
    EXPECT_FALSE(header.model->has_tokenizer());
  }
}

TEST(GgufHeader, CanBeReadAgainFromItsText) {
  const std::string file = whole_file();
  const FileHeader header = read(file, file.size());
  const FileHeader again = read_header_text(header.text, "model.gguf");
  EXPECT_EQ(again.data_begin, header.data_begin);
  EXPECT_EQ(again.alignment, header.alignment);
  ASSERT_EQ(again.tensors.size(), header.tensors.size());
  EXPECT_EQ(again.tensors.back().begin, header.tensors.back().begin);
}

/// What a file says of its tokenizer, with these values; empty where it is read, or not there.
std::string tokenizer_problem(const std::string& model, const std::string& split, bool has_merges) {
  GgufModel said;
  const auto set = [&](const std::string& key, const GgufValue& value) { said.set(key, value); };
  for (const char* key : {"block_count", "context_length", "embedding_length",
                          "feed_forward_length", "attention.head_count"}) {
    set(std::string("gpt2.") + key, std::int64_t{1});
  }
  set("gpt2.attention.layer_norm_epsilon", 1e-5);
  set("tokenizer.ggml.model", std::string_view(model));
  set("tokenizer.ggml.pre", std::string_view(split));
  said.begin_array("tokenizer.ggml.tokens", GgufType::kString);
  said.add("tokenizer.ggml.tokens", std::string_view("a"));
  if (has_merges) {
    said.begin_array("tokenizer.ggml.merges", GgufType::kString);
    said.add("tokenizer.ggml.merges", std::string_view("a a"));
  }
  const ModelTexts texts = said.texts({});
  EXPECT_EQ(texts.has_tokenizer(), texts.tokenizer_problem.empty());
  return texts.tokenizer_problem;
}

TEST(GgufHeader, ATokenizerThatIsNotReadIsSaidByWhatItIs) {
  EXPECT_EQ(tokenizer_problem("gpt2", "gpt-2", true), "");
  EXPECT_EQ(tokenizer_problem("gpt2", "default", true), "");
  EXPECT_EQ(tokenizer_problem("gpt2", "qwen2", true),
            R"(`tokenizer.ggml.pre` is "qwen2", expected "gpt-2", its way of splitting a text)");
  EXPECT_EQ(tokenizer_problem("llama", "default", true),
            R"(`tokenizer.ggml.model` is "llama", expected "gpt2", byte-level BPE)");
  EXPECT_EQ(tokenizer_problem("gpt2", "gpt-2", false),
            "`tokenizer.ggml.merges` is missing, expected the pairs that are joined, in order");
}

TEST(GgufHeader, CutAnywhereIsRefused) {
  const std::string file = whole_file();
  const auto end = static_cast<std::size_t>(read(file, file.size()).data_begin);
  for (std::size_t size = 9; size < end; size += 13) {
    expect_error(ErrorCode::kWeights, {"model.gguf: the file ends after " + std::to_string(size)},
                 [&] { read(file.substr(0, size), 11); });
  }
}

TEST(GgufHeader, AnotherVersionOrByteOrderIsRefused) {
  const auto with_version = [](std::uint32_t version) {
    GgufWriter writer;
    return writer.data("GGUF").number32(version).number64(0).number64(0).file();
  };
  expect_header_refused(with_version(1), {"version 1, expected 2 or 3"});
  expect_header_refused(with_version(4), {"version 4, expected 2 or 3"});
  expect_header_refused(with_version(0x03000000), {"expected 2 or 3", "big-endian"});
}

TEST(GgufHeader, CountsBeyondAnyHeaderAreRefusedBeforeTheyAreBelieved) {
  expect_header_refused(begun_gguf(kHuge, 1).file(),
                        {"9223372036854775808 tensors, expected at most"});
  expect_header_refused(begun_gguf(1, kHuge).file(),
                        {"9223372036854775808 keys", "expected at most"});
  expect_header_refused(begun_gguf(0, 1).number64(kHuge).file(),
                        {"a text of 9223372036854775808 bytes, expected at most 65535"});
  expect_header_refused(
      file_with(1, 0, [](GgufWriter& w) { w.text("a").number32(8).number64(kHuge); }),
      {"a text of 9223372036854775808 bytes"});
  expect_header_refused(
      file_with(1, 0, [](GgufWriter& w) { w.text("a").number32(9).number32(0).number64(kHuge); }),
      {"9223372036854775808 values of `a`, expected at most"});
}

TEST(GgufHeader, TypesThatAreNoneAreRefused) {
  expect_header_refused(file_with(1, 0, [](GgufWriter& w) { w.text("a").number32(13); }),
                        {"`a`: a value of type 13, expected 0 to 12"});
  expect_header_refused(
      file_with(1, 0, [](GgufWriter& w) { w.text("a").number32(9).number32(9).number64(1); }),
      {"`a` is an array of arrays"});
  expect_header_refused(file_with(1, 0, [](GgufWriter& w) { w.text("a").number32(7).data("\2"); }),
                        {"a truth value of 2"});
  expect_header_refused(
      file_with(1, 0,
                [](GgufWriter& w) {
                  w.text("tokenizer.ggml.tokens").number32(9).number32(4).number64(1);
                }),
      {"`tokenizer.ggml.tokens` is no array of texts"});
}

TEST(GgufHeader, WhatIsNoGpt2IsRefusedByItsName) {
  expect_header_refused(begun_gguf(0, 1).key("general.architecture", "llama").file(),
                        {"`general.architecture` is \"llama\", expected \"gpt2\""});
  expect_header_refused(begun_gguf(0, 0).file(), {"`general.architecture` is missing"});
  expect_header_refused(file_with(1, 0, [](GgufWriter& w) { w.key("split.count", 3U); }),
                        {"`split.count` is 3", "llama-gguf-split --merge"});
  expect_header_refused(file_with(0, 0, [](GgufWriter&) {}), {"head_count` is missing"});
}

TEST(GgufHeader, AKeyTwiceAndAWrongAlignmentAreRefused) {
  expect_header_refused(file_with(2, 0, [](GgufWriter& w) { w.key("a", 1U).key("a", 1U); }),
                        {"`a` is there twice"});
  for (const std::uint32_t alignment : {0U, 4U, 33U, 1U << 30U}) {
    expect_header_refused(
        file_with(1, 0, [&](GgufWriter& w) { w.key("general.alignment", alignment); }),
        {"`general.alignment` is " + std::to_string(alignment), "expected a power of two"});
  }
}

TEST(GgufHeader, TensorsThatOverlapOrLeaveGapsAreRefused) {
  const auto two = [](std::uint64_t first, std::uint64_t second) {
    return file_with(
        0, 2, [&](GgufWriter& w) { w.tensor("a", {3}, 0, first).tensor("b", {3}, 0, second); });
  };
  expect_header_refused(two(0, 0), {"`b`: data begins at byte 0, inside the tensor before it"});
  expect_header_refused(two(0, 16), {"`b`: data begins at byte 16, inside", "expected byte 32"});
  expect_header_refused(two(0, 64), {"`b`: data begins at byte 64, after a gap; expected byte 32"});
  expect_header_refused(two(0, kHuge),
                        {"`b`: data begins at byte 9223372036854775808, beyond any file"});
}

TEST(GgufHeader, ShapesAndTypesThatCannotBeAreRefused) {
  const auto one = [](const std::vector<std::uint64_t>& sizes, std::uint32_t type) {
    return file_with(0, 1, [&](GgufWriter& w) { w.tensor("a", sizes, type, 0); });
  };
  expect_header_refused(one({}, 0), {"`a`: 0 sizes, expected 1 to 4"});
  expect_header_refused(one({1, 1, 1, 1, 1}, 0), {"`a`: 5 sizes"});
  expect_header_refused(one({kHuge, kHuge}, 0), {"`a`: shape", "is too large"});
  expect_header_refused(one({33, 2}, 8),
                        {"shape [2, 33] in Q8_0, expected rows of a multiple of 32"});
  expect_header_refused(one({32, 2}, 12), {"in Q4_K, expected rows of a multiple of 256"});
  expect_header_refused(one({32, 2}, 10), {"`a`: numbers in Q2_K, expected F32"});
  expect_header_refused(one({32, 2}, 99), {"`a`: numbers in type 99"});
  expect_header_refused(
      file_with(0, 1, [](GgufWriter& w) { w.tensor(std::string(65, 'a'), {1}, 0, 0); }),
      {"a text of 65 bytes, expected at most 64"});
}

}  // namespace
}  // namespace patchboard
