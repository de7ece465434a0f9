// SPDX-License-Identifier: Apache-2.0
// No path leaves its directory, whichever way it is resolved.
#include <array>
#include <thread>

#include "fixture.hpp"

namespace zhan::wasi {
namespace {

class Paths : public PathTest {};
ZHAN_BOTH_RESOLVERS(Paths);

TEST_P(Paths, OpensBelow) {
  std::filesystem::create_directories(host("a/b"));
  top.file("box/a/b/f", "x");
  for (const char* path : {"a/b/f", "./a//b/./f", "a/../a/b/f", "a/b/../../a/b/f"}) {
    u32 fd = opened(path);
    EXPECT_EQ(read(fd), "x") << path;
    EXPECT_EQ(fd_close(call, fd), Errno::success);
  }
  for (const char* path : {".", "./", "a", "a/", "a///", "a/.", "a/b/..", "a/b/../"}) {
    EXPECT_EQ(open(path, oflag::directory), Errno::success) << path;
  }
}

TEST_P(Paths, RefusesToLeave) {
  top.dir("box/d");
  for (const char* path : {"..", "../", "../secret", "../../../etc/passwd", "d/../../secret", "/",
                           "//", "/etc/passwd", "/secret", "d/../..", "./.././secret"}) {
    EXPECT_EQ(open(path), Errno::notcapable) << path;
    EXPECT_EQ(stat(path), Errno::notcapable) << path;
    EXPECT_EQ(stat(path, lookup_symlink_follow), Errno::notcapable) << path;
    EXPECT_EQ(readlink(path), Errno::notcapable) << path;
    EXPECT_EQ(unlink(path), Errno::notcapable) << path;
    EXPECT_EQ(rmdir(path), Errno::notcapable) << path;
    EXPECT_EQ(mkdir(path), Errno::notcapable) << path;
    EXPECT_EQ(symlink("x", path), Errno::notcapable) << path;
    EXPECT_EQ(rename(path, "y"), Errno::notcapable) << path;
    EXPECT_EQ(rename("d", path), Errno::notcapable) << path;
    EXPECT_EQ(link(path, "y"), Errno::notcapable) << path;
    EXPECT_EQ(path_filestat_set_times(call, 3, 1, put(path), size(path), 0, 0, fstflag::atim),
              Errno::notcapable)
        << path;
    reset();
  }
  EXPECT_EQ(top.read("secret"), "secret");
  EXPECT_TRUE(top.exists("box/d"));
}

TEST_P(Paths, RefusesLinksThatLeave) {
  top.link("../secret", "box/up");
  top.link(top.path("secret"), "box/absolute");
  top.link("..", "box/parent");
  top.link("/", "box/root");
  top.link("parent", "box/chain");
  top.link("chain/secret", "box/chain2");
  for (const char* path : {"up", "absolute", "parent", "root", "chain", "chain2", "parent/secret",
                           "parent/", "chain/secret", "root/etc/passwd", "parent/box/up"}) {
    EXPECT_EQ(open(path, 0, right::all, lookup_symlink_follow), Errno::notcapable) << path;
    EXPECT_EQ(stat(path, lookup_symlink_follow), Errno::notcapable) << path;
  }
  for (const char* path : {"parent/new", "chain/new", "root/tmp/new", "parent/."}) {
    EXPECT_EQ(open(path, oflag::creat), Errno::notcapable) << path;
    EXPECT_EQ(mkdir(path), Errno::notcapable) << path;
    EXPECT_EQ(symlink("x", path), Errno::notcapable) << path;
    EXPECT_EQ(unlink(path), Errno::notcapable) << path;
  }
  EXPECT_EQ(rename("parent/secret", "got"), Errno::notcapable);
  EXPECT_EQ(link("parent/secret", "got"), Errno::notcapable);
  EXPECT_FALSE(top.exists("new"));
  EXPECT_EQ(top.read("secret"), "secret");
}

TEST_P(Paths, LastLinkWithTrailingSlashStaysIn) {
  top.dir("outside");
  top.link("../outside", "box/out");
  EXPECT_EQ(stat("out/"), Errno::notcapable);
  EXPECT_EQ(open("out/"), Errno::notcapable);
  EXPECT_EQ(readlink("out/"), Errno::notcapable);
  EXPECT_NE(mkdir("out/"), Errno::success);
  EXPECT_NE(rmdir("out/"), Errno::success);
  EXPECT_NE(unlink("out/"), Errno::success);
  EXPECT_NE(rename("out/", "y"), Errno::success);
  EXPECT_NE(link("out/", "y"), Errno::success);
  EXPECT_NE(symlink("x", "out/"), Errno::success);
  EXPECT_TRUE(top.exists("outside"));
  EXPECT_TRUE(top.exists("box/out"));
  EXPECT_TRUE(std::filesystem::is_empty(top.path("outside")));
}

TEST_P(Paths, CreatingThroughADanglingLinkStaysIn) {
  top.link("../made", "box/dangling");
  top.link("inner", "box/good");
  EXPECT_EQ(open("dangling", oflag::creat, right::all, lookup_symlink_follow), Errno::notcapable);
  EXPECT_FALSE(top.exists("made"));
  EXPECT_EQ(open("good", oflag::creat, right::all, lookup_symlink_follow), Errno::success);
  EXPECT_TRUE(top.exists("box/inner"));
  EXPECT_EQ(open("good", oflag::creat | oflag::excl, right::all, lookup_symlink_follow),
            Errno::exist);
}

TEST_P(Paths, FollowsOnlyIfAsked) {
  top.file("box/file", "data");
  top.dir("box/dir");
  top.link("file", "box/link");
  top.link("dir", "box/dirlink");
  EXPECT_EQ(open("link"), Errno::loop);
  EXPECT_EQ(read(opened("link", 0, right::all, lookup_symlink_follow)), "data");
  Errno refused = open("dirlink", oflag::directory);
  EXPECT_TRUE(refused == Errno::notdir || refused == Errno::loop);
  EXPECT_EQ(open("dirlink", oflag::directory, right::all, lookup_symlink_follow), Errno::success);
  EXPECT_EQ(open("dirlink/"), Errno::success);  // the slash asks for what it names
  EXPECT_EQ(open("dirlink/../file"), Errno::success);
}

TEST_P(Paths, LoopsEnd) {
  top.link("self", "box/self");
  top.link("b", "box/a");
  top.link("a", "box/b");
  for (const char* path : {"self", "a", "a/x", "self/"})
    EXPECT_EQ(open(path, 0, right::all, lookup_symlink_follow), Errno::loop) << path;
  EXPECT_EQ(open("self"), Errno::loop);
  // Forty links in a row are followed, one more is not.
  top.file("box/l0", "end");
  for (int i = 1; i <= 41; ++i) top.link("l" + std::to_string(i - 1), "box/l" + std::to_string(i));
  EXPECT_EQ(open("l40", 0, right::all, lookup_symlink_follow), Errno::success);
  EXPECT_EQ(open("l41", 0, right::all, lookup_symlink_follow), Errno::loop);
}

TEST_P(Paths, ErrorsOfTheHost) {
  top.file("box/file");
  EXPECT_EQ(open(""), Errno::noent);
  EXPECT_EQ(open("missing"), Errno::noent);
  EXPECT_EQ(open("missing/x"), Errno::noent);
  EXPECT_EQ(open("file/x"), Errno::notdir);
  EXPECT_EQ(open("file/"), Errno::notdir);
  EXPECT_EQ(open("file/.."), Errno::notdir);
  EXPECT_EQ(open("file", oflag::directory), Errno::notdir);
  EXPECT_EQ(open("new/", oflag::creat), Errno::isdir);
  EXPECT_EQ(open("file", oflag::creat | oflag::excl), Errno::exist);
  EXPECT_EQ(open(std::string(300, 'n')), Errno::nametoolong);
  for (const char* path : {"", "missing/x"}) {
    EXPECT_EQ(mkdir(path), Errno::noent) << path;
    EXPECT_EQ(unlink(path), Errno::noent) << path;
    EXPECT_EQ(rename(path, "y"), Errno::noent) << path;
  }
}

TEST_P(Paths, BadStrings) {
  EXPECT_EQ(open(std::string_view("a\0b", 3)), Errno::inval);
  EXPECT_EQ(open("\xff"), Errno::ilseq);
  EXPECT_EQ(open("\xed\xa0\x80"), Errno::ilseq);
  EXPECT_EQ(path_open(call, 3, 0, 0, 4096, 0, 0, 0, 0, scratch), Errno::nametoolong);
  EXPECT_EQ(path_open(call, 3, 0, 0, 1 << 17, 0, 0, 0, 0, scratch), Errno::nametoolong);
  EXPECT_EQ(mkdir("\xc3\xa4\xf0\x9f\x98\x80"), Errno::success);
}

TEST_P(Paths, NamesThatEndInDots) {
  top.dir("box/d");
  EXPECT_EQ(mkdir("d/."), Errno::exist);
  EXPECT_EQ(mkdir("d/.."), Errno::exist);
  EXPECT_NE(rmdir("d/."), Errno::success);
  EXPECT_NE(rmdir("d/.."), Errno::success);
  EXPECT_NE(rename("d/..", "e"), Errno::success);
  EXPECT_NE(unlink("."), Errno::success);
  EXPECT_TRUE(top.exists("box/d"));
}

TEST_P(Paths, DeepPathsAreBounded) {
  std::string path;
  for (int i = 0; i < 1500; ++i) path += "a/";
  EXPECT_EQ(open(path), Errno::noent);
  std::string many(4000, '/');
  EXPECT_EQ(open("." + many), Errno::success);
}

/// Another thread moves a directory in and out and swaps a link, while the guest opens and removes.
TEST_P(Paths, RacesDoNotLeave) {
  top.dir("outside");
  top.file("outside/f", "stolen");
  std::filesystem::create_directories(host("d/e"));
  top.file("box/d/e/f", "inside");
  top.file("box/swap", "inside");
  std::atomic<bool> done{false};
  std::thread mover([&] {
    std::string in = host("d/e"), out = top.path("e"), swap = host("swap"), other = host("other");
    top.link("../outside/f", "box/other");
    while (!done.load()) {
      renameat2(AT_FDCWD, swap.c_str(), AT_FDCWD, other.c_str(), RENAME_EXCHANGE);
      ::rename(in.c_str(), out.c_str());
      ::rename(out.c_str(), in.c_str());
    }
  });
  for (int i = 0; i < 3000; ++i) {
    for (const char* path : {"swap", "d/e/../e/f", "d/e/../../../outside/f"}) {
      if (open(path, 0, right::all, lookup_symlink_follow) != Errno::success) continue;
      u32 fd = get<u32>(scratch);
      EXPECT_NE(read(fd), "stolen");
      EXPECT_EQ(fd_close(call, fd), Errno::success);
    }
    reset();
  }
  done = true;
  mover.join();
}

TEST(Resolver, AsksTheKernelOnce) { EXPECT_EQ(kernel_resolves(), kernel_resolves()); }

}  // namespace
}  // namespace zhan::wasi
