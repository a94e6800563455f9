// Files that PyTorch wrote, against what PyTorch reads from them: tests/golden/make_torch.py.

#include "core/weights/torch_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "core/weights/safetensors_header.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/torch_reader.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::feed_torch;
using testing::read_torch;

const std::filesystem::path kFolder = PATCHBOARD_GOLDEN_DIR "/../torch";

std::string read_file(const std::string& name) {
  std::ifstream file(kFolder / name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

const nlohmann::json& expected() {
  static const auto kExpected = nlohmann::json::parse(read_file("expected.json"));
  return kExpected;
}

void load(Session& session, const std::vector<std::string>& names, std::size_t piece) {
  const auto model = read_torch(read_file(names[0]), names[0]).model;
  session.begin(model ? model->config_json : read_file("config.json"), WeightFormat::kF32, names);
  for (const std::string& name : names) {
    const std::string file = read_file(name);
    feed_torch(session, file, read_torch(file, name), piece);
  }
  session.finish();
}

void expect_logits(Session& session, const std::string& name, const nlohmann::json& values) {
  const auto ids = expected()["ids"].get<std::vector<TokenId>>();
  const Vector logits = session.logits(ids);
  ASSERT_EQ(static_cast<std::size_t>(logits.size()), values.size());
  for (Index i = 0; i < logits.size(); ++i) {
    const float difference = std::abs(logits[i] - values[static_cast<std::size_t>(i)].get<float>());
    EXPECT_TRUE(difference <= 1e-5F) << name << ", logit " << i << " differs by " << difference;
  }
}

void expect_torch_refused(const std::string& file, std::initializer_list<std::string_view> parts) {
  expect_error(ErrorCode::kWeights, parts, [&] { static_cast<void>(read_torch(file)); });
}

/// The file with every `from` as `to`, which is as long.
std::string changed(std::string file, std::string_view from, std::string_view to) {
  EXPECT_EQ(from.size(), to.size());
  EXPECT_NE(file.find(from), std::string::npos) << from;
  for (std::size_t at = file.find(from); at != std::string::npos; at = file.find(from, at + 1)) {
    file.replace(at, from.size(), to);
  }
  return file;
}

TEST(TorchFile, OfEveryKindIsTheModelThatPyTorchReads) {
  ASSERT_EQ(expected()["logits"].size(), 13U);
  for (const auto& [name, values] : expected()["logits"].items()) {
    for (const std::size_t piece : {std::size_t{7}, std::size_t{1000}, std::size_t{1} << 20U}) {
      Session session(1);
      load(session, {name}, piece);
      expect_logits(session, name, values);
    }
  }
}

TEST(TorchFile, MayBeSeveral) {
  Session session(1);
  load(session, {"pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"}, 100);
  expect_logits(session, "in two files", expected()["logits"]["pytorch_model.bin"]);
}

TEST(TorchFile, KeepsATiedHeadOnce) {
  Session session(1);
  load(session, {"pytorch_model.bin"}, 1000);
  EXPECT_FALSE(session.model().weights().lm_head.has_value());
}

TEST(TorchFile, ReadsNothingOfTheOptimizer) {
  for (const char* name : {"ckpt.pt", "ckpt_legacy.pt"}) {
    const FileHeader header = read_torch(read_file(name), name);
    EXPECT_EQ(header.tensors.size(), 29U) << name;
    const auto config = nlohmann::json::parse(header.model.value().config_json);
    EXPECT_EQ(config["n_positions"], 12) << name;
    EXPECT_EQ(config["vocab_size"], 20) << name;
    EXPECT_EQ(config["activation_function"], "gelu") << name;
    EXPECT_EQ(config["patchboard"]["activation_assumed"], true) << name;
    std::uint64_t bytes = 0;
    for (const TensorEntry& entry : header.tensors) {
      EXPECT_TRUE(entry.name.starts_with("_orig_mod.")) << entry.name;
      bytes += entry.end - entry.begin;
    }
    EXPECT_GT(bytes, 8000U);
  }
  // Its two moments of each are behind them.
  const std::string zip = read_file("ckpt.pt");
  EXPECT_LT(read_torch(zip).tensors.back().end, zip.size() / 2);
}

TEST(TorchFile, OfNanoGptGivesPyTorchsHeatmap) {
  Session session(1);
  load(session, {"ckpt_plain.pt"}, 1000);
  EXPECT_TRUE(session.assumes_activation());
  EXPECT_FALSE(session.model().weights().lm_head.has_value());
  const nlohmann::json& map = expected()["ckpt_plain.pt"];
  Lab& lab = session.start({.clean = expected()["ids"],
                            .corrupted = map["corrupted"],
                            .targets = {{map["target"].get<TokenId>()}}});
  while (!lab.done()) {
    const LabRow row = lab.step();
    const auto& cells = map["prob"][static_cast<std::size_t>(row.layer)];
    for (std::size_t position = 0; position < cells.size(); ++position) {
      EXPECT_NEAR(row.values.of(Measure::kProb)[position], cells[position].get<float>(), 1e-6F);
    }
  }
}

TEST(TorchFile, OfNanoGptIsTheSameAsSafetensors) {
  const std::string file = read_file("nanogpt.safetensors");
  auto config = nlohmann::json::parse(read_file("config.json"));
  config["activation_function"] = "gelu";
  Session session(1);
  session.begin(config.dump(), WeightFormat::kF32, {"nanogpt.safetensors"});
  session.feed(std::as_bytes(std::span(file)));
  session.finish();
  EXPECT_FALSE(session.assumes_activation());
  expect_logits(session, "nanogpt.safetensors", expected()["logits"]["ckpt_plain.pt"]);
}

std::string text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Kept {
  std::string copy;
  std::string fingerprint;  ///< of the weights

  bool operator==(const Kept&) const = default;
};

/// What is kept of a file, by its header as text; going on after what was kept before.
Kept keep(const std::string& name, WeightFormat format, std::string_view before = {}) {
  const std::string file = read_file(name);
  const std::string header = read_torch(file, name).text;
  Session session(1);
  session.begin(read_file("config.json"), format, {name});
  std::string copy(before);
  if (before.empty()) {
    session.keep();
    session.take_header(read_header_text(header, name));
    copy += text(session.kept());
  } else {
    session.feed(std::as_bytes(std::span(before)));
    session.continue_from(header);
  }
  EXPECT_EQ(session.weights_header(), header);
  while (const auto position = session.next_wanted()) {
    session.feed(std::as_bytes(
        std::span(file)
            .subspan(static_cast<std::size_t>(*position))
            .first(std::min<std::size_t>(100, file.size() - static_cast<std::size_t>(*position)))));
    copy += text(session.kept());
  }
  session.finish();
  return {.copy = std::move(copy), .fingerprint = session.fingerprint()};
}

TEST(TorchFile, IsKeptAndGoneOnWithWhereverItBroke) {
  for (const auto& [name, values] : expected()["logits"].items()) {
    for (const WeightFormat format : {WeightFormat::kF32, WeightFormat::kF16, WeightFormat::kQ8}) {
      const Kept whole = keep(name, format);
      Session again(1);
      again.begin(read_file("config.json"), format);
      again.feed(std::as_bytes(std::span(whole.copy)));
      again.finish();
      EXPECT_EQ(again.fingerprint(), whole.fingerprint) << name;
      const std::size_t data = whole.copy.find("}}") + 10;
      for (std::size_t cut = data; cut <= whole.copy.size(); cut += 1 + whole.copy.size() / 15) {
        EXPECT_EQ(keep(name, format, whole.copy.substr(0, cut)), whole) << name << ", " << cut;
      }
    }
  }
}

TEST(TorchFile, HeadersThatAreNoneAreRefusedAsTexts) {
  const std::string header = read_torch(read_file("views.bin")).text;
  ASSERT_NE(header.find(R"("strides":[)"), std::string::npos);
  const auto refuse = [&](const char* from, const char* to, std::string_view what) {
    std::string other = header;
    const std::size_t at = other.find(from);
    ASSERT_NE(at, std::string::npos);
    expect_error(ErrorCode::kWeights, {"views.bin: ", what}, [&] {
      static_cast<void>(read_header_text(other.replace(at, std::strlen(from), to), "views.bin"));
    });
  };
  refuse(R"("strides":[)", R"("strides":[1,)", "but strides [1, ");
  refuse(R"("strides":[)", R"("strides":[1)", "data_offsets span");
  refuse(R"("strides":[)", R"("strides":[99999999999999999)", "is too large");
}

TEST(TorchFile, CutAnywhereIsRefused) {
  for (const char* name : {"views.bin", "legacy_views.bin", "zip64.bin"}) {
    const std::string file = read_file(name);
    for (std::size_t size = 0; size < file.size(); size += 97) {
      expect_torch_refused(file.substr(0, size), {"model.bin: "});
    }
  }
}

TEST(TorchFile, FunctionsAreRefusedByTheirNameAndNothingIsRun) {
  expect_torch_refused(read_file("malicious.bin"),
                       {"calls `posix.system`", "nothing was executed"});
}

TEST(TorchFile, ThatIsAnotherThingIsNamed) {
  expect_torch_refused(read_file("compressed.bin"),
                       {"`f16/data.pkl` in the zip is compressed (deflate)"});
  expect_torch_refused(read_file("whole_module.bin"),
                       {"holds an object of `torch.nn.modules.linear.Linear`", "state dict"});
  expect_torch_refused(read_file("plain_pickle.bin"), {"is no file that torch.save wrote"});
  expect_torch_refused("\x89HDF\r\n\x1a\n and so on",
                       {"is TensorFlow's or Keras' (HDF5)", "from_tf"});
  expect_torch_refused("\x81\xa6params and so on", {"is Flax's (msgpack)", "from_flax"});
  expect_torch_refused(std::string("\x08\x07\x12\x07pytorch and so on"), {"is ONNX"});
  expect_torch_refused("version https://git-lfs.github.com/spec/v1", {"Git LFS pointer"});
  expect_torch_refused("", {"is no file that torch.save wrote"});
}

TEST(TorchFile, DamageIsSeen) {
  const std::string zip = read_file("pytorch_model.bin");
  expect_torch_refused(changed(zip, "transformer.ln_f.weight", "transformer.ln_g.weight"),
                       {"`data.pkl` is damaged", "checksum"});
  expect_torch_refused(changed(zip, "PK\3\4", "PK\3\5"), {"is no file that torch.save wrote"});
  expect_torch_refused(changed(zip, "little", "bigbig"), {"big-endian"});
  const std::string legacy = read_file("legacy.bin");
  expect_torch_refused(changed(legacy, "FloatStorage", "FloatStoragx"),
                       {"of `torch.FloatStoragx`"});
  expect_torch_refused(
      changed(legacy, "torch._utils\n_rebuild_tensor_v2", "torch._utils\n_rebuild_tensor_v9"),
      {"calls `torch._utils._rebuild_tensor_v9`"});
  std::string big = legacy;
  big[big.find('\x88', big.find("little_endian"))] = '\x89';
  expect_torch_refused(big, {"big-endian"});
  expect_torch_refused(legacy.substr(0, legacy.size() - 1), {"but the file ends at byte"});
}

TEST(TorchFile, NumbersOfAnotherKindAreRefusedWhereTheyAreNeeded) {
  Session session(1);
  session.begin(read_file("config.json"));
  FileHeader header = read_torch(read_file("legacy.bin"));
  for (TensorEntry& entry : header.tensors) {
    entry.dtype = DType::kOther;
    entry.dtype_name = "I32";
  }
  expect_error(ErrorCode::kWeights, {"dtype I32, expected F64, F32, F16 or BF16"},
               [&] { session.take_header(std::move(header)); });
}

}  // namespace
}  // namespace patchboard
