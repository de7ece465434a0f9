// SPDX-License-Identifier: Apache-2.0
// Numbers and layouts of wasi_snapshot_preview1: errnos, rights, flags, sizes of structures.
#pragma once

#include <expected>

#include "base/ints.hpp"

namespace zhan::wasi {

/// What a function returns. `ended` never reaches a guest: the call left word in Call::ending.
enum class Errno : u16 {
#define ZHAN_WASI_ERRNO(id, code, host, text) id = code,
#include "wasi/errno.def"
#undef ZHAN_WASI_ERRNO
  ended = 0xffff,
};

/// A value or an errno.
template <class T>
using Or = std::expected<T, Errno>;
using Fail = std::unexpected<Errno>;

/// The row of a host errno; `io` for one that has none.
[[nodiscard]] Errno from_host(int host_errno) noexcept;
[[nodiscard]] const char* errno_text(Errno code) noexcept;

namespace right {
enum Bit : u8 {
#define ZHAN_WASI_RIGHT(id) id##_bit,
#include "wasi/rights.def"
#undef ZHAN_WASI_RIGHT
  count,
};
#define ZHAN_WASI_RIGHT(id) inline constexpr u64 id = u64{1} << id##_bit;
#include "wasi/rights.def"
#undef ZHAN_WASI_RIGHT
inline constexpr u64 none = 0;
inline constexpr u64 all = (u64{1} << count) - 1;
/// Need an offset or a size, so mean nothing on a directory.
inline constexpr u64 file_only =
    fd_read | fd_seek | fd_tell | fd_write | fd_advise | fd_allocate | fd_filestat_set_size;
inline constexpr u64 sockets = sock_shutdown | sock_accept;
inline constexpr u64 directory_only = path_create_directory | path_create_file | path_link_source |
                                      path_link_target | path_open | fd_readdir | path_readlink |
                                      path_rename_source | path_rename_target | path_filestat_get |
                                      path_filestat_set_size | path_filestat_set_times |
                                      path_symlink | path_remove_directory | path_unlink_file;
/// Of a preopened directory.
inline constexpr u64 directory = all & ~(file_only | sockets);
inline constexpr u64 inheriting = all & ~sockets;
/// What changes the tree below a directory.
inline constexpr u64 mutating = path_create_directory | path_create_file | path_link_source |
                                path_link_target | path_rename_source | path_rename_target |
                                path_filestat_set_size | path_filestat_set_times | path_symlink |
                                path_remove_directory | path_unlink_file | fd_filestat_set_times;
inline constexpr u64 stream = fd_filestat_get | fd_fdstat_set_flags | poll_fd_readwrite;
}  // namespace right

enum class Filetype : u8 {
  unknown,
  block_device,
  character_device,
  directory,
  regular_file,
  socket_dgram,
  socket_stream,
  symbolic_link,
};

namespace fdflag {
inline constexpr u32 append = 1, dsync = 2, nonblock = 4, rsync = 8, sync = 16, all = 31;
}
namespace oflag {
inline constexpr u32 creat = 1, directory = 2, excl = 4, trunc = 8, all = 15;
}
namespace fstflag {
inline constexpr u32 atim = 1, atim_now = 2, mtim = 4, mtim_now = 8, all = 15;
}
inline constexpr u32 lookup_symlink_follow = 1;

enum class ClockId : u32 { realtime, monotonic, process_cputime, thread_cputime };
inline constexpr u32 clock_count = 4;
enum class EventType : u8 { clock, fd_read, fd_write };
inline constexpr u16 event_hangup = 1;
inline constexpr u16 clock_abstime = 1;

/// Bytes of structures in guest memory.
namespace layout {
inline constexpr u32 fdstat = 24, filestat = 64, prestat = 8, dirent = 24, iovec = 8,
                     subscription = 48, event = 32;
}

/// Bounds on what one call may ask for (CONTRACTS C13).
namespace limit {
inline constexpr u32 descriptors = 1u << 16;
inline constexpr u32 iovecs = 1024;
inline constexpr u32 path_bytes = 4096;
inline constexpr u32 subscriptions = 1u << 16;
inline constexpr u32 symlinks = 40;
inline constexpr u32 walk_depth = 1024;
}  // namespace limit

}  // namespace zhan::wasi
