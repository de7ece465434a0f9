// SPDX-License-Identifier: Apache-2.0
// The guest's memory as a host function sees it: every pointer is checked before it is used, and
// what is checked is a copy, since another thread may change a shared memory meanwhile (CONTRACTS
// C13).
#pragma once

#include <sys/uio.h>

#include <array>
#include <bit>
#include <cstring>
#include <span>
#include <string>
#include <type_traits>

#include "base/assert.hpp"
#include "wasi/types.hpp"

namespace zhan::wasi {

static_assert(std::endian::native == std::endian::little, "guest integers are copied as they are");

/// A view for one call: a memory never shrinks, and does not move while a host function runs. A
/// default one is that of an instance without memory: nothing is in range.
class GuestMemory {
 public:
  GuestMemory() noexcept = default;
  explicit GuestMemory(std::span<u8> bytes) noexcept : m_base(bytes.data()), m_size(bytes.size()) {}
  /// `open(memory, pointer, length)` is called before a range is given out for writing: memories
  /// whose pages are watched are read-only for the kernel until then.
  using Open = void (*)(void* memory, u64 pointer, u64 length);
  GuestMemory(std::span<u8> bytes, void* memory, Open open) noexcept
      : m_base(bytes.data()), m_size(bytes.size()), m_memory(memory), m_open(open) {}

  [[nodiscard]] u64 size() const noexcept { return m_size; }
  [[nodiscard]] bool contains(u32 pointer, u64 length) const noexcept {
    return m_base != nullptr && length <= m_size && pointer <= m_size - length;
  }
  /// To be written to, by the kernel too. Null if any byte of [pointer, pointer + length) is out of
  /// range.
  [[nodiscard]] u8* at(u32 pointer, u64 length) const noexcept {
    if (!contains(pointer, length)) return nullptr;
    if (m_open != nullptr) m_open(m_memory, pointer, length);
    return m_base + pointer;
  }
  /// The same to be read.
  [[nodiscard]] const u8* peek(u32 pointer, u64 length) const noexcept {
    return contains(pointer, length) ? m_base + pointer : nullptr;
  }
  template <class T>
    requires std::is_integral_v<T>
  [[nodiscard]] bool read(u32 pointer, T& value) const noexcept {
    const u8* from = peek(pointer, sizeof(T));
    if (from == nullptr) return false;
    std::memcpy(&value, from, sizeof(T));
    return true;
  }
  template <class T>
    requires std::is_integral_v<T>
  [[nodiscard]] bool write(u32 pointer, T value) const noexcept {
    if (!contains(pointer, sizeof(T))) return false;
    std::memcpy(m_base + pointer, &value, sizeof(T));
    return true;
  }
  [[nodiscard]] bool write_bytes(u32 pointer, std::span<const u8> bytes) const noexcept {
    if (!contains(pointer, bytes.size())) return false;
    if (!bytes.empty()) std::memcpy(m_base + pointer, bytes.data(), bytes.size());
    return true;
  }

 private:
  u8* m_base = nullptr;
  u64 m_size = 0;
  void* m_memory = nullptr;
  Open m_open = nullptr;
};

/// A structure on its way to the guest: filled on the host, written at once.
template <u32 size>
class Struct {
 public:
  template <class T>
  Struct& put(u32 offset, T value) noexcept {
    static_assert(std::is_trivially_copyable_v<T>, "a field is bytes");
    ZHAN_ASSERT(offset + sizeof(T) <= size, "a field lies inside its structure");
    std::memcpy(m_bytes.data() + offset, &value, sizeof(T));
    return *this;
  }
  [[nodiscard]] Errno write(GuestMemory memory, u32 pointer) const noexcept {
    return memory.write_bytes(pointer, m_bytes) ? Errno::success : Errno::fault;
  }
  [[nodiscard]] std::span<const u8> bytes() const noexcept { return m_bytes; }

 private:
  std::array<u8, size> m_bytes{};
};

/// Host iovecs made from an array in guest memory. Empty ones are left out.
class IoVectors {
 public:
  /// `fault` if the array or a buffer is out of range, `inval` if there are more than
  /// limit::iovecs. `filled`: the buffers are to be written to.
  [[nodiscard]] Errno gather(GuestMemory memory, u32 pointer, u32 count, bool filled) noexcept {
    if (count > limit::iovecs) return Errno::inval;
    if (!memory.contains(pointer, u64{count} * layout::iovec)) return Errno::fault;
    for (u32 i = 0; i < count; ++i) {
      u32 address = 0, length = 0;
      if (!memory.read(pointer + i * layout::iovec, address) ||
          !memory.read(pointer + i * layout::iovec + 4, length))
        return Errno::fault;
      // The kernel's structure is the same for both ways.
      u8* bytes =
          filled ? memory.at(address, length) : const_cast<u8*>(memory.peek(address, length));
      if (bytes == nullptr) return Errno::fault;
      ZHAN_ASSERT(m_count < m_vectors.size(), "the count was bounded");
      if (length != 0) m_vectors[m_count++] = {bytes, length};
    }
    return Errno::success;
  }
  [[nodiscard]] std::span<iovec> vectors() noexcept { return {m_vectors.data(), m_count}; }

 private:
  std::array<iovec, limit::iovecs> m_vectors;  // left uninitialised: 16 KiB
  u32 m_count = 0;
};

}  // namespace zhan::wasi
