// SPDX-License-Identifier: Apache-2.0
// What a guest's file descriptor stands for, and the table of them.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "wasi/host_fd.hpp"

namespace zhan::wasi {

/// Fills the bytes; how many, 0 at the end of input.
using ReadFn = std::function<Or<usize>(std::span<u8> bytes)>;
/// Takes the bytes; how many were taken.
using WriteFn = std::function<Or<usize>(std::span<const u8> bytes)>;

/// How the host's file behaves. Only `regular` and `directory` never block.
enum class Nature : u8 { regular, directory, pipe, terminal, device, socket, callback };

/// A word that the guest's threads may change while others read it; each sees some value of it.
template <class T>
class Word {
 public:
  Word(T value = 0) noexcept : m_value(value) {}
  Word(const Word& other) noexcept : m_value(static_cast<T>(other)) {}
  Word& operator=(const Word& other) noexcept { return *this = static_cast<T>(other); }
  Word& operator=(T value) noexcept {
    m_value.store(value, std::memory_order_relaxed);
    return *this;
  }
  Word& operator|=(T bits) noexcept {
    m_value.fetch_or(bits, std::memory_order_relaxed);
    return *this;
  }
  operator T() const noexcept { return m_value.load(std::memory_order_relaxed); }

 private:
  std::atomic<T> m_value;
};

/// Shared by the threads of a guest. What is not a Word does not change once it is in the table.
struct Descriptor {
  HostFd fd;  // not valid for callbacks
  Nature nature = Nature::callback;
  Filetype type = Filetype::unknown;
  Word<u32> flags;  // fdflag; nonblock is the guest's view, the host's flag may differ
  Word<u64> base, inheriting;
  bool stdio = false;      // a stream for the guest, whatever it is on the host
  bool read_only = false;  // below a read-only preopen
  bool preopen = false;
  std::string guest_name;  // of a preopen
  ReadFn read;
  WriteFn write;
  /// Held over a callback, and where moving the offset and reading must not be parted.
  std::shared_ptr<std::mutex> mutex = std::make_shared<std::mutex>();

  [[nodiscard]] bool is_directory() const noexcept { return nature == Nature::directory; }
  /// Has an offset that can be moved.
  [[nodiscard]] bool seekable() const noexcept { return nature == Nature::regular && !stdio; }
  [[nodiscard]] bool may_block() const noexcept {
    return nature != Nature::regular && nature != Nature::directory && nature != Nature::callback;
  }
};

/// Asks the host what an open file is and fills fd, nature, type and flags.
[[nodiscard]] Or<Descriptor> describe(HostFd fd) noexcept;

[[nodiscard]] Filetype filetype_of_mode(u32 mode) noexcept;

/// A use of a descriptor: it stays open on the host until the last use ends, closed or not.
using DescriptorPtr = std::shared_ptr<Descriptor>;

/// Guest numbers to descriptors. Thread-safe.
class FdTable {
 public:
  /// Null if there is none.
  [[nodiscard]] DescriptorPtr find(u32 fd) const noexcept {
    const std::lock_guard lock(m_mutex);
    return fd < m_slots.size() ? m_slots[fd] : nullptr;
  }
  /// At the lowest free number from `minimum` on; `mfile` when the table is full.
  [[nodiscard]] Or<u32> insert(Descriptor descriptor, u32 minimum = 0);
  /// At a given number below limit::descriptors; what was there is closed.
  void set(u32 fd, Descriptor descriptor);
  /// `badf` if there is none, else what closing gave (success if another thread still uses it); the
  /// number is free in any case.
  [[nodiscard]] Errno close(u32 fd) noexcept;
  /// Both must be open; `to` is closed and `from` moves there.
  [[nodiscard]] Errno renumber(u32 from, u32 to) noexcept;
  [[nodiscard]] bool full() const noexcept {
    const std::lock_guard lock(m_mutex);
    return m_open >= limit::descriptors;
  }

 private:
  [[nodiscard]] bool is_open(u32 fd) const noexcept {
    return fd < m_slots.size() && m_slots[fd] != nullptr;
  }
  void put(u32 fd, Descriptor descriptor);
  [[nodiscard]] DescriptorPtr take(u32 fd) noexcept;

  mutable std::mutex m_mutex;
  std::vector<DescriptorPtr> m_slots;
  u32 m_lowest = 0;  // no number below it is free
  u32 m_open = 0;
};

}  // namespace zhan::wasi
