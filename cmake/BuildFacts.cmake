# Build facts: version, commit, compiler and build type as one small .cc, written anew at each build
# but only touched when they changed, so that a commit recompiles one file and no other.
#
# With cmake -P it is the script that writes the file.
if(CMAKE_SCRIPT_MODE_FILE)
  set(commit unknown)
  set(date "")
  set(modified false)
  find_package(Git QUIET)
  if(GIT_FOUND)
    execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} log -1 --format=%H\ %cI
                    OUTPUT_VARIABLE head OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                    RESULT_VARIABLE failed)
    if(NOT failed AND head MATCHES "^([0-9a-f]+) (.+)$")
      set(commit ${CMAKE_MATCH_1})
      set(date ${CMAKE_MATCH_2})
      execute_process(COMMAND ${GIT_EXECUTABLE} -C ${SOURCE} diff-index --quiet HEAD --
                      RESULT_VARIABLE differs ERROR_QUIET OUTPUT_QUIET)
      if(differs)
        set(modified true)
      endif()
    endif()
  endif()
  configure_file(${CMAKE_CURRENT_LIST_DIR}/build_facts.cc.in ${OUTPUT} @ONLY)
  return()
endif()

set(facts ${CMAKE_BINARY_DIR}/build_facts.cc)
add_custom_target(rumbo_build_facts_file BYPRODUCTS ${facts}
  COMMAND ${CMAKE_COMMAND} -DSOURCE=${CMAKE_SOURCE_DIR} -DOUTPUT=${facts}
          -DVERSION=${PROJECT_VERSION} -DBUILD=${CMAKE_BUILD_TYPE}
          "-DCOMPILER=${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}"
          -P ${CMAKE_CURRENT_LIST_FILE} VERBATIM)
add_library(rumbo_build_facts STATIC ${facts})
add_dependencies(rumbo_build_facts rumbo_build_facts_file)
target_include_directories(rumbo_build_facts PRIVATE ${CMAKE_SOURCE_DIR}/src)
