// Half of the changes that libFuzzer makes to an input whose first part is JSON are made to its
// values, so that it stays a document.

#include <array>
#include <cstdint>
#include <cstring>
#include <nlohmann/json.hpp>
#include <random>
#include <string>
#include <vector>

#include "tests/fuzz/fuzz_entry.h"

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size,
                                               std::size_t max_size, unsigned seed);

namespace patchboard::fuzz {
namespace {

using Json = nlohmann::ordered_json;

/// What lies deeper is dropped: values are copied and written recursively.
constexpr int kDepth = 64;

/// Numbers around which readers err: the ends of every width, and what has no width.
constexpr std::array<const char*, 34> kNumbers = {
    "0",
    "-0",
    "1",
    "-1",
    "2",
    "3",
    "11",
    "12",
    "13",
    "127",
    "255",
    "256",
    "270",
    "1000",
    "10000",
    "10001",
    "65535",
    "2147483647",
    "2147483648",
    "-2147483648",
    "-2147483649",
    "4294967294",
    "4294967295",
    "4294967296",
    "9007199254740992",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "18446744073709551615",
    "1.5",
    "0.1",
    "1e30",
    "1e400",
    "5e-324",
};

class JsonMutator {
 public:
  JsonMutator(Json& document, unsigned seed) : document_(document), random_(seed) {}

  void change() {
    collect(document_);
    Json& chosen = *values_[below(values_.size())];
    switch (below(8)) {
      case 0:
      case 1:
        chosen = Json::parse(kNumbers[below(kNumbers.size())], nullptr, false);
        break;
      case 2:
        chosen = Json(*values_[below(values_.size())]);
        break;
      case 3:
        leave_out(chosen);
        break;
      case 4:
        put_in(chosen, Json(*values_[below(values_.size())]));
        break;
      case 5:
        chosen = Json::array({Json(chosen)});
        break;
      case 6:
        chosen = constant();
        break;
      default:
        change_text(chosen);
        break;
    }
  }

 private:
  std::size_t below(std::size_t count) { return random_() % count; }

  void collect(Json& value) {
    values_.push_back(&value);
    if (value.is_structured()) {
      for (Json& each : value) {
        collect(each);
      }
    }
  }

  void leave_out(Json& from) {
    if (from.is_array() && !from.empty()) {
      from.erase(below(from.size()));
    } else if (from.is_object() && !from.empty()) {
      from.erase(std::next(from.begin(), static_cast<std::ptrdiff_t>(below(from.size()))));
    }
  }

  void put_in(Json& into, const Json& value) {
    if (into.is_array()) {
      into.insert(into.begin() + static_cast<std::ptrdiff_t>(below(into.size() + 1)), value);
    } else if (into.is_object() && !into.empty()) {
      std::next(into.begin(), static_cast<std::ptrdiff_t>(below(into.size()))).value() = value;
    }
  }

  Json constant() {
    const std::array<Json, 6> constants = {Json(),        Json(true),     Json(false),
                                           Json::array(), Json::object(), Json("")};
    return constants[below(constants.size())];
  }

  static void change_text(Json& value) {
    if (!value.is_string()) {
      return;
    }
    std::string text = value.get<std::string>();
    const std::size_t size = text.size();
    text.resize(size + 8);
    text.resize(LLVMFuzzerMutate(reinterpret_cast<std::uint8_t*>(text.data()), size, text.size()));
    value = text;
  }

  Json& document_;
  std::minstd_rand random_;
  std::vector<Json*> values_;
};

}  // namespace
}  // namespace patchboard::fuzz

std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                    unsigned seed) {
  using patchboard::fuzz::Json;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::string_view first = patchboard::fuzz::parts(input, 2)[0];
  Json document = Json::parse(
      first,
      [](int depth, Json::parse_event_t /*event*/, const Json& /*value*/) {
        return depth <= patchboard::fuzz::kDepth;
      },
      false);
  if (seed % 2 == 0 || document.is_discarded()) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  patchboard::fuzz::JsonMutator(document, seed / 2 + 1).change();
  const std::string changed = document.dump(-1, ' ', false, Json::error_handler_t::ignore) +
                              std::string(input.substr(first.size()));
  if (changed.size() > max_size) {
    return LLVMFuzzerMutate(data, size, max_size);
  }
  std::memcpy(data, changed.data(), changed.size());
  return changed.size();
}
