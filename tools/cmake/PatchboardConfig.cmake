# For find_package(Patchboard): the target Patchboard::patchboard_core.

include(CMakeFindDependencyMacro)
find_dependency(Eigen3 5 CONFIG)
find_dependency(Threads)
include("${CMAKE_CURRENT_LIST_DIR}/PatchboardTargets.cmake")
