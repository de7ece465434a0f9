// SPDX-License-Identifier: Apache-2.0
// What every part of zhan.hpp stands on: texts, errors, results, owners of objects of zhan.h.
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>
#include <version>

#if defined(__cpp_lib_expected)
#include <expected>
#endif

#include "zhan.h"

namespace zhan {
inline namespace api {  // keeps these classes apart from those inside a static library

[[nodiscard]] inline zhan_str_t str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] inline std::string_view view(zhan_str_t text) noexcept {
  return {text.data, text.size};
}

// ---------------------------------------------------------------- errors and results

namespace detail {
/// Its address marks payloads that hold an exception.
inline const char exception_owner = 0;
}  // namespace detail

/// Owns an error. Empty only if moved from.
class Error {
 public:
  explicit Error(zhan_error_t* error) noexcept : m_error(error) {}
  /// For host functions to return.
  explicit Error(std::string_view message, zhan_error_kind_t kind = ZHAN_ERROR_HOST,
                 int32_t code = 0)
      : m_error(zhan_error_new(kind, code, str(message))) {}

  [[nodiscard]] zhan_error_kind_t kind() const noexcept { return zhan_error_kind(get()); }
  /// The number of a trap, the exit code or the reason of an interrupt.
  [[nodiscard]] int32_t code() const noexcept { return zhan_error_code(get()); }
  [[nodiscard]] std::string_view message() const noexcept {
    return view(zhan_error_message(get()));
  }
  [[nodiscard]] bool is_exit() const noexcept { return kind() == ZHAN_ERROR_EXIT; }
  /// Of wasm code; its values: Tag::match.
  [[nodiscard]] bool is_exception() const noexcept { return kind() == ZHAN_ERROR_EXCEPTION; }
  /// Innermost first; names in them are lent by the error.
  [[nodiscard]] std::vector<zhan_frame_t> frames() const {
    std::vector<zhan_frame_t> list(zhan_error_frames(get(), nullptr, 0));
    zhan_error_frames(get(), list.data(), list.size());
    return list;
  }
  /// The exception a host function of C++ threw, or null.
  [[nodiscard]] std::exception_ptr exception() const noexcept {
    auto* held =
        static_cast<std::exception_ptr*>(zhan_error_payload(get(), &detail::exception_owner));
    return held == nullptr ? nullptr : *held;
  }
  [[nodiscard]] zhan_error_t* get() const noexcept { return m_error.get(); }
  [[nodiscard]] zhan_error_t* release() noexcept { return m_error.release(); }

 private:
  struct Drop {
    void operator()(zhan_error_t* error) const noexcept { zhan_error_drop(error); }
  };
  std::unique_ptr<zhan_error_t, Drop> m_error;
};

#if defined(__cpp_lib_expected)
template <class T>
using Result = std::expected<T, Error>;
using Unexpected = std::unexpected<Error>;
#else
/// An error on its way into a Result.
class Unexpected {
 public:
  explicit Unexpected(Error error) noexcept : m_error(std::move(error)) {}
  [[nodiscard]] Error& error() noexcept { return m_error; }

 private:
  Error m_error;
};

/// The part of std::expected<T, Error> that this header needs, for older libraries.
template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
  Result(Unexpected error) noexcept : m_state(std::in_place_index<1>, std::move(error.error())) {}
  [[nodiscard]] bool has_value() const noexcept { return m_state.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  [[nodiscard]] T& operator*() & noexcept { return *std::get_if<0>(&m_state); }
  [[nodiscard]] const T& operator*() const& noexcept { return *std::get_if<0>(&m_state); }
  [[nodiscard]] T&& operator*() && noexcept { return std::move(*std::get_if<0>(&m_state)); }
  [[nodiscard]] T* operator->() noexcept { return std::get_if<0>(&m_state); }
  [[nodiscard]] const T* operator->() const noexcept { return std::get_if<0>(&m_state); }
  [[nodiscard]] Error& error() noexcept { return *std::get_if<1>(&m_state); }
  [[nodiscard]] const Error& error() const noexcept { return *std::get_if<1>(&m_state); }

 private:
  std::variant<T, Error> m_state;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;
  Result() noexcept = default;
  Result(Unexpected error) noexcept : m_error(std::move(error.error())) {}
  [[nodiscard]] bool has_value() const noexcept { return !m_error.has_value(); }
  explicit operator bool() const noexcept { return has_value(); }
  void operator*() const noexcept {}
  [[nodiscard]] Error& error() noexcept { return *m_error; }
  [[nodiscard]] const Error& error() const noexcept { return *m_error; }

 private:
  std::optional<Error> m_error;
};
#endif

/// What value_or_throw() throws for errors that are no exception of a host function.
class Exception : public std::runtime_error {
 public:
  explicit Exception(Error error)
      : std::runtime_error(std::string(error.message())),
        m_error(std::make_shared<Error>(std::move(error))) {}
  [[nodiscard]] const Error& error() const noexcept { return *m_error; }

 private:
  std::shared_ptr<Error> m_error;  // exceptions are copied
};

#if defined(__cpp_exceptions)
/// The value; else throws the exception that the error carries, or Exception.
template <class T>
T value_or_throw(Result<T> result) {
  if (!result) {
    if (std::exception_ptr held = result.error().exception()) std::rethrow_exception(held);
    throw Exception(std::move(result.error()));
  }
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}
#endif

namespace detail {

[[nodiscard]] inline Unexpected failed(zhan_error_t* error) noexcept {
  return Unexpected(Error(error));
}
[[nodiscard]] inline Result<void> to_result(zhan_error_t* error) noexcept {
  if (error != nullptr) return failed(error);
  return {};
}

/// A counted object: copies keep, the destructor drops.
template <class T, T* (*keep)(T*), void (*drop)(T*)>
class Shared {
 public:
  /// Takes one count.
  explicit Shared(T* object) noexcept : m_object(object) {}
  Shared(const Shared& other) noexcept : m_object(other.m_object) {
    if (m_object != nullptr) keep(m_object);
  }
  Shared(Shared&& other) noexcept : m_object(std::exchange(other.m_object, nullptr)) {}
  Shared& operator=(Shared other) noexcept {
    std::swap(m_object, other.m_object);
    return *this;
  }
  ~Shared() { drop(m_object); }
  [[nodiscard]] T* get() const noexcept { return m_object; }

 private:
  T* m_object;
};

/// An object with one owner.
template <class T, void (*drop)(T*)>
struct Drop {
  void operator()(T* object) const noexcept { drop(object); }
};
template <class T, void (*drop)(T*)>
using Unique = std::unique_ptr<T, Drop<T, drop>>;

template <class T>
void destroy(void* object) {
  delete static_cast<T*>(object);
}

}  // namespace detail

}  // namespace api
}  // namespace zhan
