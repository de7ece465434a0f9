// SPDX-License-Identifier: Apache-2.0
#include <netinet/in.h>
#include <sys/socket.h>

#include <thread>

#include "fixture.hpp"

namespace zhan::wasi {
namespace {

class Sockets : public GuestTest {
 protected:
  void pair(int type = SOCK_STREAM) {
    int ends[2];
    ASSERT_EQ(socketpair(AF_UNIX, type | SOCK_CLOEXEC, 0, ends), 0);
    auto fd = context.give_socket(HostFd(ends[0]));
    ASSERT_TRUE(fd);
    m_fd = *fd;
    m_peer = HostFd(ends[1]);
  }
  Errno receive(u32 length, u32 flags = 0) {
    return sock_recv(call, m_fd, iovecs({{room, length}}), 1, flags, scratch, scratch2);
  }
  std::string received(u32 length, u32 flags = 0) {
    EXPECT_EQ(receive(length, flags), Errno::success);
    return text(room, get<u32>(scratch));
  }
  void send_from_host(std::string_view bytes) {
    ASSERT_EQ(::send(m_peer.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }
  u32 m_fd = 0;
  HostFd m_peer;
};

TEST_F(Sockets, SendAndReceive) {
  pair();
  send_from_host("hello");
  EXPECT_EQ(received(3, 1), "hel") << "a look";
  EXPECT_EQ(received(3), "hel");
  EXPECT_EQ(get<u16>(scratch2), 0u);
  EXPECT_EQ(received(10), "lo");
  u32 out = put("answer");
  EXPECT_EQ(sock_send(call, m_fd, iovecs({{out, 3}, {out + 3, 3}}), 2, 0, scratch), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 6u);
  char bytes[10];
  EXPECT_EQ(::read(m_peer.get(), bytes, 10), 6);
  EXPECT_EQ(std::string(bytes, 6), "answer");
  EXPECT_EQ(write(m_fd, "plain"), Errno::success);
  EXPECT_EQ(::read(m_peer.get(), bytes, 10), 5);
  send_from_host("read");
  EXPECT_EQ(read(m_fd), "read");
}

TEST_F(Sockets, BadFlags) {
  pair();
  EXPECT_EQ(receive(1, 4), Errno::inval);
  EXPECT_EQ(sock_send(call, m_fd, iovecs({{room, 1}}), 1, 1, scratch), Errno::inval);
  EXPECT_EQ(sock_accept(call, m_fd, fdflag::append, scratch), Errno::inval);
  EXPECT_EQ(sock_shutdown(call, m_fd, 0), Errno::inval);
  EXPECT_EQ(sock_shutdown(call, m_fd, 4), Errno::inval);
}

TEST_F(Sockets, WaitAll) {
  pair();
  std::thread sender([&] {
    send_from_host("12");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    send_from_host("345");
  });
  EXPECT_EQ(received(5, 2), "12345");
  sender.join();
  send_from_host("end");
  m_peer.close();
  EXPECT_EQ(received(10, 2), "end");
  EXPECT_EQ(received(10), "");
}

TEST_F(Sockets, CutDatagramIsTold) {
  pair(SOCK_DGRAM);
  ASSERT_EQ(fd_fdstat_get(call, m_fd, scratch), Errno::success);
  EXPECT_EQ(get<u8>(scratch), static_cast<u8>(Filetype::socket_dgram));
  send_from_host("long message");
  EXPECT_EQ(received(4), "long");
  EXPECT_EQ(get<u16>(scratch2), 1u);
}

TEST_F(Sockets, ShutdownAndBrokenPipe) {
  pair();
  EXPECT_EQ(sock_shutdown(call, m_fd, 2), Errno::success);
  EXPECT_EQ(write(m_fd, "x"), Errno::pipe) << "and no SIGPIPE";
  EXPECT_EQ(sock_shutdown(call, m_fd, 1), Errno::success);
  EXPECT_EQ(received(1), "");
  EXPECT_EQ(fd_seek(call, m_fd, 0, 0, scratch), Errno::spipe);
}

TEST_F(Sockets, NotASocket) {
  top.file("box/f");
  for (u32 fd : {0u, 1u, 3u, opened("f")}) {
    m_fd = fd;
    EXPECT_EQ(receive(1), Errno::notsock);
    EXPECT_EQ(sock_send(call, fd, iovecs({{room, 1}}), 1, 0, scratch), Errno::notsock);
    EXPECT_EQ(sock_accept(call, fd, 0, scratch), Errno::notsock);
    EXPECT_EQ(sock_shutdown(call, fd, 1), Errno::notsock);
  }
  m_fd = 1000;
  EXPECT_EQ(receive(1), Errno::badf);
  EXPECT_FALSE(context.give_socket(HostFd(::open("/dev/null", O_RDWR | O_CLOEXEC))));
}

TEST_F(Sockets, NonblockingAndStopped) {
  pair();
  requests = 1;
  EXPECT_EQ(receive(1), Errno::ended);
  requests = 0;
  EXPECT_EQ(fd_fdstat_set_flags(call, m_fd, fdflag::nonblock), Errno::success);
  EXPECT_EQ(receive(1), Errno::again);
  EXPECT_EQ(read(m_fd), "[resource temporarily unavailable]");
}

TEST_F(Sockets, Accept) {
  int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(bind(listener, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(listener, 4), 0);
  ASSERT_EQ(getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
  auto fd = context.give_socket(HostFd(listener));
  ASSERT_TRUE(fd);
  EXPECT_EQ(fd_fdstat_set_flags(call, *fd, fdflag::nonblock), Errno::success);
  EXPECT_EQ(sock_accept(call, *fd, 0, scratch), Errno::again);
  EXPECT_EQ(fd_fdstat_set_flags(call, *fd, 0), Errno::success);
  std::thread client([&] {
    HostFd peer(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    ASSERT_EQ(connect(peer.get(), reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(::send(peer.get(), "hi", 2, 0), 2);
  });
  ASSERT_EQ(sock_accept(call, *fd, fdflag::nonblock, scratch), Errno::success);
  m_fd = get<u32>(scratch);
  client.join();
  EXPECT_EQ(received(10), "hi");
  ASSERT_EQ(fd_fdstat_get(call, m_fd, scratch), Errno::success);
  EXPECT_EQ(get<u8>(scratch), static_cast<u8>(Filetype::socket_stream));
  EXPECT_EQ(get<u16>(scratch + 2), fdflag::nonblock);
  EXPECT_FALSE(get<u64>(scratch + 8) & right::sock_accept);
}

}  // namespace
}  // namespace zhan::wasi
