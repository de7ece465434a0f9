// SPDX-License-Identifier: Apache-2.0
// Linear memories (CONTRACTS C5, HEAP.md §1). Three kinds of space: guarded (a fixed reservation
// whose rest faults), fixed (shared memories without guard: a reservation of the maximum), movable.
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
  /// permits it; if the address space for that is used up, it becomes movable. Errors: limit,
  /// no_memory.
  static Result<std::shared_ptr<LinearMemory>> create(const MemoryType& type, bool allow_guard,
                                                      std::shared_ptr<Quota> quota);
  LinearMemory(const MemoryType& memory_type, std::shared_ptr<Quota> quota) noexcept;
  ~LinearMemory() override;

  u64 grow(u64 delta) noexcept override;
  [[nodiscard]] bool guarded() const noexcept override { return m_kind == Kind::guarded; }
  [[nodiscard]] Kind kind() const noexcept { return m_kind; }
  /// The most pages it may ever have.
  [[nodiscard]] u64 max_pages() const noexcept { return m_max_pages; }

  /// Keeps the copy of the base in an instance right; the instance must live as long as the memory.
  void attach(abi::Inst* inst);

 private:
  [[nodiscard]] bool choose_space(bool allow_guard) noexcept;
  [[nodiscard]] os::Mapping reserve_fixed() noexcept;
  /// Makes [0, size) accessible; false and unchanged if that fails.
  [[nodiscard]] bool extend(u64 size) noexcept;
  [[nodiscard]] bool extend_movable(u64 size) noexcept;
  void set_base(u8* base) noexcept;

  std::shared_ptr<Quota> m_quota;
  std::mutex m_growing;
  Slab m_slab;
  Kind m_kind = Kind::movable;
  u64 m_max_pages = 0;
  std::vector<abi::Inst*> m_users;  // whose memory 0 this is
};

/// Pages a memory of the type may grow to (CONTRACTS C5: a 32-bit one stays below 2^32 bytes by
/// 65,536 unless its minimum is larger).
[[nodiscard]] u64 max_pages(const MemoryType& type) noexcept;

}  // namespace zhan::runtime
