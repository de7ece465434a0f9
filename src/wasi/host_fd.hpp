// SPDX-License-Identifier: Apache-2.0
// A host file descriptor: owned (closed at the end) or borrowed, as standard streams are.
#pragma once

#include <unistd.h>

#include <cerrno>
#include <utility>

#include "wasi/types.hpp"

namespace zhan::wasi {

class HostFd {
 public:
  HostFd() noexcept = default;
  explicit HostFd(int fd, bool owned = true) noexcept : m_fd(fd), m_owned(owned) {}
  HostFd(HostFd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)), m_owned(other.m_owned) {}
  HostFd& operator=(HostFd&& other) noexcept {
    std::swap(m_fd, other.m_fd);
    std::swap(m_owned, other.m_owned);
    return *this;
  }
  ~HostFd() { static_cast<void>(close()); }

  [[nodiscard]] int get() const noexcept { return m_fd; }
  [[nodiscard]] bool valid() const noexcept { return m_fd >= 0; }
  [[nodiscard]] bool owned() const noexcept { return m_owned; }
  /// Closes an owned one; the error of close(2), which may tell of a write that failed.
  Errno close() noexcept {
    int fd = std::exchange(m_fd, -1);
    if (fd < 0 || !m_owned || ::close(fd) == 0) return Errno::success;
    return from_host(errno);
  }

 private:
  int m_fd = -1;
  bool m_owned = true;
};

/// Runs a system call again while a signal interrupts it.
template <class F>
auto retry(F&& call) noexcept {
  auto result = call();
  while (result < 0 && errno == EINTR) result = call();
  return result;
}

}  // namespace zhan::wasi
