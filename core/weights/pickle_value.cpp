#include "core/weights/pickle_value.h"

#include <algorithm>
#include <ranges>

namespace patchboard {
namespace {

struct Describe {
  std::string operator()(PickleNone) const { return "None"; }
  std::string operator()(bool value) const { return value ? "True" : "False"; }
  std::string operator()(std::int64_t value) const { return "the number " + std::to_string(value); }
  std::string operator()(double value) const { return "the number " + std::to_string(value); }
  std::string operator()(const std::string& value) const {
    constexpr std::size_t kMost = 40;
    return "the text \"" + value.substr(0, kMost) + (value.size() > kMost ? "…\"" : "\"");
  }
  std::string operator()(const PickleName& name) const { return "`" + name.text + "` itself"; }
  std::string operator()(const PickleList& list) const {
    return "a list of " + std::to_string(list.items.size());
  }
  std::string operator()(const PickleDict& dict) const {
    return "a dictionary of " + std::to_string(dict.items.size());
  }
  std::string operator()(const PickleObject& object) const {
    return "an object of `" + object.name + "`";
  }
  std::string operator()(PickleElsewhere) const { return "a storage"; }
  std::string operator()(PickleOther other) const { return std::string(other.kind); }
};

}  // namespace

std::string described(const Pickle& pickle, PickleId id) {
  return std::visit(Describe(), pickle.at(id));
}

const PickleId* find(const Pickle& pickle, const PickleDict& dict, std::string_view key) {
  for (const auto& [name, value] : dict.items | std::views::reverse) {
    const auto* text = pickle.as<std::string>(name);
    if (text != nullptr && *text == key) {
      return &value;
    }
  }
  return nullptr;
}

}  // namespace patchboard
