#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/weights/pickle_value.h"

namespace patchboard {

/// The most values that a pickle may have, with references to them: some hundred times a GPT-2's.
inline constexpr std::size_t kMostPickleValues = std::size_t{1} << 21;

/// What a pickle's opcodes work on: the values made so far, the stack, its marks and the memo.
/// Errors of every function: std::range_error: a stack that does not hold what is taken from it, a
/// value of another kind than it should be, more than `kMostPickleValues`.
class PickleStack {
 public:
  /// functions: whose calls become records; those of others are refused.
  explicit PickleStack(std::span<const std::string_view> functions) : functions_(functions) {}

  void push(PickleValue value);
  [[nodiscard]] PickleId pop();
  [[nodiscard]] PickleId top();
  void drop() { static_cast<void>(pop()); }
  void duplicate() { push_id(top()); }
  void mark();
  [[nodiscard]] std::vector<PickleId> pop_to_mark();

  void put(std::uint64_t key) { memo_[key] = top(); }
  void memoize() { put(memo_.size()); }
  void get(std::uint64_t key);

  /// Of the values on top.
  void push_tuple(std::size_t size);
  /// Of the module and the name on top.
  void push_name();
  /// To the list, the dictionary or the object below them.
  void append(const std::vector<PickleId>& items);
  void set_items(const std::vector<PickleId>& items);
  /// A function and its arguments become what it would make; a class and its arguments an object.
  void reduce();
  void make_object();

  [[nodiscard]] const Pickle& pickle() const { return pickle_; }
  /// Whose root is the value on top.
  [[nodiscard]] Pickle take();

 private:
  void require_room(std::size_t more);
  void push_id(PickleId id);
  [[nodiscard]] std::string name_of(PickleId id) const;
  [[nodiscard]] PickleDict dictionary(PickleId arguments);

  std::span<const std::string_view> functions_;
  Pickle pickle_;
  std::size_t held_ = 0;  // values, and references to them
  std::vector<PickleId> stack_;
  std::vector<std::size_t> marks_;
  std::unordered_map<std::uint64_t, PickleId> memo_;
};

}  // namespace patchboard
