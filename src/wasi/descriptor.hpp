// SPDX-License-Identifier: Apache-2.0
// What a guest's file descriptor stands for, and the table of them.
#pragma once

#include <functional>
#include <memory>
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

struct Descriptor {
  HostFd fd;  // not valid for callbacks
  Nature nature = Nature::callback;
  Filetype type = Filetype::unknown;
  u32 flags = 0;  // fdflag; nonblock is the guest's view, the host's flag may differ
  u64 base = 0, inheriting = 0;
  bool stdio = false;      // a stream for the guest, whatever it is on the host
  bool read_only = false;  // below a read-only preopen
  bool preopen = false;
  std::string guest_name;  // of a preopen
  ReadFn read;
  WriteFn write;

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

/// Guest numbers to descriptors. A descriptor stays where it is in memory until it is closed.
class FdTable {
 public:
  /// Null if there is none.
  [[nodiscard]] Descriptor* find(u32 fd) const noexcept {
    return fd < m_slots.size() ? m_slots[fd].get() : nullptr;
  }
  /// At the lowest free number from `minimum` on; `mfile` when the table is full.
  [[nodiscard]] Or<u32> insert(Descriptor descriptor, u32 minimum = 0);
  /// At a given number below limit::descriptors; what was there is closed.
  void set(u32 fd, Descriptor descriptor);
  /// `badf` if there is none, else what closing gave; the number is free in any case.
  [[nodiscard]] Errno close(u32 fd) noexcept;
  /// Both must be open; `to` is closed and `from` moves there.
  [[nodiscard]] Errno renumber(u32 from, u32 to) noexcept;
  [[nodiscard]] bool full() const noexcept { return m_open >= limit::descriptors; }

 private:
  std::vector<std::unique_ptr<Descriptor>> m_slots;
  u32 m_lowest = 0;  // no number below it is free
  u32 m_open = 0;
};

}  // namespace zhan::wasi
