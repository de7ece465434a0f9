// SPDX-License-Identifier: Apache-2.0
#include "wasi/context.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include "fixture.hpp"

namespace zhan::wasi {
namespace {

TEST(ContextTest, PreopensStartAtThree) {
  TempDir dir;
  Context context;
  ASSERT_TRUE(context.preopen(dir.path(), "a"));
  ASSERT_TRUE(context.preopen(dir.path(), "b"));
  EXPECT_EQ(context.fds().find(3)->guest_name, "a");
  EXPECT_EQ(context.fds().find(4)->guest_name, "b");
  EXPECT_EQ(context.fds().find(5), nullptr);
}

TEST(ContextTest, APreopenNeverTakesAStreamsNumber) {
  TempDir dir;
  Context context;
  ASSERT_EQ(context.fds().close(0), Errno::success);
  ASSERT_TRUE(context.preopen(dir.path(), "a"));
  EXPECT_EQ(context.fds().find(0), nullptr);
  EXPECT_NE(context.fds().find(3), nullptr);
  EXPECT_EQ(context.fds().insert(Descriptor{}).value(), 0u) << "but a file of the guest may";
}

TEST(ContextTest, LentStreamsStayOpen) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  {
    Context context;
    ASSERT_TRUE(context.lend_fd(0, ends[0]));
    EXPECT_TRUE(context.fds().find(0)->base & right::fd_read);
    EXPECT_FALSE(context.fds().find(0)->base & right::fd_write);
    ASSERT_TRUE(context.lend_fd(1, ends[1]));
    EXPECT_FALSE(context.fds().find(1)->base & right::fd_read);
    EXPECT_TRUE(context.fds().find(1)->base & right::fd_write);
  }
  EXPECT_EQ(fcntl(ends[0], F_GETFD), FD_CLOEXEC);
  EXPECT_EQ(::close(ends[0]), 0);
  EXPECT_EQ(::close(ends[1]), 0);
}

TEST(ContextTest, WhatCannotBeLent) {
  Context context;
  EXPECT_EQ(context.lend_fd(0, 9'999).error().kind(), ErrorKind::io);
  EXPECT_EQ(context.lend_fd(limit::descriptors, 0).error().kind(), ErrorKind::io);
  EXPECT_NE(context.fds().find(0), nullptr) << "what was there stays";
}

TEST(ContextTest, OpenFilesCloseWithTheContext) {
  TempDir dir;
  int host = -1;
  {
    Context context;
    ASSERT_TRUE(context.preopen(dir.path(), "/"));
    host = context.fds().find(3)->fd.get();
    ASSERT_GE(fcntl(host, F_GETFD), 0);
    EXPECT_TRUE(fcntl(host, F_GETFD) & FD_CLOEXEC) << "programs the host starts do not get it";
  }
  EXPECT_EQ(fcntl(host, F_GETFD), -1);
}

TEST(ContextTest, DescribesWhatIsOpen) {
  TempDir dir;
  dir.file("f");
  auto open = [&](const std::string& path, int flags) {
    return describe(HostFd(::open(path.c_str(), flags | O_CLOEXEC)));
  };
  auto file = open(dir.path("f"), O_RDWR | O_APPEND);
  ASSERT_TRUE(file);
  EXPECT_EQ(file->nature, Nature::regular);
  EXPECT_EQ(file->flags, fdflag::append);
  EXPECT_TRUE(file->seekable());
  EXPECT_FALSE(file->may_block());
  auto folder = open(dir.path(), O_RDONLY);
  ASSERT_TRUE(folder);
  EXPECT_TRUE(folder->is_directory());
  EXPECT_EQ(folder->type, Filetype::directory);
  auto null = open("/dev/null", O_RDWR);
  ASSERT_TRUE(null);
  EXPECT_EQ(null->nature, Nature::device);
  EXPECT_EQ(null->type, Filetype::character_device);
  EXPECT_TRUE(null->may_block());
  EXPECT_EQ(describe(HostFd(9'999, false)).error(), Errno::badf);
}

TEST(ContextTest, ModesAndTypes) {
  EXPECT_EQ(filetype_of_mode(S_IFBLK), Filetype::block_device);
  EXPECT_EQ(filetype_of_mode(S_IFCHR | 0600), Filetype::character_device);
  EXPECT_EQ(filetype_of_mode(S_IFSOCK), Filetype::socket_stream);
  EXPECT_EQ(filetype_of_mode(S_IFLNK), Filetype::symbolic_link);
  EXPECT_EQ(filetype_of_mode(S_IFIFO), Filetype::unknown);
}

TEST(RightSets, FitTogether) {
  EXPECT_EQ(right::all, (u64{1} << 30) - 1);
  EXPECT_EQ(right::fd_read, 2u);
  EXPECT_EQ(right::poll_fd_readwrite, u64{1} << 27);
  EXPECT_EQ(right::directory & right::file_only, 0u);
  EXPECT_EQ(right::directory & right::directory_only, right::directory_only);
  EXPECT_EQ(right::directory & ~right::inheriting, 0u);
}

class FifoTest : public GuestTest {};

/// Opening waits for nobody, whatever the flags say; reading waits, and can be stopped.
TEST_F(FifoTest, OpeningDoesNotBlock) {
  ASSERT_EQ(mkfifo(host("fifo").c_str(), 0600), 0);
  u32 reader = opened("fifo", 0, right::fd_read | right::fd_fdstat_set_flags);
  EXPECT_EQ(fd_seek(call, reader, 0, 0, scratch), Errno::spipe);
  EXPECT_EQ(fd_fdstat_set_flags(call, reader, fdflag::nonblock), Errno::success);
  EXPECT_EQ(read(reader), "[resource temporarily unavailable]");
  EXPECT_EQ(fd_fdstat_set_flags(call, reader, 0), Errno::success);
  u32 writer = opened("fifo", 0, right::fd_write);
  EXPECT_EQ(write(writer, "through"), Errno::success);
  EXPECT_EQ(read(reader), "through");
  requests = 1;
  EXPECT_EQ(read(reader), "[unknown errno]") << "ended";
  requests = 0;
  EXPECT_EQ(fd_close(call, reader), Errno::success);
  EXPECT_EQ(write(writer, "x"), Errno::pipe);
  EXPECT_EQ(open("fifo", 0, right::fd_write), Errno::nxio) << "nobody reads";
}

}  // namespace
}  // namespace zhan::wasi
