// SPDX-License-Identifier: Apache-2.0
// Zhan for C++20 and later, over zhan.h; header only, works without run-time types and exceptions.
// Ownership, threads and errors are those of zhan.h: shared objects are copyable, single owners
// move-only, handles plain values. What can fail returns Result<T>; value_or_throw() turns an error
// into an exception, and gives back the exception that a host function threw.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "error.hpp"

namespace zhan {
inline namespace api {

// ---------------------------------------------------------------- engine and modules

class Config {
 public:
  Config() noexcept : m_config(zhan_config_new()) {}
  Result<void> set(std::string_view key, std::string_view value) {
    return detail::to_result(zhan_config_set(m_config.get(), str(key), str(value)));
  }
  [[nodiscard]] zhan_config_t* release() noexcept { return m_config.release(); }

 private:
  detail::Unique<zhan_config_t, zhan_config_drop> m_config;
};

class Engine : public detail::Shared<zhan_engine_t, zhan_engine_keep, zhan_engine_drop> {
 public:
  using Shared::Shared;
  static Result<Engine> make(Config config = {}) {
    zhan_engine_t* made = nullptr;
    if (zhan_error_t* error = zhan_engine_new(config.release(), &made))
      return detail::failed(error);
    return Engine(made);
  }
};

class FuncType : public detail::Shared<zhan_functype_t, zhan_functype_keep, zhan_functype_drop> {
 public:
  using Shared::Shared;
  /// From text like "(param i32) (result f64)".
  static Result<FuncType> parse(std::string_view text) {
    zhan_functype_t* made = nullptr;
    if (zhan_error_t* error = zhan_functype_parse(str(text), &made)) return detail::failed(error);
    return FuncType(made);
  }
  [[nodiscard]] std::span<const zhan_valtype_t> params() const noexcept {
    const zhan_valtype_t* list = nullptr;
    size_t count = 0;
    zhan_functype_get(get(), &list, &count, nullptr, nullptr);
    return {list, count};
  }
  [[nodiscard]] std::span<const zhan_valtype_t> results() const noexcept {
    const zhan_valtype_t* list = nullptr;
    size_t count = 0;
    zhan_functype_get(get(), nullptr, nullptr, &list, &count);
    return {list, count};
  }
};

class Module : public detail::Shared<zhan_module_t, zhan_module_keep, zhan_module_drop> {
 public:
  using Shared::Shared;
  /// Binary or text format.
  static Result<Module> make(const Engine& engine, std::string_view bytes,
                             std::string_view name = {}) {
    zhan_module_t* made = nullptr;
    if (zhan_error_t* error =
            zhan_module_new(engine.get(), bytes.data(), bytes.size(), str(name), &made))
      return detail::failed(error);
    return Module(made);
  }
  static Result<Module> open(const Engine& engine, std::string_view path) {
    zhan_module_t* made = nullptr;
    if (zhan_error_t* error = zhan_module_open(engine.get(), str(path), &made))
      return detail::failed(error);
    return Module(made);
  }
  /// As it has been validated, to be kept.
  [[nodiscard]] Result<std::vector<uint8_t>> serialize() const {
    zhan_bytes_t made{};
    if (zhan_error_t* error = zhan_module_serialize(get(), &made)) return detail::failed(error);
    std::vector<uint8_t> bytes(made.data, made.data + made.size);
    zhan_bytes_drop(&made);
    return bytes;
  }
  /// Only for bytes of serialize() that nobody else could change.
  static Result<Module> deserialize(const Engine& engine, std::span<const uint8_t> bytes) {
    zhan_module_t* made = nullptr;
    if (zhan_error_t* error =
            zhan_module_deserialize(engine.get(), bytes.data(), bytes.size(), &made))
      return detail::failed(error);
    return Module(made);
  }
  /// Lent by the module.
  [[nodiscard]] std::vector<zhan_import_t> imports() const {
    std::vector<zhan_import_t> list(zhan_module_imports(get(), nullptr, 0));
    zhan_module_imports(get(), list.data(), list.size());
    return list;
  }
  [[nodiscard]] std::vector<zhan_export_t> exports() const {
    std::vector<zhan_export_t> list(zhan_module_exports(get(), nullptr, 0));
    zhan_module_exports(get(), list.data(), list.size());
    return list;
  }
};

// ---------------------------------------------------------------- values

struct v128 {
  std::array<uint8_t, 16> bytes{};
  bool operator==(const v128&) const = default;
};

/// An owned reference; copies are further ones. Default = null.
class Ref {
 public:
  Ref() noexcept = default;
  /// Takes an owned one.
  explicit Ref(zhan_ref_t ref) noexcept : m_ref(ref) {}
  Ref(const Ref& other) noexcept : m_ref(zhan_ref_keep(other.m_ref)) {}
  Ref(Ref&& other) noexcept : m_ref(std::exchange(other.m_ref, zhan_ref_t{})) {}
  Ref& operator=(Ref other) noexcept {
    std::swap(m_ref, other.m_ref);
    return *this;
  }
  ~Ref() { zhan_ref_drop(m_ref); }
  [[nodiscard]] bool is_null() const noexcept { return m_ref.root == 0; }
  [[nodiscard]] zhan_ref_t get() const noexcept { return m_ref; }
  [[nodiscard]] zhan_ref_t release() noexcept { return std::exchange(m_ref, zhan_ref_t{}); }
  bool operator==(const Ref& other) const noexcept { return zhan_ref_same(m_ref, other.m_ref); }

 private:
  zhan_ref_t m_ref{};
};

/// A function of a store; default = null.
struct Func {
  zhan_func_t handle{};
  [[nodiscard]] bool is_null() const noexcept { return handle.store == 0; }
  bool operator==(const Func& other) const noexcept {
    return handle.store == other.handle.store && handle.item == other.handle.item;
  }
};

namespace detail {

/// How a type of C++ is a value of wasm.
template <class T>
struct Value;

#define ZHAN_HPP_NUMBER(type, kind_value, field, valtype_value)                                   \
  template <>                                                                                     \
  struct Value<type> {                                                                            \
    static constexpr zhan_valtype_t valtype valtype_value;                                        \
    static constexpr size_t slots = 1;                                                            \
    static void store(zhan_slot_t* slot, type value) noexcept {                                   \
      slot->bits = 0;                                                                             \
      slot->field = static_cast<decltype(slot->field)>(value);                                    \
    }                                                                                             \
    static type load(const zhan_slot_t* slot) noexcept { return static_cast<type>(slot->field); } \
    static zhan_val_t to_val(type value) noexcept {                                               \
      zhan_val_t made{};                                                                          \
      made.kind = kind_value;                                                                     \
      made.of.field = static_cast<decltype(made.of.field)>(value);                                \
      return made;                                                                                \
    }                                                                                             \
    static type from_val(const zhan_val_t& value, bool) noexcept {                                \
      return static_cast<type>(value.of.field);                                                   \
    }                                                                                             \
  };
ZHAN_HPP_NUMBER(int32_t, ZHAN_I32, i32, ZHAN_TYPE_I32)
ZHAN_HPP_NUMBER(uint32_t, ZHAN_I32, i32, ZHAN_TYPE_I32)
ZHAN_HPP_NUMBER(int64_t, ZHAN_I64, i64, ZHAN_TYPE_I64)
ZHAN_HPP_NUMBER(uint64_t, ZHAN_I64, i64, ZHAN_TYPE_I64)
ZHAN_HPP_NUMBER(float, ZHAN_F32, f32, ZHAN_TYPE_F32)
ZHAN_HPP_NUMBER(double, ZHAN_F64, f64, ZHAN_TYPE_F64)
#undef ZHAN_HPP_NUMBER

template <>
struct Value<v128> {
  static constexpr zhan_valtype_t valtype ZHAN_TYPE_V128;
  static constexpr size_t slots = 2;
  static void store(zhan_slot_t* slot, const v128& value) noexcept {
    std::memcpy(slot, value.bytes.data(), 16);
  }
  static v128 load(const zhan_slot_t* slot) noexcept {
    v128 made;
    std::memcpy(made.bytes.data(), slot, 16);
    return made;
  }
  static zhan_val_t to_val(const v128& value) noexcept {
    zhan_val_t made{};
    made.kind = ZHAN_V128;
    std::memcpy(made.of.v128, value.bytes.data(), 16);
    return made;
  }
  static v128 from_val(const zhan_val_t& value, bool) noexcept {
    v128 made;
    std::memcpy(made.bytes.data(), value.of.v128, 16);
    return made;
  }
};

template <>
struct Value<Func> {
  static constexpr zhan_valtype_t valtype ZHAN_TYPE_FUNCREF;
  static constexpr size_t slots = 0;  // only as zhan_val_t
  static zhan_val_t to_val(Func value) noexcept {
    zhan_val_t made{};
    made.kind = ZHAN_FUNC;
    made.of.func = value.handle;
    return made;
  }
  static Func from_val(const zhan_val_t& value, bool) noexcept { return {value.of.func}; }
};

template <>
struct Value<Ref> {
  static constexpr zhan_valtype_t valtype ZHAN_TYPE_EXTERNREF;
  static constexpr size_t slots = 0;
  static zhan_val_t to_val(Ref value) noexcept {
    zhan_val_t made{};
    made.kind = ZHAN_EXTERN;
    made.of.ref = value.release();
    return made;
  }
  /// A lent one gets a count of its own.
  static Ref from_val(const zhan_val_t& value, bool lent) noexcept {
    return Ref(lent ? zhan_ref_keep(value.of.ref) : value.of.ref);
  }
};

/// The values of a result type: none, one or the members of a tuple.
template <class R>
struct Results {
  static constexpr std::array<zhan_valtype_t, 1> types{Value<R>::valtype};
  static constexpr size_t slots = Value<R>::slots;
  static constexpr bool raw = slots != 0;
  static R load(const zhan_slot_t* slot) noexcept { return Value<R>::load(slot); }
  static R from_vals(const zhan_val_t* vals) noexcept { return Value<R>::from_val(vals[0], false); }
  static void to_vals(R value, zhan_val_t* vals) noexcept {
    vals[0] = Value<R>::to_val(std::move(value));
  }
};
template <>
struct Results<void> {
  static constexpr std::array<zhan_valtype_t, 0> types{};
  static constexpr size_t slots = 0;
  static constexpr bool raw = true;
  static void load(const zhan_slot_t*) noexcept {}
  static void from_vals(const zhan_val_t*) noexcept {}
};
template <class... T>
struct Results<std::tuple<T...>> {
  static constexpr std::array<zhan_valtype_t, sizeof...(T)> types{Value<T>::valtype...};
  static constexpr size_t slots = (size_t{0} + ... + Value<T>::slots);
  static constexpr bool raw = ((Value<T>::slots != 0) && ...);
  static std::tuple<T...> load(const zhan_slot_t* slot) noexcept {
    return std::tuple<T...>{Value<T>::load(std::exchange(slot, slot + Value<T>::slots))...};
  }
  static std::tuple<T...> from_vals(const zhan_val_t* vals) noexcept {
    return std::tuple<T...>{Value<T>::from_val(*std::exchange(vals, vals + 1), false)...};
  }
  static void to_vals(std::tuple<T...> values, zhan_val_t* vals) noexcept {
    std::apply([&](T&... value) { ((*vals++ = Value<T>::to_val(std::move(value))), ...); }, values);
  }
};

[[nodiscard]] inline bool same_kinds(std::span<const zhan_valtype_t> a,
                                     std::span<const zhan_valtype_t> b) noexcept {
  if (a.size() != b.size()) return false;
  for (size_t i = 0; i < a.size(); ++i)
    if (a[i].kind != b[i].kind) return false;
  return true;
}

template <class R, class... Args>
[[nodiscard]] Result<FuncType> make_type() {
  constexpr std::array<zhan_valtype_t, sizeof...(Args)> params{Value<Args>::valtype...};
  zhan_functype_t* made = nullptr;
  if (zhan_error_t* error = zhan_functype_new(
          params.data(), params.size(), Results<R>::types.data(), Results<R>::types.size(), &made))
    return failed(error);
  return FuncType(made);
}

}  // namespace detail

/// A function whose type has been checked; lives as long as its store.
/// `zhan::TypedFunc<R(Args...)>`.
template <class Signature>
class TypedFunc;

template <class R, class... Args>
class TypedFunc<R(Args...)> {
 public:
  TypedFunc(zhan_store_t* store, zhan_func_t handle) noexcept : m_store(store), m_func(handle) {}
  /// Error: TYPE, if the function has another type.
  static Result<TypedFunc> check(zhan_store_t* store, zhan_func_t handle) {
    zhan_extern_t item{};
    item.kind = ZHAN_EXTERN_FUNC;
    item.of.func = handle;
    zhan_externtype_t found{};
    if (zhan_error_t* error = zhan_extern_type(store, item, &found)) return detail::failed(error);
    const FuncType type(found.func);
    constexpr std::array<zhan_valtype_t, sizeof...(Args)> params{detail::Value<Args>::valtype...};
    if (detail::same_kinds(type.params(), params) &&
        detail::same_kinds(type.results(), detail::Results<R>::types))
      return TypedFunc(store, handle);
    return Unexpected(Error("the function has another type than asked for", ZHAN_ERROR_TYPE));
  }

  Result<R> operator()(Args... args) const {
    if constexpr (((detail::Value<Args>::slots != 0) && ...) && detail::Results<R>::raw)
      return call_raw(args...);
    else
      return call(std::move(args)...);
  }
  [[nodiscard]] Func func() const noexcept { return {m_func}; }

 private:
  static constexpr size_t param_slots = (size_t{0} + ... + detail::Value<Args>::slots);
  static constexpr size_t slots = std::max({param_slots, detail::Results<R>::slots, size_t{1}});

  Result<R> call_raw(const Args&... args) const {
    std::array<zhan_slot_t, slots> values;
    [[maybe_unused]] zhan_slot_t* at = values.data();
    ((detail::Value<Args>::store(std::exchange(at, at + detail::Value<Args>::slots), args)), ...);
    if (zhan_error_t* error = zhan_func_call_raw(m_store, m_func, values.data(), slots))
      return detail::failed(error);
    if constexpr (std::is_void_v<R>)
      return {};
    else
      return detail::Results<R>::load(values.data());
  }
  Result<R> call(Args... args) const {
    std::array<zhan_val_t, sizeof...(Args) + 1> in{detail::Value<Args>::to_val(std::move(args))...};
    std::array<zhan_val_t, detail::Results<R>::types.size() + 1> out{};
    zhan_error_t* error =
        zhan_func_call(m_store, m_func, in.data(), sizeof...(Args), out.data(), out.size() - 1);
    zhan_vals_drop(in.data(), sizeof...(Args));
    if (error != nullptr) return detail::failed(error);
    if constexpr (std::is_void_v<R>)
      return {};
    else
      return detail::Results<R>::from_vals(out.data());
  }

  zhan_store_t* m_store;
  zhan_func_t m_func;
};

// ---------------------------------------------------------------- stores

/// Interrupts calls of a store, from any thread, also when the store is gone.
class Interrupt {
 public:
  explicit Interrupt(zhan_interrupt_t* interrupt) noexcept : m_interrupt(interrupt) {}
  void raise() const noexcept { zhan_interrupt_raise(m_interrupt.get()); }

 private:
  detail::Unique<zhan_interrupt_t, zhan_interrupt_drop> m_interrupt;
};

class Pre;
class SharedMemory;
class Wasi;

class Store {
 public:
  static Result<Store> make(const Engine& engine) {
    zhan_store_t* made = nullptr;
    if (zhan_error_t* error = zhan_store_new(engine.get(), nullptr, nullptr, &made))
      return detail::failed(error);
    return Store(made);
  }
  explicit Store(zhan_store_t* store) noexcept : m_store(store) {}

  Result<void> set_wasi(Wasi wasi);
  /// Lets the guest start threads, see zhan_store_set_threads; 0 = the usual limit.
  Result<void> set_threads(const Pre& pre, uint32_t most = 0);
  /// Stops the threads that the guest started and waits until they have ended.
  void stop_threads() noexcept { zhan_store_stop_threads(get()); }
  Result<void> set_fuel(uint64_t fuel) {
    return detail::to_result(zhan_store_set_fuel(get(), fuel));
  }
  [[nodiscard]] Interrupt interrupt() const noexcept {
    return Interrupt(zhan_store_interrupt(get()));
  }
  /// Runs f, whose calls into this store end with INTERRUPT when the time is over.
  template <class F>
  auto run_for(std::chrono::nanoseconds time, F&& f) -> decltype(f()) {
    struct Deadline {
      zhan_store_t* store;
      ~Deadline() { zhan_error_drop(zhan_store_set_deadline(store, 0)); }
    } const deadline{get()};
    const auto count = std::max<int64_t>(time.count(), 1);
    if (zhan_error_t* error = zhan_store_set_deadline(get(), static_cast<uint64_t>(count)))
      return detail::failed(error);
    return f();
  }
  /// A reference to a host value, which dies with the object, at the latest with the store.
  template <class T>
  Result<Ref> ref(T value) {
    zhan_ref_t made{};
    if (zhan_error_t* error =
            zhan_externref_new(get(), new T(std::move(value)), detail::destroy<T>, &made))
      return detail::failed(error);
    return Ref(made);
  }
  /// The value of a reference made by ref<T>; the type is the caller's business. Null for others.
  template <class T>
  [[nodiscard]] T* value(const Ref& ref) const noexcept {
    return static_cast<T*>(zhan_externref_data(get(), ref.get()));
  }
  [[nodiscard]] zhan_store_t* get() const noexcept { return m_store.get(); }
  operator zhan_store_t*() const noexcept { return get(); }

 private:
  detail::Unique<zhan_store_t, zhan_store_drop> m_store;
};

/// The bytes of a memory, found anew at each access: stays right when the memory grows.
class MemoryView {
 public:
  MemoryView(zhan_store_t* store, zhan_memory_t memory) noexcept
      : m_store(store), m_memory(memory) {}
  [[nodiscard]] uint64_t size() const noexcept { return zhan_memory_size(m_store, m_memory); }
  /// A plain value at an offset (as the host stores it: little-endian machines only).
  template <class T>
    requires std::is_trivially_copyable_v<T>
  Result<T> read(uint64_t offset) const {
    T value;
    if (zhan_error_t* error = zhan_memory_read(m_store, m_memory, offset, &value, sizeof(T)))
      return detail::failed(error);
    return value;
  }
  template <class T>
    requires std::is_trivially_copyable_v<T>
  Result<void> write(uint64_t offset, const T& value) const {
    return detail::to_result(zhan_memory_write(m_store, m_memory, offset, &value, sizeof(T)));
  }
  /// A copy of some bytes.
  Result<std::string> text(uint64_t offset, uint64_t size) const {
    if (size > this->size())
      return Unexpected(Error("the text is longer than the memory", ZHAN_ERROR_BOUNDS));
    std::string made(static_cast<size_t>(size), '\0');
    if (zhan_error_t* error = zhan_memory_read(m_store, m_memory, offset, made.data(), made.size()))
      return detail::failed(error);
    return made;
  }
  Result<void> write_bytes(uint64_t offset, std::span<const uint8_t> bytes) const {
    return detail::to_result(
        zhan_memory_write(m_store, m_memory, offset, bytes.data(), bytes.size()));
  }

 private:
  zhan_store_t* m_store;
  zhan_memory_t m_memory;
};

struct Memory {
  zhan_memory_t handle{};
  [[nodiscard]] MemoryView view(zhan_store_t* store) const noexcept { return {store, handle}; }
  /// The bytes themselves, until the next call into wasm or grow.
  [[nodiscard]] std::span<uint8_t> span(zhan_store_t* store) const noexcept {
    return {zhan_memory_data(store, handle), static_cast<size_t>(zhan_memory_size(store, handle))};
  }
  /// The old number of pages.
  Result<uint64_t> grow(zhan_store_t* store, uint64_t pages) const {
    uint64_t old = 0;
    if (zhan_error_t* error = zhan_memory_grow(store, handle, pages, &old))
      return detail::failed(error);
    return old;
  }
};

struct Global {
  zhan_global_t handle{};
  template <class T>
  Result<T> get(zhan_store_t* store) const {
    zhan_val_t value{};
    if (zhan_error_t* error = zhan_global_get(store, handle, &value)) return detail::failed(error);
    if (value.kind == detail::Value<T>::valtype.kind)
      return detail::Value<T>::from_val(value, false);
    zhan_vals_drop(&value, 1);
    return Unexpected(Error("the global has another type than asked for", ZHAN_ERROR_TYPE));
  }
  template <class T>
  Result<void> set(zhan_store_t* store, T value) const {
    zhan_val_t made = detail::Value<T>::to_val(std::move(value));
    zhan_error_t* error = zhan_global_set(store, handle, &made);
    zhan_vals_drop(&made, 1);
    return detail::to_result(error);
  }
};

namespace detail {

[[nodiscard]] inline std::optional<Memory> memory_of(zhan_extern_t item) noexcept {
  if (item.kind != ZHAN_EXTERN_MEMORY) return std::nullopt;
  return Memory{item.of.memory};
}

}  // namespace detail

struct Instance {
  zhan_instance_t handle{};
  static Result<Instance> make(zhan_store_t* store, const Module& module,
                               std::span<const zhan_extern_t> imports = {}) {
    Instance made;
    if (zhan_error_t* error =
            zhan_instance_new(store, module.get(), imports.data(), imports.size(), &made.handle))
      return detail::failed(error);
    return made;
  }
  [[nodiscard]] zhan_extern_t find(zhan_store_t* store, std::string_view name) const noexcept {
    return zhan_instance_export(store, handle, str(name));
  }
  /// An exported function; its type is checked here, once.
  template <class Signature>
  Result<TypedFunc<Signature>> func(zhan_store_t* store, std::string_view name) const {
    const zhan_extern_t item = find(store, name);
    if (item.kind != ZHAN_EXTERN_FUNC)
      return Unexpected(
          Error("no exported function \"" + std::string(name) + "\"", ZHAN_ERROR_LINK));
    return TypedFunc<Signature>::check(store, item.of.func);
  }
  [[nodiscard]] std::optional<Memory> memory(zhan_store_t* store,
                                             std::string_view name = "memory") const noexcept {
    return detail::memory_of(find(store, name));
  }
  [[nodiscard]] std::optional<Global> global(zhan_store_t* store,
                                             std::string_view name) const noexcept {
    const zhan_extern_t item = find(store, name);
    if (item.kind != ZHAN_EXTERN_GLOBAL) return std::nullopt;
    return Global{item.of.global};
  }
};

/// Who called a host function; lives until that returns.
class Caller {
 public:
  explicit Caller(zhan_caller_t* caller) noexcept : m_caller(caller) {}
  [[nodiscard]] zhan_store_t* store() const noexcept { return zhan_caller_store(m_caller); }
  [[nodiscard]] zhan_extern_t find(std::string_view name) const noexcept {
    return zhan_caller_export(m_caller, str(name));
  }
  [[nodiscard]] std::optional<Memory> memory(std::string_view name = "memory") const noexcept {
    return detail::memory_of(find(name));
  }
  [[nodiscard]] zhan_caller_t* get() const noexcept { return m_caller; }

 private:
  zhan_caller_t* m_caller;
};

// ---------------------------------------------------------------- host functions

namespace detail {

/// R of R or Result<R>.
template <class R>
struct Unwrap {
  using Type = R;
};
template <class R>
struct Unwrap<Result<R>> {
  using Type = R;
};

/// An error that carries the exception being handled.
[[nodiscard]] inline zhan_error_t* current_exception_error(std::string_view message) noexcept {
  zhan_error_t* error = zhan_error_new(ZHAN_ERROR_HOST, 0, str(message));
  if (auto* held = new (std::nothrow) std::exception_ptr(std::current_exception()))
    zhan_error_set_payload(error, held, destroy<std::exception_ptr>, &exception_owner);
  return error;
}

/// Runs f; an exception becomes an error.
template <class F>
zhan_error_t* contain(F&& f) noexcept {
#if defined(__cpp_exceptions)
  try {
    return f();
  } catch (const std::exception& e) {
    return current_exception_error(e.what());
  } catch (...) {
    return current_exception_error("exception in a host function");
  }
#else
  return f();
#endif
}

/// Puts what a host function returned into the results.
template <class R>
zhan_error_t* deliver(R value, zhan_val_t* out) {
  Results<R>::to_vals(std::move(value), out);
  return nullptr;
}
template <class R>
zhan_error_t* deliver(Result<R> result, [[maybe_unused]] zhan_val_t* out) {
  if (!result) return result.error().release();
  if constexpr (!std::is_void_v<R>) Results<R>::to_vals(std::move(*result), out);
  return nullptr;
}

/// The callback of a callable of C++ with parameters Args, after a Caller if it wants one.
template <class F, class R, bool with_caller, class... Args>
struct Host {
  using Returned = typename Unwrap<R>::Type;
  static Result<FuncType> type() { return make_type<Returned, Args...>(); }

  static zhan_error_t* callback(void* env, zhan_caller_t* caller, const zhan_val_t* args,
                                zhan_val_t* results) noexcept {
    return contain([&] {
      return call(*static_cast<F*>(env), caller, args, results, std::index_sequence_for<Args...>());
    });
  }

 private:
  template <size_t... i>
  static zhan_error_t* call(F& f, [[maybe_unused]] zhan_caller_t* caller,
                            [[maybe_unused]] const zhan_val_t* args,
                            [[maybe_unused]] zhan_val_t* results, std::index_sequence<i...>) {
    const auto run = [&] {
      if constexpr (with_caller)
        return f(Caller(caller), Value<Args>::from_val(args[i], true)...);
      else
        return f(Value<Args>::from_val(args[i], true)...);
    };
    if constexpr (std::is_void_v<R>) {
      run();
      return nullptr;
    } else {
      return deliver(run(), results);
    }
  }
};

/// The Host of a callable, from its one call operator. `F` is const where many stores may call at
/// once.
template <class F, class Signature>
struct HostOf;
template <class F, class C, class R, class... Args>
struct HostOf<F, R (C::*)(Args...)> {
  using Type = Host<F, R, false, std::remove_cvref_t<Args>...>;
  static constexpr bool is_const = false;
};
template <class F, class C, class R, class... Args>
struct HostOf<F, R (C::*)(Caller, Args...)> {
  using Type = Host<F, R, true, std::remove_cvref_t<Args>...>;
  static constexpr bool is_const = false;
};
template <class F, class C, class R, class... Args>
struct HostOf<F, R (C::*)(Args...) const> {
  using Type = Host<F, R, false, std::remove_cvref_t<Args>...>;
  static constexpr bool is_const = true;
};
template <class F, class C, class R, class... Args>
struct HostOf<F, R (C::*)(Caller, Args...) const> {
  using Type = Host<F, R, true, std::remove_cvref_t<Args>...>;
  static constexpr bool is_const = true;
};
template <class F>
using HostFor = HostOf<F, decltype(&F::operator())>;

}  // namespace detail

/// Makes a host function of one store from a lambda.
template <class F>
Result<Func> make_func(zhan_store_t* store, F f) {
  using Host = typename detail::HostFor<F>::Type;
  Result<FuncType> type = Host::type();
  if (!type) return Unexpected(std::move(type.error()));
  Func made;
  if (zhan_error_t* error = zhan_func_new(store, type->get(), Host::callback, new F(std::move(f)),
                                          detail::destroy<F>, &made.handle))
    return detail::failed(error);
  return made;
}

/// A module whose imports have been found; may be instantiated in many stores.
class Pre : public detail::Shared<zhan_pre_t, zhan_pre_keep, zhan_pre_drop> {
 public:
  using Shared::Shared;
  Result<Instance> instantiate(zhan_store_t* store) const {
    Instance made;
    if (zhan_error_t* error = zhan_pre_instantiate(get(), store, &made.handle))
      return detail::failed(error);
    return made;
  }
};

class Linker {
 public:
  explicit Linker(const Engine& engine, bool shadowing = false) noexcept
      : m_linker(zhan_linker_new(engine.get(), shadowing ? uint32_t{ZHAN_LINKER_SHADOWING} : 0u)) {}

  /// A host function for any store, with the signature of the lambda: numbers, v128, Func, Ref; a
  /// Caller first if wanted; returns a value, a tuple, or a Result of those. Stores on several
  /// threads may call it at once, so its call operator must be const.
  template <class F>
  Result<void> define(std::string_view module, std::string_view name, F f) {
    static_assert(detail::HostFor<F>::is_const,
                  "functions of a linker are shared by stores: the call operator must be const");
    using Host = typename detail::HostFor<F>::Type;
    Result<FuncType> type = Host::type();
    if (!type) return Unexpected(std::move(type.error()));
    return detail::to_result(zhan_linker_define_func(m_linker.get(), str(module), str(name),
                                                     type->get(), Host::callback,
                                                     new F(std::move(f)), detail::destroy<F>));
  }
  Result<void> define(zhan_store_t* store, std::string_view module, std::string_view name,
                      zhan_extern_t item) {
    return detail::to_result(
        zhan_linker_define(m_linker.get(), store, str(module), str(name), item));
  }
  /// A shared memory, for any store.
  Result<void> define(std::string_view module, std::string_view name, const SharedMemory& memory);
  Result<void> define_instance(zhan_store_t* store, std::string_view module, Instance instance) {
    return detail::to_result(
        zhan_linker_define_instance(m_linker.get(), store, str(module), instance.handle));
  }
  Result<void> define_wasi(uint32_t worlds = ZHAN_WORLD_PREVIEW1) {
    return detail::to_result(zhan_linker_define_wasi(m_linker.get(), worlds));
  }
  Result<void> define_unknown(zhan_unknown_t how) {
    return detail::to_result(zhan_linker_define_unknown(m_linker.get(), how));
  }
  Result<Pre> resolve(const Module& module) const {
    zhan_pre_t* made = nullptr;
    if (zhan_error_t* error = zhan_linker_resolve(m_linker.get(), module.get(), &made))
      return detail::failed(error);
    return Pre(made);
  }
  /// resolve() and instantiate() at once.
  Result<Instance> instantiate(zhan_store_t* store, const Module& module) const {
    Result<Pre> pre = resolve(module);
    if (!pre) return Unexpected(std::move(pre.error()));
    return pre->instantiate(store);
  }

 private:
  detail::Unique<zhan_linker_t, zhan_linker_drop> m_linker;
};

}  // namespace api
}  // namespace zhan

// The other parts; each may be included by itself.
#include "exception.hpp"
#include "pool.hpp"
#include "wasi.hpp"
