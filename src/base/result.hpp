// SPDX-License-Identifier: Apache-2.0
// Result<T>: a value or an Error. ZHAN_TRY(name, expression) leaves the function with the error.
#pragma once

#include <expected>
#include <utility>

#include "base/error.hpp"

namespace zhan {

template <class T>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorId id, u64 offset,
                                                 std::string_view detail = {}) {
  return std::unexpected(Error(id, offset, detail));
}
[[nodiscard]] inline std::unexpected<Error> fail(ErrorKind kind, std::string message) {
  return std::unexpected(Error(kind, std::move(message)));
}
[[nodiscard]] inline std::unexpected<Error> fail(Error error) {
  return std::unexpected(std::move(error));
}

}  // namespace zhan

#define ZHAN_TRY_NAME2(line) zhan_try_##line
#define ZHAN_TRY_NAME(line) ZHAN_TRY_NAME2(line)
/// Evaluates a Result; on error returns it, else declares `declaration` with the value.
#define ZHAN_TRY(declaration, expression)                               \
  auto ZHAN_TRY_NAME(__LINE__) = (expression);                          \
  if (!ZHAN_TRY_NAME(__LINE__))                                         \
    return std::unexpected(std::move(ZHAN_TRY_NAME(__LINE__).error())); \
  declaration = std::move(*ZHAN_TRY_NAME(__LINE__))
/// The same for a Result<void>.
#define ZHAN_TRY_VOID(expression)                            \
  if (auto zhan_try_result = (expression); !zhan_try_result) \
  return std::unexpected(std::move(zhan_try_result.error()))
