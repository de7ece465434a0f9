// SPDX-License-Identifier: Apache-2.0
// poll_oneoff: waits for clocks and descriptors at once.
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <vector>

#include "wasi/functions.hpp"

namespace zhan::wasi {
namespace {

/// One subscription, copied from the guest, and its answer.
struct Subscription {
  u64 userdata = 0;
  EventType type = EventType::clock;
  u32 what = 0;     // clock id or descriptor
  u64 timeout = 0;  // left, once waiting begins
  bool absolute = false;
  bool fired = false;
  Errno error = Errno::success;
  u64 bytes = 0;
  u16 flags = 0;
  int poll_index = -1;  // in Waiting::host

  void fail(Errno code) noexcept {
    fired = true;
    error = code;
  }
};

Errno read_subscription(GuestMemory memory, u32 at, Subscription& into) noexcept {
  u8 tag = 0;
  u16 flags = 0;
  if (!memory.read(at, into.userdata) || !memory.read(at + 8, tag) ||
      !memory.read(at + 16, into.what) || !memory.read(at + 24, into.timeout) ||
      !memory.read(at + 40, flags))
    return Errno::fault;
  if (tag > static_cast<u8>(EventType::fd_write)) return Errno::inval;
  into.type = static_cast<EventType>(tag);
  into.absolute = flags & clock_abstime;
  return Errno::success;
}

/// All subscriptions of a call.
class Waiting {
 public:
  Errno read(Call& call, u32 at, u32 count) {
    m_subscriptions.resize(count);
    for (Subscription& one : m_subscriptions) {
      if (Errno error = read_subscription(call.memory, at, one); error != Errno::success)
        return error;
      one.type == EventType::clock ? prepare_clock(call, one) : prepare_fd(call, one);
      at += layout::subscription;
    }
    return Errno::success;
  }

  /// Until one has fired; `ended`.
  Errno wait(Call& call) {
    bool fired = std::ranges::any_of(m_subscriptions, &Subscription::fired);
    std::optional<u64> timeout = fired ? 0 : shortest();
    if (timeout && call.context.virtual_time() && m_host.empty()) {
      call.context.skip_time(*timeout);
      if (call.stopped()) return Errno::ended;
    } else if (wait_for(call, m_host, timeout) == Wait::stopped) {
      return Errno::ended;
    }
    bool ready = false;
    for (Subscription& one : m_subscriptions) ready |= take_ready(one);
    if (!fired && !ready && timeout) fire_clocks(*timeout);
    return Errno::success;
  }

  Errno write(Call& call, u32 events, u32 out) noexcept {
    ZHAN_ASSERT(!m_subscriptions.empty(), "an empty list was refused");
    u32 count = 0;
    for (const Subscription& one : m_subscriptions) {
      if (!one.fired) continue;
      Errno error = Struct<layout::event>()
                        .put(0, one.userdata)
                        .put(8, one.error)
                        .put(10, one.type)
                        .put(16, one.bytes)
                        .put(24, one.flags)
                        .write(call.memory, events + count * layout::event);
      if (error != Errno::success) return error;
      ++count;
    }
    ZHAN_ASSERT(count != 0, "a wait ends with an event");
    return call.memory.write(out, count) ? Errno::success : Errno::fault;
  }

 private:
  std::vector<Subscription> m_subscriptions;
  std::vector<pollfd> m_host;

  void prepare_clock(Call& call, Subscription& one) {
    if (one.what > static_cast<u32>(ClockId::monotonic)) return one.fail(Errno::inval);
    if (!one.absolute) return;
    auto now = call.context.now(static_cast<ClockId>(one.what));
    if (!now) return one.fail(now.error());
    one.timeout = one.timeout > *now ? one.timeout - *now : 0;
    // An absolute time that has come is an event even if descriptors are ready too.
    if (one.timeout == 0) one.fired = true;
  }

  void prepare_fd(Call& call, Subscription& one) {
    auto found = descriptor(call, one.what, right::none);
    if (!found) return one.fail(found.error());
    const Descriptor& target = **found;
    u64 access = one.type == EventType::fd_read ? right::fd_read : right::fd_write;
    if (!(target.base & (right::poll_fd_readwrite | access))) return one.fail(Errno::notcapable);
    if (!target.may_block()) return answer_at_once(one, target);
    short events = one.type == EventType::fd_read ? POLLIN : POLLOUT;
    one.poll_index = static_cast<int>(m_host.size());
    m_host.push_back({target.fd.get(), events, 0});
  }

  /// Files are always ready; the bytes are those up to the end.
  static void answer_at_once(Subscription& one, const Descriptor& target) noexcept {
    one.fired = true;
    struct stat status;
    if (one.type != EventType::fd_read) return;
    if (target.nature != Nature::regular) {
      one.bytes = 1;  // of a callback only that it can be asked
      return;
    }
    off_t at = lseek(target.fd.get(), 0, SEEK_CUR);
    if (at < 0 || fstat(target.fd.get(), &status) != 0) return;
    one.bytes = static_cast<u64>(std::max<off_t>(status.st_size - at, 0));
  }

  [[nodiscard]] std::optional<u64> shortest() const noexcept {
    std::optional<u64> least;
    for (const Subscription& one : m_subscriptions) {
      if (one.type == EventType::clock) least = std::min(least.value_or(~u64{0}), one.timeout);
    }
    return least;
  }

  bool take_ready(Subscription& one) noexcept {
    if (one.poll_index < 0) return false;
    ZHAN_ASSERT(static_cast<usize>(one.poll_index) < m_host.size(), "the index names a pollfd");
    const pollfd& host = m_host[static_cast<usize>(one.poll_index)];
    if (host.revents == 0) return false;
    one.fired = true;
    if (host.revents & POLLNVAL) one.error = Errno::badf;
    if (host.revents & POLLHUP) one.flags = event_hangup;
    int bytes = 0;
    if (one.type == EventType::fd_read && ioctl(host.fd, FIONREAD, &bytes) == 0)
      one.bytes = static_cast<u64>(std::max(bytes, 0));
    return true;
  }

  void fire_clocks(u64 waited) noexcept {
    for (Subscription& one : m_subscriptions)
      one.fired |= one.type == EventType::clock && one.timeout <= waited;
  }
};

}  // namespace

Errno poll_oneoff(Call& call, u32 subscriptions, u32 events, u32 count, u32 out) {
  if (count == 0 || count > limit::subscriptions) return Errno::inval;
  if (!call.memory.contains(subscriptions, u64{count} * layout::subscription) ||
      !call.memory.contains(events, u64{count} * layout::event) || !call.memory.contains(out, 4))
    return Errno::fault;
  Waiting waiting;
  if (Errno error = waiting.read(call, subscriptions, count); error != Errno::success) return error;
  if (Errno error = waiting.wait(call); error != Errno::success) return error;
  return waiting.write(call, events, out);
}

}  // namespace zhan::wasi
