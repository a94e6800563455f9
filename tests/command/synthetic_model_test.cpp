// The model folder that `patchboard synth` writes, at sizes that fit into a test.

#include "tools/patchboard/synthetic_model.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <span>

#include "core/session/session.h"
#include "tests/command/temporary_folder.h"
#include "tests/core/support/expect_error.h"
#include "tests/core/support/random_model.h"
#include "tools/patchboard/published_configs.h"

namespace patchboard {
namespace {

using testing::expect_error;
using testing::TemporaryFolder;

Config test_config() { return testing::small_config(2, 2, 16, 300); }

void write_model(const std::string& folder, std::uint32_t seed = 1) {
  write_synthetic_model(test_config(), seed, folder, [](std::uint64_t, std::uint64_t) {});
}

void load(Session& session, const TemporaryFolder& folder) {
  session.begin(folder.read("config.json"));
  const std::string vocab = folder.read("vocab.json");
  const std::string merges = folder.read("merges.txt");
  session.set_tokenizer({.vocab_json = vocab, .merges_txt = merges});
  session.feed(std::as_bytes(std::span<const char>(folder.read("model.safetensors"))));
  session.finish();
}

TEST(SyntheticModel, LoadsAndPredicts) {
  const TemporaryFolder folder;
  write_model(folder.path());
  Session session(1);
  load(session, folder);
  const std::vector<TokenId> ids = session.encode("Michelle \xC3\xA9\n");
  const std::vector<Prediction> top = session.predict(ids, 300);
  double sum = 0;
  for (const Prediction& prediction : top) {
    sum += prediction.prob;
  }
  EXPECT_NEAR(sum, 1.0, 1e-4);
}

TEST(SyntheticModel, TokenizesEveryByteAsItself) {
  const TemporaryFolder folder;
  write_model(folder.path());
  Session session(1);
  load(session, folder);
  EXPECT_EQ(session.encode("a \xC3\xA9\n"), (std::vector<TokenId>{'a', ' ', 0xC3, 0xA9, '\n'}));
}

TEST(SyntheticModel, HasTheConfigThatWasAskedFor) {
  for (const PublishedConfig& published : published_configs()) {
    const TemporaryFolder folder;
    // Only config.json is wanted: the weights go nowhere.
    folder.make_folder("model.safetensors");
    EXPECT_THROW(write_synthetic_model(published.config, 1, folder.path(), {}), Error);
    const Config config = parse_config(folder.read("config.json"));
    EXPECT_EQ(config.n_layer, published.config.n_layer);
    EXPECT_EQ(config.n_head, published.config.n_head);
    EXPECT_EQ(config.d_model, published.config.d_model);
    EXPECT_EQ(config.d_mlp, published.config.d_mlp);
    EXPECT_EQ(config.vocab_size, published.config.vocab_size);
    EXPECT_EQ(config.n_positions, published.config.n_positions);
    EXPECT_EQ(config.layer_norm_epsilon, published.config.layer_norm_epsilon);
  }
}

TEST(SyntheticModel, TakesThePlaceOfAnother) {
  const TemporaryFolder folder;
  write_model(folder.path(), 1);
  const std::string first = folder.read("model.safetensors");
  write_model(folder.path(), 2);
  EXPECT_NE(folder.read("model.safetensors"), first);
  write_model(folder.path(), 1);
  EXPECT_EQ(folder.read("model.safetensors"), first);
}

TEST(SyntheticModel, MakesTheFolder) {
  const TemporaryFolder folder;
  write_model(folder.path("new/model"));
  EXPECT_NE(folder.read("new/model/model.safetensors"), "");
}

TEST(SyntheticModel, AFolderThatCannotBeMadeIsNamed) {
  const TemporaryFolder folder;
  folder.write("file", "");
  expect_error(ErrorCode::kState,
               {"cannot make the folder " + folder.path("file/model"), "Not a directory"},
               [&] { write_model(folder.path("file/model")); });
}

TEST(SyntheticModel, AFileThatCannotBeOpenedIsNamed) {
  for (const char* name : {"config.json", "vocab.json", "merges.txt", "model.safetensors"}) {
    const TemporaryFolder folder;
    folder.make_folder(name);
    expect_error(ErrorCode::kState, {"cannot write " + folder.path(name), "Is a directory"},
                 [&] { write_model(folder.path()); });
  }
}

TEST(SyntheticModel, AFullDiskIsNamed) {
  for (const char* name : {"config.json", "model.safetensors"}) {
    const TemporaryFolder folder;
    std::filesystem::create_symlink("/dev/full", folder.path(name));
    expect_error(ErrorCode::kState, {"cannot write " + folder.path(name), "No space left"},
                 [&] { write_model(folder.path()); });
  }
}

TEST(PublishedConfigs, HaveThePublishedNumbersOfParameters) {
  std::vector<std::uint64_t> counts;
  for (const PublishedConfig& published : published_configs()) {
    counts.push_back(published.config.parameter_count());
  }
  EXPECT_EQ(counts,
            (std::vector<std::uint64_t>{124'439'808, 354'823'168, 774'030'080, 1'557'611'200}));
}

}  // namespace
}  // namespace patchboard
