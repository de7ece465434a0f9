#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Installs the build into an empty place, then builds and runs the examples against it: found by CMake's
# find_package and by pkg-config, with the shared library and the static one.
# usage: install_test.sh BUILD EXAMPLES CC CXX
set -eu
build=$1 examples=$2 cc=$3 cxx=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
cmake --install "$build" --prefix "$prefix" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }

# The C example traps on purpose and shows the backtrace.
run_both() {
  "$1" > "$work/c.out"
  grep -q 'the guest says 42' "$work/c.out"
  grep -q 'error: integer divide by zero' "$work/c.out"
  grep -q 'in function divide' "$work/c.out"
  "$2" > "$work/cpp.out"
  grep -q 'hello from wasm' "$work/cpp.out"
  grep -q '40 + 2 = 42' "$work/cpp.out"
  grep -q 'as expected: the text is longer than the memory' "$work/cpp.out"
}

echo "find_package"
cmake -S "$examples" -B "$work/cmake" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_C_COMPILER="$cc" \
  -DCMAKE_CXX_COMPILER="$cxx" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
cmake --build "$work/cmake" > "$work/log" 2>&1 || { cat "$work/log"; exit 1; }
run_both "$work/cmake/embed-c" "$work/cmake/embed-cpp"

if ! command -v pkg-config > /dev/null; then
  echo "no pkg-config: skipped the rest"
  exit 77
fi
echo "pkg-config"
PKG_CONFIG_PATH=$(dirname "$(find "$prefix" -name zhan.pc)")
export PKG_CONFIG_PATH
flags=$(pkg-config --cflags --libs zhan)
libdir=$(pkg-config --variable=libdir zhan)
# shellcheck disable=SC2086
"$cc" -std=c99 -Wall -Wextra -pedantic -Werror "$examples/embed.c" $flags -Wl,-rpath,"$libdir" \
  -o "$work/embed-c"
# shellcheck disable=SC2086
"$cxx" -std=c++20 -Wall -Wextra -Werror "$examples/embed.cpp" $flags -Wl,-rpath,"$libdir" \
  -o "$work/embed-cpp"
run_both "$work/embed-c" "$work/embed-cpp"

echo "static"
cflags=$(pkg-config --cflags zhan)
private=$(pkg-config --static --libs-only-l zhan | sed 's/-lzhan//')
# shellcheck disable=SC2086
"$cc" -std=c99 $cflags "$examples/embed.c" "$libdir/libzhan.a" $private -lm -o "$work/embed-c"
# shellcheck disable=SC2086
"$cxx" -std=c++20 $cflags "$examples/embed.cpp" "$libdir/libzhan.a" $private -o "$work/embed-cpp"
run_both "$work/embed-c" "$work/embed-cpp"
