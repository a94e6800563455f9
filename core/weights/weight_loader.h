#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/stored_file.h"
#include "core/weights/weight_reader.h"
#include "core/weights/weights.h"

namespace patchboard {

/// Puts every number of a model's files in its place as it arrives, converted to the format asked
/// for; and gives, where that is wanted, the bytes of a file with the converted numbers, to keep.
class WeightLoader {
 public:
  /// format: in which matrices are kept. files: see WeightReader.
  /// Errors: kConfig where the weights would be larger than this build can address, in any numbers;
  /// of `feed`, in those that a file has.
  WeightLoader(const Config& config, WeightFormat format,
               std::vector<std::string> files = {"model.safetensors"});
  ~WeightLoader() = default;
  WeightLoader(const WeightLoader&) = delete;
  WeightLoader& operator=(const WeightLoader&) = delete;

  /// From here on, there is a kept copy: the file of the converted numbers, in pieces.
  void keep() { keep_.emplace(kept_); }
  /// What the last `feed` added to it.
  [[nodiscard]] std::span<const std::byte> kept() const { return kept_; }

  /// The file being read begins with this header, which was read already; then with these bytes of
  /// its data. Errors: as of `feed`.
  void take_header(FileHeader header, std::span<const std::byte> bytes);

  /// The next bytes. Errors: see WeightReader; std::bad_alloc.
  void feed(std::span<const std::byte> bytes);

  /// The file being fed has ended; the next one's bytes follow. Errors: see WeightReader.
  void end_file() { reader_.end_file(); }

  /// See WeightReader.
  [[nodiscard]] std::string header() const { return reader_.header(); }
  [[nodiscard]] std::optional<std::uint64_t> next_wanted() { return reader_.next_wanted(); }

  /// What was fed was the beginning of a kept copy. Returns the position in its source from where
  /// bytes are fed next; they continue the copy. Errors: see WeightReader.
  std::uint64_t continue_from(const std::string& source_header);

  /// Which of llama.cpp's blocks most of those numbers are in that the files read so far have in
  /// blocks; kOther where none are.
  [[nodiscard]] DType quantization() const;

  /// See TensorMatcher; of the files whose headers were read.
  [[nodiscard]] const TensorMatcher& matcher() const { return reader_.matcher(); }

  /// The weights, when everything was fed; a head that equals the embedding is that. Errors: see
  /// WeightReader.
  [[nodiscard]] Weights finish();

 private:
  void open(std::span<const WeightReader::Tensor> tensors);

  Config config_;
  std::unique_ptr<Weights> weights_;  // stays where it is for the stores
  std::map<std::string, StripStore> stores_;
  std::map<DType, std::uint64_t> quantized_;  // how many numbers of the files
  double bytes_ = 0;                          // that the files' matrices take in memory
  std::vector<std::byte> kept_;
  std::optional<StoredFile> keep_;
  WeightReader reader_;
};

}  // namespace patchboard
