// SPDX-License-Identifier: Apache-2.0
#include <set>

#include "fixture.hpp"

namespace zhan::wasi {
namespace {

struct Entry {
  u64 next = 0, ino = 0;
  Filetype type{};
  std::string name;
};

class Dirs : public PathTest {
 protected:
  /// The whole entries of one call; `used` tells whether there is more.
  std::vector<Entry> entries(u32 fd, u64 cookie, u32 length, u32* used = nullptr) {
    EXPECT_EQ(fd_readdir(call, fd, room, length, cookie, scratch), Errno::success);
    u32 bytes = get<u32>(scratch);
    if (used != nullptr) *used = bytes;
    EXPECT_LE(bytes, length);
    std::vector<Entry> all;
    for (u32 at = room; at + layout::dirent <= room + bytes;) {
      u32 size = get<u32>(at + 16);
      if (at + layout::dirent + size > room + bytes) break;
      all.push_back({get<u64>(at), get<u64>(at + 8), static_cast<Filetype>(get<u8>(at + 20)),
                     text(at + layout::dirent, size)});
      at += layout::dirent + size;
    }
    return all;
  }
};
ZHAN_BOTH_RESOLVERS(Dirs);

TEST_P(Dirs, Lists) {
  top.file("box/file", "x");
  top.dir("box/dir");
  top.link("nowhere", "box/link");
  u32 used = 0;
  auto all = entries(3, 0, 4096, &used);
  EXPECT_LT(used, 4096u);
  std::ranges::sort(all, {}, &Entry::name);
  ASSERT_EQ(all.size(), 5u);
  EXPECT_EQ(all[0].name, ".");
  EXPECT_EQ(all[1].name, "..");
  EXPECT_EQ(all[2].name, "dir");
  EXPECT_EQ(all[2].type, Filetype::directory);
  EXPECT_EQ(all[3].name, "file");
  EXPECT_EQ(all[3].type, Filetype::regular_file);
  EXPECT_EQ(all[4].type, Filetype::symbolic_link);
  struct stat status;
  ASSERT_EQ(::stat(host("file").c_str(), &status), 0);
  EXPECT_EQ(all[3].ino, status.st_ino);
}

TEST_P(Dirs, CookiesGoOn) {
  std::set<std::string> expected{".", ".."};
  for (int i = 0; i < 300; ++i) {
    std::string name = "file." + std::to_string(i);
    top.file("box/" + name);
    expected.insert(name);
  }
  std::set<std::string> got;
  u64 cookie = 0;
  for (u32 used = 256; used == 256;) {
    auto part = entries(3, cookie, 256, &used);
    ASSERT_FALSE(part.empty());
    for (const Entry& entry : part) EXPECT_TRUE(got.insert(entry.name).second) << entry.name;
    cookie = part.back().next;
  }
  EXPECT_EQ(got, expected);
  auto again = entries(3, 0, 4096);
  EXPECT_EQ(entries(3, again[4].next, 4096)[0].name, again[5].name);
}

TEST_P(Dirs, SmallBuffersAreFilled) {
  top.file("box/some-name");
  for (u32 length : {0u, 1u, 23u, 24u, 25u, 49u}) {
    EXPECT_EQ(fd_readdir(call, 3, room, length, 0, scratch), Errno::success);
    EXPECT_EQ(get<u32>(scratch), length);
  }
  EXPECT_EQ(fd_readdir(call, 3, room, 100, ~u64{0}, scratch), Errno::inval);
}

TEST_P(Dirs, OpenFlags) {
  EXPECT_EQ(open("f"), Errno::noent);
  EXPECT_EQ(open("f", oflag::creat), Errno::success);
  EXPECT_EQ(open("f", oflag::creat), Errno::success);
  EXPECT_EQ(open("f", oflag::creat | oflag::excl), Errno::exist);
  top.file("box/f", "contents");
  EXPECT_EQ(open("f", oflag::trunc), Errno::success);
  EXPECT_EQ(top.read("box/f"), "");
  EXPECT_EQ(open("f", oflag::directory), Errno::notdir);
  EXPECT_EQ(open("d", oflag::directory | oflag::creat), Errno::inval);
  EXPECT_EQ(open(".", oflag::directory | oflag::trunc), Errno::inval);
  EXPECT_EQ(open("f", 16), Errno::inval);
  EXPECT_EQ(open("f", 0, right::all, 2), Errno::inval);
  EXPECT_EQ(path_open(call, 3, 0, put("f"), 1, 0, 0, 0, 32, scratch), Errno::inval);
}

TEST_P(Dirs, RightsGoDown) {
  top.dir("box/d");
  top.file("box/d/f", "x");
  constexpr u64 some = right::path_open | right::fd_readdir;
  ASSERT_EQ(path_open(call, 3, 0, put("d"), 1, oflag::directory, some, right::fd_read, 0, scratch),
            Errno::success);
  u32 dir = get<u32>(scratch);
  EXPECT_EQ(open("new", oflag::creat, right::all, 0, dir), Errno::notcapable);
  EXPECT_EQ(open("f", oflag::trunc, right::all, 0, dir), Errno::notcapable);
  EXPECT_EQ(mkdir("x", dir), Errno::notcapable);
  EXPECT_EQ(unlink("f", dir), Errno::notcapable);
  EXPECT_EQ(stat("f", 0, dir), Errno::notcapable);
  EXPECT_EQ(rename("f", "g", dir, 3), Errno::notcapable);
  EXPECT_EQ(rename("d", "g", 3, dir), Errno::notcapable);
  u32 file = opened("f", 0, right::all, 0, dir);
  EXPECT_EQ(fd_fdstat_get(call, file, scratch), Errno::success);
  EXPECT_EQ(get<u64>(scratch + 8), right::fd_read);
  EXPECT_EQ(read(file), "x");
  EXPECT_EQ(write(file, "y"), Errno::badf);
}

TEST_P(Dirs, ADescriptorIsACapability) {
  top.dir("box/d");
  top.file("box/up", "x");
  u32 dir = opened("d", oflag::directory);
  EXPECT_EQ(open("../up", 0, right::all, 0, dir), Errno::notcapable);
  top.link("../up", "box/d/link");
  EXPECT_EQ(open("link", 0, right::all, lookup_symlink_follow, dir), Errno::notcapable);
  EXPECT_EQ(open("d/link", 0, right::all, lookup_symlink_follow), Errno::success);
}

TEST_P(Dirs, ReadOnly) {
  top.dir("ro");
  top.dir("ro/d");
  top.file("ro/f", "fixed");
  ASSERT_TRUE(context.preopen(top.path("ro"), "/ro", true));
  EXPECT_EQ(read(opened("f", 0, right::all, 0, 4)), "fixed");
  EXPECT_EQ(path_open(call, 4, 0, put("f"), 1, 0, right::fd_write, 0, 0, scratch), Errno::rofs);
  EXPECT_EQ(open("f", oflag::trunc, right::all, 0, 4), Errno::rofs);
  EXPECT_EQ(open("new", oflag::creat, right::all, 0, 4), Errno::rofs);
  u32 sub = opened("d", oflag::directory, right::all, 0, 4);
  for (u32 dir : {4u, sub}) {
    EXPECT_EQ(mkdir("x", dir), Errno::rofs);
    EXPECT_EQ(rmdir("d", dir), Errno::rofs);
    EXPECT_EQ(unlink("f", dir), Errno::rofs);
    EXPECT_EQ(symlink("x", "y", dir), Errno::rofs);
    EXPECT_EQ(rename("f", "y", dir, 3), Errno::rofs);
    EXPECT_EQ(link("f", "y", 0, dir, 3), Errno::rofs);
    EXPECT_EQ(path_filestat_set_times(call, dir, 0, put("f"), 1, 0, 0, fstflag::mtim), Errno::rofs);
    EXPECT_NE(fd_filestat_set_times(call, dir, 0, 0, fstflag::mtim), Errno::success);
  }
  top.file("box/mine");
  EXPECT_EQ(rename("mine", "mine", 3, 4), Errno::rofs);
  EXPECT_EQ(link("mine", "mine", 0, 3, 4), Errno::rofs);
  u32 file = opened("f", 0, right::all & ~right::fd_write, 0, 4);
  EXPECT_EQ(fd_filestat_set_size(call, file, 0), Errno::notcapable);
  EXPECT_EQ(fd_allocate(call, file, 0, 100), Errno::notcapable);
  EXPECT_NE(fd_filestat_set_times(call, file, 0, 0, fstflag::mtim), Errno::success);
  EXPECT_EQ(top.read("ro/f"), "fixed");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(top.path("ro")), {}), 2);
}

TEST_P(Dirs, Preopens) {
  ASSERT_TRUE(context.preopen(top.path(), "second"));
  EXPECT_EQ(fd_prestat_get(call, 3, scratch), Errno::success);
  EXPECT_EQ(get<u8>(scratch), 0);
  EXPECT_EQ(get<u32>(scratch + 4), 1u);
  EXPECT_EQ(fd_prestat_get(call, 4, scratch), Errno::success);
  EXPECT_EQ(get<u32>(scratch + 4), 6u);
  EXPECT_EQ(fd_prestat_dir_name(call, 4, room, 6), Errno::success);
  EXPECT_EQ(text(room, 6), "second");
  EXPECT_EQ(fd_prestat_dir_name(call, 4, room, 5), Errno::nametoolong);
  EXPECT_EQ(fd_prestat_get(call, 5, scratch), Errno::badf);
  EXPECT_EQ(fd_prestat_get(call, 0, scratch), Errno::badf);
  u32 sub = opened(".", oflag::directory);
  EXPECT_EQ(fd_prestat_get(call, sub, scratch), Errno::badf);
}

TEST(Preopen, WhatCannotBeOpened) {
  Context context;
  TempDir dir;
  dir.file("f");
  EXPECT_EQ(context.preopen(dir.path("none"), "/").error().kind(), ErrorKind::io);
  EXPECT_EQ(context.preopen(dir.path("f"), "/").error().kind(), ErrorKind::io);
  EXPECT_NE(context.preopen(dir.path("none"), "/").error().message().find("none"),
            std::string::npos);
  EXPECT_EQ(context.preopen(dir.path(), std::string("a\0b", 3)).error().kind(), ErrorKind::config);
}

}  // namespace
}  // namespace zhan::wasi
