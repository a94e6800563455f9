# narrow_headers(TARGET FOLDER): lets an installed header-only library bring its own FOLDER of headers
# and nothing beside it. A library in /usr would else bring the machine's C library to WebAssembly.
function(narrow_headers target folder)
  get_target_property(imported ${target} IMPORTED)
  if(NOT imported)
    return()
  endif()
  get_target_property(include_folders ${target} INTERFACE_INCLUDE_DIRECTORIES)
  list(GET include_folders 0 include_folder)
  set(narrowed "${CMAKE_BINARY_DIR}/headers/${folder}")
  file(MAKE_DIRECTORY "${narrowed}")
  file(CREATE_LINK "${include_folder}/${folder}" "${narrowed}/${folder}" SYMBOLIC)
  set_target_properties(${target} PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${narrowed}")
endfunction()
