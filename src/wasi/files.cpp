// SPDX-License-Identifier: Apache-2.0
// Reading, writing and moving within open files.
#include <limits>

#include "wasi/functions.hpp"
#include "wasi/io.hpp"

namespace zhan::wasi {
namespace {

constexpr u64 largest_offset = static_cast<u64>(std::numeric_limits<i64>::max());

Errno put_count(const Call& call, u32 out, u64 count) noexcept {
  ZHAN_ASSERT(count <= ~u32{0}, "the kernel moves less than 2 GiB at a time");
  return call.memory.write(out, static_cast<u32>(count)) ? Errno::success : Errno::fault;
}

/// The common start of the four: nothing happens unless all pointers are good.
Errno gather(const Call& call, IoVectors& vectors, u32 iovecs, u32 count, u32 out,
             bool filled) noexcept {
  if (!call.memory.contains(out, 4)) return Errno::fault;
  return vectors.gather(call.memory, iovecs, count, filled);
}

template <class Transfer>
Errno at_offset(Call& call, u32 iovecs, u32 count, u64 offset, u32 out, bool filled,
                Transfer transfer) {
  IoVectors vectors;
  if (Errno error = gather(call, vectors, iovecs, count, out, filled); error != Errno::success)
    return error;
  if (offset > largest_offset) return Errno::inval;
  auto list = vectors.vectors();
  ssize_t n = list.empty() ? 0 : retry([&] {
    return transfer(list.data(), static_cast<int>(list.size()), static_cast<off_t>(offset));
  });
  return n < 0 ? from_host(errno) : put_count(call, out, static_cast<u64>(n));
}

}  // namespace

Errno fd_close(Call& call, u32 fd) { return call.context.fds().close(fd); }

Errno fd_renumber(Call& call, u32 from, u32 to) { return call.context.fds().renumber(from, to); }

Errno fd_read(Call& call, u32 fd, u32 iovecs, u32 count, u32 out) {
  auto from = file(call, fd, right::fd_read, false);
  if (!from) return from.error();
  IoVectors vectors;
  if (Errno error = gather(call, vectors, iovecs, count, out, true); error != Errno::success)
    return error;
  u64 done = 0;
  Errno error = read_from(call, **from, vectors.vectors(), done);
  return error != Errno::success ? error : put_count(call, out, done);
}

Errno fd_write(Call& call, u32 fd, u32 iovecs, u32 count, u32 out) {
  auto to = file(call, fd, right::fd_write, false);
  if (!to) return to.error();
  IoVectors vectors;
  if (Errno error = gather(call, vectors, iovecs, count, out, false); error != Errno::success)
    return error;
  u64 done = 0;
  Errno error = write_to(call, **to, vectors.vectors(), done);
  return error != Errno::success ? error : put_count(call, out, done);
}

Errno fd_pread(Call& call, u32 fd, u32 iovecs, u32 count, u64 offset, u32 out) {
  auto from = file(call, fd, right::fd_read, true);
  if (!from) return from.error();
  int host = (*from)->fd.get();
  return at_offset(call, iovecs, count, offset, out, true,
                   [host](iovec* list, int n, off_t at) { return preadv(host, list, n, at); });
}

Errno fd_pwrite(Call& call, u32 fd, u32 iovecs, u32 count, u64 offset, u32 out) {
  auto to = file(call, fd, right::fd_write, true);
  if (!to) return to.error();
  int host = (*to)->fd.get();
  return at_offset(call, iovecs, count, offset, out, false,
                   [host](iovec* list, int n, off_t at) { return pwritev(host, list, n, at); });
}

/// Asking where one is needs the lesser right.
Errno fd_seek(Call& call, u32 fd, u64 offset, u32 whence, u32 out) {
  static constexpr int host[] = {SEEK_SET, SEEK_CUR, SEEK_END};
  bool tells = offset == 0 && whence == 1;
  auto found = file(call, fd, tells ? right::fd_tell : right::fd_seek, true);
  if (!found && found.error() == Errno::notcapable) found = file(call, fd, right::fd_seek, true);
  if (!found) return found.error();
  if (whence >= std::size(host)) return Errno::inval;
  if (!call.memory.contains(out, 8)) return Errno::fault;
  off_t at = lseek((*found)->fd.get(), static_cast<off_t>(offset), host[whence]);
  if (at < 0) return from_host(errno);
  return call.memory.write(out, static_cast<u64>(at)) ? Errno::success : Errno::fault;
}

Errno fd_tell(Call& call, u32 fd, u32 out) {
  auto found = file(call, fd, right::fd_tell, true);
  if (!found) return found.error();
  if (!call.memory.contains(out, 8)) return Errno::fault;
  off_t at = lseek((*found)->fd.get(), 0, SEEK_CUR);
  if (at < 0) return from_host(errno);
  return call.memory.write(out, static_cast<u64>(at)) ? Errno::success : Errno::fault;
}

}  // namespace zhan::wasi
