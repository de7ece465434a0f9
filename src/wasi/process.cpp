// SPDX-License-Identifier: Apache-2.0
// Arguments, environment, and how a guest ends.
#include <sched.h>

#include "wasi/functions.hpp"

namespace zhan::wasi {
namespace {

/// Bytes of all strings with their NULs; `overflow` if that is no u32.
Or<u32> size_of(const std::vector<std::string>& strings) noexcept {
  u64 size = 0;
  for (const std::string& text : strings) size += text.size() + 1;
  if (size > ~u32{0} || strings.size() > ~u32{0} / 4) return Fail(Errno::overflow);
  return static_cast<u32>(size);
}

Errno put_sizes(Call& call, const std::vector<std::string>& strings, u32 count_out, u32 size_out) {
  auto size = size_of(strings);
  if (!size) return size.error();
  if (!call.memory.contains(count_out, 4) || !call.memory.write(size_out, *size))
    return Errno::fault;
  return call.memory.write(count_out, static_cast<u32>(strings.size())) ? Errno::success
                                                                        : Errno::fault;
}

Errno put_strings(Call& call, const std::vector<std::string>& strings, u32 pointers, u32 buffer) {
  auto size = size_of(strings);
  if (!size) return size.error();
  if (!call.memory.contains(buffer, *size) ||
      !call.memory.contains(pointers, u64{strings.size()} * 4))
    return Errno::fault;
  for (const std::string& text : strings) {
    std::span bytes(reinterpret_cast<const u8*>(text.c_str()), text.size() + 1);
    if (!call.memory.write(pointers, buffer) || !call.memory.write_bytes(buffer, bytes))
      return Errno::fault;
    pointers += 4;
    buffer += static_cast<u32>(bytes.size());
  }
  return Errno::success;
}

/// Signals of preview 1 that do nothing by default: child stopped, window changed, and so on.
bool ignored_signal(u32 signal) noexcept {
  constexpr u32 none = 0, child = 16, resume = 17, urgent = 22, window = 27;
  return signal == none || signal == child || signal == resume || signal == urgent ||
         signal == window;
}

constexpr u32 signal_count = 31;
constexpr u32 signal_exit = 128;  // what a shell adds to a signal's number

}  // namespace

Errno args_get(Call& call, u32 argv, u32 buffer) {
  return put_strings(call, call.context.arguments(), argv, buffer);
}
Errno args_sizes_get(Call& call, u32 count_out, u32 size_out) {
  return put_sizes(call, call.context.arguments(), count_out, size_out);
}
Errno environ_get(Call& call, u32 environ, u32 buffer) {
  return put_strings(call, call.context.environment(), environ, buffer);
}
Errno environ_sizes_get(Call& call, u32 count_out, u32 size_out) {
  return put_sizes(call, call.context.environment(), count_out, size_out);
}

Errno proc_exit(Call& call, u32 code) { return call.end(Ending::Kind::exit, code); }

/// Never a signal of the host: the guest alone ends, with the exit code a shell would show.
Errno proc_raise(Call& call, u32 signal) {
  if (signal >= signal_count) return Errno::inval;
  if (ignored_signal(signal)) return Errno::success;
  return call.end(Ending::Kind::exit, signal_exit + signal);
}

Errno sched_yield(Call& call) {
  if (call.stopped()) return Errno::ended;
  ::sched_yield();
  return Errno::success;
}

}  // namespace zhan::wasi
