// SPDX-License-Identifier: Apache-2.0
// Exceptions of wasm code; part of zhan.hpp. Not to be confused with exceptions of C++: those that
// host functions throw travel as errors, which wasm code cannot catch.
#pragma once

#include "zhan.hpp"

namespace zhan {
inline namespace api {

/// A tag of a store: what exceptions with values of the types Args are thrown and caught by. A
/// plain value, as other handles. `zhan::Tag<int32_t, Ref>`.
template <class... Args>
class Tag {
 public:
  using Values = std::tuple<Args...>;

  explicit Tag(zhan_tag_t handle) noexcept : m_tag(handle) {}
  /// A new one, unlike all others.
  static Result<Tag> make(zhan_store_t* store) {
    Result<FuncType> type = detail::make_type<void, Args...>();
    if (!type) return Unexpected(std::move(type.error()));
    zhan_tag_t made{};
    if (zhan_error_t* error = zhan_tag_new(store, type->get(), &made)) return detail::failed(error);
    return Tag(made);
  }
  /// Errors: TYPE, if its exceptions carry other values; WRONG_STORE.
  static Result<Tag> check(zhan_store_t* store, zhan_tag_t handle) {
    const Tag tag(handle);
    zhan_externtype_t found{};
    if (zhan_error_t* error = zhan_extern_type(store, tag, &found)) return detail::failed(error);
    const FuncType type(found.func);
    constexpr std::array<zhan_valtype_t, sizeof...(Args)> params{detail::Value<Args>::valtype...};
    if (detail::same_kinds(type.params(), params)) return tag;
    return Unexpected(Error("the tag has other values than asked for", ZHAN_ERROR_TYPE));
  }
  /// An exported one. Errors: LINK, if there is none of that name; TYPE.
  static Result<Tag> find(zhan_store_t* store, Instance instance, std::string_view name) {
    const zhan_extern_t item = instance.find(store, name);
    if (item.kind == ZHAN_EXTERN_TAG) return check(store, item.of.tag);
    return Unexpected(Error("no exported tag \"" + std::string(name) + "\"", ZHAN_ERROR_LINK));
  }

  /// An exception for a host function to return: `return Unexpected(tag.exception(store, 1));`. If
  /// it cannot be made, the error that says why.
  [[nodiscard]] Error exception(zhan_store_t* store, Args... args) const {
    std::array<zhan_val_t, sizeof...(Args) + 1> in{detail::Value<Args>::to_val(std::move(args))...};
    zhan_error_t* made = nullptr;
    zhan_error_t* error = zhan_error_new_exception(store, m_tag, in.data(), sizeof...(Args), &made);
    zhan_vals_drop(in.data(), sizeof...(Args));
    return Error(error != nullptr ? error : made);
  }
  /// The values, if the error is an exception of this tag. The store may be gone.
  [[nodiscard]] std::optional<Values> match(const Error& error) const {
    zhan_tag_t tag{};
    if (!zhan_error_exception(error.get(), &tag, nullptr, 0, nullptr)) return std::nullopt;
    if (!(Tag(tag) == *this)) return std::nullopt;
    std::array<zhan_val_t, sizeof...(Args) + 1> values{};
    zhan_error_exception(error.get(), nullptr, values.data(), sizeof...(Args), nullptr);
    return detail::Results<Values>::from_vals(values.data());
  }

  [[nodiscard]] zhan_tag_t get() const noexcept { return m_tag; }
  /// For linkers and instances.
  operator zhan_extern_t() const noexcept {
    zhan_extern_t item{};
    item.kind = ZHAN_EXTERN_TAG;
    item.of.tag = m_tag;
    return item;
  }
  bool operator==(const Tag& other) const noexcept {
    return m_tag.store == other.m_tag.store && m_tag.item == other.m_tag.item;
  }

 private:
  zhan_tag_t m_tag;
};

}  // namespace api
}  // namespace zhan
