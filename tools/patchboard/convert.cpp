#define XXH_INLINE_ALL
#include <xxhash.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <iostream>
#include <nlohmann/json.hpp>
#include <system_error>

#include "core/error.h"
#include "core/weights/stored_file.h"
#include "tools/patchboard/commands.h"
#include "tools/patchboard/gguf_output.h"
#include "tools/patchboard/model_folder.h"
#include "tools/patchboard/output_folder.h"
#include "tools/patchboard/weights_file.h"
#include "tools/patchboard/written_json.h"

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

  struct Written {
    std::uint64_t bytes = 0;
    std::uint64_t xxh64 = 0;
  };

  Written convert(const fs::path& from, std::ostream& out) {
    XXH64_state_t hash;
    XXH64_reset(&hash, 0);
    std::uint64_t written = 0;
    read_pieces(from, [&](std::span<const std::byte> piece) {
      reader_.feed(piece);
      XXH64_update(&hash, bytes_.data(), bytes_.size());
      out.write(reinterpret_cast<const char*>(bytes_.data()),
                static_cast<std::streamsize>(bytes_.size()));
      written += bytes_.size();
      bytes_.clear();
    });
    reader_.end_file();
    return {.bytes = written, .xxh64 = XXH64_digest(&hash)};
  }

  void finish() const { reader_.finish(); }

 private:
  std::vector<std::byte> bytes_;
  StoredFile stored_{bytes_};
  WeightReader reader_;
};

std::string hex(std::uint64_t value) {
  constexpr int kDigits = 16;
  std::array<char, kDigits + 1> text{};
  static_cast<void>(
      std::snprintf(text.data(), text.size(), "%016llx", static_cast<unsigned long long>(value)));
  return text.data();
}

DType gguf_dtype(WeightFormat format) {
  if (format == WeightFormat::kF32) {
    return DType::kF32;
  }
  return format == WeightFormat::kF16 ? DType::kF16 : DType::kQ80;
}

void convert_to_gguf(const ConvertArguments& arguments) {
  const fs::path to(arguments.out);
  if (to.extension() != ".gguf") {
    throw Error(ErrorCode::kState, "--out " + arguments.out + ", expected the path of a .gguf");
  }
  std::error_code ignored;
  const ModelFiles model = model_files(arguments.model, arguments.activation);
  if (fs::equivalent(model.folder / model.weights[0], to, ignored)) {
    throw Error(ErrorCode::kState, "--out is the model itself, expected another: " + to.string());
  }
  const std::uint64_t written = write_gguf(model, gguf_dtype(arguments.dtype), to);
  std::cout << arguments.out << ": " << static_cast<double>(written) / kMegabyte << " MB\n";
}

}  // namespace

void run_convert(const ConvertArguments& arguments) {
  if (arguments.to == "gguf") {
    convert_to_gguf(arguments);
    return;
  }
  if (arguments.dtype == WeightFormat::kF32) {
    throw Error(ErrorCode::kState, "--dtype f32, expected f16, or --to gguf");
  }
  if (arguments.dtype == WeightFormat::kQ8) {
    throw Error(
        ErrorCode::kState,
        "--dtype q8_0 is no layout of safetensors, expected it with --to gguf, which writes "
        "one file");
  }
  const fs::path from(arguments.model);
  const fs::path to(arguments.out);
  const ModelFiles model = model_files(from, arguments.activation);
  if (model.is_gguf || model.folder != from || is_torch_name(model.weights[0])) {
    throw Error(
        ErrorCode::kState,
        from.string() +
            ": expected a folder with model.safetensors; with --to gguf others are read too");
  }
  const std::vector<std::string>& files = model.weights;
  const Config config = parse_config(config_text(model, {}));
  require_another_folder(from, to);
  make_folder(to);
  for (const char* name : kTokenizerFiles) {
    std::error_code ignored;
    if (fs::exists(from / name, ignored)) {
      copy_text(from, to, name);
    }
  }
  Converter converter(config, arguments.dtype, files);
  std::uint64_t written = 0;
  nlohmann::ordered_json json =
      written_again(config_text(model, {}), {.code = ErrorCode::kConfig, .name = "config.json"});
  json["patchboard"]["xxh64"] = nlohmann::ordered_json::object();  // the page checks it
  for (const std::string& file : files) {
    write_file(to / file, [&](std::ostream& out) {
      const Converter::Written part = converter.convert(from / file, out);
      written += part.bytes;
      json["patchboard"]["xxh64"][file] = hex(part.xxh64);
    });
  }
  converter.finish();
  write_file(to / "config.json", [&](std::ostream& out) { out << json.dump(2) << '\n'; });
  if (files.size() > 1) {
    copy_text(from, to, "model.safetensors.index.json");
  }
  std::cout << arguments.out << ": " << static_cast<double>(written) / kMegabyte
            << " MB of weights\n";
}

}  // namespace patchboard
