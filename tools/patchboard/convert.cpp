#include <filesystem>
#include <fstream>
#include <iostream>
#include <system_error>

#include "core/error.h"
#include "core/weights/stored_file.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/model_folder.h"
#include "tools/patchboard/output_folder.h"

namespace patchboard {
namespace {

namespace fs = std::filesystem;

constexpr double kMegabyte = 1e6;

void require_another_folder(const fs::path& from, const fs::path& to) {
  std::error_code ignored;
  if (fs::equivalent(from, to, ignored)) {
    throw Error(ErrorCode::kState,
                "--out is the folder of the model itself, expected another: " + to.string());
  }
}

/// Beside the weights: small files, as they are.
void copy_text(const fs::path& from, const fs::path& to, const std::string& name) {
  const std::string text = read_text(from / name);
  write_file(to / name, [&](std::ostream& out) { out << text; });
}

/// Converts a model's files one after another, each to one of the same name.
class Converter {
 public:
  Converter(const Config& config, WeightFormat format, const std::vector<std::string>& files)
      : reader_(
            config, format, files,
            [this](std::span<const WeightReader::Tensor> tensors) { stored_.begin(tensors); },
            [this](const WeightReader::Tensor&, const StoredStrip& strip) { stored_.add(strip); }) {
  }

  /// Returns the bytes written.
  std::uint64_t convert(const fs::path& from, std::ostream& out) {
    std::uint64_t written = 0;
    read_pieces(from, [&](std::span<const std::byte> piece) {
      reader_.feed(piece);
      out.write(reinterpret_cast<const char*>(bytes_.data()),
                static_cast<std::streamsize>(bytes_.size()));
      written += bytes_.size();
      bytes_.clear();
    });
    return written;
  }

  void finish() const { reader_.finish(); }

 private:
  std::vector<std::byte> bytes_;
  StoredFile stored_{bytes_};
  WeightReader reader_;
};

}  // namespace

void run_convert(const ConvertArguments& arguments) {
  const fs::path from(arguments.model);
  const fs::path to(arguments.out);
  const std::vector<std::string> files = weight_files(from);
  const Config config = parse_config(read_text(from / "config.json"));
  require_another_folder(from, to);
  make_folder(to);
  for (const char* name : {"config.json", "vocab.json", "merges.txt"}) {
    copy_text(from, to, name);
  }
  Converter converter(config, arguments.dtype, files);
  std::uint64_t written = 0;
  for (const std::string& file : files) {
    write_file(to / file,
               [&](std::ostream& out) { written += converter.convert(from / file, out); });
  }
  converter.finish();
  if (files.size() > 1) {
    copy_text(from, to, "model.safetensors.index.json");
  }
  std::cout << arguments.out << ": " << static_cast<double>(written) / kMegabyte
            << " MB of weights\n";
}

}  // namespace patchboard
