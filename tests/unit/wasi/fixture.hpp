// SPDX-License-Identifier: Apache-2.0
// A guest without an engine: a memory, a context over a temporary directory, and calls by name.
#pragma once

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "wasi/functions.hpp"

namespace zhan::wasi {

inline void PrintTo(Errno code, std::ostream* out) { *out << errno_text(code); }

/// Removed with everything in it.
class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "zhan-wasi-XXXXXX").string();
    ZHAN_CHECK(mkdtemp(name.data()) != nullptr, "a temporary directory can be made");
    m_path = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(m_path, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  [[nodiscard]] std::string path(std::string_view below = {}) const {
    return below.empty() ? m_path.string() : (m_path / below).string();
  }
  void file(std::string_view name, std::string_view bytes = {}) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
  }
  void dir(std::string_view name) const { std::filesystem::create_directory(path(name)); }
  void link(std::string_view target, std::string_view name) const {
    std::filesystem::create_symlink(target, path(name));
  }
  [[nodiscard]] std::string read(std::string_view name) const {
    std::ifstream in(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  [[nodiscard]] bool exists(std::string_view name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(path(name)));
  }

 private:
  std::filesystem::path m_path;
};

inline constexpr u32 scratch = 0x8000;  // where results go
inline constexpr u32 scratch2 = 0x8100;
inline constexpr u32 room = 0xa000;  // a buffer of 16 KiB and more
inline constexpr u32 bad = 0xffff'fff0;

/// `top/box` is the preopened directory (descriptor 3); what lies in `top` must stay out of reach.
class GuestTest : public ::testing::Test {
 protected:
  GuestTest() : memory(1 << 18), call{context, GuestMemory(memory), &requests, {}} {
    top.dir("box");
    top.file("secret", "secret");
    EXPECT_TRUE(context.preopen(top.path("box"), "/"));
  }

  TempDir top;
  Context context;
  std::vector<u8> memory;
  std::atomic<u32> requests{0};
  Call call;

  /// Copies bytes into the guest; where they are.
  u32 put(std::string_view bytes) {
    m_next = (m_next + 7) & ~7u;
    u32 at = m_next;
    ZHAN_CHECK(at + bytes.size() < scratch, "the guest's strings fit");
    std::copy(bytes.begin(), bytes.end(), memory.begin() + at);
    m_next += static_cast<u32>(bytes.size());
    return at;
  }
  /// An array of iovecs in the guest.
  u32 iovecs(std::initializer_list<std::pair<u32, u32>> vectors) {
    std::string bytes;
    for (auto [pointer, length] : vectors) {
      bytes.append(reinterpret_cast<const char*>(&pointer), 4);
      bytes.append(reinterpret_cast<const char*>(&length), 4);
    }
    return put(bytes);
  }
  template <class T>
  T get(u32 at) {
    T value{};
    EXPECT_TRUE(call.memory.read(at, value));
    return value;
  }
  std::string text(u32 at, u32 length) {
    return {reinterpret_cast<const char*>(memory.data()) + at, length};
  }
  static u32 size(std::string_view s) { return static_cast<u32>(s.size()); }
  std::string host(std::string_view name) { return top.path("box/" + std::string(name)); }
  void reset() { m_next = 16; }

  // Calls.
  Errno open(std::string_view path, u32 oflags = 0, u64 base = right::all, u32 lookup = 0,
             u32 dir = 3, u32 fdflags = 0) {
    if (m_next > scratch / 2) reset();
    u64 rights = base == right::all ? right::all & ~right::fd_write & ~right::fd_allocate &
                                          ~right::fd_filestat_set_size
                                    : base;
    return path_open(call, dir, lookup, put(path), size(path), oflags, rights, right::all, fdflags,
                     scratch);
  }
  u32 opened(std::string_view path, u32 oflags = 0, u64 base = right::all, u32 lookup = 0,
             u32 dir = 3, u32 fdflags = 0) {
    EXPECT_EQ(open(path, oflags, base, lookup, dir, fdflags), Errno::success) << path;
    return get<u32>(scratch);
  }
  /// Read, write and all else.
  static constexpr u64 rw = right::all;
  u32 opened_rw(std::string_view path, u32 oflags = oflag::creat, u32 fdflags = 0) {
    EXPECT_EQ(path_open(call, 3, 0, put(path), size(path), oflags, right::all, right::all, fdflags,
                        scratch),
              Errno::success)
        << path;
    return get<u32>(scratch);
  }
  Errno write(u32 fd, std::string_view bytes) {
    return fd_write(call, fd, iovecs({{put(bytes), size(bytes)}}), 1, scratch);
  }
  /// What one read gives, or the errno's text in brackets.
  std::string read(u32 fd, u32 length = 1000) {
    Errno error = fd_read(call, fd, iovecs({{room, length}}), 1, scratch);
    return error == Errno::success ? text(room, get<u32>(scratch))
                                   : "[" + std::string(errno_text(error)) + "]";
  }
  Errno unlink(std::string_view path, u32 dir = 3) {
    return path_unlink_file(call, dir, put(path), size(path));
  }
  Errno rmdir(std::string_view path, u32 dir = 3) {
    return path_remove_directory(call, dir, put(path), size(path));
  }
  Errno mkdir(std::string_view path, u32 dir = 3) {
    return path_create_directory(call, dir, put(path), size(path));
  }
  Errno symlink(std::string_view target, std::string_view path, u32 dir = 3) {
    return path_symlink(call, put(target), size(target), dir, put(path), size(path));
  }
  Errno rename(std::string_view from, std::string_view to, u32 from_dir = 3, u32 to_dir = 3) {
    return path_rename(call, from_dir, put(from), size(from), to_dir, put(to), size(to));
  }
  Errno link(std::string_view from, std::string_view to, u32 lookup = 0, u32 from_dir = 3,
             u32 to_dir = 3) {
    return path_link(call, from_dir, lookup, put(from), size(from), to_dir, put(to), size(to));
  }
  Errno stat(std::string_view path, u32 lookup = 0, u32 dir = 3) {
    return path_filestat_get(call, dir, lookup, put(path), size(path), scratch);
  }
  Errno readlink(std::string_view path, u32 length = 100) {
    return path_readlink(call, 3, put(path), size(path), room, length, scratch);
  }

 private:
  u32 m_next = 16;
};

/// Every test runs with openat2 and with the walk.
class PathTest : public GuestTest, public ::testing::WithParamInterface<Resolver> {
 protected:
  void SetUp() override {
    if (GetParam() == Resolver::kernel && !kernel_resolves())
      GTEST_SKIP() << "this kernel has no openat2";
    context.set_resolver(GetParam());
  }
};

#define ZHAN_BOTH_RESOLVERS(suite)                                      \
  INSTANTIATE_TEST_SUITE_P(                                             \
      Ways, suite, ::testing::Values(Resolver::kernel, Resolver::walk), \
      [](const auto& info) { return info.param == Resolver::kernel ? "kernel" : "walk"; })

}  // namespace zhan::wasi
