// `patchboard neurons`

#include <gtest/gtest.h>

#include "tests/command/bad_input.h"
#include "tests/command/model_folder.h"
#include "tests/command/run_command.h"
#include "tests/core/support/loaded_session.h"

namespace patchboard {
namespace {

using testing::Arguments;
using testing::CommandResult;
using testing::expect_bad_input;
using testing::kClean;
using testing::kCorrupted;
using testing::Keys;
using testing::keys_of;
using testing::LoadedSession;
using testing::ModelFolder;
using testing::run_command;
using testing::run_json;
using Json = nlohmann::json;

Arguments neurons(const ModelFolder& folder, const Arguments& more) {
  Arguments arguments = {"neurons", "--model", folder.path(), "--clean", kClean};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

void expect_neurons(const Json& json, const NeuronChanges& expected) {
  EXPECT_EQ(json["finite"], expected.finite);
  ASSERT_EQ(json["neurons"].size(), expected.largest.size());
  for (std::size_t i = 0; i < expected.largest.size(); ++i) {
    const Json& neuron = json["neurons"][i];
    EXPECT_EQ(keys_of(neuron), (Keys{"clean", "corrupted", "difference", "neuron"}));
    EXPECT_EQ(neuron["neuron"], expected.largest[i].neuron);
    EXPECT_EQ(neuron["clean"].get<float>(), expected.largest[i].clean);
    EXPECT_EQ(neuron["corrupted"].get<float>(), expected.largest[i].corrupted);
    EXPECT_EQ(neuron["difference"].get<float>(), expected.largest[i].difference);
  }
}

TEST(NeuronsCommand, WritesTheSessionsNeurons) {
  const ModelFolder folder;
  const Json json = run_json(neurons(
      folder, {"--corrupted", kCorrupted, "--layer", "2", "--position", "3", "--top", "6"}));
  EXPECT_EQ(keys_of(json), (Keys{"finite", "layer", "model", "neurons", "position", "tokens"}));
  EXPECT_EQ(json["layer"], 2);
  EXPECT_EQ(json["position"], 3);
  LoadedSession session(1);
  session.start({.clean = session.encode(kClean),
                 .corrupted = session.encode(kCorrupted),
                 .targets = {{260}}});
  expect_neurons(json, session.neuron_changes({.layer = 2, .position = 3, .count = 6}));
}

TEST(NeuronsCommand, WritesTheMeanOverSamplesOfNoiseOrOneOfThem) {
  const ModelFolder folder;
  const Arguments mean =
      neurons(folder, {"--noise", "1", "--samples", "3", "--layer", "1", "--position", "2"});
  Arguments second = mean;
  second.insert(second.end(), {"--sample", "1"});
  LoadedSession session(1);
  Experiment experiment{.clean = session.encode(kClean), .corrupted = {}, .targets = {{260}}};
  experiment.corruption = {.kind = Corruption::Kind::kNoise, .positions = {1}, .samples = 3};
  session.start(experiment);
  const Json of_all = run_json(mean);
  EXPECT_EQ(of_all["samples"], 3);
  EXPECT_FALSE(of_all.contains("sample"));
  expect_neurons(of_all, session.neuron_changes({.layer = 1, .position = 2}));
  const Json of_second = run_json(second);
  EXPECT_EQ(of_second["sample"], 1);
  expect_neurons(of_second, session.neuron_changes({.layer = 1, .position = 2, .sample = 1}));
}

TEST(NeuronsCommand, SaysWhereTheRunsAreTheSame) {
  const ModelFolder folder;
  const Arguments before =
      neurons(folder, {"--corrupted", kCorrupted, "--layer", "1", "--position", "0"});
  EXPECT_NE(run_command(before).out.find("the two runs are the same here"), std::string::npos);
}

TEST(NeuronsCommand, NeedsNoTokenizerForIds) {
  const ModelFolder folder;
  folder.remove_tokenizer();
  const Json json =
      run_json({"neurons", "--model", folder.path(), "--clean-ids", "266,260,32,120",
                "--corrupted-ids", "266,265,32,120", "--layer", "0", "--position", "1"});
  EXPECT_EQ(json["tokens"]["corrupted"][1]["text"], "#265");
  EXPECT_EQ(json["neurons"].size(), 10U);
}

TEST(NeuronsCommand, PrintsATableOfThem) {
  const ModelFolder folder;
  const CommandResult result = run_command(neurons(
      folder, {"--corrupted", kCorrupted, "--layer", "0", "--position", "1", "--top", "2"}));
  EXPECT_EQ(result.exit_code, 0);
  for (const char* part : {"neurons of layer 0 at position 1, \" Jones\" / \" Smith\": after the "
                           "activation function",
                           "neuron       clean   corrupted  corrupted - clean\n"}) {
    EXPECT_NE(result.out.find(part), std::string::npos) << part << " is not in\n" << result.out;
  }
  EXPECT_EQ(std::ranges::count(result.out, '\n'), 4);
}

TEST(NeuronsCommand, RefusesWhatIsNotThere) {
  const ModelFolder folder;
  const auto expect_refused = [&](const Arguments& more,
                                  std::initializer_list<std::string_view> parts) {
    expect_bad_input(neurons(folder, more), parts);
  };
  expect_refused({"--corrupted", kCorrupted, "--position", "0"}, {"--layer"});
  expect_refused({"--corrupted", kCorrupted, "--layer", "0"}, {"--position"});
  expect_refused({"--corrupted", kCorrupted, "--layer", "3", "--position", "0"},
                 {"layer 3, expected 0 to 2"});
  expect_refused({"--corrupted", kCorrupted, "--layer", "0", "--position", "4"},
                 {"position 4, expected 0 to 3"});
  expect_refused({"--corrupted", kCorrupted, "--layer", "01", "--position", "0"}, {"--layer"});
  expect_refused({"--corrupted", kCorrupted, "--layer", "0", "--position=-1"}, {"--position"});
  expect_refused({"--corrupted", kCorrupted, "--layer", "0", "--position", "0", "--top", "0"},
                 {"--top"});
  expect_refused({"--corrupted", kCorrupted, "--layer", "0", "--position", "0", "--sample", "0"},
                 {"--sample", "not noise"});
  expect_refused({"--zero", "--layer", "0", "--position", "0"},
                 {"an ablation has no corrupted run", "expected another prompt or noise"});
}

}  // namespace
}  // namespace patchboard
