# GoogleTest, compiled with the flags of the tree that it tests, and patchboard_add_test_executable().

include(FetchContent)

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
target_compile_options(gtest PRIVATE -w -O0) # not our warnings, and nothing that takes its time

# As many processes as most machines have cores share a program's cases.
set(PATCHBOARD_TEST_SHARDS 2)

# patchboard_add_test_executable(NAME SOURCES... [FIXTURE NAME] [KERNELS]): a GoogleTest program, whose cases CTest
# runs in PATCHBOARD_TEST_SHARDS processes after the fixture, and not in a process each, which cost more than
# most cases; under Emscripten in Node, with the machine's files. Each process reports to build/reports/.
# KERNELS: it tests inline functions of the core, and so is compiled as the core is.
function(patchboard_add_test_executable name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "KERNELS" "FIXTURE" "")
  add_executable(${name} ${arg_UNPARSED_ARGUMENTS})
  patchboard_join(${name})
  set(caller patchboard_calling_test)
  if(arg_KERNELS)
    set(caller patchboard_caller)
  endif()
  set_target_properties(${name} PROPERTIES PATCHBOARD_CALLER ${caller})
  target_link_libraries(${name} PRIVATE GTest::gtest_main patchboard_warnings ${caller})
  if(EMSCRIPTEN)
    # .cjs, since the package.json above the build folder makes every .js an ES module.
    set_target_properties(${name} PROPERTIES SUFFIX .cjs)
    target_link_options(
      ${name}
      PRIVATE
        "SHELL:--pre-js ${CMAKE_SOURCE_DIR}/tests/environment.cjs"
        # Optimising the whole program once more takes 25 times as long as linking it. The engine that is
        # served is optimised so, and the end-to-end tests hold it against the native numbers.
        -O1
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
  patchboard_add_tests(${name} "${arg_FIXTURE}")
endfunction()

function(patchboard_add_tests name fixture)
  get_filename_component(tree "${CMAKE_BINARY_DIR}" NAME)
  math(EXPR last "${PATCHBOARD_TEST_SHARDS} - 1")
  foreach(shard RANGE ${last})
    set(test "${name}.${shard}")
    add_test(
      NAME ${test}
      COMMAND ${name} "--gtest_output=xml:${CMAKE_SOURCE_DIR}/build/reports/${tree}-${test}.xml" --gtest_brief=1
      WORKING_DIRECTORY "${CMAKE_SOURCE_DIR}")
    set_tests_properties(
      ${test} PROPERTIES ENVIRONMENT "GTEST_TOTAL_SHARDS=${PATCHBOARD_TEST_SHARDS};GTEST_SHARD_INDEX=${shard}"
                         FIXTURES_REQUIRED "${fixture}")
  endforeach()
endfunction()
