// SPDX-License-Identifier: Apache-2.0
// WASI contexts: arguments, environment, directories, clocks and random numbers.
#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "capi/objects.hpp"

using namespace zhan::capi;
using zhan::ErrorKind;
using zhan::Result;
using zhan::u64;
using zhan::u8;
using zhan::wasi::Context;

namespace {

/// The arguments of this process, as the system remembers them.
Result<void> inherit_arguments(Context& context) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen("/proc/self/cmdline", "rb"),
                                                             std::fclose);
  if (file == nullptr)
    return zhan::fail(ErrorKind::io, fmt::format("cannot read the arguments of this process: {}",
                                                 std::strerror(errno)));
  std::string argument;
  for (int c = std::fgetc(file.get()); c != EOF; c = std::fgetc(file.get())) {
    if (c != 0) {
      argument.push_back(static_cast<char>(c));
      continue;
    }
    ZHAN_TRY_VOID(context.add_argument(std::exchange(argument, {})));
  }
  return {};
}

Result<void> inherit(Context& context, uint32_t mask) {
  constexpr uint32_t known = 63;
  if ((mask & ~known) != 0) return zhan::fail(ErrorKind::config, "unknown bits in the mask");
  if ((mask & ZHAN_INHERIT_NET) != 0)
    return zhan::fail(ErrorKind::unsupported, "this build cannot lend the network");
  for (uint32_t fd = 0; fd < 3; ++fd)
    if ((mask & (ZHAN_INHERIT_STDIN << fd)) != 0)
      ZHAN_TRY_VOID(context.lend_fd(fd, static_cast<int>(fd)));
  if ((mask & ZHAN_INHERIT_ARGS) != 0) ZHAN_TRY_VOID(inherit_arguments(context));
  if ((mask & ZHAN_INHERIT_ENV) != 0) context.inherit_environment();
  return {};
}

Result<void> check_virtual(const zhan_virtual_t& how) {
  constexpr uint32_t known = 15;
  if ((how.what & ~known) != 0) return zhan::fail(ErrorKind::config, "unknown bits in the mask");
  if ((how.what & ZHAN_CLOCK_CALLBACK) != 0 && how.clock == nullptr)
    return zhan::fail(ErrorKind::config, "a clock needs its callback");
  if ((how.what & ZHAN_RANDOM_CALLBACK) != 0 && how.random == nullptr)
    return zhan::fail(ErrorKind::config, "random numbers need their callback");
  return {};
}

void apply_virtual(Context& context, const zhan_virtual_t& how, std::shared_ptr<Owned> env) {
  if ((how.what & ZHAN_VIRTUAL_CLOCK) != 0)
    context.set_virtual_clock(how.clock_start, how.clock_step);
  if ((how.what & ZHAN_VIRTUAL_RANDOM) != 0) context.set_random_seed(how.seed);
  if ((how.what & ZHAN_CLOCK_CALLBACK) != 0)
    context.set_clock([env, clock = how.clock](zhan::wasi::ClockId id) {
      return clock(env->get(), static_cast<uint32_t>(id));
    });
  if ((how.what & ZHAN_RANDOM_CALLBACK) != 0)
    context.set_random([env, random = how.random](std::span<u8> bytes) {
      random(env->get(), bytes.data(), bytes.size());
    });
}

}  // namespace

zhan_wasi_t* zhan_wasi_new(void) {
  zhan_wasi_t* const none = nullptr;
  return guarded_or(none, [] { return std::make_unique<zhan_wasi>().release(); });
}

void zhan_wasi_drop(zhan_wasi_t* wasi) {
  if (wasi != nullptr) std::default_delete<zhan_wasi>()(wasi);
}

zhan_error_t* zhan_wasi_args(zhan_wasi_t* wasi, const zhan_str_t* args, size_t count) {
  return guarded([&]() -> zhan_error_t* {
    for (size_t i = 0; i < count; ++i)
      ZHAN_API_TRY(wasi->context->add_argument(own(args[i])), nullptr);
    return nullptr;
  });
}

zhan_error_t* zhan_wasi_env(zhan_wasi_t* wasi, const zhan_str_t* keys, const zhan_str_t* values,
                            size_t count) {
  return guarded([&]() -> zhan_error_t* {
    for (size_t i = 0; i < count; ++i)
      ZHAN_API_TRY(wasi->context->set_variable(own(keys[i]), own(values[i])), nullptr);
    return nullptr;
  });
}

zhan_error_t* zhan_wasi_inherit(zhan_wasi_t* wasi, uint32_t mask) {
  return guarded([&]() -> zhan_error_t* {
    ZHAN_API_TRY(inherit(*wasi->context, mask), nullptr);
    return nullptr;
  });
}

zhan_error_t* zhan_wasi_preopen(zhan_wasi_t* wasi, zhan_str_t host, zhan_str_t guest,
                                uint32_t rights) {
  return guarded([&]() -> zhan_error_t* {
    const bool writes = rights == (ZHAN_DIR_READ | ZHAN_DIR_WRITE);
    if (!writes && rights != ZHAN_DIR_READ)
      return make_error(ErrorKind::config,
                        "a directory is for reading, or for reading and writing");
    ZHAN_API_TRY(wasi->context->preopen(own(host), own(guest), !writes), nullptr);
    return nullptr;
  });
}

zhan_error_t* zhan_wasi_virtual(zhan_wasi_t* wasi, const zhan_virtual_t* how) {
  return guarded([&]() -> zhan_error_t* {
    auto env = std::make_shared<Owned>(how->env, how->finalizer);
    ZHAN_API_TRY(check_virtual(*how), nullptr);
    apply_virtual(*wasi->context, *how, std::move(env));
    return nullptr;
  });
}
