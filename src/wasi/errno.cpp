// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "wasi/types.hpp"

namespace zhan::wasi {

Errno from_host(int host_errno) noexcept {
  if (host_errno == EWOULDBLOCK) return Errno::again;
  struct Row {
    int host;
    Errno code;
  };
  static constexpr Row rows[] = {
#define ZHAN_WASI_ERRNO(id, code, host, text) {host, Errno::id},
#include "wasi/errno.def"
#undef ZHAN_WASI_ERRNO
  };
  for (const Row& row : rows) {
    if (row.host == host_errno) return row.code;
  }
  return Errno::io;
}

const char* errno_text(Errno code) noexcept {
  switch (code) {
#define ZHAN_WASI_ERRNO(id, code, host, text) \
  case Errno::id: return text;
#include "wasi/errno.def"
#undef ZHAN_WASI_ERRNO
    case Errno::ended: break;
  }
  return "unknown errno";
}

}  // namespace zhan::wasi
