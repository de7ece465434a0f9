// SPDX-License-Identifier: Apache-2.0
#include "wasi/io.hpp"

#include <limits.h>
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/assert.hpp"

namespace zhan::wasi {
namespace {

/// Keeps a write to a broken pipe from killing the process: SIGPIPE is blocked in this thread, and
/// taken away if the write raised it. What was pending before stays. A library must not change the
/// process's handler, so this is the way.
class SigpipeGuard {
 public:
  SigpipeGuard() noexcept {
    sigset_t pending;
    sigpending(&pending);
    m_was_pending = sigismember(&pending, SIGPIPE) == 1;
    sigemptyset(&m_pipe);
    sigaddset(&m_pipe, SIGPIPE);
    pthread_sigmask(SIG_BLOCK, &m_pipe, &m_old);
  }
  ~SigpipeGuard() {
    int saved = errno;
    timespec at_once{};
    if (m_raised && !m_was_pending) sigtimedwait(&m_pipe, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &m_old, nullptr);
    errno = saved;
  }
  SigpipeGuard(const SigpipeGuard&) = delete;
  SigpipeGuard& operator=(const SigpipeGuard&) = delete;
  void raised() noexcept { m_raised = true; }

 private:
  sigset_t m_pipe, m_old;
  bool m_was_pending = false, m_raised = false;
};

ssize_t receive(int fd, std::span<iovec> into) noexcept {
  msghdr message{};
  message.msg_iov = into.data();
  message.msg_iovlen = into.size();
  return retry([&] { return recvmsg(fd, &message, MSG_DONTWAIT); });
}

ssize_t send(int fd, std::span<iovec> from) noexcept {
  msghdr message{};
  message.msg_iov = from.data();
  message.msg_iovlen = from.size();
  return retry([&] { return sendmsg(fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL); });
}

ssize_t write_vectors(int fd, std::span<iovec> from) noexcept {
  return retry([&] { return writev(fd, from.data(), static_cast<int>(from.size())); });
}

/// Pipes and terminals: what poll found room for, so the call does not block in the kernel where no
/// request to stop could reach it.
ssize_t write_piece(int fd, const IoCursor& cursor) noexcept {
  SigpipeGuard guard;
  ssize_t n = 0;
  if (cursor.rest().size() > 1 && cursor.front(PIPE_BUF).size() < PIPE_BUF) {
    std::array<iovec, 16> some;
    usize count = 0, bytes = 0;
    for (const iovec& vector : cursor.rest().first(std::min(some.size(), cursor.rest().size()))) {
      if (bytes + vector.iov_len > PIPE_BUF) break;
      some[count++] = vector;
      bytes += vector.iov_len;
    }
    ZHAN_ASSERT(count != 0, "the first vector is smaller than a piece");
    n = write_vectors(fd, {some.data(), count});
  } else {
    std::span<u8> piece = cursor.front(PIPE_BUF);
    n = retry([&] { return write(fd, piece.data(), piece.size()); });
  }
  if (n < 0 && errno == EPIPE) guard.raised();
  return n;
}

ssize_t write_once(const Descriptor& to, const IoCursor& cursor) noexcept {
  switch (to.nature) {
    case Nature::socket: return send(to.fd.get(), cursor.rest());
    case Nature::pipe:
    case Nature::terminal: return write_piece(to.fd.get(), cursor);
    default: return write_vectors(to.fd.get(), cursor.rest());
  }
}

Errno read_callback(Descriptor& from, std::span<iovec> into, u64& done) {
  if (!from.read) return Errno::badf;
  const std::lock_guard lock(*from.mutex);
  for (const iovec& vector : into) {
    auto n = from.read({static_cast<u8*>(vector.iov_base), vector.iov_len});
    if (!n && done == 0) return n.error();
    if (!n || *n > vector.iov_len) break;
    done += *n;
    if (*n < vector.iov_len) break;
  }
  return Errno::success;
}

Errno write_callback(Descriptor& to, std::span<iovec> from, u64& done) {
  if (!to.write) return Errno::badf;
  const std::lock_guard lock(*to.mutex);
  for (const iovec& vector : from) {
    auto n = to.write({static_cast<const u8*>(vector.iov_base), vector.iov_len});
    if (!n && done == 0) return n.error();
    if (!n || *n > vector.iov_len) break;
    done += *n;
    if (*n < vector.iov_len) break;
  }
  return Errno::success;
}

/// Callbacks have no limit of their own; the host's calls stop at this many bytes too.
std::span<iovec> bounded(std::span<iovec> vectors) noexcept {
  constexpr usize most = 0x7fff'f000;
  usize sum = 0;
  for (usize i = 0; i < vectors.size(); ++i) {
    usize left = most - sum;
    if (vectors[i].iov_len >= left) {
      vectors[i].iov_len = left;
      return vectors.first(i + 1);
    }
    sum += vectors[i].iov_len;
  }
  return vectors;
}

}  // namespace

std::span<u8> IoCursor::front(usize most) const noexcept {
  ZHAN_ASSERT(!m_rest.empty(), "there is a first vector");
  return {static_cast<u8*>(m_rest[0].iov_base), std::min(most, m_rest[0].iov_len)};
}

void IoCursor::advance(usize bytes) noexcept {
  while (bytes != 0) {
    ZHAN_ASSERT(!m_rest.empty(), "no more was done than asked for");
    iovec& first = m_rest[0];
    usize n = std::min(bytes, first.iov_len);
    first = {static_cast<u8*>(first.iov_base) + n, first.iov_len - n};
    bytes -= n;
    if (first.iov_len == 0) m_rest = m_rest.subspan(1);
  }
}

Errno read_from(Call& call, Descriptor& from, std::span<iovec> into, u64& done) {
  done = 0;
  if (into.empty()) return Errno::success;
  if (from.nature == Nature::callback) return read_callback(from, bounded(into), done);
  for (;;) {
    if (Errno error = wait_ready(call, from, POLLIN); error != Errno::success) return error;
    ssize_t n = from.nature == Nature::socket ? receive(from.fd.get(), into) : retry([&] {
      return readv(from.fd.get(), into.data(), static_cast<int>(into.size()));
    });
    if (n >= 0) {
      ZHAN_ASSERT(n <= 0x7fff'f000, "the kernel moves less than 2 GiB at a time");
      done = static_cast<u64>(n);
      return Errno::success;
    }
    bool again = errno == EAGAIN || errno == EWOULDBLOCK;
    if (!again || (from.flags & fdflag::nonblock)) return from_host(errno);
  }
}

Errno write_to(Call& call, Descriptor& to, std::span<iovec> from, u64& done) {
  done = 0;
  if (from.empty()) return Errno::success;
  if (to.nature == Nature::callback) return write_callback(to, bounded(from), done);
  for (IoCursor cursor(from); !cursor.empty();) {
    Errno error = wait_ready(call, to, POLLOUT);
    if (error == Errno::ended) return error;
    if (error == Errno::success) {
      ssize_t n = write_once(to, cursor);
      if (n >= 0) {
        cursor.advance(static_cast<usize>(n));
        done += static_cast<u64>(n);
        if (to.nature == Nature::regular || n == 0) break;
        continue;
      }
      error = from_host(errno);
      if (error == Errno::again && !(to.flags & fdflag::nonblock)) continue;
    }
    return done != 0 ? Errno::success : error;
  }
  return Errno::success;
}

}  // namespace zhan::wasi
