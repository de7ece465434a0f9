// SPDX-License-Identifier: Apache-2.0
// Text of the API as text of the library.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/ints.hpp"
#include "zhan/zhan.h"

namespace zhan::capi {

[[nodiscard]] inline std::string_view view(zhan_str_t text) noexcept {
  return text.data == nullptr ? std::string_view() : std::string_view(text.data, text.size);
}
[[nodiscard]] inline std::string own(zhan_str_t text) { return std::string(view(text)); }
[[nodiscard]] inline zhan_str_t lend(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] inline std::span<const u8> bytes_of(const void* bytes, usize size) noexcept {
  return {static_cast<const u8*>(bytes), bytes == nullptr ? 0 : size};
}

/// A pointer with its finalizer, run once at the end.
class Owned {
 public:
  Owned(void* data, zhan_finalizer_t finalizer) noexcept : m_data(data), m_finalizer(finalizer) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (m_finalizer != nullptr) m_finalizer(m_data);
  }
  [[nodiscard]] void* get() const noexcept { return m_data; }
  /// From now on somebody else runs the finalizer.
  void release() noexcept { m_finalizer = nullptr; }

 private:
  void* m_data;
  zhan_finalizer_t m_finalizer;
};

}  // namespace zhan::capi
