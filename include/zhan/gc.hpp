// SPDX-License-Identifier: Apache-2.0
// Structs, arrays and i31 of the garbage-collected heap for C++20, over zhan.h. Types are
// zhan_valtype_t of a module's functions, globals and tables (defined_type below finds them), or
// those of objects that exist (type_of). Fields are int32_t (i8 and i16 too), int64_t, float,
// double, v128, Func, Ref (externref) and AnyRef. Objects live as long as something names them;
// threads and errors are those of zhan.h.
#pragma once

#include "zhan.hpp"

namespace zhan {
inline namespace api {

/// An owned reference in the any hierarchy: to a struct, an array, an i31, or a host value that was
/// converted.
class AnyRef : public Ref {
 public:
  AnyRef() noexcept = default;
  /// Takes an owned one.
  explicit AnyRef(zhan_ref_t ref) noexcept : Ref(ref) {}
};

namespace detail {
template <>
struct Value<AnyRef> {
  static constexpr zhan_valtype_t valtype ZHAN_TYPE_ANYREF;
  static constexpr size_t slots = 0;  // only as zhan_val_t
  static zhan_val_t to_val(AnyRef value) noexcept {
    zhan_val_t made{};
    made.kind = ZHAN_ANY;
    made.of.ref = value.release();
    return made;
  }
  /// A lent one gets a count of its own.
  static AnyRef from_val(const zhan_val_t& value, bool lent) noexcept {
    return AnyRef(lent ? zhan_ref_keep(value.of.ref) : value.of.ref);
  }
};

/// Values of the API that end with their scope.
template <size_t count>
struct OwnedValues {
  std::array<zhan_val_t, count + 1> values{};
  ~OwnedValues() { zhan_vals_drop(values.data(), count); }
};

/// What a function of the C interface left in `out`.
template <class T>
[[nodiscard]] Result<T> read_value(zhan_error_t* error, zhan_val_t& out) {
  if (error != nullptr) return failed(error);
  if (out.kind == Value<T>::valtype.kind) return Value<T>::from_val(out, false);
  zhan_vals_drop(&out, 1);
  return Unexpected(Error("the value is of another kind", ZHAN_ERROR_TYPE));
}
}  // namespace detail

/// The most precise type of what a reference is to; kind ZHAN_NONE for null.
[[nodiscard]] inline zhan_valtype_t type_of(zhan_store_t* store, const Ref& ref) noexcept {
  return zhan_ref_type(store, ref.get());
}

/// The type of an exported global (its value) or table (its elements): how a module tells the host
/// of its struct and array types.
[[nodiscard]] inline Result<zhan_valtype_t> defined_type(zhan_store_t* store, zhan_extern_t item) {
  zhan_externtype_t type{};
  if (zhan_error_t* error = zhan_extern_type(store, item, &type)) return detail::failed(error);
  zhan_functype_drop(type.func);
  return type.value;
}

/// A small integer as a reference: 31 bits, with sign.
struct I31 {
  [[nodiscard]] static Result<AnyRef> make(zhan_store_t* store, int32_t value) {
    zhan_ref_t made{};
    if (zhan_error_t* error = zhan_i31_new(store, value, &made)) return detail::failed(error);
    return AnyRef(made);
  }
  [[nodiscard]] static Result<int32_t> value(zhan_store_t* store, const Ref& ref) {
    int32_t value = 0;
    if (zhan_error_t* error = zhan_i31_get(store, ref.get(), &value)) return detail::failed(error);
    return value;
  }
};

/// A struct object. What is no struct is an error of the functions below.
class Struct : public AnyRef {
 public:
  explicit Struct(AnyRef ref) noexcept : AnyRef(std::move(ref)) {}
  /// With values for all its fields.
  template <class... Fields>
  [[nodiscard]] static Result<Struct> make(zhan_store_t* store, zhan_valtype_t type,
                                           Fields... fields) {
    detail::OwnedValues<sizeof...(Fields)> given{
        {detail::Value<Fields>::to_val(std::move(fields))...}};
    return made(store, type, given.values.data(), sizeof...(Fields));
  }
  /// With the default of every field.
  [[nodiscard]] static Result<Struct> make_default(zhan_store_t* store, zhan_valtype_t type) {
    return made(store, type, nullptr, 0);
  }
  template <class T>
  [[nodiscard]] Result<T> field(zhan_store_t* store, size_t index) const {
    zhan_val_t out{};
    zhan_error_t* const error = zhan_struct_get(store, get(), index, &out);
    return detail::read_value<T>(error, out);
  }
  template <class T>
  Result<void> set_field(zhan_store_t* store, size_t index, T value) const {
    const detail::OwnedValues<1> given{{detail::Value<T>::to_val(std::move(value))}};
    return detail::to_result(zhan_struct_set(store, get(), index, given.values.data()));
  }

 private:
  static Result<Struct> made(zhan_store_t* store, zhan_valtype_t type, const zhan_val_t* fields,
                             size_t count) {
    zhan_ref_t ref{};
    if (zhan_error_t* error = zhan_struct_new(store, type, fields, count, &ref))
      return detail::failed(error);
    return Struct(AnyRef(ref));
  }
};

/// An array object whose elements are T. What is no array is an error of the functions below.
template <class T>
class Array : public AnyRef {
 public:
  explicit Array(AnyRef ref) noexcept : AnyRef(std::move(ref)) {}
  [[nodiscard]] static Result<Array> make(zhan_store_t* store, zhan_valtype_t type,
                                          std::span<const T> elements) {
    std::vector<zhan_val_t> given;
    for (const T& element : elements) given.push_back(detail::Value<T>::to_val(element));
    Result<Array> result =
        made(store, type, static_cast<uint32_t>(given.size()), given.data(), given.size());
    zhan_vals_drop(given.data(), given.size());
    return result;
  }
  /// `length` times the same element.
  [[nodiscard]] static Result<Array> filled(zhan_store_t* store, zhan_valtype_t type,
                                            uint32_t length, T element) {
    const detail::OwnedValues<1> given{{detail::Value<T>::to_val(std::move(element))}};
    return made(store, type, length, given.values.data(), 1);
  }
  /// `length` times the default element.
  [[nodiscard]] static Result<Array> make_default(zhan_store_t* store, zhan_valtype_t type,
                                                  uint32_t length) {
    return made(store, type, length, nullptr, 0);
  }
  [[nodiscard]] Result<uint32_t> length(zhan_store_t* store) const {
    uint32_t length = 0;
    if (zhan_error_t* error = zhan_array_len(store, get(), &length)) return detail::failed(error);
    return length;
  }
  [[nodiscard]] Result<T> element(zhan_store_t* store, uint64_t index) const {
    zhan_val_t out{};
    zhan_error_t* const error = zhan_array_get(store, get(), index, &out);
    return detail::read_value<T>(error, out);
  }
  Result<void> set_element(zhan_store_t* store, uint64_t index, T value) const {
    const detail::OwnedValues<1> given{{detail::Value<T>::to_val(std::move(value))}};
    return detail::to_result(zhan_array_set(store, get(), index, given.values.data()));
  }

 private:
  static Result<Array> made(zhan_store_t* store, zhan_valtype_t type, uint32_t length,
                            const zhan_val_t* elements, size_t count) {
    zhan_ref_t ref{};
    if (zhan_error_t* error = zhan_array_new(store, type, length, elements, count, &ref))
      return detail::failed(error);
    return Array(AnyRef(ref));
  }
};

}  // namespace api
}  // namespace zhan
