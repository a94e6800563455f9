#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace patchboard {

/// Of a value in its Pickle.
using PickleId = std::uint32_t;

/// The name of a class or a function, "torch._utils._rebuild_tensor_v2". It is never looked up.
struct PickleName {
  std::string text;
};

/// A list, a tuple or a set.
struct PickleList {
  std::vector<PickleId> items;
};

/// In the order in which they were set; of two with one key the later counts.
struct PickleDict {
  std::vector<std::pair<PickleId, PickleId>> items;
};

/// An object that would have been made by calling `name`: a record, which is as far as it gets.
struct PickleObject {
  std::string name;
  PickleId arguments = 0;
};

/// What the pickle keeps elsewhere: a storage of PyTorch's.
struct PickleElsewhere {
  PickleId what = 0;
};

/// Of a kind that is never needed: bytes, whole numbers beyond 64 bits.
struct PickleOther {
  std::string_view kind;
};

struct PickleNone {};

using PickleValue =
    std::variant<PickleNone, bool, std::int64_t, double, std::string, PickleName, PickleList,
                 PickleDict, PickleObject, PickleElsewhere, PickleOther>;

/// The values of one pickle, which refer to each other, in circles too.
struct Pickle {
  std::vector<PickleValue> values;
  PickleId root = 0;
  std::size_t bytes = 0;  ///< that it took

  [[nodiscard]] const PickleValue& at(PickleId id) const { return values[id]; }

  template <typename Kind>
  [[nodiscard]] const Kind* as(PickleId id) const {
    return std::get_if<Kind>(&values[id]);
  }
};

/// What a value is, in a message: "the number 3", "an object of `posix.system`".
[[nodiscard]] std::string described(const Pickle& pickle, PickleId id);

/// The value of a text key; null where it is not there.
[[nodiscard]] const PickleId* find(const Pickle& pickle, const PickleDict& dict,
                                   std::string_view key);

}  // namespace patchboard
