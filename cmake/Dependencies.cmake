# SPDX-License-Identifier: Apache-2.0
# What comes from the distribution. fmt, CLI11 and nlohmann-json are used as headers only (fmt's few compiled parts
# are built once, in src/base/fmt_library.cpp), so a cross build can take them from the build machine.
find_package(Threads REQUIRED)

add_library(zhan-headers INTERFACE)
if(CMAKE_CROSSCOMPILING)
  # /usr/include itself must not be on the path: it holds the C library of the wrong machine.
  foreach(name IN ITEMS fmt CLI nlohmann)
    if(EXISTS /usr/include/${name})
      file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/host-include)
      file(CREATE_LINK /usr/include/${name} ${CMAKE_BINARY_DIR}/host-include/${name} SYMBOLIC)
    endif()
  endforeach()
  target_include_directories(zhan-headers SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/host-include)
endif()

if(ZHAN_TESTS)
  if(CMAKE_CROSSCOMPILING)
    set(INSTALL_GTEST OFF)
    set(BUILD_GMOCK OFF)
    add_subdirectory(/usr/src/googletest ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
    add_library(GTest::gtest_main ALIAS gtest_main)
  else()
    find_package(GTest REQUIRED)
  endif()
endif()
