// SPDX-License-Identifier: Apache-2.0
// Types, flags, rights, sizes and times of files.
#include <fcntl.h>
#include <sys/stat.h>

#include <limits>

#include "wasi/functions.hpp"

namespace zhan::wasi {
namespace {

constexpr u64 largest_offset = static_cast<u64>(std::numeric_limits<i64>::max());

u64 nanoseconds(const timespec& time) noexcept {
  ZHAN_ASSERT(time.tv_nsec >= 0 && time.tv_nsec < 1'000'000'000, "a timespec is normal");
  return static_cast<u64>(time.tv_sec) * 1'000'000'000 + static_cast<u64>(time.tv_nsec);
}

Errno put_status(const Call& call, u32 out, const struct stat& status, Filetype type) noexcept {
  return Struct<layout::filestat>()
      .put<u64>(0, status.st_dev)
      .put<u64>(8, status.st_ino)
      .put(16, type)
      .put<u64>(24, status.st_nlink)
      .put<u64>(32, static_cast<u64>(status.st_size))
      .put(40, nanoseconds(status.st_atim))
      .put(48, nanoseconds(status.st_mtim))
      .put(56, nanoseconds(status.st_ctim))
      .write(call.memory, out);
}

timespec time_of(u64 value, bool given, bool now) noexcept {
  if (now) return {0, UTIME_NOW};
  if (!given) return {0, UTIME_OMIT};
  return {static_cast<time_t>(value / 1'000'000'000), static_cast<long>(value % 1'000'000'000)};
}

/// The two times of utimensat(2). `inval`: a time and "now" for one of them, or unknown bits.
Errno make_times(u64 atim, u64 mtim, u32 which, timespec (&times)[2]) noexcept {
  using namespace fstflag;
  constexpr u32 both_atim = fstflag::atim | atim_now, both_mtim = fstflag::mtim | mtim_now;
  if ((which & ~all) || (which & both_atim) == both_atim || (which & both_mtim) == both_mtim)
    return Errno::inval;
  times[0] = time_of(atim, which & fstflag::atim, which & atim_now);
  times[1] = time_of(mtim, which & fstflag::mtim, which & mtim_now);
  return Errno::success;
}

/// The times of what an O_PATH descriptor names, a symbolic link itself included.
Errno set_times(int fd, const timespec (&times)[2]) noexcept {
  if (utimensat(fd, "", times, AT_EMPTY_PATH) == 0) return Errno::success;
  if (errno != EINVAL && errno != ENOENT) return from_host(errno);
  // Kernels before 5.8 do not take the empty path.
  std::string name = "/proc/self/fd/" + std::to_string(fd);
  return utimensat(AT_FDCWD, name.c_str(), times, 0) == 0 ? Errno::success : from_host(errno);
}

/// What a path names, for looking at it; follows a last link only if asked to.
Or<HostFd> open_to_examine(Call& call, const Descriptor& dir, u32 lookup, u32 path, u32 length) {
  auto name = guest_path(call, path, length);
  if (!name) return Fail(name.error());
  if (lookup & ~lookup_symlink_follow) return Fail(Errno::inval);
  int follow = (lookup & lookup_symlink_follow) ? 0 : O_NOFOLLOW;
  return open_beneath(call.context.resolver(), dir.fd.get(), *name, O_PATH | follow);
}

Errno sync_with(Call& call, u32 fd, u64 needed, int (*sync)(int)) {
  auto found = descriptor(call, fd, needed);
  if (!found) return found.error();
  if (!(*found)->fd.valid()) return Errno::success;
  int result = retry([&] { return sync((*found)->fd.get()); });
  // Pipes and terminals have nothing to write through.
  if (result == 0 || (errno == EINVAL && (*found)->stdio)) return Errno::success;
  return from_host(errno);
}

}  // namespace

Errno fd_advise(Call& call, u32 fd, u64 offset, u64 length, u32 advice) {
  static constexpr int host[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                                 POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  auto found = file(call, fd, right::fd_advise, true);
  if (!found) return found.error();
  if (advice >= std::size(host) || offset > largest_offset || length > largest_offset)
    return Errno::inval;
  int error = posix_fadvise((*found)->fd.get(), static_cast<off_t>(offset),
                            static_cast<off_t>(length), host[advice]);
  return error == 0 ? Errno::success : from_host(error);
}

Errno fd_allocate(Call& call, u32 fd, u64 offset, u64 length) {
  auto found = file(call, fd, right::fd_allocate, true);
  if (!found) return found.error();
  if (length == 0) return Errno::inval;
  if (offset > largest_offset || length > largest_offset - offset) return Errno::fbig;
  int result = retry([&] {
    return fallocate((*found)->fd.get(), 0, static_cast<off_t>(offset), static_cast<off_t>(length));
  });
  return result == 0 ? Errno::success : from_host(errno);
}

Errno fd_datasync(Call& call, u32 fd) { return sync_with(call, fd, right::fd_datasync, fdatasync); }
Errno fd_sync(Call& call, u32 fd) { return sync_with(call, fd, right::fd_sync, fsync); }

Errno fd_fdstat_get(Call& call, u32 fd, u32 out) {
  auto found = descriptor(call, fd, right::none);
  if (!found) return found.error();
  return Struct<layout::fdstat>()
      .put(0, (*found)->type)
      .put(2, static_cast<u16>((*found)->flags))
      .put(8, static_cast<u64>((*found)->base))
      .put(16, static_cast<u64>((*found)->inheriting))
      .write(call.memory, out);
}

/// Not blocking is emulated (wait_ready), so that the flag of a lent stream's other users stays.
/// Synchronous writing cannot be changed on an open file: `notsup` if it is asked for anew.
Errno fd_fdstat_set_flags(Call& call, u32 fd, u32 flags) {
  constexpr u32 syncs = fdflag::dsync | fdflag::rsync | fdflag::sync;
  auto found = descriptor(call, fd, right::fd_fdstat_set_flags);
  if (!found) return found.error();
  Descriptor& target = **found;
  if (flags & ~fdflag::all) return Errno::inval;
  if (flags & syncs & ~target.flags) return Errno::notsup;
  if ((flags ^ target.flags) & fdflag::append && target.fd.owned() && target.fd.valid()) {
    int host = fcntl(target.fd.get(), F_GETFL);
    int wanted = (flags & fdflag::append) ? host | O_APPEND : host & ~O_APPEND;
    if (host < 0 || fcntl(target.fd.get(), F_SETFL, wanted) != 0) return from_host(errno);
  }
  target.flags = flags | (target.flags & syncs);
  return Errno::success;
}

Errno fd_fdstat_set_rights(Call& call, u32 fd, u64 base, u64 inheriting) {
  auto found = descriptor(call, fd, right::none);
  if (!found) return found.error();
  if ((base & ~(*found)->base) || (inheriting & ~(*found)->inheriting)) return Errno::notcapable;
  (*found)->base = base;
  (*found)->inheriting = inheriting;
  return Errno::success;
}

Errno fd_filestat_get(Call& call, u32 fd, u32 out) {
  auto found = descriptor(call, fd, right::fd_filestat_get);
  if (!found) return found.error();
  struct stat status{};
  if ((*found)->fd.valid() && fstat((*found)->fd.get(), &status) != 0) return from_host(errno);
  return put_status(call, out, status, (*found)->type);
}

Errno fd_filestat_set_size(Call& call, u32 fd, u64 size) {
  auto found = file(call, fd, right::fd_filestat_set_size, true);
  if (!found) return found.error();
  if (size > largest_offset) return Errno::fbig;
  int result = retry([&] { return ftruncate((*found)->fd.get(), static_cast<off_t>(size)); });
  return result == 0 ? Errno::success : from_host(errno);
}

Errno fd_filestat_set_times(Call& call, u32 fd, u64 atim, u64 mtim, u32 which) {
  auto found = descriptor(call, fd, right::fd_filestat_set_times);
  if (!found) return found.error();
  if ((*found)->read_only) return Errno::rofs;
  timespec times[2];
  if (Errno error = make_times(atim, mtim, which, times); error != Errno::success) return error;
  return futimens((*found)->fd.get(), times) == 0 ? Errno::success : from_host(errno);
}

Errno path_filestat_get(Call& call, u32 fd, u32 lookup, u32 path, u32 length, u32 out) {
  auto dir = directory(call, fd, right::path_filestat_get);
  if (!dir) return dir.error();
  if (!call.memory.contains(out, layout::filestat)) return Errno::fault;
  auto target = open_to_examine(call, **dir, lookup, path, length);
  if (!target) return target.error();
  struct stat status;
  if (fstat(target->get(), &status) != 0) return from_host(errno);
  return put_status(call, out, status, filetype_of_mode(status.st_mode));
}

Errno path_filestat_set_times(Call& call, u32 fd, u32 lookup, u32 path, u32 length, u64 atim,
                              u64 mtim, u32 which) {
  auto dir = directory(call, fd, right::path_filestat_set_times);
  if (!dir) return dir.error();
  timespec times[2];
  if (Errno error = make_times(atim, mtim, which, times); error != Errno::success) return error;
  auto target = open_to_examine(call, **dir, lookup, path, length);
  return target ? set_times(target->get(), times) : target.error();
}

}  // namespace zhan::wasi
