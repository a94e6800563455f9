# Compiler flags live on two INTERFACE targets, never in global variables.

add_library(patchboard_warnings INTERFACE)
target_compile_options(
  patchboard_warnings
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wswitch-enum -Werror)

if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 finds them in its own headers: AVX-512's, inlined from Eigen, and <string>'s (bug 105651), of
  # which it forgets that they are the system's when they come precompiled.
  target_compile_options(
    patchboard_warnings
    INTERFACE -Wno-maybe-uninitialized -Wno-uninitialized -Wno-restrict -Wno-stringop-overflow
              -Wno-stringop-overread -Wno-array-bounds)
endif()

if(PATCHBOARD_JOINED)
  # A name of one source within a function of another is no mistake.
  target_compile_options(patchboard_warnings INTERFACE -Wno-shadow)
endif()

# What every object of one build tree must agree on: instruction set, threads, exceptions.
add_library(patchboard_platform INTERFACE)

option(PATCHBOARD_SANITIZE "Build with the address and undefined-behaviour sanitizers" OFF)
option(PATCHBOARD_SANITIZE_THREADS "Build with the thread sanitizer" OFF)
option(PATCHBOARD_FUZZ "Build the fuzzers, which need clang" OFF)
option(PATCHBOARD_32_BITS "Build for 32-bit x86, with SSE2" OFF)
set(PATCHBOARD_ARCH "native" CACHE STRING "Value of -march for native builds, empty for the compiler's default")

if(EMSCRIPTEN)
  option(PATCHBOARD_RELAXED_SIMD "Multiply-add in one instruction, which older browsers do not have" ON)
  option(PATCHBOARD_THREADS "Threads, which a page has only where it is isolated from other origins" ON)
  target_compile_options(
    patchboard_platform
    INTERFACE -fwasm-exceptions -msimd128 $<$<BOOL:${PATCHBOARD_RELAXED_SIMD}>:-mrelaxed-simd>)
  target_link_options(patchboard_platform INTERFACE -fwasm-exceptions)
  if(PATCHBOARD_THREADS)
    target_compile_options(patchboard_platform INTERFACE -pthread)
    # Growth slows JavaScript's views of the heap, which do little.
    target_link_options(patchboard_platform INTERFACE -pthread -Wno-pthreads-mem-growth)
  endif()
else()
  find_package(Threads REQUIRED)
  target_link_libraries(patchboard_platform INTERFACE Threads::Threads)
  if(PATCHBOARD_ARCH)
    target_compile_options(patchboard_platform INTERFACE "-march=${PATCHBOARD_ARCH}")
  endif()
endif()

if(PATCHBOARD_SANITIZE)
  set(_sanitizers -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_compile_options(patchboard_platform INTERFACE ${_sanitizers})
  target_link_options(patchboard_platform INTERFACE ${_sanitizers})
endif()

if(PATCHBOARD_SANITIZE_THREADS)
  target_compile_options(patchboard_platform INTERFACE -fsanitize=thread)
  target_link_options(patchboard_platform INTERFACE -fsanitize=thread)
endif()

if(PATCHBOARD_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    message(FATAL_ERROR "PATCHBOARD_FUZZ: libFuzzer is clang's, not ${CMAKE_CXX_COMPILER_ID}'s")
  endif()
  # What the fuzzers look for new paths in: the core alone.
  set(PATCHBOARD_FUZZED -fsanitize=fuzzer-no-link)
endif()

# What only calls the core, and tests that do. With a sanitizer they are not optimised, which compiles in a third
# of the time; of an inline function that both have the linker takes the core's, which it sees first. In a tree
# that is built whole and once, tests are not either.
add_library(patchboard_caller INTERFACE)
add_library(patchboard_calling_test INTERFACE)
set(PATCHBOARD_UNOPTIMISED)
if(PATCHBOARD_SANITIZE OR PATCHBOARD_SANITIZE_THREADS)
  set(PATCHBOARD_UNOPTIMISED patchboard_caller patchboard_calling_test)
elseif(PATCHBOARD_JOINED AND NOT EMSCRIPTEN)
  set(PATCHBOARD_UNOPTIMISED patchboard_calling_test)
endif()
foreach(_caller IN LISTS PATCHBOARD_UNOPTIMISED)
  target_compile_options(${_caller} INTERFACE -O0)
  target_link_options(${_caller} INTERFACE
                      "LINKER:--whole-archive,$<TARGET_FILE:patchboard_core>,--no-whole-archive")
endforeach()

if(PATCHBOARD_32_BITS)
  target_compile_options(patchboard_platform INTERFACE -m32 -msse2 -mfpmath=sse)
  target_link_options(patchboard_platform INTERFACE -m32)
endif()
