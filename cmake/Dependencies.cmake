# SPDX-License-Identifier: Apache-2.0
# What comes from the distribution. fmt is used as headers (its few compiled parts are built once,
# in src/base/fmt_library.cpp), which a cross build takes from the build machine: clang looks in
# /usr/include last.
find_package(Threads REQUIRED)

if(ZHAN_TESTS)
  if(CMAKE_CROSSCOMPILING)
    set(INSTALL_GTEST OFF)
    set(BUILD_GMOCK OFF)
    add_subdirectory(/usr/src/googletest ${CMAKE_BINARY_DIR}/googletest EXCLUDE_FROM_ALL)
    target_compile_options(gtest PRIVATE -w)
  else()
    find_package(GTest REQUIRED)
  endif()
endif()
