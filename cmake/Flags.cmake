# SPDX-License-Identifier: Apache-2.0
# Compile and link flags. `zhan-flags` is for every target of ours; layers add -fno-exceptions
# -fno-rtti.
include(CheckCXXSourceCompiles)
include(CheckLinkerFlag)

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 99)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)

foreach(language IN ITEMS C CXX)
  string(REPLACE "-O3" "-O2" CMAKE_${language}_FLAGS_RELEASE "${CMAKE_${language}_FLAGS_RELEASE}")
endforeach()

# ccache: relative paths and no directory in the hash, so that build folders share what they
# compiled.
find_program(ZHAN_CCACHE ccache)
mark_as_advanced(ZHAN_CCACHE)
if(ZHAN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(zhan_launcher
      /usr/bin/env CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} ${ZHAN_CCACHE})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${zhan_launcher})
  set(CMAKE_C_COMPILER_LAUNCHER ${zhan_launcher})
endif()

set(zhan_is_clang $<CXX_COMPILER_ID:Clang>)
add_library(zhan-flags INTERFACE)

# Compile options of ours; the assembly of src/abi takes none of them.
function(zhan_options)
  foreach(option IN LISTS ARGN)
    target_compile_options(zhan-flags INTERFACE $<$<COMPILE_LANGUAGE:C,CXX>:${option}>)
  endforeach()
endfunction()

# Values: floating point as written, no errno from math functions. Thread-locals are few and hot.
zhan_options(-ffp-contract=off -fno-math-errno -ftls-model=initial-exec)
zhan_options(-ffunction-sections -fdata-sections)
zhan_options(-Wall -Wextra -Wno-missing-field-initializers -Wno-unknown-pragmas)
target_compile_options(zhan-flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-invalid-offsetof>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # gcc 12 warns of clang's attributes, and of overlaps and uninitialised values that are none.
  zhan_options(-Wno-attributes -Wno-restrict -Wno-maybe-uninitialized -Wno-stringop-overflow
               -Wno-array-bounds -Wno-dangling-pointer -Wno-psabi)
endif()
if(ZHAN_WERROR)
  zhan_options(-Werror)
endif()
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  zhan_options(-march=x86-64-v2)  # SSE4.1 roundings, popcnt
endif()

# -O1 keeps the reports of a sanitizer readable and the tests quick.
if(ZHAN_SANITIZE)
  list(JOIN ZHAN_SANITIZE "," zhan_sanitizers)
  set(zhan_sanitize_flags -fsanitize=${zhan_sanitizers} -fno-sanitize-recover=all)
  zhan_options(${zhan_sanitize_flags} -fno-omit-frame-pointer -g1)
  target_link_options(zhan-flags INTERFACE ${zhan_sanitize_flags})
endif()

if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  check_linker_flag(CXX -fuse-ld=lld zhan_has_lld)
endif()
# The compiler driver names the mathematics library for every C++ program; none of its functions is
# used, and loading it would take 340 KB of memory in each process.
target_link_options(zhan-flags INTERFACE -Wl,--gc-sections -Wl,--as-needed)
if(zhan_has_lld)
  # Equal functions become one where nobody takes their address: two handlers with equal code are
  # still two handlers, whose addresses tell cells apart. (The sanitizers' own objects do not say
  # whose addresses are taken.)
  target_link_options(zhan-flags INTERFACE -fuse-ld=lld -Wl,-O2
    -Wl,--icf=$<IF:$<BOOL:${ZHAN_SANITIZE}>,none,safe>)
endif()

# The table of handlers is thousands of addresses: one bit each instead of 24 bytes in the file.
check_linker_flag(CXX -Wl,-z,pack-relative-relocs zhan_has_relr)
if(zhan_has_relr)
  target_link_options(zhan-flags INTERFACE -Wl,-z,pack-relative-relocs)
endif()

# Handlers chained by tail calls, or called from a loop.
set(CMAKE_REQUIRED_FLAGS "-O1 -std=c++23")
check_cxx_source_compiles("
  typedef void (*Fn)(long) __attribute__((preserve_none));
  Fn next;
  __attribute__((preserve_none)) void step(long x) { [[clang::musttail]] return next(x + 1); }
  int main() { return next == nullptr ? 0 : 1; }" zhan_has_tailcall FAIL_REGEX "attribute")
unset(CMAKE_REQUIRED_FLAGS)
if(zhan_has_tailcall AND NOT ZHAN_PORTABLE)
  set(zhan_tailcall 1)
else()
  set(zhan_tailcall 0)
endif()
if(NOT zhan_has_tailcall AND NOT ZHAN_PORTABLE)
  message(STATUS "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} has no musttail with "
                 "preserve_none: building the portable interpreter, about three times slower than "
                 "with clang >= 19.")
endif()

# Numbers look alike everywhere: fmt needs no locales, which would bring the library's streams along.
target_compile_definitions(zhan-flags INTERFACE
  FMT_STATIC_THOUSANDS_SEPARATOR=','
  ZHAN_VERSION="${PROJECT_VERSION}"
  ZHAN_TAILCALL=${zhan_tailcall}
  ZHAN_EXPLICIT_CHECKS=$<BOOL:${ZHAN_EXPLICIT_CHECKS}>
  ZHAN_STATS=$<BOOL:${ZHAN_STATS}>)
