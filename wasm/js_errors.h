#pragma once

#include <exception>
#include <new>
#include <string>
#include <utility>

#include "core/error.h"

namespace patchboard::js {

/// Throws a JavaScript Error that has a `code`.
[[noreturn]] void throw_error(const char* code, const std::string& message);

/// What `CoreError.code` is called in JavaScript.
[[nodiscard]] const char* code_name(ErrorCode code);

/// Runs `call`; what it throws becomes a JavaScript Error.
template <typename Call>
auto guarded(Call&& call) {
  try {
    return std::forward<Call>(call)();
  } catch (const Error& error) {
    throw_error(code_name(error.code()), error.what());
  } catch (const std::bad_alloc&) {
    throw_error("memory", "not enough memory in this tab for this model and these prompts");
  } catch (const std::exception& error) {
    throw_error("internal", error.what());
  }
}

}  // namespace patchboard::js
