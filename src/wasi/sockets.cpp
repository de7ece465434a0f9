// SPDX-License-Identifier: Apache-2.0
// Sockets that the embedder gave: preview 1 cannot make or connect one.
#include <fcntl.h>
#include <sys/socket.h>

#include "wasi/functions.hpp"
#include "wasi/io.hpp"

namespace zhan::wasi {
namespace {

constexpr u32 recv_peek = 1, recv_waitall = 2;
constexpr u16 recv_truncated = 1;
constexpr u32 shut_read = 1, shut_write = 2;

Or<DescriptorPtr> socket(Call& call, u32 fd, u64 rights) noexcept {
  DescriptorPtr found = call.context.fds().find(fd);
  if (found != nullptr && found->nature != Nature::socket) return Fail(Errno::notsock);
  return descriptor(call, fd, rights);
}

bool would_block(const Descriptor& target) noexcept {
  return (errno == EAGAIN || errno == EWOULDBLOCK) && !(target.flags & fdflag::nonblock);
}

/// One message, waiting for it; the host's flags that came with it.
Errno receive(Call& call, const Descriptor& from, std::span<iovec> into, int flags, u64& done,
              int& came) noexcept {
  for (;;) {
    if (Errno error = wait_ready(call, from, POLLIN); error != Errno::success) return error;
    msghdr message{};
    message.msg_iov = into.data();
    message.msg_iovlen = into.size();
    ssize_t n = retry([&] { return recvmsg(from.fd.get(), &message, flags | MSG_DONTWAIT); });
    if (n >= 0) {
      done = static_cast<u64>(n);
      came = message.msg_flags;
      return Errno::success;
    }
    if (!would_block(from)) return from_host(errno);
  }
}

/// Waiting for all is a loop here, so that a request to stop is seen.
Errno receive_all(Call& call, const Descriptor& from, std::span<iovec> into, u64& done,
                  int& came) noexcept {
  for (IoCursor cursor(into); !cursor.empty();) {
    u64 part = 0;
    Errno error = receive(call, from, cursor.rest(), 0, part, came);
    if (error != Errno::success) return done != 0 && error != Errno::ended ? Errno::success : error;
    if (part == 0) break;
    ZHAN_ASSERT(part <= limit::iovecs * u64{~u32{0}}, "no more came than there was room for");
    cursor.advance(static_cast<usize>(part));
    done += part;
  }
  return Errno::success;
}

}  // namespace

Errno sock_accept(Call& call, u32 fd, u32 flags, u32 out) {
  auto listener = socket(call, fd, right::sock_accept);
  if (!listener) return listener.error();
  if (flags & ~fdflag::nonblock) return Errno::inval;
  if (!call.memory.contains(out, 4)) return Errno::fault;
  if (call.context.fds().full()) return Errno::mfile;
  HostFd accepted;
  while (!accepted.valid()) {
    if (Errno error = wait_ready(call, **listener, POLLIN); error != Errno::success) return error;
    accepted = HostFd(retry([&] {
      return accept4((*listener)->fd.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    }));
    if (!accepted.valid() && !would_block(**listener)) return from_host(errno);
  }
  auto made = describe(std::move(accepted));
  if (!made) return made.error();
  made->flags = flags;
  made->base = (*listener)->inheriting;
  auto number = call.context.fds().insert(std::move(*made));
  if (!number) return number.error();
  return call.memory.write(out, *number) ? Errno::success : Errno::fault;
}

Errno sock_recv(Call& call, u32 fd, u32 iovecs, u32 count, u32 flags, u32 out, u32 flags_out) {
  auto from = socket(call, fd, right::fd_read);
  if (!from) return from.error();
  if (flags & ~(recv_peek | recv_waitall)) return Errno::inval;
  if (!call.memory.contains(out, 4) || !call.memory.contains(flags_out, 2)) return Errno::fault;
  IoVectors vectors;
  if (Errno error = vectors.gather(call.memory, iovecs, count, true); error != Errno::success)
    return error;
  u64 done = 0;
  int came = 0;
  bool peeks = flags & recv_peek;
  Errno error = (flags & recv_waitall) && !peeks
                    ? receive_all(call, **from, vectors.vectors(), done, came)
                    : receive(call, **from, vectors.vectors(), peeks ? MSG_PEEK : 0, done, came);
  if (error != Errno::success) return error;
  u16 guest_flags = (came & MSG_TRUNC) ? recv_truncated : 0;
  bool written =
      call.memory.write(out, static_cast<u32>(done)) && call.memory.write(flags_out, guest_flags);
  return written ? Errno::success : Errno::fault;
}

Errno sock_send(Call& call, u32 fd, u32 iovecs, u32 count, u32 flags, u32 out) {
  auto to = socket(call, fd, right::fd_write);
  if (!to) return to.error();
  if (flags != 0) return Errno::inval;
  if (!call.memory.contains(out, 4)) return Errno::fault;
  IoVectors vectors;
  if (Errno error = vectors.gather(call.memory, iovecs, count, false); error != Errno::success)
    return error;
  u64 done = 0;
  if (Errno error = write_to(call, **to, vectors.vectors(), done); error != Errno::success)
    return error;
  return call.memory.write(out, static_cast<u32>(done)) ? Errno::success : Errno::fault;
}

Errno sock_shutdown(Call& call, u32 fd, u32 how) {
  static constexpr int host[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
  auto target = socket(call, fd, right::sock_shutdown);
  if (!target) return target.error();
  if (how == 0 || how > (shut_read | shut_write)) return Errno::inval;
  return shutdown((*target)->fd.get(), host[how - 1]) == 0 ? Errno::success : from_host(errno);
}

}  // namespace zhan::wasi
