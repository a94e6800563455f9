# patchboard_join(TARGET): its sources are compiled in groups, where PATCHBOARD_JOINED says so; tools/lib/joined.py
# says how. Half of the time, and less, where everything is compiled; more where one source has changed.

option(PATCHBOARD_JOINED "Compile sources in groups: for trees that are built whole, as tools/test does" OFF)

function(patchboard_join target)
  if(NOT PATCHBOARD_JOINED)
    return()
  endif()
  get_target_property(_sources ${target} SOURCES)
  list(FILTER _sources INCLUDE REGEX "\\.cpp$")
  find_program(PATCHBOARD_PYTHON python3 NO_CMAKE_FIND_ROOT_PATH REQUIRED)
  execute_process(
    COMMAND "${PATCHBOARD_PYTHON}" "${CMAKE_SOURCE_DIR}/tools/lib/joined.py" ${_sources}
    WORKING_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" OUTPUT_VARIABLE _lines COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "[^\n]+" _lines "${_lines}")
  foreach(_line IN LISTS _lines)
    string(REGEX MATCH "^([0-9]+) (.+)$" _ "${_line}")
    set_source_files_properties("${CMAKE_MATCH_2}" PROPERTIES UNITY_GROUP "g${CMAKE_MATCH_1}")
  endforeach()
  set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_MODE GROUP)
endfunction()
