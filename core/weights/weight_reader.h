#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/weights/config.h"
#include "core/weights/file_header.h"
#include "core/weights/tensor_matcher.h"
#include "core/weights/tensor_slots.h"

namespace patchboard {

/// Where a reader goes on after some kept bytes.
struct Continuation {
  std::uint64_t position = 0;  ///< in the file: its next byte that is wanted
  std::uint64_t overlap = 0;   ///< kept bytes of the strip that begins there, which comes again
};

/// Reads the weights of a GPT-2, one file or several, safetensors or GGUF, from pieces of any size,
/// and gives their numbers strip by strip: as f32, and as they are to be kept. Never holds more of
/// a file than its header and a strip; of tensors that share bytes, or whose numbers do not lie row
/// after row, the bytes that they span.
///
/// Which tensors a file may have, and how they lie in it, is said in `TensorMatcher`. A matrix is
/// in F64, F32, F16 or BF16, in q8 as Strips lays it out, or in llama.cpp's blocks.
class WeightReader {
 public:
  using Tensor = MatchedTensor;

  /// Every name and shape of a file is in order; its strips follow.
  using OnTensors = std::function<void(std::span<const Tensor>)>;
  using OnStrip = std::function<void(const Tensor&, const StoredStrip&)>;

  /// format: in which matrices will be in memory, see Strips. files: their names, for errors.
  WeightReader(const Config& config, WeightFormat format, std::vector<std::string> files,
               OnTensors on_tensors, OnStrip on_strip);

  /// The file being read begins with this header, which was read already; its data follows.
  /// Errors: kWeights, as of `feed`.
  void take_header(FileHeader header);

  /// The next bytes of the file being read.
  /// Errors: kWeights, naming the file and the tensor or the byte: a malformed header, a wrong
  /// shape or dtype, missing or unknown tensors, values that are not finite or too large for f16,
  /// bytes after the last tensor.
  void feed(std::span<const std::byte> bytes);

  /// The file being read has no more bytes; those that follow are the next one's.
  /// Errors: kWeights where it ended early, with the tensor and the bytes missing.
  void end_file();

  /// The byte of the file being read that is wanted next: of a file with other things among its
  /// tensors those need not be fed. None once all of them are there. Errors: kState before the
  /// header is whole.
  [[nodiscard]] std::optional<std::uint64_t> next_wanted();

  /// What is known of the tensors of the files' headers so far.
  [[nodiscard]] const TensorMatcher& matcher() const { return matcher_; }

  /// All files have ended. Errors: as above.
  void finish() const;

  /// The header of the file being read; empty before it is whole.
  [[nodiscard]] std::string header() const { return header_ ? header_->text : ""; }

  /// What was fed of the file being read were the first bytes of a kept copy of one with this
  /// header; the next ones will be the file's own. Errors: kWeights where it has other tensors than
  /// the copy; kState before the copy's header is whole.
  Continuation continue_from(const std::string& header);

 private:
  void begin_file();
  void feed_data(const FileHeader& header, std::span<const std::byte>& bytes);
  /// The tensors from the one being read on that are taken together: see `WeightReader`.
  struct Group {
    std::size_t end_tensor = 0;
    std::uint64_t end = 0;
    bool is_plain = true;  ///< one tensor, row after row
  };
  [[nodiscard]] Group group() const;
  void feed_group(const Group& group, std::span<const std::byte>& bytes);
  void skip_padding(const FileHeader& header, std::span<const std::byte>& bytes);
  /// Those of the header, which then has none; of scattered ones, those alone that are wanted.
  [[nodiscard]] std::vector<Tensor> tensors_of(FileHeader& header);
  [[nodiscard]] std::vector<Tensor> match(const std::vector<TensorEntry>& entries);
  /// Of the data: where the file ends, but for padding.
  [[nodiscard]] std::uint64_t end() const {
    return tensors_.empty() ? 0 : tensors_.back().entry.end;
  }
  void feed_strips(const Tensor& tensor, const Strips& strips, std::span<const std::byte> bytes);
  void take_strip(const Tensor& tensor, const Strips& strips, std::span<const std::byte> bytes);
  [[nodiscard]] bool take_halves(const Strips& strips, std::span<const std::byte> bytes);
  [[nodiscard]] bool take_q8(const Strips& strips, std::span<const std::byte> bytes);
  void skip_finished_tensors();
  /// Back to the first tensor of those that are taken with the one being read. Returns how many
  /// bytes of the kept copy will come again.
  [[nodiscard]] std::uint64_t return_to_group();
  [[nodiscard]] const std::string& file() const { return files_[file_]; }
  [[noreturn]] void refuse(const std::string& what) const;

  std::vector<std::string> files_;
  OnTensors on_tensors_;
  OnStrip on_strip_;
  TensorMatcher matcher_;
  TensorMatcher matcher_before_;  // as it was before this file
  std::size_t file_ = 0;
  HeaderReader header_reader_;
  std::optional<FileHeader> header_;  // without its tensors, which are these
  std::vector<Tensor> tensors_;
  std::size_t current_ = 0;         // the tensor being read
  std::uint64_t position_ = 0;      // data bytes taken so far
  Index strip_ = 0;                 // of the tensor
  std::vector<std::byte> partial_;  // a strip cut by the end of a piece
  std::vector<std::byte> spanned_;  // by a group
  std::vector<float> values_;
  std::vector<std::int16_t> halves_;
  Q8Strip q8_;
  std::vector<std::byte> stored_;
};

}  // namespace patchboard
