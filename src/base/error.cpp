// SPDX-License-Identifier: Apache-2.0
#include "base/error.hpp"

#include <fmt/format.h>

namespace zhan {
namespace {

struct Row {
  ErrorKind kind;
  const char* text;
};

constexpr Row rows[] = {
    {ErrorKind::host, "error"},
#define ZHAN_ERROR(id, kind, text) {ErrorKind::kind, text},
#include "base/errors.def"
#undef ZHAN_ERROR
};

}  // namespace

const char* error_text(ErrorId id) noexcept { return rows[static_cast<usize>(id)].text; }

ErrorKind error_kind(ErrorId id) noexcept { return rows[static_cast<usize>(id)].kind; }

Error::Error(ErrorKind kind, std::string message) : m_info(std::make_unique<ErrorInfo>()) {
  m_info->kind = kind;
  m_info->message = std::move(message);
}

Error::Error(ErrorId id, u64 offset, std::string_view detail)
    : Error(error_kind(id), error_text(id)) {
  m_info->id = id;
  m_info->offset = offset;
  if (!detail.empty()) m_info->message.append(": ").append(detail);
}

std::string Error::to_string() const {
  const ErrorInfo& e = *m_info;
  std::string text = e.file;
  if (e.line != 0) text += fmt::format("{}{}:{}", text.empty() ? "" : ":", e.line, e.column);
  if (!text.empty()) text += ": ";
  text += e.message;
  if (e.line == 0 && e.offset != no_offset) text += fmt::format(" (at byte 0x{:x})", e.offset);
  return text;
}

}  // namespace zhan
