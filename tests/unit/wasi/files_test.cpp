// SPDX-License-Identifier: Apache-2.0
#include <sys/socket.h>

#include <csignal>
#include <thread>

#include "fixture.hpp"
#include "wasi/io.hpp"

namespace zhan::wasi {
namespace {

class Files : public GuestTest {
 protected:
  Errno seek(u32 fd, i64 offset, u32 whence) {
    return fd_seek(call, fd, static_cast<u64>(offset), whence, scratch);
  }
  u64 tell(u32 fd) {
    EXPECT_EQ(fd_tell(call, fd, scratch), Errno::success);
    return get<u64>(scratch);
  }
  /// A pipe whose ends are descriptors 10 (to read) and 11 (to write) of the guest.
  void make_pipe() {
    ASSERT_EQ(pipe2(m_pipe, O_CLOEXEC), 0);
    ASSERT_TRUE(context.lend_fd(10, m_pipe[0]));
    ASSERT_TRUE(context.lend_fd(11, m_pipe[1]));
  }
  void close_end(int end) {
    if (m_pipe[end] >= 0) ::close(m_pipe[end]);
    m_pipe[end] = -1;
  }
  void TearDown() override {
    close_end(0);
    close_end(1);
  }
  int m_pipe[2] = {-1, -1};
};

TEST_F(Files, WriteSeekRead) {
  u32 fd = opened_rw("f");
  EXPECT_EQ(write(fd, "hello world"), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 11u);
  EXPECT_EQ(tell(fd), 11u);
  EXPECT_EQ(seek(fd, 6, 0), Errno::success);
  EXPECT_EQ(read(fd), "world");
  EXPECT_EQ(read(fd), "");
  EXPECT_EQ(seek(fd, -5, 2), Errno::success);
  EXPECT_EQ(get<u64>(scratch), 6u);
  EXPECT_EQ(seek(fd, -2, 1), Errno::success);
  EXPECT_EQ(tell(fd), 4u);
  EXPECT_EQ(seek(fd, -20, 1), Errno::inval);
  EXPECT_EQ(seek(fd, 0, 3), Errno::inval);
  EXPECT_EQ(seek(fd, 1000, 0), Errno::success);
  EXPECT_EQ(top.read("box/f"), "hello world");
}

TEST_F(Files, VectorsScatterAndGather) {
  u32 fd = opened_rw("f");
  u32 a = put("abc"), b = put("de"), c = put("f");
  EXPECT_EQ(fd_write(call, fd, iovecs({{a, 3}, {0, 0}, {b, 2}, {c, 1}}), 4, scratch),
            Errno::success);
  EXPECT_EQ(get<u32>(scratch), 6u);
  EXPECT_EQ(fd_pread(call, fd, iovecs({{room, 1}, {room + 100, 3}}), 2, 1, scratch),
            Errno::success);
  EXPECT_EQ(text(room, 1) + text(room + 100, 3), "bcde");
  EXPECT_EQ(fd_pwrite(call, fd, iovecs({{a, 3}}), 1, 4, scratch), Errno::success);
  EXPECT_EQ(top.read("box/f"), "abcdabc");
  EXPECT_EQ(tell(fd), 6u) << "neither moves the offset";
  EXPECT_EQ(fd_pread(call, fd, iovecs({{room, 1}}), 1, u64{1} << 63, scratch), Errno::inval);
  EXPECT_EQ(fd_write(call, fd, 0, 0, scratch), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 0u);
}

TEST_F(Files, TooManyVectors) {
  u32 fd = opened_rw("f");
  EXPECT_EQ(fd_write(call, fd, 0, limit::iovecs, scratch), Errno::success);
  EXPECT_EQ(fd_write(call, fd, 0, limit::iovecs + 1, scratch), Errno::inval);
  EXPECT_EQ(fd_read(call, fd, 0, ~u32{0}, scratch), Errno::inval);
  EXPECT_EQ(fd_pread(call, fd, 0, ~u32{0}, 0, scratch), Errno::inval);
}

TEST_F(Files, NothingIsWrittenIfAPointerIsBad) {
  u32 fd = opened_rw("f");
  u32 good = put("good");
  EXPECT_EQ(fd_write(call, fd, iovecs({{good, 4}, {bad, 4}}), 2, scratch), Errno::fault);
  EXPECT_EQ(fd_write(call, fd, iovecs({{good, 4}}), 1, bad), Errno::fault);
  EXPECT_EQ(fd_write(call, fd, iovecs({{good, ~u32{0}}}), 1, scratch), Errno::fault);
  EXPECT_EQ(top.read("box/f"), "");
}

TEST_F(Files, RightsAreKept) {
  top.file("box/f", "data");
  u32 reader = opened("f", 0, right::fd_read);
  EXPECT_EQ(read(reader), "data");
  EXPECT_EQ(write(reader, "x"), Errno::badf);
  EXPECT_EQ(seek(reader, 0, 0), Errno::notcapable);
  EXPECT_EQ(fd_tell(call, reader, scratch), Errno::notcapable);
  EXPECT_EQ(fd_sync(call, reader), Errno::notcapable);
  EXPECT_EQ(fd_filestat_get(call, reader, scratch), Errno::notcapable);
  EXPECT_EQ(fd_allocate(call, reader, 0, 1), Errno::notcapable);
  u32 writer = opened("f", 0, right::fd_write);
  EXPECT_EQ(read(writer), "[bad file descriptor]");
  EXPECT_EQ(write(writer, "DA"), Errno::success);
  u32 teller = opened("f", 0, right::fd_read | right::fd_tell);
  EXPECT_EQ(seek(teller, 0, 1), Errno::success) << "asks where it is";
  EXPECT_EQ(seek(teller, 1, 1), Errno::notcapable);
  u32 seeker = opened("f", 0, right::fd_read | right::fd_seek);
  EXPECT_EQ(seek(seeker, 0, 1), Errno::success);
  EXPECT_EQ(top.read("box/f"), "DAta");
}

TEST_F(Files, DirectoriesAreNotFiles) {
  u32 dir = opened(".", oflag::directory);
  EXPECT_EQ(read(dir), "[is a directory]");
  EXPECT_EQ(write(dir, "x"), Errno::isdir);
  EXPECT_EQ(seek(dir, 0, 0), Errno::isdir);
  EXPECT_EQ(fd_allocate(call, dir, 0, 1), Errno::isdir);
  EXPECT_EQ(fd_filestat_set_size(call, dir, 0), Errno::isdir);
  EXPECT_EQ(path_open(call, 3, 0, put("."), 1, oflag::directory, right::fd_read | right::fd_write,
                      0, 0, scratch),
            Errno::isdir);
  top.file("box/f");
  u32 file = opened("f");
  EXPECT_EQ(open("x", oflag::creat, right::all, 0, file), Errno::notdir);
  EXPECT_EQ(fd_readdir(call, file, room, 100, 0, scratch), Errno::notdir);
}

TEST_F(Files, ClosedAndUnknownNumbers) {
  top.file("box/f");
  u32 fd = opened("f");
  EXPECT_EQ(fd_close(call, fd), Errno::success);
  EXPECT_EQ(fd_close(call, fd), Errno::badf);
  for (u32 number : {fd, 4u, 77u, limit::descriptors, ~u32{0}}) {
    EXPECT_EQ(read(number), "[bad file descriptor]");
    EXPECT_EQ(fd_renumber(call, number, 3), Errno::badf);
    EXPECT_EQ(fd_renumber(call, 3, number), Errno::badf);
    EXPECT_EQ(fd_prestat_get(call, number, scratch), Errno::badf);
    EXPECT_EQ(sock_shutdown(call, number, 1), Errno::badf);
  }
  EXPECT_EQ(opened("f"), fd) << "the lowest free number is used again";
}

TEST_F(Files, Renumber) {
  top.file("box/a", "A");
  top.file("box/b", "B");
  u32 a = opened("a"), b = opened("b");
  EXPECT_EQ(fd_renumber(call, a, b), Errno::success);
  EXPECT_EQ(read(b), "A");
  EXPECT_EQ(fd_close(call, a), Errno::badf);
  EXPECT_EQ(fd_renumber(call, b, b), Errno::success);
  EXPECT_EQ(fd_renumber(call, b, 3), Errno::success) << "over the preopen";
  EXPECT_EQ(fd_prestat_get(call, 3, scratch), Errno::badf);
  EXPECT_EQ(open("a"), Errno::notdir);
}

TEST_F(Files, AppendGoesToTheEnd) {
  top.file("box/f", "123");
  u32 fd = opened_rw("f", 0, fdflag::append);
  EXPECT_EQ(write(fd, "4"), Errno::success);
  EXPECT_EQ(seek(fd, 0, 0), Errno::success);
  EXPECT_EQ(write(fd, "5"), Errno::success);
  EXPECT_EQ(fd_fdstat_set_flags(call, fd, 0), Errno::success);
  EXPECT_EQ(seek(fd, 0, 0), Errno::success);
  EXPECT_EQ(write(fd, "X"), Errno::success);
  EXPECT_EQ(fd_fdstat_set_flags(call, fd, fdflag::append), Errno::success);
  EXPECT_EQ(write(fd, "6"), Errno::success);
  EXPECT_EQ(top.read("box/f"), "X23456");
}

TEST_F(Files, PipesAreStreams) {
  make_pipe();
  EXPECT_EQ(write(11, "through"), Errno::success);
  EXPECT_EQ(read(10), "through");
  EXPECT_EQ(seek(11, 0, 1), Errno::spipe);
  EXPECT_EQ(fd_tell(call, 10, scratch), Errno::spipe);
  EXPECT_EQ(fd_pwrite(call, 11, iovecs({{room, 1}}), 1, 0, scratch), Errno::spipe);
  EXPECT_EQ(fd_pread(call, 10, iovecs({{room, 1}}), 1, 0, scratch), Errno::spipe);
  EXPECT_EQ(fd_advise(call, 10, 0, 0, 0), Errno::spipe);
  EXPECT_EQ(write(10, "x"), Errno::badf);
  EXPECT_EQ(read(11), "[bad file descriptor]");
  close_end(1);
  EXPECT_EQ(read(10), "") << "the end";
}

TEST_F(Files, StdioOnAFileIsAStreamToo) {
  int file = ::open(host("out").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  ASSERT_TRUE(context.lend_fd(1, file));
  EXPECT_EQ(fd_pwrite(call, 1, iovecs({{put("x"), 1}}), 1, 0, scratch), Errno::spipe);
  EXPECT_EQ(write(1, "one "), Errno::success);
  EXPECT_EQ(write(1, "two"), Errno::success);
  EXPECT_EQ(top.read("box/out"), "one two");
  EXPECT_EQ(fd_close(call, 1), Errno::success);
  EXPECT_EQ(::close(file), 0) << "the guest closed its number, not the host's file";
}

TEST_F(Files, BrokenPipeIsAnErrno) {
  make_pipe();
  close_end(0);
  EXPECT_EQ(write(11, "nobody reads"), Errno::pipe);
  sigset_t pending;
  sigpending(&pending);
  EXPECT_EQ(sigismember(&pending, SIGPIPE), 0) << "no signal is left behind";
}

TEST_F(Files, NonblockingPipe) {
  make_pipe();
  EXPECT_EQ(fd_fdstat_set_flags(call, 10, fdflag::nonblock), Errno::success);
  EXPECT_EQ(read(10), "[resource temporarily unavailable]");
  EXPECT_EQ(fcntl(m_pipe[0], F_GETFL) & O_NONBLOCK, 0) << "the host's flag is not touched";
  EXPECT_EQ(fd_fdstat_set_flags(call, 11, fdflag::nonblock), Errno::success);
  u64 written = 0;
  Errno error = Errno::success;
  while (error == Errno::success && written < (1u << 24)) {
    error = fd_write(call, 11, iovecs({{room, 50'000}}), 1, scratch);
    if (error == Errno::success) written += get<u32>(scratch);
    reset();
  }
  EXPECT_EQ(error, Errno::again);
  EXPECT_GE(written, 4096u);
}

TEST_F(Files, LargeWriteToAPipeIsWhole) {
  make_pipe();
  std::string got;
  std::thread reader([&] {
    char part[10'000];
    ssize_t n;
    while ((n = ::read(m_pipe[0], part, sizeof part)) > 0) got.append(part, static_cast<usize>(n));
  });
  for (u32 i = 0; i < 200'000; ++i) memory[room + i] = static_cast<u8>(i * 7);
  u32 list = iovecs({{room, 10}, {room + 10, 99'990}, {room + 100'000, 100'000}});
  EXPECT_EQ(fd_write(call, 11, list, 3, scratch), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 200'000u);
  close_end(1);
  reader.join();
  EXPECT_TRUE(got == text(room, 200'000));
}

TEST_F(Files, WaitingEndsWhenTheStoreIsStopped) {
  make_pipe();
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    requests = 1;
  });
  EXPECT_EQ(fd_read(call, 10, iovecs({{room, 10}}), 1, scratch), Errno::ended);
  EXPECT_EQ(call.ending.kind, Ending::Kind::interrupted);
  other.join();
  requests = 0;
  while (::poll(std::array{pollfd{m_pipe[1], POLLOUT, 0}}.data(), 1, 0) == 1)
    ASSERT_EQ(::write(m_pipe[1], memory.data(), 4096), 4096);
  requests = 2;
  EXPECT_EQ(fd_write(call, 11, iovecs({{room, 10}}), 1, scratch), Errno::ended);
  EXPECT_EQ(call.ending.kind, Ending::Kind::deadline);
}

TEST_F(Files, BytesAndBuffers) {
  context.set_input(0, "some input");
  EXPECT_EQ(read(0, 4), "some");
  EXPECT_EQ(read(0), " input");
  EXPECT_EQ(read(0), "");
  auto out = std::make_shared<OutputBuffer>();
  out->limit = 8;
  context.set_output(1, out);
  EXPECT_EQ(write(1, "12345"), Errno::success);
  EXPECT_EQ(write(1, "67890"), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 3u);
  EXPECT_EQ(write(1, "x"), Errno::nospc);
  EXPECT_EQ(out->bytes, "12345678");
  EXPECT_EQ(read(1), "[bad file descriptor]");
  EXPECT_EQ(write(0, "x"), Errno::badf);
  EXPECT_EQ(fd_pwrite(call, 1, iovecs({{room, 1}}), 1, 0, scratch), Errno::spipe);
}

TEST_F(Files, Callbacks) {
  int calls = 0;
  context.set_input(0, [&](std::span<u8> bytes) -> Or<usize> {
    if (++calls > 2) return Fail(Errno::io);
    bytes[0] = 'z';
    return usize{1};
  });
  context.set_output(2, [](std::span<const u8>) -> Or<usize> { return Fail(Errno::pipe); });
  EXPECT_EQ(read(0), "z");
  EXPECT_EQ(read(0), "z");
  EXPECT_EQ(read(0), "[input or output error]");
  EXPECT_EQ(write(2, "x"), Errno::pipe);
}

TEST_F(Files, ByDefaultNothingComesAndNothingShows) {
  EXPECT_EQ(read(0), "");
  EXPECT_EQ(write(1, "lost"), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 4u);
  EXPECT_EQ(write(2, "lost"), Errno::success);
}

TEST_F(Files, FullTable) {
  u32 last = 0;
  FdTable table;
  for (u32 i = 0; i < limit::descriptors; ++i) {
    auto fd = table.insert(Descriptor{});
    ASSERT_TRUE(fd);
    last = *fd;
  }
  EXPECT_EQ(last, limit::descriptors - 1);
  EXPECT_EQ(table.insert(Descriptor{}).error(), Errno::mfile);
  EXPECT_EQ(table.close(5), Errno::success);
  EXPECT_EQ(table.insert(Descriptor{}, 6).error(), Errno::mfile);
  EXPECT_EQ(table.insert(Descriptor{}).value(), 5u);
}

TEST(IoCursor, WalksOverVectors) {
  char bytes[10];
  iovec list[] = {{bytes, 4}, {bytes + 4, 1}, {bytes + 5, 5}};
  IoCursor cursor(list);
  cursor.advance(2);
  EXPECT_EQ(cursor.front(100).size(), 2u);
  EXPECT_EQ(cursor.front(1).size(), 1u);
  cursor.advance(3);
  EXPECT_EQ(cursor.rest().size(), 1u);
  cursor.advance(5);
  EXPECT_TRUE(cursor.empty());
}

}  // namespace
}  // namespace zhan::wasi
