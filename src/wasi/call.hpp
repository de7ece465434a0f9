// SPDX-License-Identifier: Apache-2.0
// One call of a guest: what every function of this folder gets.
#pragma once

#include <poll.h>

#include <atomic>
#include <optional>

#include "wasi/context.hpp"
#include "wasi/memory.hpp"

namespace zhan::wasi {

/// Why the guest does not go on after Errno::ended.
struct Ending {
  enum class Kind : u8 { none, exit, interrupted, deadline } kind = Kind::none;
  u32 code = 0;
};

struct Call {
  Context& context;
  GuestMemory memory;
  const std::atomic<u32>* requests = nullptr;  // of the store; not zero = stop
  Ending ending{};

  /// True if another thread asked the store to stop; then `ending` says so.
  [[nodiscard]] bool stopped() noexcept;
  [[nodiscard]] Errno end(Ending::Kind kind, u32 code = 0) noexcept {
    ZHAN_ASSERT(kind != Ending::Kind::none, "an end has a reason");
    ending = {kind, code};
    return Errno::ended;
  }
};

/// The descriptor of a number, if it has all the rights: `badf` if there is none or reading or
/// writing is missing (as read(2) and write(2) say), else `notcapable`.
[[nodiscard]] Or<DescriptorPtr> descriptor(Call& call, u32 fd, u64 rights) noexcept;
/// The same for what needs a file: `isdir` for directories, `spipe` for streams if it needs an
/// offset.
[[nodiscard]] Or<DescriptorPtr> file(Call& call, u32 fd, u64 rights, bool needs_offset) noexcept;
/// The same for what needs a directory: `notdir`. `rofs` before rights, if it changes a read-only
/// one.
[[nodiscard]] Or<DescriptorPtr> directory(Call& call, u32 fd, u64 rights) noexcept;

/// A path or name: copied, then checked. `fault`, `nametoolong`, `inval` (NUL), `ilseq` (not
/// UTF-8).
[[nodiscard]] Or<std::string> guest_path(const Call& call, u32 pointer, u32 length);

enum class Wait : u8 { ready, timed_out, stopped };
/// poll(2) in slices, so that a request to stop is seen within 50 ms. No timeout = for ever. Sets
/// revents.
[[nodiscard]] Wait wait_for(Call& call, std::span<pollfd> fds,
                            std::optional<u64> nanoseconds) noexcept;
/// Before a call that may block: `success` when it will not, `again` if the guest asked not to
/// block, `ended`.
[[nodiscard]] Errno wait_ready(Call& call, const Descriptor& descriptor, short events) noexcept;

}  // namespace zhan::wasi
