// SPDX-License-Identifier: Apache-2.0
#include "capi/store.hpp"

#include <fmt/format.h>

#include <algorithm>

using zhan::ErrorKind;
using zhan::runtime::Extern;

zhan_store::zhan_store(std::shared_ptr<zhan::engine::Engine> engine, std::unique_ptr<Runtime> store)
    : m_engine(std::move(engine)),
      m_store(std::move(store)),
      m_id(m_store->id()),
      m_roots(std::make_unique<zhan::capi::Roots>().release()) {
  m_store->user_data = this;
  m_store->set_handles([this](const std::function<void(zhan::u64)>& take) { m_roots->each(take); });
}

zhan_store::~zhan_store() {
  stop_threads();
  m_store.reset();  // runs finalizers of host data, which may still drop references
  wasi.reset();
  if (finalizer != nullptr) finalizer(data);
}

void zhan_store::stop_threads() noexcept {
  if (!owns_threads) return;
  threads->stop();
  threads.reset();
  owns_threads = false;
}

zhan_extern_t zhan_store::handle(const Extern& item) {
  zhan_extern_t made{};
  made.kind = zhan::capi::to_api(item.kind);
  switch (item.kind) {
    case zhan::ExternKind::func: made.of.func = handle(item.func); break;
    case zhan::ExternKind::table: made.of.table = handle(item.table); break;
    case zhan::ExternKind::memory: made.of.memory = handle(item.memory); break;
    case zhan::ExternKind::global: made.of.global = handle(item.global); break;
    case zhan::ExternKind::tag: made.of.tag = handle(item.tag); break;
  }
  return made;
}

namespace {

template <class T>
std::optional<Extern> extern_of(T* object) noexcept {
  return object == nullptr ? std::nullopt : std::optional<Extern>(object);
}

}  // namespace

std::optional<Extern> zhan_store::find(zhan_extern_t item) const noexcept {
  switch (item.kind) {
    case ZHAN_EXTERN_FUNC: return extern_of(find(item.of.func));
    case ZHAN_EXTERN_TABLE: return extern_of(find(item.of.table));
    case ZHAN_EXTERN_MEMORY: return extern_of(find(item.of.memory));
    case ZHAN_EXTERN_GLOBAL: return extern_of(find(item.of.global));
    case ZHAN_EXTERN_TAG: return extern_of(find(item.of.tag));
    default: return std::nullopt;
  }
}

zhan_error_t* zhan_store::wrong(const char* what) const {
  return zhan::capi::make_error(ErrorKind::wrong_store,
                                fmt::format("the {} is not of this store", what));
}

zhan_module_t* zhan_store::module_of(zhan::runtime::Instance& instance) {
  const auto& info = instance.module();
  if (!m_modules) m_modules = std::make_unique<decltype(m_modules)::element_type>();
  auto& made = (*m_modules)[info.get()];
  if (made == nullptr) made.reset(std::make_unique<zhan_module>(info).release());
  return made.get();
}

namespace zhan::capi {

zhan_error_t* check_store(zhan_store_t* store) {
  if (store == nullptr) return make_error(ErrorKind::config, "the store is NULL");
  ZHAN_API_TRY(store->runtime().check_usable(), store);
  return nullptr;
}

}  // namespace zhan::capi

using namespace zhan::capi;

zhan_error_t* zhan_store_new(zhan_engine_t* engine, void* data, zhan_finalizer_t finalizer,
                             zhan_store_t** out) {
  *out = nullptr;
  Owned owned(data, finalizer);
  return guarded([&]() -> zhan_error_t* {
    auto store = engine->engine->new_store();
    if (!store) return to_api(std::move(store.error()), nullptr);
    auto made = std::make_unique<zhan_store>(engine->engine, std::move(*store));
    made->data = data;
    made->finalizer = finalizer;
    owned.release();
    *out = made.release();
    return nullptr;
  });
}

void zhan_store_drop(zhan_store_t* store) {
  if (store != nullptr) std::default_delete<zhan_store>()(store);
}

void* zhan_store_data(const zhan_store_t* store) {
  return store == nullptr ? nullptr : store->data;
}

zhan_error_t* zhan_store_set_limits(zhan_store_t* store, const zhan_store_limits_t* limits) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    const zhan::runtime::StoreLimits& most = store->engine()->config().limits;
    const auto or_most = [](uint64_t wanted, uint64_t all) { return wanted == 0 ? all : wanted; };
    zhan::runtime::StoreLimits now = store->runtime().limits();
    now.memory_bytes = or_most(limits->memory_bytes, most.memory_bytes);
    now.table_elements = or_most(limits->table_elements, most.table_elements);
    now.instances = or_most(limits->instances, most.instances);
    now.heap_bytes = or_most(limits->heap_bytes, most.heap_bytes);
    store->runtime().set_limits(now);
    return nullptr;
  });
}

zhan_error_t* zhan_store_set_fuel(zhan_store_t* store, uint64_t fuel) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (!store->runtime().config().mode.metered)
      return make_error(ErrorKind::config, "fuel is not counted: set the option fuel=on");
    store->runtime().set_fuel(fuel);
    store->fuel_set = fuel;
    return nullptr;
  });
}

void zhan_store_fuel(zhan_store_t* store, uint64_t* left, uint64_t* used) {
  const bool known = store != nullptr && guarded_or(false, [&] { return store->usable(); });
  const uint64_t rest = known ? store->runtime().fuel_left() : 0;
  if (left != nullptr) *left = rest;
  if (used != nullptr) *used = known ? store->fuel_set - std::min(rest, store->fuel_set) : 0;
}

zhan_error_t* zhan_store_set_deadline(zhan_store_t* store, uint64_t nanoseconds) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    store->runtime().set_deadline(nanoseconds);
    return nullptr;
  });
}

zhan_error_t* zhan_store_collect(zhan_store_t* store) {
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    auto done = store->runtime().collect(true);
    return done ? nullptr : to_api(std::move(done.error()), store);
  });
}

void zhan_store_gc_stats(zhan_store_t* store, zhan_gc_stats_t* out) {
  *out = {};
  if (store == nullptr || !guarded_or(false, [&] { return store->usable(); })) return;
  const zhan::heap::HeapStatistics& now = store->runtime().heap_statistics();
  out->minor = now.minor;
  out->major = now.major;
  out->in_place = now.in_place;
  out->pause_total = now.pause_total;
  out->pause_p50 = now.pause_p50;
  out->pause_p99 = now.pause_p99;
  out->pause_longest = now.pause_longest;
  out->allocated = now.allocated;
  out->survived = now.survived;
  out->copied = now.copied;
  out->words = now.words;
  out->pinned = now.pinned;
  out->logged = now.logged;
  out->cards = now.cards;
  out->table_elements = now.elements;
  out->used = now.used;
  out->peak = now.peak;
  out->limit = now.limit;
}

zhan_interrupt_t* zhan_store_interrupt(zhan_store_t* store) {
  if (store == nullptr) return nullptr;
  zhan_interrupt_t* const none = nullptr;
  return guarded_or(none, [&] {
    return std::make_unique<zhan_interrupt>(store->runtime().interrupt_handle()).release();
  });
}

void zhan_interrupt_raise(zhan_interrupt_t* interrupt) {
  if (interrupt != nullptr) interrupt->requests->raise();
}

void zhan_interrupt_drop(zhan_interrupt_t* interrupt) {
  if (interrupt != nullptr) std::default_delete<zhan_interrupt>()(interrupt);
}

zhan_error_t* zhan_store_set_wasi(zhan_store_t* store, zhan_wasi_t* wasi) {
  const std::unique_ptr<zhan_wasi> taken(wasi);
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    if (store->runtime().running())
      return make_error(ErrorKind::busy, "the WASI context of a running store cannot be changed");
    store->wasi = wasi == nullptr ? nullptr : std::move(taken->context);
    return nullptr;
  });
}
