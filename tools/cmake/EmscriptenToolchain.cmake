# Includes the toolchain file that came with the emcc found, so that no emcmake is needed. The order is
# that of tools/lib/emscripten.sh.

find_program(
  PATCHBOARD_EMCC emcc
  HINTS "${CMAKE_CURRENT_LIST_DIR}/../../.toolchain/emscripten" "$ENV{EMSDK}/upstream/emscripten"
  DOC "The Emscripten compiler"
  NO_CMAKE_FIND_ROOT_PATH)
if(NOT PATCHBOARD_EMCC)
  message(FATAL_ERROR "No emcc in .toolchain, below $EMSDK or on PATH: run tools/setup, which installs it.")
endif()

get_filename_component(_emscripten_bin "${PATCHBOARD_EMCC}" DIRECTORY)
execute_process(
  COMMAND "${_emscripten_bin}/em-config" EMSCRIPTEN_ROOT
  OUTPUT_VARIABLE _emscripten_root
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
include("${_emscripten_root}/cmake/Modules/Platform/Emscripten.cmake")

# Node 20 has relaxed SIMD behind a flag, which later versions need not know.
set(_relaxed_simd_flag --experimental-wasm-relaxed-simd)
execute_process(COMMAND "${CMAKE_CROSSCOMPILING_EMULATOR}" ${_relaxed_simd_flag} --version RESULT_VARIABLE _unknown_flag
                OUTPUT_QUIET ERROR_QUIET)
if(NOT _unknown_flag)
  list(APPEND CMAKE_CROSSCOMPILING_EMULATOR ${_relaxed_simd_flag})
endif()
