// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <ctime>

#include "wasi/functions.hpp"

namespace zhan::wasi {

Errno clock_res_get(Call& call, u32 clock, u32 out) {
  if (clock >= clock_count) return Errno::inval;
  static constexpr clockid_t host[clock_count] = {
      CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID};
  timespec time;
  if (clock_getres(host[clock], &time) != 0) return from_host(errno);
  u64 resolution = static_cast<u64>(time.tv_sec) * 1'000'000'000 + static_cast<u64>(time.tv_nsec);
  return call.memory.write(out, std::max<u64>(resolution, 1)) ? Errno::success : Errno::fault;
}

/// The precision is a wish of the guest that costs nothing to exceed.
Errno clock_time_get(Call& call, u32 clock, u64, u32 out) {
  if (clock >= clock_count) return Errno::inval;
  if (!call.memory.contains(out, 8)) return Errno::fault;
  auto time = call.context.now(static_cast<ClockId>(clock));
  if (!time) return time.error();
  return call.memory.write(out, *time) ? Errno::success : Errno::fault;
}

/// In pieces, so that a guest that asks for gigabytes can be stopped.
Errno random_get(Call& call, u32 buffer, u32 length) {
  constexpr u32 piece = 1u << 20;
  u8* bytes = call.memory.at(buffer, length);
  if (bytes == nullptr) return Errno::fault;
  for (u32 done = 0; done < length;) {
    u32 n = std::min(piece, length - done);
    if (Errno error = call.context.random({bytes + done, n}); error != Errno::success) return error;
    done += n;
    ZHAN_ASSERT(done <= length, "no more bytes than asked for");
    if (call.stopped()) return Errno::ended;
  }
  return Errno::success;
}

}  // namespace zhan::wasi
