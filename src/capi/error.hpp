// SPDX-License-Identifier: Apache-2.0
// The error object of the API, and the boundary that no exception crosses.
#pragma once

#include <new>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "capi/text.hpp"
#include "zhan/zhan.h"

namespace zhan::capi {

/// The exception that an error stands for; no object: none.
struct Thrown {
  Thrown() = default;
  Thrown(const Thrown&) = delete;
  Thrown& operator=(const Thrown&) = delete;
  ~Thrown();
  [[nodiscard]] bool is_there() const noexcept { return object.root != 0; }

  zhan_ref_t object{};  // owned, and the values' references too
  zhan_tag_t tag{};
  std::vector<zhan_val_t> values;  // the store may be gone when somebody asks for them
};

}  // namespace zhan::capi

/// An Error with what the API adds. The frames of `error` may be with an Error that carries this
/// one.
struct zhan_error {
  explicit zhan_error(zhan::Error e);
  ~zhan_error();
  zhan_error(const zhan_error&) = delete;
  zhan_error& operator=(const zhan_error&) = delete;

  void set_payload(void* data, zhan_finalizer_t finalize, const void* whose) noexcept;

  zhan::Error error;
  std::string text;                        // message with position
  std::vector<zhan_instance_t> instances;  // of the frames; empty = not yet known
  void* payload = nullptr;
  zhan_finalizer_t finalizer = nullptr;
  const void* owner = nullptr;
  zhan::capi::Thrown thrown;
};

namespace zhan::capi {

/// The one error that needs no memory to be reported.
[[nodiscard]] zhan_error_t* out_of_memory() noexcept;
/// What a callback returns after zhan_caller_tail_call: never seen by an embedder as an error.
[[nodiscard]] zhan_error_t* tail_call_mark() noexcept;
[[nodiscard]] bool is_static(const zhan_error_t* error) noexcept;

/// The error of the library as an object of the API: the one it carries, if it came from a
/// callback. `store`: where its frames' instances are, or null.
[[nodiscard]] zhan_error_t* to_api(Error error, zhan_store_t* store);
[[nodiscard]] zhan_error_t* make_error(ErrorKind kind, std::string message);

/// A copy that zhan_bytes_drop ends, made by malloc so that code that knows only free() may do it
/// too. False: no memory.
[[nodiscard]] bool give_bytes(std::span<const u8> bytes, zhan_bytes_t& out) noexcept;

/// Wraps an error of a callback for the way through wasm frames; takes it.
[[nodiscard]] Error carry(zhan_error_t* error);

/// Runs f; what it throws becomes the out-of-memory error (nothing else can be thrown below).
template <class F>
[[nodiscard]] zhan_error_t* guarded(F&& f) noexcept {
  try {
    return f();
  } catch (const std::exception&) {
    return out_of_memory();
  }
}

/// The same for functions without an error result.
template <class F, class T>
[[nodiscard]] T guarded_or(T otherwise, F&& f) noexcept {
  try {
    return f();
  } catch (const std::exception&) {
    return otherwise;
  }
}

}  // namespace zhan::capi

/// Inside guarded(): returns the error of a Result<void> to the embedder.
#define ZHAN_API_TRY(expression, store)                      \
  if (auto zhan_api_result = (expression); !zhan_api_result) \
  return zhan::capi::to_api(std::move(zhan_api_result.error()), store)
