// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

namespace zhan::wasi {
namespace {

class Links : public PathTest {};
ZHAN_BOTH_RESOLVERS(Links);

TEST_P(Links, Directories) {
  EXPECT_EQ(mkdir("d"), Errno::success);
  EXPECT_EQ(mkdir("d"), Errno::exist);
  EXPECT_EQ(mkdir("d/e/"), Errno::success);
  EXPECT_EQ(rmdir("d"), Errno::notempty);
  EXPECT_EQ(rmdir("d/e/"), Errno::success);
  EXPECT_EQ(rmdir("d"), Errno::success);
  EXPECT_EQ(rmdir("d"), Errno::noent);
  top.file("box/f");
  EXPECT_EQ(rmdir("f"), Errno::notdir);
  EXPECT_EQ(rmdir("f/"), Errno::notdir);
}

TEST_P(Links, Unlink) {
  top.dir("box/d");
  top.file("box/f");
  top.link("d", "box/l");
  EXPECT_EQ(unlink("d"), Errno::isdir);
  EXPECT_EQ(unlink("d/"), Errno::isdir);
  EXPECT_EQ(unlink("f/"), Errno::notdir);
  EXPECT_EQ(unlink("f"), Errno::success);
  EXPECT_EQ(unlink("l"), Errno::success);
  EXPECT_TRUE(top.exists("box/d"));
}

TEST_P(Links, Rename) {
  top.file("box/a", "A");
  top.file("box/b", "B");
  top.dir("box/d");
  top.dir("box/full");
  top.file("box/full/x");
  EXPECT_EQ(rename("a", "b"), Errno::success);
  EXPECT_EQ(top.read("box/b"), "A");
  EXPECT_EQ(rename("b", "d"), Errno::isdir);
  EXPECT_EQ(rename("d", "b"), Errno::notdir);
  EXPECT_EQ(rename("d", "full"), Errno::notempty);
  EXPECT_EQ(rename("d/", "e"), Errno::success);
  EXPECT_EQ(rename("e", "d/"), Errno::success);
  EXPECT_EQ(rename("b/", "c"), Errno::notdir);
  EXPECT_EQ(rename("d", "d/inside"), Errno::inval);
}

TEST_P(Links, RenameAcrossPreopens) {
  top.dir("other");
  top.file("box/f", "moved");
  ASSERT_TRUE(context.preopen(top.path("other"), "/other"));
  EXPECT_EQ(rename("f", "g", 3, 4), Errno::success);
  EXPECT_EQ(top.read("other/g"), "moved");
  EXPECT_EQ(rename("../box/f", "g", 4, 3), Errno::notcapable);
}

TEST_P(Links, HardLinks) {
  top.file("box/f", "data");
  top.dir("box/d");
  top.link("f", "box/l");
  top.link("../secret", "box/out");
  EXPECT_EQ(link("f", "g"), Errno::success);
  EXPECT_EQ(top.read("box/g"), "data");
  EXPECT_EQ(link("f", "g"), Errno::exist);
  EXPECT_EQ(link("f", "h/"), Errno::noent);
  EXPECT_EQ(link("f/", "h"), Errno::notdir);
  EXPECT_EQ(link("f", "g/"), Errno::notdir);
  EXPECT_EQ(link("f", "d/"), Errno::exist);
  EXPECT_EQ(link("d", "h"), Errno::perm);
  EXPECT_EQ(link("d/", "h"), Errno::perm);
  EXPECT_EQ(link("l/", "h"), Errno::notdir);
  EXPECT_EQ(link("l", "h", lookup_symlink_follow), Errno::inval);
  EXPECT_EQ(link("out", "h"), Errno::success) << "links the link, not what it names";
  EXPECT_TRUE(std::filesystem::is_symlink(host("h")));
}

TEST_P(Links, SymbolicLinks) {
  EXPECT_EQ(symlink("target", "l"), Errno::success);
  EXPECT_EQ(symlink("x", "l"), Errno::exist);
  EXPECT_EQ(symlink("../up", "up"), Errno::success) << "checked when it is followed";
  EXPECT_EQ(symlink("/etc", "abs"), Errno::notcapable);
  EXPECT_EQ(symlink("x", "new/"), Errno::noent);
  EXPECT_EQ(symlink("", "empty"), Errno::noent);
  top.file("box/f");
  top.dir("box/d");
  EXPECT_EQ(symlink("x", "f/"), Errno::notdir);
  EXPECT_EQ(symlink("x", "d/"), Errno::exist);
  EXPECT_EQ(readlink("l"), Errno::success);
  EXPECT_EQ(text(room, get<u32>(scratch)), "target");
}

TEST_P(Links, ReadlinkCutsOff) {
  top.link("target", "box/l");
  top.file("box/f");
  memory[room + 4] = '!';
  EXPECT_EQ(readlink("l", 4), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 4u);
  EXPECT_EQ(text(room, 5), "targ!");
  EXPECT_EQ(readlink("l", 0), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 0u);
  EXPECT_EQ(readlink("f"), Errno::inval);
  EXPECT_EQ(readlink("."), Errno::inval);
  EXPECT_EQ(readlink("none"), Errno::noent);
}

}  // namespace
}  // namespace zhan::wasi
