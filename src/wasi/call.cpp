// SPDX-License-Identifier: Apache-2.0
#include "wasi/call.hpp"

#include <algorithm>
#include <ctime>

#include "base/utf8.hpp"
#include "engine/engine.hpp"

namespace zhan::wasi {
namespace {

constexpr u64 slice = 50'000'000;

u64 monotonic() noexcept {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<u64>(time.tv_sec) * 1'000'000'000 + static_cast<u64>(time.tv_nsec);
}

u64 saturating_add(u64 a, u64 b) noexcept { return a > ~b ? ~u64{0} : a + b; }

}  // namespace

bool Call::stopped() noexcept {
  if (requests == nullptr) return false;
  u32 bits = requests->load(std::memory_order_relaxed);
  if (bits == 0) return false;
  ending.kind = bits == abi::request::deadline ? Ending::Kind::deadline : Ending::Kind::interrupted;
  return true;
}

Or<DescriptorPtr> descriptor(Call& call, u32 fd, u64 rights) noexcept {
  DescriptorPtr found = call.context.fds().find(fd);
  if (found == nullptr) return Fail(Errno::badf);
  ZHAN_ASSERT((rights & ~right::all) == 0, "only rights that exist are asked for");
  u64 missing = rights & ~found->base;
  if (missing == 0) return found;
  return Fail(missing & (right::fd_read | right::fd_write) ? Errno::badf : Errno::notcapable);
}

Or<DescriptorPtr> file(Call& call, u32 fd, u64 rights, bool needs_offset) noexcept {
  DescriptorPtr found = call.context.fds().find(fd);
  if (found == nullptr) return Fail(Errno::badf);
  if (found->is_directory()) return Fail(Errno::isdir);
  // Before rights: a guest that tries an offset first on a stream looks for this errno.
  if (needs_offset && !found->seekable()) return Fail(Errno::spipe);
  return descriptor(call, fd, rights);
}

Or<DescriptorPtr> directory(Call& call, u32 fd, u64 rights) noexcept {
  DescriptorPtr found = call.context.fds().find(fd);
  if (found == nullptr) return Fail(Errno::badf);
  if (!found->is_directory()) return Fail(Errno::notdir);
  ZHAN_ASSERT(found->fd.valid(), "a directory is open on the host");
  if (found->read_only && (rights & right::mutating)) return Fail(Errno::rofs);
  return descriptor(call, fd, rights);
}

Or<std::string> guest_path(const Call& call, u32 pointer, u32 length) {
  const u8* bytes = call.memory.peek(pointer, length);
  if (bytes == nullptr) return Fail(Errno::fault);
  if (length >= limit::path_bytes) return Fail(Errno::nametoolong);
  std::string path(reinterpret_cast<const char*>(bytes), length);
  if (path.find('\0') != path.npos) return Fail(Errno::inval);
  if (!is_utf8(path)) return Fail(Errno::ilseq);
  return path;
}

Wait wait_for(Call& call, std::span<pollfd> fds, std::optional<u64> nanoseconds) noexcept {
  u64 end = nanoseconds ? saturating_add(monotonic(), *nanoseconds) : ~u64{0};
  for (u64 now = monotonic();; now = monotonic()) {
    if (call.stopped()) return Wait::stopped;
    u64 left = std::min(slice, end > now ? end - now : 0);
    ZHAN_ASSERT(left < 1'000'000'000, "a slice is less than a second");
    timespec timeout{0, static_cast<long>(left)};
    int ready = ppoll(fds.data(), fds.size(), &timeout, nullptr);
    if (ready > 0) return Wait::ready;
    if (ready < 0 && errno != EINTR) {  // EINVAL, ENOMEM: the calls that follow will say why
      for (pollfd& fd : fds) fd.revents = POLLERR;
      return Wait::ready;
    }
    if (ready == 0 && now + left >= end) return Wait::timed_out;
  }
}

Errno wait_ready(Call& call, const Descriptor& descriptor, short events) noexcept {
  if (!descriptor.may_block()) return Errno::success;
  ZHAN_ASSERT(descriptor.fd.valid(), "what may block is open on the host");
  pollfd fd{descriptor.fd.get(), events, 0};
  bool nonblock = (descriptor.flags & fdflag::nonblock) != 0;
  switch (wait_for(call, {&fd, 1}, nonblock ? std::optional<u64>(0) : std::nullopt)) {
    case Wait::ready: return Errno::success;
    case Wait::timed_out: return Errno::again;
    case Wait::stopped: break;
  }
  return Errno::ended;
}

}  // namespace zhan::wasi
