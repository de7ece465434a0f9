// SPDX-License-Identifier: Apache-2.0
#include "wasi/context.hpp"

#include <fcntl.h>
#include <sys/random.h>

#include <algorithm>
#include <cstring>
#include <ctime>

extern char** environ;

namespace zhan::wasi {
namespace {

constexpr u32 first_directory = 3;  // guests look for preopens from here on

bool has_nul(std::string_view text) noexcept { return text.find('\0') != text.npos; }

/// SplitMix64: a counter, mixed; simple to give the same numbers everywhere.
class SeededRandom {
 public:
  explicit SeededRandom(u64 seed) noexcept : m_state(seed) {}
  void operator()(std::span<u8> bytes) noexcept {
    while (!bytes.empty()) {
      u64 word = next();
      usize n = std::min<usize>(sizeof word, bytes.size());
      std::memcpy(bytes.data(), &word, n);
      bytes = bytes.subspan(n);
    }
  }

 private:
  u64 m_state;
  u64 next() noexcept {
    u64 z = (m_state += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
};

Descriptor callback(u64 rights) noexcept {
  Descriptor made;
  made.nature = Nature::callback;
  made.stdio = true;
  made.base = rights | right::stream;
  return made;
}

u64 stream_rights(int host_fd) noexcept {
  int flags = fcntl(host_fd, F_GETFL);
  int access = flags < 0 ? O_RDWR : flags & O_ACCMODE;
  u64 rights = right::stream;
  if (access != O_WRONLY) rights |= right::fd_read;
  if (access != O_RDONLY) rights |= right::fd_write | right::fd_datasync | right::fd_sync;
  return rights;
}

clockid_t host_clock(ClockId clock) noexcept {
  switch (clock) {
    case ClockId::realtime: return CLOCK_REALTIME;
    case ClockId::monotonic: return CLOCK_MONOTONIC;
    case ClockId::process_cputime: return CLOCK_PROCESS_CPUTIME_ID;
    case ClockId::thread_cputime: break;
  }
  return CLOCK_THREAD_CPUTIME_ID;
}

}  // namespace

Context::Context() {
  set_input(0, std::string());
  auto discard = [](std::span<const u8> bytes) -> Or<usize> { return bytes.size(); };
  set_output(1, discard);
  set_output(2, discard);
}

Result<void> Context::add_argument(std::string argument) {
  if (has_nul(argument)) return fail(ErrorKind::config, "an argument contains a NUL character");
  m_arguments.push_back(std::move(argument));
  return {};
}

Result<void> Context::set_variable(std::string key, std::string value) {
  if (key.empty() || key.find('=') != key.npos || has_nul(key) || has_nul(value))
    return fail(ErrorKind::config, "not an environment variable: \"" + key + "\"");
  key += '=';
  auto same = [&](const std::string& old) { return old.starts_with(key); };
  auto old = std::find_if(m_environment.begin(), m_environment.end(), same);
  if (old == m_environment.end()) old = m_environment.emplace(old);
  *old = key + value;
  return {};
}

void Context::inherit_environment() {
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    std::string_view text = *entry;
    usize equals = text.find('=', 1);
    if (equals == text.npos) continue;
    static_cast<void>(
        set_variable(std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))));
  }
}

void Context::inherit_stdio() {
  for (u32 fd = 0; fd < 3; ++fd) {
    if (!lend_fd(fd, static_cast<int>(fd))) static_cast<void>(m_fds.close(fd));
  }
}

Result<void> Context::lend_fd(u32 guest_fd, int host_fd) {
  auto made = describe(HostFd(host_fd, false));
  if (!made || guest_fd >= limit::descriptors)
    return fail(ErrorKind::io, "cannot lend file descriptor " + std::to_string(host_fd) + ": " +
                                   errno_text(made ? Errno::inval : made.error()));
  made->stdio = true;
  made->base = stream_rights(host_fd);
  m_fds.set(guest_fd, std::move(*made));
  return {};
}

void Context::set_input(u32 guest_fd, std::string bytes) {
  auto rest = std::make_shared<std::pair<std::string, usize>>(std::move(bytes), 0);
  set_input(guest_fd, [rest](std::span<u8> out) -> Or<usize> {
    auto& [text, at] = *rest;
    usize n = std::min(out.size(), text.size() - at);
    if (n != 0) std::memcpy(out.data(), text.data() + at, n);
    at += n;
    return n;
  });
}

void Context::set_input(u32 guest_fd, ReadFn read) {
  Descriptor made = callback(right::fd_read);
  made.read = std::move(read);
  m_fds.set(guest_fd, std::move(made));
}

void Context::set_output(u32 guest_fd, std::shared_ptr<OutputBuffer> buffer) {
  set_output(guest_fd, [buffer](std::span<const u8> in) -> Or<usize> {
    const std::lock_guard lock(buffer->mutex);
    u64 room = buffer->limit - std::min<u64>(buffer->limit, buffer->bytes.size());
    usize n = static_cast<usize>(std::min<u64>(room, in.size()));
    if (n == 0 && !in.empty()) return Fail(Errno::nospc);
    buffer->bytes.append(reinterpret_cast<const char*>(in.data()), n);
    return n;
  });
}

void Context::set_output(u32 guest_fd, WriteFn write) {
  Descriptor made = callback(right::fd_write);
  made.write = std::move(write);
  m_fds.set(guest_fd, std::move(made));
}

Result<void> Context::preopen(const std::string& host, std::string guest_name, bool read_only) {
  if (has_nul(host) || has_nul(guest_name) || guest_name.size() > limit::path_bytes)
    return fail(ErrorKind::config, "not a directory name: \"" + guest_name + "\"");
  HostFd fd(retry([&] { return open(host.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); }));
  if (!fd.valid())
    return fail(ErrorKind::io, "cannot open directory \"" + host + "\": " + std::strerror(errno));
  auto made = describe(std::move(fd));
  if (!made) return fail(ErrorKind::io, "cannot examine directory \"" + host + "\"");
  made->preopen = true;
  made->read_only = read_only;
  made->guest_name = std::move(guest_name);
  made->base = read_only ? right::directory & ~right::mutating : right::directory;
  // Also of a read-only one: a guest's libc asks for what is inherited, so opening for writing is
  // seen here and answered with rofs, not found out at the first write.
  made->inheriting = right::inheriting;
  if (!m_fds.insert(std::move(*made), first_directory))
    return fail(ErrorKind::limit, "too many preopened directories");
  return {};
}

Result<u32> Context::give_socket(HostFd socket) {
  auto made = describe(std::move(socket));
  if (!made || made->nature != Nature::socket)
    return fail(ErrorKind::io, "the file descriptor is not a socket");
  made->base = right::stream | right::fd_read | right::fd_write | right::sockets;
  made->inheriting = right::stream | right::fd_read | right::fd_write | right::sock_shutdown;
  auto fd = m_fds.insert(std::move(*made), first_directory);
  if (!fd) return fail(ErrorKind::limit, "too many sockets");
  return *fd;
}

void Context::set_virtual_clock(u64 start, u64 step) {
  m_virtual = true;
  m_time = start;
  m_step = step;
}

void Context::set_random_seed(u64 seed) { m_random = SeededRandom(seed); }

Or<u64> Context::now(ClockId clock) {
  if (m_virtual) return m_time.fetch_add(m_step, std::memory_order_relaxed) + m_step;
  if (m_clock) {
    const std::lock_guard lock(m_callbacks);
    return m_clock(clock);
  }
  timespec time;
  if (clock_gettime(host_clock(clock), &time) != 0) return Fail(from_host(errno));
  return static_cast<u64>(time.tv_sec) * 1'000'000'000 + static_cast<u64>(time.tv_nsec);
}

Errno Context::random(std::span<u8> bytes) {
  if (m_random) {
    const std::lock_guard lock(m_callbacks);
    m_random(bytes);
    return Errno::success;
  }
  while (!bytes.empty()) {
    ssize_t n = retry([&] { return getrandom(bytes.data(), bytes.size(), 0); });
    if (n <= 0) return Errno::io;
    bytes = bytes.subspan(static_cast<usize>(n));
  }
  return Errno::success;
}

}  // namespace zhan::wasi
