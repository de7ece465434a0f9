// SPDX-License-Identifier: Apache-2.0
// Reading and writing where a descriptor stands: files, pipes, terminals, sockets, callbacks. A
// wait ends when the store is asked to stop.
#pragma once

#include <span>

#include "wasi/call.hpp"

namespace zhan::wasi {

/// Reads what is there, up to the vectors' room; 0 bytes = end.
[[nodiscard]] Errno read_from(Call& call, Descriptor& from, std::span<iovec> into, u64& done);
/// Writes all unless the guest asked not to block, an error comes after a part, or the file is
/// full.
[[nodiscard]] Errno write_to(Call& call, Descriptor& to, std::span<iovec> from, u64& done);

/// The rest of a list of vectors.
class IoCursor {
 public:
  explicit IoCursor(std::span<iovec> vectors) noexcept : m_rest(vectors) {}
  [[nodiscard]] bool empty() const noexcept { return m_rest.empty(); }
  [[nodiscard]] std::span<iovec> rest() const noexcept { return m_rest; }
  /// The first bytes that lie together, at most `most`.
  [[nodiscard]] std::span<u8> front(usize most) const noexcept;
  void advance(usize bytes) noexcept;

 private:
  std::span<iovec> m_rest;
};

}  // namespace zhan::wasi
