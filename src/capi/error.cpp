// SPDX-License-Identifier: Apache-2.0
#include "capi/error.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "base/assert.hpp"
#include "capi/store.hpp"
#include "capi/values.hpp"

using zhan::Error;
using zhan::ErrorFrame;
using zhan::ErrorInfo;
using zhan::ErrorKind;

zhan_error::zhan_error(Error e) : error(std::move(e)), text(error.to_string()) {}

zhan_error::~zhan_error() { set_payload(nullptr, nullptr, nullptr); }

void zhan_error::set_payload(void* data, zhan_finalizer_t finalize, const void* whose) noexcept {
  if (finalizer != nullptr) finalizer(payload);
  payload = data;
  finalizer = finalize;
  owner = whose;
}

namespace zhan::capi {
namespace {

// Made when the library is loaded, so that handing them out allocates nothing.
zhan_error memory_error(Error(ErrorKind::no_memory, "out of memory"));
zhan_error tail_mark(Error(ErrorKind::host, "the result of zhan_caller_tail_call was kept"));

/// Owns an error of the API on its way through wasm frames.
struct Carried {
  zhan_error_t* error;
  explicit Carried(zhan_error_t* e) noexcept : error(e) {}
  Carried(const Carried&) = delete;
  Carried& operator=(const Carried&) = delete;
  ~Carried() { zhan_error_drop(error); }
};

void name_instances(zhan_error_t& error, zhan_store_t& store) {
  const auto& frames = error.error.info().frames;
  if (error.instances.size() == frames.size()) return;
  error.instances.clear();
  for (const ErrorFrame& frame : frames)
    error.instances.push_back(store.handle(store.runtime().instance(frame.instance)));
}

/// Keeps the exception that an error of the library only names; what was thrown again is kept
/// already.
void keep_exception(zhan_error_t& error, zhan_store_t& store, u64 exception) {
  if (exception == 0 || error.thrown.is_there()) return;
  const runtime::ExceptionView view = store.runtime().exception(exception);
  const std::span<const ValType> types = store.runtime().types().func_type(view.tag->type).params;
  error.thrown.object = store.roots().own(exception);
  error.thrown.tag = store.handle(view.tag);
  error.thrown.values.resize(types.size());
  from_slots(store, types, view.payload.data(), error.thrown.values.data(), true);
}

/// Gives the carried error the frames that were found on its way.
zhan_error_t* unwrap(Error& outer) {
  const auto carried = std::static_pointer_cast<Carried>(outer.info().payload);
  outer.info().payload.reset();
  zhan_error_t* const error = std::exchange(carried->error, nullptr);
  if (is_static(error)) return error;
  ErrorInfo& from = outer.info();
  ErrorInfo& to = error->error.info();
  to.frames = std::move(from.frames);
  to.frames_left_out = from.frames_left_out;
  to.frames_cut_at = from.frames_cut_at;
  return error;
}

}  // namespace

zhan_error_t* out_of_memory() noexcept { return &memory_error; }
zhan_error_t* tail_call_mark() noexcept { return &tail_mark; }
bool is_static(const zhan_error_t* error) noexcept {
  return error == &memory_error || error == &tail_mark;
}

Thrown::~Thrown() {
  zhan_ref_drop(object);
  zhan_vals_drop(values.data(), values.size());
}

zhan_error_t* to_api(Error error, zhan_store_t* store) {
  zhan_error_t* made = nullptr;
  const u64 exception = error.info().exception;
  if (error.info().payload != nullptr) {
    made = unwrap(error);
    ZHAN_ASSERT(made != nullptr, "an error is carried once");
  } else if (error.kind() == ErrorKind::no_memory && error.info().frames.empty()) {
    return out_of_memory();
  } else {
    made = std::make_unique<zhan_error>(std::move(error)).release();
  }
  if (store == nullptr || is_static(made)) return made;
  keep_exception(*made, *store, exception);
  name_instances(*made, *store);
  return made;
}

zhan_error_t* make_error(ErrorKind kind, std::string message) {
  return to_api(Error(kind, std::move(message)), nullptr);
}

Error carry(zhan_error_t* error) {
  auto carried = std::make_shared<Carried>(error);
  ErrorInfo& inner = error->error.info();
  Error outer(inner.kind, inner.message);
  ErrorInfo& info = outer.info();
  info.code = inner.code;
  if (!is_static(error)) {
    // They stand for the whole way already; an error without frames gets those of this call.
    info.frames = std::move(inner.frames);
    info.frames_left_out = inner.frames_left_out;
    info.frames_cut_at = inner.frames_cut_at;
  }
  info.payload = std::move(carried);
  return outer;
}

}  // namespace zhan::capi

using namespace zhan::capi;

namespace {

ErrorKind kind_of(zhan_error_kind_t kind) noexcept {
  const bool known = kind >= ZHAN_ERROR_CONFIG && kind <= ZHAN_ERROR_VERSION;
  return known ? static_cast<ErrorKind>(kind - 1) : ErrorKind::host;
}
static_assert(static_cast<int>(ErrorKind::config) + 1 == ZHAN_ERROR_CONFIG &&
                  static_cast<int>(ErrorKind::host) + 1 == ZHAN_ERROR_HOST &&
                  static_cast<int>(ErrorKind::version) + 1 == ZHAN_ERROR_VERSION,
              "the API has the kinds of the library, from 1");
static_assert(static_cast<int>(zhan::Trap::call_stack_exhausted) == ZHAN_TRAP_STACK_EXHAUSTED &&
                  static_cast<int>(zhan::Trap::out_of_fuel) == ZHAN_INTERRUPT_FUEL &&
                  static_cast<int>(zhan::Trap::interrupted) == ZHAN_INTERRUPT_RAISED &&
                  static_cast<int>(zhan::Trap::deadline_exceeded) == ZHAN_INTERRUPT_DEADLINE,
              "codes of the API are numbers of traps");

zhan_frame_t frame_of(const zhan_error_t& error, size_t i) noexcept {
  const ErrorInfo& info = error.error.info();
  const ErrorFrame& from = info.frames[i];
  zhan_frame_t to{};
  to.module = lend(from.module);
  to.function = lend(from.function);
  to.function_index = from.function_index;
  to.offset = from.offset;
  if (info.frames_left_out != 0 && info.frames_cut_at == i) to.left_out = info.frames_left_out;
  if (i < error.instances.size()) to.instance = error.instances[i];
  return to;
}

}  // namespace

zhan_error_t* zhan_error_new(zhan_error_kind_t kind, int32_t code, zhan_str_t message) {
  return guarded([&] {
    auto made = std::make_unique<zhan_error>(Error(kind_of(kind), own(message)));
    made->error.info().code = code;
    return made.release();
  });
}

zhan_error_kind_t zhan_error_kind(const zhan_error_t* error) {
  return error == nullptr ? ZHAN_ERROR_NONE : static_cast<int32_t>(error->error.kind()) + 1;
}

int32_t zhan_error_code(const zhan_error_t* error) {
  return error == nullptr ? 0 : error->error.info().code;
}

zhan_str_t zhan_error_message(const zhan_error_t* error) {
  return error == nullptr ? zhan_str_t{} : lend(error->text);
}

uint64_t zhan_error_position(const zhan_error_t* error) {
  return error == nullptr ? ZHAN_NO_OFFSET : error->error.info().offset;
}

size_t zhan_error_frames(const zhan_error_t* error, zhan_frame_t* out, size_t capacity) {
  if (error == nullptr) return 0;
  const size_t count = error->error.info().frames.size();
  for (size_t i = 0; i < std::min(count, capacity); ++i) out[i] = frame_of(*error, i);
  return count;
}

void zhan_error_set_payload(zhan_error_t* error, void* payload, zhan_finalizer_t finalizer,
                            const void* owner) {
  const bool keeps = error != nullptr && !is_static(error);
  if (keeps)
    error->set_payload(payload, finalizer, owner);
  else if (finalizer != nullptr)
    finalizer(payload);
}

void* zhan_error_payload(const zhan_error_t* error, const void* owner) {
  return error != nullptr && error->owner == owner ? error->payload : nullptr;
}

void zhan_error_drop(zhan_error_t* error) {
  if (error != nullptr && !is_static(error)) std::default_delete<zhan_error>()(error);
}

namespace {

/// The error of a new exception whose payload has been made slots.
zhan_error_t* make_exception(zhan_store_t& store, const zhan::runtime::Tag& tag,
                             std::span<const zhan::abi::Slot> payload) {
  zhan::runtime::Store& runtime = store.runtime();
  const zhan::u64 exception = runtime.new_exception(tag, payload);
  if (exception == 0) return out_of_memory();
  Error error(ErrorKind::exception, "uncaught exception: " + runtime.exception_text(exception));
  error.info().exception = exception;
  return to_api(std::move(error), &store);
}

}  // namespace

zhan_error_t* zhan_error_new_exception(zhan_store_t* store, zhan_tag_t handle,
                                       const zhan_val_t* vals, size_t count, zhan_error_t** out) {
  *out = nullptr;
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    const zhan::runtime::Tag* const tag = store->find(handle);
    if (tag == nullptr) return store->wrong("tag");
    const auto types = store->runtime().types().func_type(tag->type).params;
    if (count != types.size())
      return make_error(
          ErrorKind::type,
          fmt::format("wrong number of values: the tag has {}, given {}", types.size(), count));
    std::vector<zhan::abi::Slot> payload(slot_count(types));
    ZHAN_API_TRY(to_slots(*store, types, vals, payload.data(), "value"), store);
    zhan_error_t* const made = make_exception(*store, *tag, payload);
    if (is_static(made)) return made;
    *out = made;
    return nullptr;
  });
}

bool zhan_error_exception(const zhan_error_t* error, zhan_tag_t* tag, zhan_val_t* vals,
                          size_t capacity, size_t* count) {
  const bool is_exception = error != nullptr && error->thrown.is_there();
  const size_t there = is_exception ? error->thrown.values.size() : 0;
  if (tag != nullptr) *tag = is_exception ? error->thrown.tag : zhan_tag_t{};
  if (count != nullptr) *count = there;
  for (size_t i = 0; vals != nullptr && i < std::min(there, capacity); ++i) {
    vals[i] = error->thrown.values[i];
    if (vals[i].kind >= ZHAN_EXTERN) vals[i].of.ref = zhan_ref_keep(vals[i].of.ref);
  }
  return is_exception;
}
