// GGUFs of every type against what PyPI's gguf reads from them: tests/golden/make_gguf.py.

#include <gtest/gtest.h>

#include <bit>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>

#include "core/session/session.h"
#include "core/weights/block_formats.h"
#include "core/weights/fingerprint.h"
#include "core/weights/number_formats.h"
#include "core/weights/quantization.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/gguf_writer.h"
#include "tests/core/support/random_model.h"
#include "tests/core/support/safetensors_writer.h"

namespace patchboard {
namespace {

using reference::PlainTensor;
using reference::PlainWeights;
using reference::unpacked;

const std::filesystem::path kFolder = PATCHBOARD_GOLDEN_DIR "/../gguf";

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

const nlohmann::json& expected() {
  static const auto kExpected = nlohmann::json::parse(read_file(kFolder / "expected.json"));
  return kExpected;
}

/// FNV-1a of the values' bytes.
class ValueHash {
 public:
  void add(std::span<const float> values) {
    for (const std::byte byte : std::as_bytes(values)) {
      hash_ = (hash_ ^ static_cast<std::uint8_t>(byte)) * 0x100000001B3U;
    }
  }

  [[nodiscard]] std::string text() const {
    std::string text(16, '0');
    for (std::size_t i = 0; i < text.size(); ++i) {
      text[i] = "0123456789abcdef"[hash_ >> (60 - 4 * i) & 0xFU];
    }
    return text;
  }

 private:
  std::uint64_t hash_ = 0xCBF29CE484222325U;
};

void feed(Session& session, std::string_view file, std::size_t piece) {
  for (std::size_t at = 0; at < file.size(); at += piece) {
    session.feed(std::as_bytes(std::span(file.substr(at, piece))));
  }
}

void load(Session& session, const std::string& name, WeightFormat format = WeightFormat::kF32,
          std::size_t piece = 1000) {
  session.begin_file(format, name);
  feed(session, read_file(kFolder / name), piece);
  session.end_file();
  session.finish();
}

std::vector<std::byte> bytes_of_hex(const std::string& hex) {
  std::vector<std::byte> bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    bytes.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

TEST(BlockFormats, HaveTheValuesOfTheReferenceToTheBit) {
  ASSERT_EQ(expected()["blocks"].size(), 8U);
  for (const auto& [name, block] : expected()["blocks"].items()) {
    const DType dtype = dtype_of(name);
    ASSERT_TRUE(is_quantized(dtype)) << name;
    std::vector<std::byte> bytes = bytes_of_hex(block["bytes"]);
    std::vector<float> values(1024);
    ASSERT_EQ(byte_count(dtype, values.size()), bytes.size()) << name;
    widen(dtype, bytes, values.data());
    ValueHash hash;
    hash.add(values);
    EXPECT_EQ(hash.text(), block["fnv"].get<std::string>())
        << name << ": " << values[0] << ", expected " << block["first"][0];
  }
}

TEST(BlockFormats, OfOneScaleAreQ8WithoutRounding) {
  for (const DType dtype : {DType::kQ80, DType::kQ40, DType::kQ50}) {
    const auto bytes = bytes_of_hex(expected()["blocks"][std::string(name_of(dtype))]["bytes"]);
    std::vector<float> scales(32);
    std::vector<std::int8_t> rounded(1024);
    blocks_to_q8(dtype, bytes, scales.data(), rounded.data());
    std::vector<float> values(1024);
    widen(dtype, bytes, values.data());
    for (std::size_t i = 0; i < values.size(); ++i) {
      EXPECT_EQ(static_cast<float>(rounded[i]) * scales[i / 32], values[i]) << i;
    }
  }
}

TEST(Gguf, EveryTypesValuesAreTheReferencesToTheBit) {
  ASSERT_EQ(expected()["files"].size(), 9U);
  for (const auto& [name, file] : expected()["files"].items()) {
    Session session(1);
    load(session, name);
    std::map<std::string, ValueHash> hashes;
    std::vector<float> widened;
    WeightReader reader(
        session.config(), WeightFormat::kF32, {name}, [](const auto&) {},
        [&](const WeightReader::Tensor& tensor, const StoredStrip& strip) {
          hashes[tensor.entry.name].add(numbers_of(strip, widened));
        });
    const std::string bytes = read_file(kFolder / name);
    reader.feed(std::as_bytes(std::span(bytes)));
    reader.finish();
    EXPECT_EQ(hashes.size(), file["tensors"].size()) << name;
    for (const auto& [tensor, hash] : file["tensors"].items()) {
      EXPECT_EQ(hashes[tensor].text(), hash.get<std::string>()) << name << ": " << tensor;
    }
  }
}

TEST(Gguf, EveryTypesLogitsAreTheReferences) {
  for (const auto& [name, file] : expected()["files"].items()) {
    Session session(1);
    load(session, name);
    const Vector logits = session.logits(file["ids"].get<std::vector<TokenId>>());
    ASSERT_EQ(static_cast<std::size_t>(logits.size()), file["logits"].size());
    for (Index i = 0; i < logits.size(); ++i) {
      const double value = file["logits"][static_cast<std::size_t>(i)];
      EXPECT_NEAR(logits(i), value, 2e-5 * std::max(1.0, std::abs(value))) << name << " " << i;
    }
  }
}

TEST(Gguf, NeedsNoOtherFileForItsTokenizer) {
  Session session(1);
  load(session, "q8_0.gguf");
  ASSERT_TRUE(session.has_tokenizer());
  EXPECT_EQ(session.quantization(), DType::kQ80);
  for (const auto& [text, ids] : expected()["texts"].items()) {
    EXPECT_EQ(session.encode(text), ids.get<std::vector<TokenId>>()) << text;
  }
  EXPECT_EQ(session.config().bos_token_id, 271 - 1);
  EXPECT_TRUE(session.is_special(270));
  EXPECT_EQ(session.token_text(271), "#271");  // unused: there for the size alone
}

std::string f32_fingerprint(const std::string& name, WeightFormat format, std::size_t piece) {
  Session session(1);
  load(session, name, format, piece);
  return session.fingerprint();
}

TEST(Gguf, WhatQuantisedNumbersCostIsSaid) {
  EXPECT_EQ(quantization_name(DType::kQ4K), "q4_K");
  EXPECT_NE(quantization_cost(DType::kQ80).find("these are q8_0 weights: 8.5 bits a number"),
            std::string::npos);
  Session session(1);
  for (const auto& [name, type] : std::map<std::string, DType>{
           {"f16.gguf", DType::kOther}, {"q4_1.gguf", DType::kQ41}, {"q5_0.gguf", DType::kQ50}}) {
    load(session, name);
    EXPECT_EQ(session.quantization(), type) << name;
  }
}

TEST(Gguf, DoesNotDependOnThePieces) {
  for (const char* name : {"q8_0.gguf", "q4_1.gguf", "q5_1.gguf"}) {
    const std::string once = f32_fingerprint(name, WeightFormat::kF32, 1 << 20U);
    EXPECT_EQ(f32_fingerprint(name, WeightFormat::kF32, 1), once);
    EXPECT_EQ(f32_fingerprint(name, WeightFormat::kF32, 777), once);
  }
}

TEST(Gguf, WhatFitsQ8IsKeptInItWhateverIsAskedFor) {
  for (const char* name : {"q8_0.gguf", "q4_0.gguf", "q5_0.gguf"}) {
    for (const WeightFormat format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
      Session session(1);
      load(session, name, format);
      const Weights& weights = session.model().weights();
      EXPECT_EQ(weights.wte.format(), WeightFormat::kQ8) << name;
      EXPECT_EQ(weights.h[0].attn_c_attn.weight.format(), WeightFormat::kQ8) << name;
      EXPECT_EQ(weights.wpe.format(), format) << name;  // F32 in the file
    }
  }
}

TEST(Gguf, WhatDoesNotBecomesWhatIsAskedFor) {
  for (const WeightFormat format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
    Session session(1);
    load(session, "q4_1.gguf", format);
    EXPECT_EQ(session.model().weights().wte.format(), format);
    EXPECT_EQ(session.model().weights().h[1].mlp_c_proj.weight.format(), format);
  }
}

TEST(Gguf, TransposedProjectionsAreThePublishedOnes) {
  const PlainWeights weights = testing::random_weights(testing::config_of_odd_groups(), 3);
  Session session(1);
  session.begin_file(WeightFormat::kF32, "model.gguf");
  feed(session, testing::gguf_file(testing::config_of_odd_groups(), weights), 999);
  session.finish();
  PlainWeights found = unpacked(testing::config_of_odd_groups(), session.model().weights());
  PlainWeights given = weights;
  const std::vector<PlainTensor> left = tensors_of(found);
  const std::vector<PlainTensor> right = tensors_of(given);
  ASSERT_EQ(left.size(), right.size());
  for (std::size_t i = 0; i < left.size(); ++i) {
    EXPECT_TRUE(std::ranges::equal(left[i].values, right[i].values)) << left[i].name;
  }
}

/// The copy of a file, whole or continued after `cut` bytes of it.
struct Copied {
  std::string copy;
  std::string fingerprint;
};

Copied copied(const std::string& name, WeightFormat format, std::size_t piece) {
  Session session(1);
  session.begin_file(format, name);
  session.keep();
  const std::string file = read_file(kFolder / name);
  Copied result;
  for (std::size_t at = 0; at < file.size(); at += piece) {
    session.feed(std::as_bytes(std::span(std::string_view(file).substr(at, piece))));
    EXPECT_EQ(session.weights_header().empty(), !session.model_texts());
    const auto kept = session.kept();
    result.copy.append(reinterpret_cast<const char*>(kept.data()), kept.size());
  }
  session.finish();
  result.fingerprint = session.fingerprint();
  return result;
}

TEST(Gguf, AKeptCopyIsTheSameModelAndContinuesFromAnywhere) {
  for (const char* name : {"q8_0.gguf", "q4_1.gguf", "f16.gguf"}) {
    for (const WeightFormat format : {WeightFormat::kF32, WeightFormat::kQ8}) {
      const Copied whole = copied(name, format, 1000);
      EXPECT_EQ(copied(name, format, 7).copy, whole.copy);
      const std::string file = read_file(kFolder / name);
      EXPECT_LT(whole.copy.size(), file.size() + 4000);
      HeaderReader reader(name);
      std::span<const std::byte> bytes = std::as_bytes(std::span(file));
      const FileHeader header = reader.feed(bytes).value();
      const Config config = parse_config(header.model.value().config_json);
      const std::size_t data = whole.copy.find("}}") + 10;
      for (std::size_t cut = data; cut <= whole.copy.size(); cut += 1 + whole.copy.size() / 9) {
        WeightLoader loader(config, format);
        std::string copy = whole.copy.substr(0, cut);
        loader.feed(std::as_bytes(std::span(copy)));
        const auto position = static_cast<std::size_t>(loader.continue_from(header.text));
        for (std::size_t at = position; at < file.size(); at += 777) {
          loader.feed(std::as_bytes(std::span(std::string_view(file).substr(at, 777))));
          const std::span<const std::byte> kept = loader.kept();
          copy.append(reinterpret_cast<const char*>(kept.data()), kept.size());
        }
        EXPECT_EQ(copy, whole.copy) << name << " cut at " << cut;
        EXPECT_EQ(fingerprint(loader.finish()), whole.fingerprint) << name << " cut at " << cut;
      }
    }
  }
}

void expect_gguf_refused(const std::string& file, std::initializer_list<std::string_view> parts) {
  testing::expect_error(ErrorCode::kWeights, parts, [&] {
    Session session(1);
    session.begin_file(WeightFormat::kF32, "model.gguf");
    feed(session, file, 500);
    session.end_file();
  });
}

TEST(Gguf, AFileThatEndsEarlyIsRefusedAndNothingIsMissedAfterIt) {
  const std::string file = read_file(kFolder / "q8_0.gguf");
  expect_gguf_refused("", {"model.gguf: the file is empty"});
  expect_gguf_refused(file.substr(0, 3000), {"ends after 3000 bytes", "tokenizer.ggml.tokens"});
  expect_gguf_refused(file.substr(0, file.size() - 200), {"inside `blk.1.ffn_down.weight`"});
  expect_gguf_refused(file + std::string(32, '\0'), {"more bytes after the last tensor"});
}

TEST(Gguf, WhatSaysNothingOfItsModelIsRefused) {
  const PlainWeights weights = testing::random_weights(testing::config_of_odd_groups(), 3);
  expect_gguf_refused(testing::safetensors_file(testing::published_tensors(weights)),
                      {"is safetensors", "expected a config.json beside it"});
}

TEST(Gguf, ASizeThatCannotBeIsRefusedByTheFilesOwnKey) {
  testing::GgufWriter writer = testing::begun_gguf(0, 7);
  writer.key("general.architecture", "gpt2");
  for (const char* key :
       {"context_length", "embedding_length", "feed_forward_length", "attention.head_count"}) {
    writer.key(std::string("gpt2.") + key, 8U);
  }
  writer.key("gpt2.attention.layer_norm_epsilon", 1e-5F).key("gpt2.block_count", 0U);
  testing::expect_error(ErrorCode::kConfig, {"model.gguf: ", "gpt2.block_count", "0"}, [&] {
    Session session(1);
    session.begin_file(WeightFormat::kF32, "model.gguf");
    feed(session, writer.pad().file(), 500);
  });
}

TEST(Gguf, AShapeThatIsNotTheModelsIsRefusedByTheFilesName) {
  Config config = testing::config_of_odd_groups();
  const PlainWeights weights = testing::random_weights(config, 3);
  config.d_mlp = 44;
  expect_gguf_refused(testing::gguf_file(config, weights),
                      {"`blk.0.ffn_up.weight`: shape [45, 70], expected [44, 70]"});
}

}  // namespace
}  // namespace patchboard
