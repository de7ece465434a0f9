// SPDX-License-Identifier: Apache-2.0
// A place of a pool for one linear memory: address space, what of it is open, and which pages may
// differ from the image. Private to runtime/.
#pragma once

#include <atomic>

#include "runtime/memory_image.hpp"

namespace zhan::runtime {

/// Used by its memory's thread, or by the pool while it is idle.
class Slot {
 public:
  /// `guarded`: nothing is accessible at first; else all of it is.
  Slot(u8* base, u64 reach, bool guarded) noexcept;
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

  [[nodiscard]] u8* base() const noexcept { return m_base; }
  [[nodiscard]] u64 reach() const noexcept { return m_reach; }
  [[nodiscard]] bool guarded() const noexcept { return m_guarded; }

  /// Makes exactly [0, size) accessible, as far as pages allow. False and unchanged on failure.
  [[nodiscard]] bool open_to(u64 size) noexcept;
  /// Fills a blank slot. False: wipe() it.
  [[nodiscard]] bool lay_out(const MemoryImage& image) noexcept;
  /// After a memory that was `used` bytes large at its end: as lay_out() leaves a slot. At most
  /// `most_resident` bytes stay resident. False: wipe() it.
  [[nodiscard]] bool reset(const MemoryImage& image, u64 used, u64 most_resident) noexcept;
  /// Back to zero pages, nothing resident and no access where guarded. False: not to be used again.
  [[nodiscard]] bool wipe() noexcept;
  /// Bytes that reset() has left resident.
  [[nodiscard]] u64 resident() const noexcept { return m_resident; }

  // Watching (docs/rationale.md): pages not known to be written are read-only; the first write to
  // one faults, and on_fault() makes it known. What is known is written anew by reset(): no call
  // of the system as long as instances write the same pages.
  static constexpr u64 most_watched = 256;     // pages of a slot
  static constexpr u64 most_known = 64;        // then watching ends
  static constexpr u64 most_known_first = 32;  // to begin
  /// Begins at a slot that has been reset; `hot`: pages known from others. False: not now.
  bool watch(const MemoryImage& image, u64 (&hot)[4]) noexcept;
  [[nodiscard]] bool watched() const noexcept { return m_watch.load(std::memory_order_relaxed); }
  /// A write at an offset of the slot has faulted: true if it may be tried again. From a signal
  /// handler.
  bool on_fault(u64 offset) noexcept;
  /// The kernel will write [offset, offset + size), where no fault can be served.
  void open_range(u64 offset, u64 size) noexcept;
  /// Somebody may write anywhere without our knowledge, until the next reset().
  void stop_watching() noexcept;

  Shelf* shelf = nullptr;  // of the image it holds
  u32 uses = 0;            // with this image
  bool counted = false;    // by the pool, as watched

 private:
  [[nodiscard]] bool reset_known(const MemoryImage& image) noexcept;
  [[nodiscard]] bool reset_unknown(const MemoryImage& image, u64 most_resident) noexcept;
  void note_written(std::span<const os::PageRun> runs) noexcept;

  u8* m_base;
  u64 m_reach;
  bool m_guarded;
  bool m_mapped = false;  // a file lies in it
  u64 m_open;             // bytes accessible from the base on
  u64 m_resident = 0;
  std::atomic<bool> m_watch{false};
  std::atomic<u64> m_known[4] = {};  // pages that may have been written, if watched or just reset
  u64 m_watched_bytes = 0;
};

}  // namespace zhan::runtime
