#include "tests/command/run_command.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>

#include "tests/command/temporary_folder.h"

namespace patchboard::testing {
namespace {

/// What the child's standard streams are.
class Streams {
 public:
  Streams(const std::string& out, const std::string& err) {
    posix_spawn_file_actions_init(&actions_);
    open(STDIN_FILENO, "/dev/null", O_RDONLY);
    open(STDOUT_FILENO, out, O_WRONLY | O_CREAT);
    open(STDERR_FILENO, err, O_WRONLY | O_CREAT);
  }
  ~Streams() { posix_spawn_file_actions_destroy(&actions_); }
  Streams(const Streams&) = delete;
  Streams& operator=(const Streams&) = delete;

  [[nodiscard]] const posix_spawn_file_actions_t* actions() const { return &actions_; }

 private:
  void open(int stream, const std::string& path, int flags) {
    posix_spawn_file_actions_addopen(&actions_, stream, path.c_str(), flags, 0600);
  }

  posix_spawn_file_actions_t actions_{};
};

int wait_for(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

CommandResult run_command(const Arguments& arguments) {
  Arguments words = {PATCHBOARD_COMMAND};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  for (std::string& word : words) {
    argv.push_back(word.data());
  }
  argv.push_back(nullptr);
  const TemporaryFolder folder;
  const Streams streams(folder.path("out"), folder.path("err"));
  pid_t child = 0;
  if (posix_spawn(&child, argv[0], streams.actions(), nullptr, argv.data(), environ) != 0) {
    throw std::runtime_error("cannot run " + words[0]);
  }
  const int exit_code = wait_for(child);
  return {exit_code, folder.read("out"), folder.read("err")};
}

nlohmann::json run_json(Arguments arguments) {
  arguments.emplace_back("--json");
  const CommandResult result = run_command(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.err, "");
  return nlohmann::json::parse(result.out);
}

Keys keys_of(const nlohmann::json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) {
    keys.push_back(key);
  }
  return keys;
}

}  // namespace patchboard::testing
