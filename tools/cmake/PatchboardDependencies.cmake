# The libraries: the machine's own where they are new enough, else their source. The explicit paths let
# the WebAssembly build, a cross build, see the machine's header-only libraries.

include(FetchContent)
set(_installed HINTS "${CMAKE_SOURCE_DIR}/.toolchain/eigen" PATHS /usr/local /usr NO_CMAKE_FIND_ROOT_PATH)

FetchContent_Declare(
  Eigen3
  GIT_REPOSITORY https://gitlab.com/libeigen/eigen.git
  GIT_TAG 5.0.1
  GIT_SHALLOW TRUE
  SYSTEM
  FIND_PACKAGE_ARGS 5 CONFIG ${_installed})

FetchContent_Declare(
  nlohmann_json
  GIT_REPOSITORY https://github.com/nlohmann/json.git
  GIT_TAG v3.11.3
  GIT_SHALLOW TRUE
  SYSTEM
  FIND_PACKAGE_ARGS 3.11 CONFIG ${_installed})

FetchContent_MakeAvailable(Eigen3 nlohmann_json)

if(EMSCRIPTEN)
  include(NarrowHeaders)
  narrow_headers(nlohmann_json::nlohmann_json nlohmann)
else()
  FetchContent_Declare(
    CLI11
    GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git
    GIT_TAG v2.4.2
    GIT_SHALLOW TRUE
    SYSTEM
    FIND_PACKAGE_ARGS 2.1 CONFIG)
  FetchContent_Declare(
    xxHash
    GIT_REPOSITORY https://github.com/Cyan4973/xxHash.git
    GIT_TAG v0.8.3
    GIT_SHALLOW TRUE
    SOURCE_SUBDIR none # its header is all that is used
    SYSTEM)
  find_path(PATCHBOARD_XXHASH_INCLUDE xxhash.h)
  if(NOT PATCHBOARD_XXHASH_INCLUDE)
    FetchContent_MakeAvailable(xxHash)
    set(PATCHBOARD_XXHASH_INCLUDE "${xxhash_SOURCE_DIR}")
  endif()
  FetchContent_MakeAvailable(CLI11)
endif()
