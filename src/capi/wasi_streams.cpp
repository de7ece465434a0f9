// SPDX-License-Identifier: Apache-2.0
// Where a guest's input comes from and its output goes.
#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "capi/objects.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::u8;
using zhan::usize;
using zhan::wasi::Errno;
using zhan::wasi::Fail;
using zhan::wasi::Or;

namespace {

constexpr zhan::u64 default_limit = zhan::u64{1} << 30;

/// Appends to bytes of the embedder, which grow by doubling.
class Appender {
 public:
  Appender(zhan_bytes_t* bytes, zhan::u64 limit) noexcept
      : m_bytes(bytes), m_limit(limit == 0 ? default_limit : limit) {
    *m_bytes = {};
  }

  Or<usize> append(std::span<const u8> in) noexcept {
    const zhan::u64 room = m_limit - std::min<zhan::u64>(m_limit, m_bytes->size);
    const usize n = static_cast<usize>(std::min<zhan::u64>(room, in.size()));
    if (n == 0 && !in.empty()) return Fail(Errno::nospc);
    if (!reserve(m_bytes->size + n)) return Fail(Errno::nomem);
    if (n != 0) std::memcpy(m_bytes->data + m_bytes->size, in.data(), n);
    m_bytes->size += n;
    return n;
  }

 private:
  [[nodiscard]] bool reserve(usize size) noexcept {
    if (m_bytes->data != nullptr && size <= m_capacity) return true;
    const usize wanted = std::max<usize>({size, 2 * m_capacity, 256});
    void* const data = std::realloc(m_bytes->data, wanted);
    if (data == nullptr) return false;
    m_bytes->data = static_cast<u8*>(data);
    m_capacity = wanted;
    return true;
  }

  zhan_bytes_t* m_bytes;
  zhan::u64 m_limit;
  usize m_capacity = 0;
};

/// What a callback answered: never more bytes than were asked for.
Or<usize> answer(int32_t error, usize done, usize asked) noexcept {
  if (error != 0) return Fail(zhan::wasi::from_host(error));
  return std::min(done, asked);
}

zhan_error_t* not_a(const char* what) {
  return make_error(ErrorKind::config,
                    std::string("not a kind of ") + what + ", or its field is NULL");
}

zhan_error_t* set_input(zhan_wasi_t& wasi, const zhan_stream_t& from, std::shared_ptr<Owned> env) {
  switch (from.kind) {
    case ZHAN_STREAM_NULL: wasi.context->set_input(0, std::string()); return nullptr;
    case ZHAN_STREAM_BYTES: wasi.context->set_input(0, own(from.bytes)); return nullptr;
    case ZHAN_STREAM_FD: ZHAN_API_TRY(wasi.context->lend_fd(0, from.fd), nullptr); return nullptr;
    case ZHAN_STREAM_CALLBACK: break;
    default: return not_a("input");
  }
  if (from.read == nullptr) return not_a("input");
  wasi.context->set_input(0, [env, read = from.read](std::span<u8> bytes) {
    size_t done = 0;
    const int32_t error = read(env->get(), bytes.data(), bytes.size(), &done);
    return answer(error, done, bytes.size());
  });
  return nullptr;
}

zhan_error_t* output_to_buffer(zhan_wasi_t& wasi, uint32_t fd, const zhan_stream_t& to) {
  if (to.buffer == nullptr) return not_a("output");
  auto appender = std::make_shared<Appender>(to.buffer, to.limit);
  wasi.context->set_output(fd, [appender](std::span<const u8> in) { return appender->append(in); });
  return nullptr;
}

zhan_error_t* set_output(zhan_wasi_t& wasi, uint32_t fd, const zhan_stream_t& to,
                         std::shared_ptr<Owned> env) {
  switch (to.kind) {
    case ZHAN_STREAM_NULL:
      wasi.context->set_output(fd, [](std::span<const u8> in) -> Or<usize> { return in.size(); });
      return nullptr;
    case ZHAN_STREAM_FD: ZHAN_API_TRY(wasi.context->lend_fd(fd, to.fd), nullptr); return nullptr;
    case ZHAN_STREAM_BUFFER: return output_to_buffer(wasi, fd, to);
    case ZHAN_STREAM_CALLBACK: break;
    default: return not_a("output");
  }
  if (to.write == nullptr) return not_a("output");
  wasi.context->set_output(fd, [env, write = to.write](std::span<const u8> in) {
    size_t done = 0;
    const int32_t error = write(env->get(), in.data(), in.size(), &done);
    return answer(error, done, in.size());
  });
  return nullptr;
}

}  // namespace

zhan_error_t* zhan_wasi_input(zhan_wasi_t* wasi, const zhan_stream_t* from) {
  return guarded([&] {
    auto env = std::make_shared<Owned>(from->env, from->finalizer);
    return set_input(*wasi, *from, std::move(env));
  });
}

zhan_error_t* zhan_wasi_output(zhan_wasi_t* wasi, uint32_t guest_fd, const zhan_stream_t* to) {
  return guarded([&]() -> zhan_error_t* {
    auto env = std::make_shared<Owned>(to->env, to->finalizer);
    if (guest_fd >= zhan::wasi::limit::descriptors)
      return make_error(ErrorKind::config, "the guest's descriptor is too large a number");
    return set_output(*wasi, guest_fd, *to, std::move(env));
  });
}
