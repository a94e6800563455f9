#pragma once

#include <functional>
#include <initializer_list>
#include <string_view>

#include "core/error.h"

namespace patchboard::testing {

/// Expects `body` to throw an Error of this code whose message has every one of `parts`.
void expect_error(ErrorCode code, std::initializer_list<std::string_view> parts,
                  const std::function<void()>& body);

}  // namespace patchboard::testing
