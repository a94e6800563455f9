# GoogleTest, compiled with the flags of the tree that it tests, and patchboard_add_test_executable().

include(FetchContent)
include(GoogleTest)

# Debian's package is the source.
if(EXISTS /usr/src/googletest/CMakeLists.txt)
  set(FETCHCONTENT_SOURCE_DIR_GOOGLETEST /usr/src/googletest)
endif()
FetchContent_Declare(
  googletest
  GIT_REPOSITORY https://github.com/google/googletest.git
  GIT_TAG v1.14.0
  GIT_SHALLOW TRUE
  SYSTEM)
if(EMSCRIPTEN AND PATCHBOARD_THREADS)
  # CMake's own test for threads does not know Emscripten's, and GoogleTest would do without locks.
  set(CMAKE_HAVE_LIBC_PTHREAD ON)
endif()
set(BUILD_GMOCK OFF)
set(INSTALL_GTEST OFF)
FetchContent_MakeAvailable(googletest)
target_link_libraries(gtest PUBLIC patchboard_platform)
target_compile_options(gtest PRIVATE -w) # not our warnings

# patchboard_add_test_executable(NAME SOURCES... [FIXTURE NAME]): a GoogleTest program, each case of
# which CTest runs, after the fixture; under Emscripten in Node, with the machine's files.
function(patchboard_add_test_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "FIXTURE" "")
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE GTest::gtest_main patchboard_warnings)
  if(EMSCRIPTEN)
    # .cjs, since the package.json above the build folder makes every .js an ES module.
    set_target_properties(${name} PROPERTIES SUFFIX .cjs)
    target_link_options(
      ${name}
      PRIVATE
        -sNODERAWFS
        -sEXIT_RUNTIME
        # Off Node's main thread, tests may start threads beyond the pool.
        $<$<BOOL:${PATCHBOARD_THREADS}>:-sPROXY_TO_PTHREAD>
        $<$<BOOL:${PATCHBOARD_THREADS}>:-sPTHREAD_POOL_SIZE=4>
        -sALLOW_MEMORY_GROWTH
        # Eigen's GEMM keeps its blocks on the stack.
        -sSTACK_SIZE=1MB
        -sDEFAULT_PTHREAD_STACK_SIZE=1MB
        -sWASM_BIGINT)
  endif()
  gtest_discover_tests(${name} WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}" DISCOVERY_TIMEOUT 60
                       PROPERTIES FIXTURES_REQUIRED "${arg_FIXTURE}")
endfunction()
