// SPDX-License-Identifier: Apache-2.0
// What an own memory of a module holds before anything runs (HEAP.md §1): its constant data
// segments, laid out once.
#pragma once

#include <atomic>
#include <memory>
#include <span>
#include <vector>

#include "os/page_scan.hpp"
#include "os/sealed_bytes.hpp"

namespace zhan::runtime {

class Pool;
class Slot;
class MemoryImage;

/// Slots of a pool that hold a certain image, and what is known about its instances. Guarded by
/// the pool's mutex, but for `watchable`.
struct Shelf {
  const MemoryImage* image = nullptr;
  std::shared_ptr<Pool> pool;         // the first that had a slot for the image; none before
  std::vector<Slot*> idle;            // with the image as it is at first
  u64 hot[4] = {};                    // pages that instances have written: bits
  u32 exposures = 0;                  // instances whose host asked for the address of the memory
  std::atomic<bool> watchable{true};  // whether it pays to watch for writes
};

/// A piece of data at an offset of the memory.
struct DataPiece {
  u64 offset;
  std::span<const u8> bytes;
};

/// Immutable but for its shelves; they give their slots back when the image ends.
class MemoryImage {
 public:
  /// `size` is that of the memory; the pieces lie inside, later ones win. Null: no memory for it.
  [[nodiscard]] static std::unique_ptr<MemoryImage> create(u64 size,
                                                           std::span<const DataPiece> pieces);
  MemoryImage(u64 size, u64 begin, os::SealedBytes bytes) noexcept;
  ~MemoryImage();
  MemoryImage(const MemoryImage&) = delete;
  MemoryImage& operator=(const MemoryImage&) = delete;

  /// Of the memory, in bytes and in pages of the system.
  [[nodiscard]] u64 size() const noexcept { return m_size; }
  [[nodiscard]] u64 pages() const noexcept { return os::round_to_pages(m_size) / os::page_size(); }
  /// Makes zero memory at `base`, accessible up to size(), hold the image. False: it holds nothing
  /// of use now.
  [[nodiscard]] bool lay_out(u8* base) const noexcept;
  /// Writes pages as they are at first.
  void restore(u8* base, os::PageRun run) const noexcept;
  /// Zeros in place of the data.
  void erase(u8* base) const noexcept;
  /// After all pages have been discarded.
  void lay_out_again(u8* base) const noexcept {
    if (!mapped()) copy_to(base);
  }
  /// The same content in zero memory of any kind.
  void copy_to(u8* base) const noexcept;
  /// Whether lay_out() maps a file; else it copies so many bytes.
  [[nodiscard]] bool mapped() const noexcept { return m_bytes.mappable(); }
  [[nodiscard]] u64 copied() const noexcept { return mapped() ? 0 : m_bytes.size(); }

  /// For guarded slots, and for others.
  [[nodiscard]] Shelf& shelf(bool guarded) const noexcept { return m_shelves[guarded ? 1 : 0]; }

 private:
  u64 m_size;
  u64 m_begin;  // where the bytes are, a page
  os::SealedBytes m_bytes;
  mutable Shelf m_shelves[2];
};

}  // namespace zhan::runtime
