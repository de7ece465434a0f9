// SPDX-License-Identifier: Apache-2.0
// Linear memories (CONTRACTS C5, HEAP.md §1). Three kinds of space: guarded (a fixed reservation
// whose rest faults), fixed (shared memories without guard: a reservation of the maximum), movable.
// The first, and movable ones of moderate size, lie in slots of a pool.
#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "runtime/externs.hpp"
#include "runtime/pool.hpp"
#include "runtime/quota.hpp"

namespace zhan::runtime {

class LinearMemory final : public Memory, public std::enable_shared_from_this<LinearMemory> {
 public:
  enum class Kind : u8 { guarded, fixed, movable };

  /// Makes a memory of the type's minimum. `allow_guard` asks for a guarded one where the type
  /// permits it; if the address space for that is used up, it becomes movable. It holds the image
  /// if there is one, which must outlive it. Errors: limit, no_memory.
  static Result<std::shared_ptr<LinearMemory>> create(const MemoryType& type, bool allow_guard,
                                                      std::shared_ptr<Quota> quota,
                                                      std::shared_ptr<Pool> pool,
                                                      const MemoryImage* image = nullptr);
  LinearMemory(const MemoryType& memory_type, std::shared_ptr<Quota> quota,
               std::shared_ptr<Pool> pool) noexcept;
  ~LinearMemory() override;

  u64 grow(u64 delta) noexcept override;
  [[nodiscard]] bool guarded() const noexcept override { return m_kind == Kind::guarded; }
  [[nodiscard]] Kind kind() const noexcept { return m_kind; }
  /// The most pages it may ever have.
  [[nodiscard]] u64 max_pages() const noexcept { return m_max_pages; }

  void open_range(u64 offset, u64 size) noexcept override {
    if (m_slot != nullptr) m_slot->open_range(offset, size);
  }
  void expose() noexcept override {
    if (m_slot != nullptr) m_pool->expose(*m_slot);
  }
  /// Whether a first write to a page is learned by a fault.
  [[nodiscard]] bool watched() const noexcept { return m_slot != nullptr && m_slot->watched(); }

  /// Keeps the copy of the base in an instance right; the instance must live as long as the memory.
  void attach(abi::Inst* inst);

 private:
  [[nodiscard]] Result<void> open(bool allow_guard, const MemoryImage* image);
  [[nodiscard]] bool choose_space(bool allow_guard, const MemoryImage* image) noexcept;
  [[nodiscard]] bool take_slot(bool guarded, const MemoryImage* image) noexcept;
  [[nodiscard]] os::Mapping reserve_fixed() noexcept;
  /// Makes [0, size) accessible; false and unchanged if that fails.
  [[nodiscard]] bool extend(u64 size) noexcept;
  [[nodiscard]] bool extend_movable(u64 size) noexcept;
  [[nodiscard]] bool leave_slot(u64 size) noexcept;
  void set_base(u8* base) noexcept;

  std::shared_ptr<Quota> m_quota;
  std::shared_ptr<Pool> m_pool;
  std::mutex m_growing;
  Slot* m_slot = nullptr;  // where it lies, or
  os::Mapping m_space;     // its own
  u64 m_accessible = 0;    // of a fixed one
  u64 m_counted = 0;       // bytes taken from the quota
  Kind m_kind = Kind::movable;
  u64 m_max_pages = 0;
  std::vector<abi::Inst*> m_users;  // whose memory 0 this is
};

/// Pages a memory of the type may grow to (CONTRACTS C5: a 32-bit one stays below 2^32 bytes by
/// 65,536 unless its minimum is larger).
[[nodiscard]] u64 max_pages(const MemoryType& type) noexcept;

}  // namespace zhan::runtime
