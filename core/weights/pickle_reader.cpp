#include "core/weights/pickle_reader.h"

#include <bit>
#include <cstring>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include "core/input/utf8.h"
#include "core/weights/pickle_stack.h"

namespace patchboard {
namespace {

/// The opcodes, named as pickletools names them.
namespace opcode {
constexpr unsigned char kMark = '(';
constexpr unsigned char kStop = '.';
constexpr unsigned char kPop = '0';
constexpr unsigned char kPopMark = '1';
constexpr unsigned char kDup = '2';
constexpr unsigned char kBinFloat = 'G';
constexpr unsigned char kBinInt = 'J';
constexpr unsigned char kBinInt1 = 'K';
constexpr unsigned char kBinInt2 = 'M';
constexpr unsigned char kNone = 'N';
constexpr unsigned char kBinPersId = 'Q';
constexpr unsigned char kReduce = 'R';
constexpr unsigned char kBinString = 'T';
constexpr unsigned char kShortBinString = 'U';
constexpr unsigned char kBinUnicode = 'X';
constexpr unsigned char kAppend = 'a';
constexpr unsigned char kBuild = 'b';
constexpr unsigned char kGlobal = 'c';
constexpr unsigned char kAppends = 'e';
constexpr unsigned char kBinGet = 'h';
constexpr unsigned char kLongBinGet = 'j';
constexpr unsigned char kBinPut = 'q';
constexpr unsigned char kLongBinPut = 'r';
constexpr unsigned char kSetItem = 's';
constexpr unsigned char kTuple = 't';
constexpr unsigned char kSetItems = 'u';
constexpr unsigned char kEmptyDict = '}';
constexpr unsigned char kEmptyList = ']';
constexpr unsigned char kEmptyTuple = ')';
constexpr unsigned char kBinBytes = 'B';
constexpr unsigned char kShortBinBytes = 'C';
constexpr unsigned char kProto = 0x80;
constexpr unsigned char kNewObj = 0x81;
constexpr unsigned char kTuple1 = 0x85;
constexpr unsigned char kTuple2 = 0x86;
constexpr unsigned char kTuple3 = 0x87;
constexpr unsigned char kNewTrue = 0x88;
constexpr unsigned char kNewFalse = 0x89;
constexpr unsigned char kLong1 = 0x8a;
constexpr unsigned char kLong4 = 0x8b;
constexpr unsigned char kShortBinUnicode = 0x8c;
constexpr unsigned char kBinUnicode8 = 0x8d;
constexpr unsigned char kBinBytes8 = 0x8e;
constexpr unsigned char kEmptySet = 0x8f;
constexpr unsigned char kAddItems = 0x90;
constexpr unsigned char kFrozenSet = 0x91;
constexpr unsigned char kNewObjEx = 0x92;
constexpr unsigned char kStackGlobal = 0x93;
constexpr unsigned char kMemoize = 0x94;
constexpr unsigned char kFrame = 0x95;
constexpr unsigned char kByteArray8 = 0x96;
}  // namespace opcode

/// The bytes end before the pickle does.
class Ended : public std::exception {};

/// Reads opcodes with what follows them, and does to the stack what they say.
class Machine {
 public:
  Machine(std::span<const std::byte> bytes, std::span<const std::string_view> functions)
      : bytes_(bytes), stack_(functions) {}

  Pickle run() {
    try {
      while (step()) {
      }
    } catch (const std::range_error& refusal) {
      throw std::range_error("byte " + std::to_string(begin_) +
                             " of the pickle: " + refusal.what());
    }
    Pickle pickle = stack_.take();
    pickle.bytes = at_;
    return pickle;
  }

 private:
  std::span<const std::byte> take(std::uint64_t size) {
    if (size > bytes_.size() - at_) {
      throw Ended();
    }
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(size));
    at_ += taken.size();
    return taken;
  }

  template <typename Number>
  Number number() {
    Number number{};
    std::memcpy(&number, take(sizeof number).data(), sizeof number);
    return number;
  }

  std::string_view line() {
    const std::string_view rest(reinterpret_cast<const char*>(bytes_.data()) + at_,
                                bytes_.size() - at_);
    const std::size_t end = rest.find('\n');
    if (end == std::string_view::npos) {
      throw Ended();
    }
    at_ += end + 1;
    return rest.substr(0, end);
  }

  void push_text(std::uint64_t size) {
    const auto text = take(size);
    stack_.push(replace_invalid_utf8({reinterpret_cast<const char*>(text.data()), text.size()}));
  }

  void push_bytes(std::uint64_t size) {
    take(size);
    stack_.push(PickleOther{"bytes"});
  }

  void push_whole(std::uint64_t size) {
    const auto bytes = take(size);
    if (bytes.size() > sizeof(std::int64_t)) {
      stack_.push(PickleOther{"a whole number of more than 64 bits"});
      return;
    }
    const bool is_negative = !bytes.empty() && (bytes.back() & std::byte{0x80}) != std::byte{};
    std::int64_t value = is_negative ? -1 : 0;
    std::memcpy(&value, bytes.data(), bytes.size());
    stack_.push(value);
  }

  void push_float() {
    auto bits = number<std::uint64_t>();
    std::uint64_t swapped = 0;  // it is big-endian
    for (int byte = 0; byte < 8; ++byte, bits >>= 8U) {
      swapped = swapped << 8U | (bits & 0xFFU);
    }
    stack_.push(std::bit_cast<double>(swapped));
  }

  void push_name() {
    const std::string module(line());
    stack_.push(PickleName{replace_invalid_utf8(module + "." + std::string(line()))});
  }

  bool step();
  bool step_value(unsigned char code);
  bool step_stack(unsigned char code);
  bool step_container(unsigned char code);
  bool step_object(unsigned char code);

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
  std::size_t begin_ = 0;  // of the opcode
  PickleStack stack_;
};

/// Whether there is another one.
bool Machine::step() {
  begin_ = at_;
  const auto code = number<unsigned char>();
  if (code == opcode::kStop) {
    return false;
  }
  if (!step_value(code) && !step_stack(code) && !step_container(code) && !step_object(code)) {
    throw std::range_error("opcode " + std::to_string(static_cast<int>(code)) +
                           ", expected one of the protocols 2 to 5 of pickle");
  }
  return true;
}

/// Whether it was an opcode of numbers and texts.
bool Machine::step_value(unsigned char code) {
  switch (code) {
    case opcode::kProto:
      number<unsigned char>();
      return true;
    case opcode::kFrame:
      number<std::uint64_t>();
      return true;
    case opcode::kNone:
      stack_.push(PickleNone{});
      return true;
    case opcode::kNewTrue:
    case opcode::kNewFalse:
      stack_.push(code == opcode::kNewTrue);
      return true;
    case opcode::kBinInt:
      stack_.push(std::int64_t{number<std::int32_t>()});
      return true;
    case opcode::kBinInt1:
      stack_.push(std::int64_t{number<std::uint8_t>()});
      return true;
    case opcode::kBinInt2:
      stack_.push(std::int64_t{number<std::uint16_t>()});
      return true;
    case opcode::kLong1:
      push_whole(number<std::uint8_t>());
      return true;
    case opcode::kLong4:
      push_whole(number<std::uint32_t>());
      return true;
    case opcode::kBinFloat:
      push_float();
      return true;
    case opcode::kShortBinString:
    case opcode::kShortBinUnicode:
      push_text(number<std::uint8_t>());
      return true;
    case opcode::kBinString:
    case opcode::kBinUnicode:
      push_text(number<std::uint32_t>());
      return true;
    case opcode::kBinUnicode8:
      push_text(number<std::uint64_t>());
      return true;
    case opcode::kShortBinBytes:
      push_bytes(number<std::uint8_t>());
      return true;
    case opcode::kBinBytes:
      push_bytes(number<std::uint32_t>());
      return true;
    case opcode::kBinBytes8:
    case opcode::kByteArray8:
      push_bytes(number<std::uint64_t>());
      return true;
    default:
      return false;
  }
}

/// Whether it was one of the stack and the memo.
bool Machine::step_stack(unsigned char code) {
  switch (code) {
    case opcode::kMark:
      stack_.mark();
      return true;
    case opcode::kPop:
      stack_.drop();
      return true;
    case opcode::kPopMark:
      static_cast<void>(stack_.pop_to_mark());
      return true;
    case opcode::kDup:
      stack_.duplicate();
      return true;
    case opcode::kBinPut:
      stack_.put(number<std::uint8_t>());
      return true;
    case opcode::kLongBinPut:
      stack_.put(number<std::uint32_t>());
      return true;
    case opcode::kMemoize:
      stack_.memoize();
      return true;
    case opcode::kBinGet:
      stack_.get(number<std::uint8_t>());
      return true;
    case opcode::kLongBinGet:
      stack_.get(number<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

/// Whether it was one of lists and dictionaries.
bool Machine::step_container(unsigned char code) {
  switch (code) {
    case opcode::kEmptyDict:
      stack_.push(PickleDict{});
      return true;
    case opcode::kEmptyList:
    case opcode::kEmptyTuple:
    case opcode::kEmptySet:
      stack_.push(PickleList{});
      return true;
    case opcode::kTuple1:
    case opcode::kTuple2:
    case opcode::kTuple3:
      stack_.push_tuple(std::size_t{1} + code - opcode::kTuple1);
      return true;
    case opcode::kTuple:
    case opcode::kFrozenSet:
      stack_.push(PickleList{stack_.pop_to_mark()});
      return true;
    case opcode::kAppend:
      stack_.append({stack_.pop()});
      return true;
    case opcode::kAppends:
    case opcode::kAddItems:
      stack_.append(stack_.pop_to_mark());
      return true;
    case opcode::kSetItem: {
      const PickleId value = stack_.pop();
      stack_.set_items({stack_.pop(), value});
      return true;
    }
    case opcode::kSetItems:
      stack_.set_items(stack_.pop_to_mark());
      return true;
    default:
      return false;
  }
}

/// Whether it was one of classes and functions.
bool Machine::step_object(unsigned char code) {
  switch (code) {
    case opcode::kGlobal:
      push_name();
      return true;
    case opcode::kStackGlobal:
      stack_.push_name();
      return true;
    case opcode::kReduce:
      stack_.reduce();
      return true;
    case opcode::kNewObj:
    case opcode::kNewObjEx:
      if (code == opcode::kNewObjEx) {
        stack_.drop();  // what is given by name
      }
      stack_.make_object();
      return true;
    case opcode::kBuild:  // the state of an object, `_metadata` of a dictionary
      stack_.drop();
      static_cast<void>(stack_.top());
      return true;
    case opcode::kBinPersId:
      stack_.push(PickleElsewhere{stack_.pop()});
      return true;
    default:
      return false;
  }
}

}  // namespace

std::optional<Pickle> read_pickle(std::span<const std::byte> bytes,
                                  std::span<const std::string_view> functions) {
  try {
    return Machine(bytes, functions).run();
  } catch (const Ended&) {
    return std::nullopt;
  }
}

}  // namespace patchboard
