// SPDX-License-Identifier: Apache-2.0
// Linear memories.
#include <fmt/format.h>

#include <cstring>

#include "capi/store.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::runtime::Memory;

namespace {

/// Null if the handle is not of the store, or the store is in use.
Memory* find_memory(zhan_store_t* store, zhan_memory_t handle) noexcept {
  Memory* const none = nullptr;
  return guarded_or(
      none, [&] { return store == nullptr || !store->usable() ? nullptr : store->find(handle); });
}

/// Where `size` bytes from `offset` on lie, or an error.
zhan_error_t* locate(zhan_store_t* store, zhan_memory_t handle, uint64_t offset, size_t size,
                     uint8_t*& at) {
  if (zhan_error_t* const error = check_store(store)) return error;
  Memory* const memory = store->find(handle);
  if (memory == nullptr) return store->wrong("memory");
  const auto bytes = memory->bytes();
  if (offset > bytes.size() || size > bytes.size() - offset)
    return make_error(ErrorKind::bounds,
                      fmt::format("{} bytes at 0x{:x} are outside of a memory of {} bytes", size,
                                  offset, bytes.size()));
  at = bytes.data() + offset;
  return nullptr;
}

}  // namespace

zhan_error_t* zhan_memory_new(zhan_store_t* store, const zhan_limits_t* limits,
                              zhan_memory_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    auto type = memory_type(*limits);
    if (!type) return to_api(std::move(type.error()), store);
    auto memory = store->runtime().new_memory(*type);
    if (!memory) return to_api(std::move(memory.error()), store);
    *out = store->handle(*memory);
    return nullptr;
  });
}

uint8_t* zhan_memory_data(zhan_store_t* store, zhan_memory_t handle) {
  Memory* const memory = find_memory(store, handle);
  if (memory == nullptr) return nullptr;
  memory->expose();  // the host may give it to the kernel, and writes when it likes
  return memory->bytes().data();
}

uint64_t zhan_memory_size(zhan_store_t* store, zhan_memory_t handle) {
  Memory* const memory = find_memory(store, handle);
  return memory == nullptr ? 0 : memory->bytes().size();
}

zhan_error_t* zhan_memory_grow(zhan_store_t* store, zhan_memory_t handle, uint64_t pages,
                               uint64_t* old) {
  if (old != nullptr) *old = 0;
  return guarded([&]() -> zhan_error_t* {
    if (zhan_error_t* const error = check_store(store)) return error;
    Memory* const memory = store->find(handle);
    if (memory == nullptr) return store->wrong("memory");
    const zhan::u64 before = memory->grow(pages);
    if (before == ~zhan::u64{0})
      return make_error(ErrorKind::limit, fmt::format("a memory of {} pages cannot grow by {}",
                                                      memory->pages(), pages));
    if (old != nullptr) *old = before;
    return nullptr;
  });
}

zhan_error_t* zhan_memory_read(zhan_store_t* store, zhan_memory_t handle, uint64_t offset,
                               void* out, size_t size) {
  return guarded([&]() -> zhan_error_t* {
    uint8_t* from = nullptr;
    if (zhan_error_t* const error = locate(store, handle, offset, size, from)) return error;
    if (size != 0) std::memcpy(out, from, size);
    return nullptr;
  });
}

zhan_error_t* zhan_memory_write(zhan_store_t* store, zhan_memory_t handle, uint64_t offset,
                                const void* bytes, size_t size) {
  return guarded([&]() -> zhan_error_t* {
    uint8_t* to = nullptr;
    if (zhan_error_t* const error = locate(store, handle, offset, size, to)) return error;
    if (size != 0) std::memcpy(to, bytes, size);
    return nullptr;
  });
}
