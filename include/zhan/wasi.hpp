// SPDX-License-Identifier: Apache-2.0
// WASI contexts, memories shared by stores and threads of guests; part of zhan.hpp.
#pragma once

#include <functional>

#include "zhan.hpp"

namespace zhan {
inline namespace api {

class Wasi {
 public:
  Wasi() noexcept : m_wasi(zhan_wasi_new()) {}
  Result<void> argument(std::string_view text) {
    const zhan_str_t one = str(text);
    return detail::to_result(zhan_wasi_args(m_wasi.get(), &one, 1));
  }
  Result<void> variable(std::string_view key, std::string_view value) {
    const zhan_str_t k = str(key), v = str(value);
    return detail::to_result(zhan_wasi_env(m_wasi.get(), &k, &v, 1));
  }
  /// A mask of ZHAN_INHERIT_...
  Result<void> inherit(uint32_t mask) {
    return detail::to_result(zhan_wasi_inherit(m_wasi.get(), mask));
  }
  Result<void> input(std::string_view bytes) {
    zhan_stream_t from{};
    from.kind = ZHAN_STREAM_BYTES;
    from.bytes = str(bytes);
    return detail::to_result(zhan_wasi_input(m_wasi.get(), &from));
  }
  /// What the guest writes to its descriptor, piece by piece.
  Result<void> output(uint32_t guest_fd, std::function<void(std::string_view)> write) {
    using Write = std::function<void(std::string_view)>;
    zhan_stream_t to{};
    to.kind = ZHAN_STREAM_CALLBACK;
    to.write = [](void* env, const uint8_t* bytes, size_t size, size_t* done) -> int32_t {
      (*static_cast<Write*>(env))({reinterpret_cast<const char*>(bytes), size});
      *done = size;
      return 0;
    };
    to.env = new Write(std::move(write));
    to.finalizer = detail::destroy<Write>;
    return detail::to_result(zhan_wasi_output(m_wasi.get(), guest_fd, &to));
  }
  Result<void> preopen(std::string_view host, std::string_view guest, bool writable = false) {
    const uint32_t rights = ZHAN_DIR_READ | (writable ? uint32_t{ZHAN_DIR_WRITE} : 0u);
    return detail::to_result(zhan_wasi_preopen(m_wasi.get(), str(host), str(guest), rights));
  }
  [[nodiscard]] zhan_wasi_t* get() const noexcept { return m_wasi.get(); }
  [[nodiscard]] zhan_wasi_t* release() noexcept { return m_wasi.release(); }

 private:
  detail::Unique<zhan_wasi_t, zhan_wasi_drop> m_wasi;
};

/// A memory of several stores, also on several threads; no store owns it.
class SharedMemory : public detail::Shared<zhan_shared_memory_t, zhan_shared_memory_keep,
                                           zhan_shared_memory_drop> {
 public:
  using Shared::Shared;
  /// Bounds in pages of 64 KiB.
  static Result<SharedMemory> make(const Engine& engine, uint64_t min, uint64_t max) {
    zhan_limits_t limits{};
    limits.min = min;
    limits.max = max;
    limits.has_max = limits.shared = true;
    zhan_shared_memory_t* made = nullptr;
    if (zhan_error_t* error = zhan_shared_memory_new(engine.get(), &limits, &made))
      return detail::failed(error);
    return SharedMemory(made);
  }
  /// The memory as one of the store.
  Result<Memory> in(zhan_store_t* store) const {
    Memory made;
    if (zhan_error_t* error = zhan_memory_of_shared(store, get(), &made.handle))
      return detail::failed(error);
    return made;
  }
};

inline Result<void> Store::set_wasi(Wasi wasi) {
  return detail::to_result(zhan_store_set_wasi(get(), wasi.release()));
}
inline Result<void> Store::set_threads(const Pre& pre, uint32_t most) {
  return detail::to_result(zhan_store_set_threads(get(), pre.get(), most));
}
inline Result<void> Linker::define(std::string_view module, std::string_view name,
                                   const SharedMemory& memory) {
  return detail::to_result(
      zhan_linker_define_shared_memory(m_linker.get(), str(module), str(name), memory.get()));
}

}  // namespace api
}  // namespace zhan
