// SPDX-License-Identifier: Apache-2.0
// Checks of invariants. ZHAN_ASSERT is for the cost-conscious (off in release), ZHAN_CHECK is
// always on.
#pragma once

namespace zhan {

/// Prints the broken invariant and ends the program. Never returns.
[[noreturn]] void panic(const char* file, int line, const char* message) noexcept;

}  // namespace zhan

#define ZHAN_CHECK(condition, message) \
  (static_cast<bool>(condition) ? void(0) : ::zhan::panic(__FILE_NAME__, __LINE__, message))
#define ZHAN_UNREACHABLE(message) ::zhan::panic(__FILE_NAME__, __LINE__, message)
#ifndef __FILE_NAME__
#define __FILE_NAME__ __FILE__
#endif
#ifdef NDEBUG
// Not evaluated, but compiled: names used only in asserts stay used.
#define ZHAN_ASSERT(condition, message) static_cast<void>(true || static_cast<bool>(condition))
#else
#define ZHAN_ASSERT(condition, message) ZHAN_CHECK(condition, message)
#endif
