#pragma once

#include <stdexcept>
#include <string>

namespace patchboard {

/// What is wrong with a file of weights. Who reads the file puts its name before it, and makes an
/// Error of it.
[[noreturn]] inline void refuse_file(const std::string& what) { throw std::range_error(what); }

}  // namespace patchboard
