// SPDX-License-Identifier: Apache-2.0
// Bytes that never change after they were made, of which mappings are copies on write.
#pragma once

#include <functional>
#include <optional>

#include "os/virtual_memory.hpp"

namespace zhan::os {

/// Whole pages in a sealed memfd, or in anonymous memory where that cannot be had.
class SealedBytes {
 public:
  SealedBytes() noexcept = default;
  SealedBytes(SealedBytes&& other) noexcept;
  SealedBytes& operator=(SealedBytes&& other) noexcept;
  ~SealedBytes();

  /// `size` bytes, zero at first, that `fill` may write. `with_file` = false: no copies on write.
  /// Nothing if there is no memory.
  [[nodiscard]] static std::optional<SealedBytes> create(
      usize size, bool with_file, const std::function<void(u8* bytes)>& fill);

  [[nodiscard]] const u8* data() const noexcept { return m_view.base(); }
  [[nodiscard]] usize size() const noexcept { return m_view.size(); }
  /// Whether map_copy() can be had.
  [[nodiscard]] bool mappable() const noexcept { return m_file >= 0; }
  /// Puts a private, writable copy of all bytes at `at`, in place of what is mapped there. False
  /// and unchanged if that fails.
  [[nodiscard]] bool map_copy(u8* at) const noexcept;

 private:
  int m_file = -1;
  Mapping m_view;  // read-only
};

}  // namespace zhan::os
