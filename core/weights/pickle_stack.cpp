#include "core/weights/pickle_stack.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/weights/refuse_file.h"

namespace patchboard {
namespace {

constexpr std::array<std::string_view, 2> kDictionaries = {"collections.OrderedDict",
                                                           "collections.defaultdict"};
constexpr std::array<std::string_view, 4> kSets = {"builtins.set", "builtins.frozenset",
                                                   "__builtin__.set", "__builtin__.frozenset"};

}  // namespace

void PickleStack::require_room(std::size_t more) {
  held_ += more;
  if (held_ > kMostPickleValues) {
    refuse_file("more than " + std::to_string(kMostPickleValues) + " values");
  }
}

void PickleStack::push(PickleValue value) {
  require_room(1);
  pickle_.values.push_back(std::move(value));
  push_id(static_cast<PickleId>(pickle_.values.size() - 1));
}

void PickleStack::push_id(PickleId id) {
  require_room(1);
  stack_.push_back(id);
}

PickleId PickleStack::pop() {
  const PickleId id = top();
  stack_.pop_back();
  return id;
}

PickleId PickleStack::top() {
  if (stack_.empty() || (!marks_.empty() && marks_.back() == stack_.size())) {
    refuse_file("takes a value from an empty stack");
  }
  return stack_.back();
}

void PickleStack::mark() {
  require_room(1);
  marks_.push_back(stack_.size());
}

std::vector<PickleId> PickleStack::pop_to_mark() {
  if (marks_.empty()) {
    refuse_file("there is no mark on the stack");
  }
  const auto mark = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
  std::vector<PickleId> items(mark, stack_.end());
  stack_.erase(mark, stack_.end());
  marks_.pop_back();
  return items;
}

void PickleStack::get(std::uint64_t key) {
  const auto found = memo_.find(key);
  if (found == memo_.end()) {
    refuse_file("asks for value " + std::to_string(key) + ", which was not put");
  }
  push_id(found->second);
}

void PickleStack::push_tuple(std::size_t size) {
  std::vector<PickleId> items(size);
  for (std::size_t i = size; i > 0; --i) {
    items[i - 1] = pop();
  }
  push(PickleList{std::move(items)});
}

void PickleStack::push_name() {
  const PickleId name = pop();
  const PickleId module = pop();
  const auto* name_text = pickle_.as<std::string>(name);
  const auto* module_text = pickle_.as<std::string>(module);
  if (name_text == nullptr || module_text == nullptr) {
    refuse_file("the name of a class is no text");
  }
  push(PickleName{*module_text + "." + *name_text});
}

void PickleStack::append(const std::vector<PickleId>& items) {
  const PickleId target = top();
  if (auto* list = std::get_if<PickleList>(&pickle_.values[target])) {
    require_room(items.size());
    list->items.insert(list->items.end(), items.begin(), items.end());
  } else if (pickle_.as<PickleObject>(target) == nullptr) {  // whose own items are never needed
    refuse_file("appends to " + described(pickle_, target));
  }
}

void PickleStack::set_items(const std::vector<PickleId>& items) {
  if (items.size() % 2 != 0) {
    refuse_file("a key without a value");
  }
  const PickleId target = top();
  if (auto* dict = std::get_if<PickleDict>(&pickle_.values[target])) {
    require_room(items.size());
    for (std::size_t i = 0; i < items.size(); i += 2) {
      dict->items.emplace_back(items[i], items[i + 1]);
    }
  } else if (pickle_.as<PickleObject>(target) == nullptr) {
    refuse_file("sets a key of " + described(pickle_, target));
  }
}

std::string PickleStack::name_of(PickleId id) const {
  const auto* name = pickle_.as<PickleName>(id);
  if (name == nullptr) {
    refuse_file("calls " + described(pickle_, id) + ", expected a name");
  }
  return name->text;
}

void PickleStack::reduce() {
  const PickleId arguments = pop();
  const std::string name = name_of(pop());
  if (std::ranges::find(kDictionaries, name) != kDictionaries.end()) {
    push(dictionary(arguments));
  } else if (std::ranges::find(kSets, name) != kSets.end()) {
    push(PickleList{});  // of what, is never needed
  } else if (std::ranges::find(functions_, name) != functions_.end()) {
    push(PickleObject{name, arguments});
  } else {
    refuse_file("calls `" + name +
                "`, expected only what state dicts are made of; nothing was executed");
  }
}

/// From the pairs that it may be given.
PickleDict PickleStack::dictionary(PickleId arguments) {
  PickleDict dict;
  const auto* given = pickle_.as<PickleList>(arguments);
  const auto* pairs = given == nullptr || given->items.empty()
                          ? nullptr
                          : pickle_.as<PickleList>(given->items.back());
  if (pairs == nullptr) {
    return dict;
  }
  require_room(2 * pairs->items.size());
  for (const PickleId id : pairs->items) {
    const auto* pair = pickle_.as<PickleList>(id);
    if (pair == nullptr || pair->items.size() != 2) {
      refuse_file("a dictionary of " + described(pickle_, id) + ", expected pairs");
    }
    dict.items.emplace_back(pair->items[0], pair->items[1]);
  }
  return dict;
}

void PickleStack::make_object() {
  const PickleId arguments = pop();
  push(PickleObject{name_of(pop()), arguments});
}

Pickle PickleStack::take() {
  pickle_.root = pop();
  return std::move(pickle_);
}

}  // namespace patchboard
