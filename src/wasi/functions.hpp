// SPDX-License-Identifier: Apache-2.0
// The functions of wasi_snapshot_preview1 (rows of functions.def), as C++ functions of their wasm
// parameters: pointers are offsets in Call::memory. Each returns an errno; `ended` = the guest
// stops.
#pragma once

#include "wasi/call.hpp"

namespace zhan::wasi {

// process.cpp
Errno args_get(Call& call, u32 argv, u32 buffer);
Errno args_sizes_get(Call& call, u32 count_out, u32 size_out);
Errno environ_get(Call& call, u32 environ, u32 buffer);
Errno environ_sizes_get(Call& call, u32 count_out, u32 size_out);
Errno proc_exit(Call& call, u32 code);
Errno proc_raise(Call& call, u32 signal);
Errno sched_yield(Call& call);

// clock_random.cpp
Errno clock_res_get(Call& call, u32 clock, u32 out);
Errno clock_time_get(Call& call, u32 clock, u64 precision, u32 out);
Errno random_get(Call& call, u32 buffer, u32 length);

// files.cpp
Errno fd_close(Call& call, u32 fd);
Errno fd_pread(Call& call, u32 fd, u32 iovecs, u32 count, u64 offset, u32 out);
Errno fd_pwrite(Call& call, u32 fd, u32 iovecs, u32 count, u64 offset, u32 out);
Errno fd_read(Call& call, u32 fd, u32 iovecs, u32 count, u32 out);
Errno fd_renumber(Call& call, u32 from, u32 to);
Errno fd_seek(Call& call, u32 fd, u64 offset, u32 whence, u32 out);
Errno fd_tell(Call& call, u32 fd, u32 out);
Errno fd_write(Call& call, u32 fd, u32 iovecs, u32 count, u32 out);

// attributes.cpp
Errno fd_advise(Call& call, u32 fd, u64 offset, u64 length, u32 advice);
Errno fd_allocate(Call& call, u32 fd, u64 offset, u64 length);
Errno fd_datasync(Call& call, u32 fd);
Errno fd_fdstat_get(Call& call, u32 fd, u32 out);
Errno fd_fdstat_set_flags(Call& call, u32 fd, u32 flags);
Errno fd_fdstat_set_rights(Call& call, u32 fd, u64 base, u64 inheriting);
Errno fd_filestat_get(Call& call, u32 fd, u32 out);
Errno fd_filestat_set_size(Call& call, u32 fd, u64 size);
Errno fd_filestat_set_times(Call& call, u32 fd, u64 atim, u64 mtim, u32 which);
Errno fd_sync(Call& call, u32 fd);
Errno path_filestat_get(Call& call, u32 fd, u32 lookup, u32 path, u32 length, u32 out);
Errno path_filestat_set_times(Call& call, u32 fd, u32 lookup, u32 path, u32 length, u64 atim,
                              u64 mtim, u32 which);

// dirs.cpp
Errno fd_prestat_dir_name(Call& call, u32 fd, u32 path, u32 length);
Errno fd_prestat_get(Call& call, u32 fd, u32 out);
Errno fd_readdir(Call& call, u32 fd, u32 buffer, u32 length, u64 cookie, u32 out);
Errno path_open(Call& call, u32 fd, u32 lookup, u32 path, u32 length, u32 oflags, u64 base,
                u64 inheriting, u32 fdflags, u32 out);

// links.cpp
Errno path_create_directory(Call& call, u32 fd, u32 path, u32 length);
Errno path_link(Call& call, u32 old_fd, u32 lookup, u32 old_path, u32 old_length, u32 new_fd,
                u32 new_path, u32 new_length);
Errno path_readlink(Call& call, u32 fd, u32 path, u32 length, u32 buffer, u32 buffer_length,
                    u32 out);
Errno path_remove_directory(Call& call, u32 fd, u32 path, u32 length);
Errno path_rename(Call& call, u32 old_fd, u32 old_path, u32 old_length, u32 new_fd, u32 new_path,
                  u32 new_length);
Errno path_symlink(Call& call, u32 target, u32 target_length, u32 fd, u32 path, u32 length);
Errno path_unlink_file(Call& call, u32 fd, u32 path, u32 length);

// poll.cpp
Errno poll_oneoff(Call& call, u32 subscriptions, u32 events, u32 count, u32 out);

// sockets.cpp
Errno sock_accept(Call& call, u32 fd, u32 flags, u32 out);
Errno sock_recv(Call& call, u32 fd, u32 iovecs, u32 count, u32 flags, u32 out, u32 flags_out);
Errno sock_send(Call& call, u32 fd, u32 iovecs, u32 count, u32 flags, u32 out);
Errno sock_shutdown(Call& call, u32 fd, u32 how);

}  // namespace zhan::wasi
