# SPDX-License-Identifier: Apache-2.0
# Included before project(). Picks the compiler unless the user did: clang-22, else any clang >= 19
# (the interpreter chains its handlers with musttail and preserve_none, which gcc 12 has not), else
# gcc and the portable build.

function(zhan_clang_version compiler out)
  execute_process(COMMAND ${compiler} -dumpversion OUTPUT_VARIABLE text ERROR_QUIET
                  OUTPUT_STRIP_TRAILING_WHITESPACE)
  string(REGEX MATCH "^[0-9]+" major "${text}")
  set(${out} "${major}" PARENT_SCOPE)
endfunction()

macro(zhan_find_compiler)
  foreach(suffix IN ITEMS -22 -25 -24 -23 -21 -20 -19 "")
    if(NOT CMAKE_CXX_COMPILER)
      find_program(zhan_cxx_candidate${suffix} clang++${suffix})
      find_program(zhan_cc_candidate${suffix} clang${suffix})
      mark_as_advanced(zhan_cxx_candidate${suffix} zhan_cc_candidate${suffix})
      if(zhan_cxx_candidate${suffix} AND zhan_cc_candidate${suffix})
        zhan_clang_version(${zhan_cxx_candidate${suffix}} zhan_clang_major)
        if(zhan_clang_major GREATER_EQUAL 19)
          set(CMAKE_CXX_COMPILER ${zhan_cxx_candidate${suffix}} CACHE FILEPATH "C++ compiler")
          set(CMAKE_C_COMPILER ${zhan_cc_candidate${suffix}} CACHE FILEPATH "C compiler")
        endif()
      endif()
    endif()
  endforeach()
  if(NOT CMAKE_CXX_COMPILER)
    message(STATUS "No clang >= 19 found: using gcc and the portable build, whose interpreter is "
                   "about three times slower. Install clang-22 for the fast one.")
    set(CMAKE_CXX_COMPILER g++ CACHE STRING "C++ compiler")
    set(CMAKE_C_COMPILER gcc CACHE STRING "C compiler")
    set(ZHAN_PORTABLE ON CACHE BOOL "Call the handlers from a loop" FORCE)
  endif()
endmacro()

if(NOT CMAKE_CXX_COMPILER AND NOT DEFINED ENV{CXX} AND NOT CMAKE_TOOLCHAIN_FILE)
  zhan_find_compiler()
endif()
