# `cmake --install`: the core as a library, its headers, and the package that find_package(Patchboard) finds.

include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(_package "${CMAKE_INSTALL_LIBDIR}/cmake/Patchboard")
set(_headers "${CMAKE_INSTALL_INCLUDEDIR}/patchboard")
# Who links it is compiled for the same instruction set: Eigen's types depend on it.
install(
  TARGETS patchboard_core patchboard_platform
  EXPORT PatchboardTargets
  INCLUDES
  DESTINATION "${_headers}")
install(EXPORT PatchboardTargets NAMESPACE Patchboard:: DESTINATION "${_package}")
install(
  DIRECTORY "${CMAKE_SOURCE_DIR}/core"
  DESTINATION "${_headers}"
  FILES_MATCHING
  PATTERN "*.h")
install(TARGETS patchboard)
write_basic_package_version_file(
  "${CMAKE_BINARY_DIR}/PatchboardConfigVersion.cmake" COMPATIBILITY SameMinorVersion)
install(FILES "${CMAKE_SOURCE_DIR}/tools/cmake/PatchboardConfig.cmake"
              "${CMAKE_BINARY_DIR}/PatchboardConfigVersion.cmake" DESTINATION "${_package}")
