// SPDX-License-Identifier: Apache-2.0
// What one guest gets of the world: arguments, environment, streams, directories, clock and random
// numbers. Made by the embedder, then used by one store.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "wasi/descriptor.hpp"
#include "wasi/paths.hpp"

namespace zhan::wasi {

/// Nanoseconds of a clock.
using ClockFn = std::function<u64(ClockId clock)>;
using RandomFn = std::function<void(std::span<u8> bytes)>;

/// Bytes that a guest wrote, shared with the embedder.
struct OutputBuffer {
  std::mutex mutex;  // two descriptors may share a buffer; not needed when the guest has ended
  std::string bytes;
  u64 limit = u64{1} << 30;  // more is `nospc`
};

/// Everything that makes it may be called until the guest starts, by one thread; the functions are
/// then safe for all threads of the guest. Calls of one callback do not overlap. Without other
/// wishes input is empty and output is thrown away.
class Context {
 public:
  Context();

  // Arguments and environment. Error `config`: a NUL inside, '=' in a key, an empty key.
  /// The first one is the program's name.
  Result<void> add_argument(std::string argument);
  /// A later value of a key replaces the earlier one.
  Result<void> set_variable(std::string key, std::string value);
  /// Takes over the variables of this process.
  void inherit_environment();

  // Streams: descriptor 0, 1, 2 or any other number below limit::descriptors.
  /// Lends standard input, output and error of this process; one that is closed stays closed.
  void inherit_stdio();
  /// Lends a host file descriptor: it must outlive the context. Error `io`.
  Result<void> lend_fd(u32 guest_fd, int host_fd);
  void set_input(u32 guest_fd, std::string bytes);
  void set_input(u32 guest_fd, ReadFn read);
  void set_output(u32 guest_fd, std::shared_ptr<OutputBuffer> buffer);
  void set_output(u32 guest_fd, WriteFn write);

  /// Opens a host directory for the guest under a name, at the next free number from 3 on.
  /// Read-only: nothing below can be written. Error `io`, with the path and what to do.
  Result<void> preopen(const std::string& host, std::string guest_name, bool read_only = false);
  /// Takes a socket (listening or connected), at the next free number from 3 on. Error `io`.
  Result<u32> give_socket(HostFd socket);

  // Virtual world.
  /// Starts at `start` nanoseconds; each reading adds `step`, each sleep its length without
  /// waiting.
  void set_virtual_clock(u64 start, u64 step = 1'000'000);
  void set_clock(ClockFn clock) { m_clock = std::move(clock); }
  /// The same numbers for the same seed, on every machine.
  void set_random_seed(u64 seed);
  void set_random(RandomFn random) { m_random = std::move(random); }
  /// How paths are kept below their directory; tests force one way or the other.
  void set_resolver(Resolver resolver) noexcept { m_resolver = resolver; }

  // For the functions.
  [[nodiscard]] const std::vector<std::string>& arguments() const noexcept { return m_arguments; }
  /// "KEY=value".
  [[nodiscard]] const std::vector<std::string>& environment() const noexcept {
    return m_environment;
  }
  [[nodiscard]] FdTable& fds() noexcept { return m_fds; }
  [[nodiscard]] Resolver resolver() const noexcept { return m_resolver; }
  [[nodiscard]] Or<u64> now(ClockId clock);
  [[nodiscard]] bool virtual_time() const noexcept { return m_virtual; }
  /// A sleep in virtual time.
  void skip_time(u64 nanoseconds) noexcept {
    m_time.fetch_add(nanoseconds, std::memory_order_relaxed);
  }
  [[nodiscard]] Errno random(std::span<u8> bytes);

 private:
  std::vector<std::string> m_arguments;
  std::vector<std::string> m_environment;
  FdTable m_fds;
  Resolver m_resolver = Resolver::automatic;
  ClockFn m_clock;
  RandomFn m_random;
  bool m_virtual = false;
  std::atomic<u64> m_time{0};
  u64 m_step = 0;
  std::mutex m_callbacks;  // of clock and random numbers
};

}  // namespace zhan::wasi
