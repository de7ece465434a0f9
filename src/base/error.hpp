// SPDX-License-Identifier: Apache-2.0
// Errors as values: one kind, one row of errors.def, a position, and what a trap or exit adds.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/ints.hpp"

namespace zhan {

/// The classes of failure of the public API (zhan_error_kind_t has the same order).
enum class ErrorKind : u8 {
  config,
  io,
  malformed,
  invalid,
  unsupported,
  limit,
  link,
  type,
  wrong_store,
  bounds,
  no_memory,
  trap,
  exception,
  exit,
  interrupt,
  host,
  busy,
  poisoned,
  version,
};

enum class ErrorId : u16 {
  custom,  // only kind and message count
#define ZHAN_ERROR(id, kind, text) id,
#include "base/errors.def"
#undef ZHAN_ERROR
};

[[nodiscard]] const char* error_text(ErrorId id) noexcept;
[[nodiscard]] ErrorKind error_kind(ErrorId id) noexcept;

inline constexpr u64 no_offset = ~u64{0};

/// One wasm frame of a backtrace; `offset` counts bytes from the module's start.
struct ErrorFrame {
  std::string module;
  std::string function;
  u32 function_index = 0;
  u64 offset = no_offset;
  u64 instance = 0;
};

/// What an Error owns. `code` is the trap number, the exit code or the reason of an interrupt.
struct ErrorInfo {
  ErrorKind kind = ErrorKind::host;
  ErrorId id = ErrorId::custom;
  i32 code = 0;
  u64 offset = no_offset;
  u32 line = 0, column = 0;        // of a text module, from 1; 0 = none
  std::string file;                // that the module was read from; "" = none
  std::string message;             // without file and position
  std::vector<ErrorFrame> frames;  // innermost first
  u64 frames_left_out = 0;         // cut from the middle
  u64 frames_cut_at = 0;           // index in frames where they are missing
  std::shared_ptr<void> payload;   // a binding's own exception object
  const void* payload_owner = nullptr;
  u64 exception = 0;  // of the kind exception: its reference in the store, until somebody roots it
};

/// A movable owner of an ErrorInfo; 8 bytes, never empty unless moved from.
class Error {
 public:
  Error(ErrorKind kind, std::string message);
  /// Text of the row, then ": detail" if there is one.
  Error(ErrorId id, u64 offset, std::string_view detail = {});

  [[nodiscard]] ErrorInfo& info() noexcept { return *m_info; }
  [[nodiscard]] const ErrorInfo& info() const noexcept { return *m_info; }
  [[nodiscard]] ErrorKind kind() const noexcept { return m_info->kind; }
  [[nodiscard]] const std::string& message() const noexcept { return m_info->message; }
  /// Message with file and position: "a.wasm: text: detail (at byte 0x1a)", "a.wat:1:2: text".
  [[nodiscard]] std::string to_string() const;

 private:
  std::unique_ptr<ErrorInfo> m_info;
};

}  // namespace zhan
