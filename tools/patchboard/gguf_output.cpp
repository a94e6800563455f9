#include "tools/patchboard/gguf_output.h"

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <iterator>
#include <map>
#include <optional>
#include <ostream>
#include <ranges>
#include <span>
#include <string>
#include <vector>

#include "core/error.h"
#include "core/input/input_value.h"
#include "core/math/q8.h"
#include "core/text/tokenizer_parts.h"
#include "core/weights/gguf_header.h"
#include "core/weights/gguf_names.h"
#include "core/weights/gguf_types.h"
#include "core/weights/gguf_value.h"
#include "core/weights/weight_reader.h"
#include "tools/patchboard/output_folder.h"
#include "tools/patchboard/weights_file.h"

namespace patchboard {
namespace {

constexpr std::uint64_t kAlignment = 32;
constexpr std::uint32_t kVersion = 3;

/// The header: values one after another, its counts filled in at the end.
class HeaderText {
 public:
  void key(std::string_view name, std::string_view value) {
    begin(name, GgufType::kString);
    text(value);
  }
  void key(std::string_view name, std::uint32_t value) {
    begin(name, GgufType::kU32);
    raw(value);
  }
  void key(std::string_view name, float value) {
    begin(name, GgufType::kF32);
    raw(value);
  }
  void key(std::string_view name, const std::vector<std::string>& values) {
    begin(name, GgufType::kArray);
    raw(GgufType::kString);
    raw(std::uint64_t{values.size()});
    std::ranges::for_each(values, [this](const std::string& value) { text(value); });
  }
  void key(std::string_view name, const std::vector<std::int32_t>& values) {
    begin(name, GgufType::kArray);
    raw(GgufType::kI32);
    raw(std::uint64_t{values.size()});
    std::ranges::for_each(values, [this](std::int32_t value) { raw(value); });
  }

  void tensor(const TensorEntry& entry) {
    text(entry.name);
    raw(static_cast<std::uint32_t>(entry.shape.size()));
    for (const std::uint64_t size : std::views::reverse(entry.shape)) {
      raw(size);
    }
    raw(gguf_type(entry.dtype));
    raw(entry.begin);
    ++tensors_;
  }

  /// All of it, filled up to where the data begins.
  [[nodiscard]] std::string whole() const {
    HeaderText start;
    start.raw(kVersion);
    start.raw(tensors_);
    start.raw(keys_);
    std::string all = std::string(kGgufMagic) + start.text_ + text_;
    all.resize(static_cast<std::size_t>(aligned(all.size(), kAlignment)), '\0');
    return all;
  }

 private:
  template <typename Number>
  void raw(Number number) {
    text_.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  void text(std::string_view text) {
    raw(std::uint64_t{text.size()});
    text_ += text;
  }
  void begin(std::string_view name, GgufType type) {
    text(name);
    raw(type);
    ++keys_;
  }

  std::string text_;
  std::uint64_t tensors_ = 0;
  std::uint64_t keys_ = 0;
};

/// llama.cpp computes what the published models do, whatever the file says.
void require_published_variant(const Config& config) {
  if (config.variant != Variant()) {
    throw Error(ErrorCode::kConfig,
                "config.json: its activation or its attention is not that of the published GPT-2, "
                "which is all that llama.cpp computes for the architecture gpt2; expected "
                "`convert` to a folder, without --to gguf");
  }
}

std::uint32_t narrow_size(Index size) { return static_cast<std::uint32_t>(size); }

void add_sizes(HeaderText& header, const Config& config, DType dtype) {
  constexpr std::uint32_t kFileTypeQ8 = 7;  // llama.h, `llama_ftype`
  header.key("general.architecture", "gpt2");
  header.key("general.file_type", dtype == DType::kQ80 ? kFileTypeQ8 : gguf_type(dtype));
  header.key("general.quantization_version", std::uint32_t{2});
  header.key("gpt2.block_count", narrow_size(config.n_layer));
  header.key("gpt2.context_length", narrow_size(config.n_positions));
  header.key("gpt2.embedding_length", narrow_size(config.d_model));
  header.key("gpt2.feed_forward_length", narrow_size(config.d_mlp));
  header.key("gpt2.attention.head_count", narrow_size(config.n_head));
  header.key("gpt2.attention.layer_norm_epsilon", config.layer_norm_epsilon);
  header.key("gpt2.vocab_size", narrow_size(config.vocab_size));
}

void add_tokens(HeaderText& header, const TokenizerParts& parts, Index vocab_size) {
  const auto count = static_cast<std::size_t>(vocab_size);
  std::vector<std::string> tokens(count);
  std::vector<std::int32_t> types(count, token_type::kUnused);
  const auto put = [&](const std::string& token, TokenId id, std::int32_t type) {
    if (static_cast<std::size_t>(id) >= count) {
      throw Error(ErrorCode::kTokenizer, parts.vocab_name + ": id " + std::to_string(id) +
                                             ", expected all below the config's vocab_size " +
                                             std::to_string(count));
    }
    tokens[static_cast<std::size_t>(id)] = token;
    types[static_cast<std::size_t>(id)] = type;
  };
  for (const auto& [token, id] : parts.symbols) {
    put(token, id, token_type::kNormal);
  }
  for (const AddedToken& token : parts.added.tokens()) {
    put(token.content, token.id,
        token.is_special ? token_type::kControl : token_type::kUserDefined);
  }
  for (std::size_t id = 0; id < count; ++id) {
    if (types[id] == token_type::kUnused) {
      tokens[id] = "[PAD" + std::to_string(id) + "]";
    }
  }
  std::vector<std::string> merges;
  merges.reserve(parts.merges.size());
  for (const SymbolMerge& merge : parts.merges) {
    merges.push_back(merge.left + " " + merge.right);
  }
  header.key("tokenizer.ggml.model", "gpt2");
  header.key("tokenizer.ggml.pre", "gpt-2");
  header.key("tokenizer.ggml.tokens", tokens);
  header.key("tokenizer.ggml.token_type", types);
  header.key("tokenizer.ggml.merges", merges);
}

/// What the config says of special tokens.
void add_special_ids(HeaderText& header, const std::string& config_json, Index vocab_size) {
  const auto config =
      InputValue::parse(config_json, {.code = ErrorCode::kConfig, .name = "config.json"});
  for (const std::string name : {"bos", "eos"}) {
    const auto id = config.find(name + "_token_id");
    if (id && id->is_number()) {
      header.key("tokenizer.ggml." + name + "_token_id",
                 narrow_size(id->whole<Index>(0, vocab_size - 1)));
    }
  }
}

/// The tensors in order, each in the place that it will have.
std::vector<TensorEntry> planned(const Config& config, bool has_head, DType dtype) {
  std::vector<TensorEntry> entries;
  std::uint64_t position = 0;
  for (const TensorShape& shape : tensor_shapes(config)) {
    if (shape.required || has_head) {
      TensorEntry entry;
      entry.name = gguf_name(shape.name);
      entry.shape = shape.sizes();
      if (shape.kind == TensorKind::kProjection) {
        std::ranges::reverse(entry.shape);
      }
      const bool stays = shape.kind == TensorKind::kVector || shape.name == "wpe.weight";
      const bool fits = entry.shape.back() % block_layout(dtype).elements == 0;
      entry.dtype = stays ? DType::kF32 : (fits ? dtype : DType::kF16);
      entry.begin = aligned(position, kAlignment);
      position = entry.end = entry.begin + byte_count(entry);
      entries.push_back(std::move(entry));
    }
  }
  return entries;
}

std::string f16(std::span<const float> values) {
  std::vector<Eigen::half> halves;
  std::ranges::transform(values, std::back_inserter(halves),
                         [](float value) { return static_cast<Eigen::half>(value); });
  return {reinterpret_cast<const char*>(halves.data()), halves.size() * sizeof(Eigen::half)};
}

/// As ggml's own: half of a step is rounded away from zero, and the scale to a half.
std::string q8_0(std::span<const float> values) {
  constexpr float kLargest = 127;
  std::string bytes;
  const auto block = static_cast<std::size_t>(kQ8Group);
  for (std::size_t at = 0; at < values.size(); at += block) {
    const auto group = values.subspan(at, block);
    float largest = 0;
    std::ranges::for_each(group, [&](float v) { largest = std::max(largest, std::abs(v)); });
    const float scale = largest / kLargest;
    const float inverse = scale == 0 ? 0 : 1 / scale;
    bytes += f16(std::array{scale});
    std::ranges::for_each(group, [&](float value) {
      bytes += static_cast<char>(static_cast<std::int8_t>(std::round(value * inverse)));
    });
  }
  return bytes;
}

std::string encoded(DType dtype, std::span<const float> values) {
  if (dtype == DType::kF16) {
    return f16(values);
  }
  if (dtype == DType::kQ80) {
    return q8_0(values);
  }
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

std::vector<float> transposed(std::span<const float> values, std::size_t rows) {
  const std::size_t cols = values.size() / rows;
  std::vector<float> result(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) {
    result[i % cols * rows + i / cols] = values[i];
  }
  return result;
}

/// Gathers a tensor's strips and writes it where it was planned.
class TensorOutput {
 public:
  TensorOutput(std::ostream& out, std::uint64_t data_begin, const std::vector<TensorEntry>& entries)
      : out_(out), data_begin_(data_begin) {
    for (const TensorEntry& entry : entries) {
      entries_.emplace(entry.name, entry);
    }
  }

  void add(const WeightReader::Tensor& tensor, const StoredStrip& strip) {
    const std::span<const float> numbers = numbers_of(strip, widened_);
    values_.insert(values_.end(), numbers.begin(), numbers.end());
    if (strip.index + 1 < strip.strips.count()) {
      return;
    }
    const TensorEntry& entry = entries_.at(gguf_name(tensor.name));
    if (strip.strips.kind() == TensorKind::kProjection) {
      values_ = transposed(values_, static_cast<std::size_t>(entry.shape.back()));
    }
    const std::string bytes = encoded(entry.dtype, values_);
    values_.clear();
    out_.seekp(static_cast<std::streamoff>(data_begin_ + entry.begin));
    out_.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::ostream& out_;
  std::uint64_t data_begin_;
  std::map<std::string, TensorEntry> entries_;
  std::vector<float> values_;
  std::vector<float> widened_;
};

bool has_head(const std::vector<FileHeader>& headers, const Config& config) {
  return std::ranges::any_of(headers, [&](const FileHeader& header) {
    return head_use(header.tensors, config, headers.size() == 1) == HeadUse::kOwn;
  });
}

}  // namespace

std::uint64_t write_gguf(const ModelFiles& model, DType dtype, const std::filesystem::path& out) {
  const std::vector<FileHeader> headers = read_weights_headers(model);
  const std::string config_json = config_text(model, headers);
  const Config config = parse_config(config_json);
  require_published_variant(config);
  const std::vector<TensorEntry> entries = planned(config, has_head(headers, config), dtype);
  HeaderText header;
  add_sizes(header, config, dtype);
  if (const auto parts = read_tokenizer_parts(model, headers)) {
    add_tokens(header, *parts, config.vocab_size);
    add_special_ids(header, config_json, config.vocab_size);
  } else {
    header.key("tokenizer.ggml.model", "no_vocab");
  }
  std::ranges::for_each(entries, [&](const TensorEntry& entry) { header.tensor(entry); });
  const std::string head = header.whole();
  const std::uint64_t end = head.size() + aligned(entries.back().end, kAlignment);
  // f16 refuses what is beyond it.
  const WeightFormat format = dtype == DType::kF16 ? WeightFormat::kF16 : WeightFormat::kF32;
  write_file(out, [&](std::ostream& stream) {
    // Zeros where nothing is written: what aligns tensors, and biases that the model has not.
    stream.seekp(static_cast<std::streamoff>(end - 1));
    stream.put('\0');
    stream.seekp(0);
    stream << head;
    TensorOutput output(stream, head.size(), entries);
    WeightReader reader(
        config, format, model.weights, [](const auto&) {},
        [&](const WeightReader::Tensor& tensor, const StoredStrip& strip) {
          output.add(tensor, strip);
        });
    for (const std::string& file : model.weights) {
      feed_weights(model.folder / file, reader);
    }
    reader.finish();
  });
  return end;
}

}  // namespace patchboard
