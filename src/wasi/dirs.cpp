// SPDX-License-Identifier: Apache-2.0
// Opening files, listing directories, preopened directories.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <algorithm>
#include <limits>

#include "wasi/functions.hpp"

namespace zhan::wasi {
namespace {

constexpr u32 new_file_mode = 0666;

/// What path_open was asked for, in the host's terms.
struct Opening {
  int flags = O_NOCTTY | O_NONBLOCK;  // a FIFO must not block here; reads wait by poll
  u64 base = 0, inheriting = 0;       // what the descriptor may keep
  u64 needed = right::path_open;      // of the directory
};

int host_flags(u32 lookup, u32 oflags, u32 fdflags) noexcept {
  int flags = 0;
  if (!(lookup & lookup_symlink_follow)) flags |= O_NOFOLLOW;
  if (oflags & oflag::creat) flags |= O_CREAT;
  if (oflags & oflag::directory) flags |= O_DIRECTORY;
  if (oflags & oflag::excl) flags |= O_EXCL;
  if (oflags & oflag::trunc) flags |= O_TRUNC;
  if (fdflags & fdflag::append) flags |= O_APPEND;
  if (fdflags & fdflag::dsync) flags |= O_DSYNC;
  if (fdflags & (fdflag::rsync | fdflag::sync)) flags |= O_SYNC;
  return flags;
}

/// Rights are masked, not refused, as guests ask for all they know; what is missing shows when
/// used.
Or<Opening> plan(const Descriptor& dir, u32 lookup, u32 oflags, u64 base, u64 inheriting,
                 u32 fdflags) noexcept {
  constexpr u32 making = oflag::creat | oflag::excl | oflag::trunc;
  if ((oflags & ~oflag::all) || (fdflags & ~fdflag::all) || (lookup & ~lookup_symlink_follow))
    return Fail(Errno::inval);
  if ((oflags & oflag::directory) && (oflags & making)) return Fail(Errno::inval);
  if (dir.read_only && ((base & right::fd_write) || (oflags & (oflag::creat | oflag::trunc))))
    return Fail(Errno::rofs);
  Opening made;
  made.base = base & dir.inheriting;
  made.inheriting = inheriting & dir.inheriting;
  constexpr u64 resizing = right::fd_allocate | right::fd_filestat_set_size;
  if (dir.read_only) made.base &= ~(right::mutating | resizing);
  bool writes =
      (made.base & right::fd_write) || (!(oflags & oflag::directory) && (made.base & resizing));
  bool reads = made.base & (right::fd_read | right::fd_readdir);
  made.flags |= !writes ? O_RDONLY : reads ? O_RDWR : O_WRONLY;
  made.flags |= host_flags(lookup, oflags, fdflags);
  if (oflags & oflag::creat) made.needed |= right::path_create_file;
  if (oflags & oflag::trunc) made.needed |= right::path_filestat_set_size;
  return made;
}

/// Linux's directory entry; the C library has none for the system call itself.
struct HostEntry {
  u64 ino;
  i64 next;
  u16 size;
  u8 type;
  char name[];
};

Filetype entry_type(int dir, const HostEntry& entry) noexcept {
  struct stat status;
  switch (entry.type) {
    case DT_BLK: return Filetype::block_device;
    case DT_CHR: return Filetype::character_device;
    case DT_DIR: return Filetype::directory;
    case DT_REG: return Filetype::regular_file;
    case DT_SOCK: return Filetype::socket_stream;
    case DT_LNK: return Filetype::symbolic_link;
    case DT_UNKNOWN: break;  // some file systems do not say
    default: return Filetype::unknown;
  }
  if (fstatat(dir, entry.name, &status, AT_SYMLINK_NOFOLLOW) != 0) return Filetype::unknown;
  return filetype_of_mode(status.st_mode);
}

/// Fills the guest's buffer; the last entry is cut where the buffer ends.
class EntryWriter {
 public:
  explicit EntryWriter(std::span<u8> buffer) noexcept : m_buffer(buffer) {}
  [[nodiscard]] bool full() const noexcept { return m_used == m_buffer.size(); }
  [[nodiscard]] u32 used() const noexcept { return static_cast<u32>(m_used); }

  void put(int dir, const HostEntry& entry) noexcept {
    usize length = std::strlen(entry.name);
    Struct<layout::dirent> head;
    head.put<u64>(0, static_cast<u64>(entry.next))
        .put<u64>(8, entry.ino)
        .put<u32>(16, static_cast<u32>(length))
        .put(20, entry_type(dir, entry));
    put(head.bytes());
    put({reinterpret_cast<const u8*>(entry.name), length});
  }

 private:
  std::span<u8> m_buffer;
  usize m_used = 0;

  void put(std::span<const u8> bytes) noexcept {
    ZHAN_ASSERT(m_used <= m_buffer.size(), "entries stay inside the guest's buffer");
    usize n = std::min(bytes.size(), m_buffer.size() - m_used);
    if (n != 0) std::memcpy(m_buffer.data() + m_used, bytes.data(), n);
    m_used += n;
  }
};

/// Entries from the directory's position on; `ended` if the store is asked to stop.
Errno list(Call& call, int dir, EntryWriter& writer, u32 wanted) noexcept {
  alignas(HostEntry) char batch[32768];
  usize room = std::clamp<usize>(wanted, 1024, sizeof batch);
  while (!writer.full()) {
    if (call.stopped()) return Errno::ended;
    long n = syscall(SYS_getdents64, dir, batch, room);
    if (n < 0) return from_host(errno);
    if (n == 0) break;
    for (long at = 0; at < n && !writer.full();) {
      const auto& entry = *reinterpret_cast<const HostEntry*>(batch + at);
      ZHAN_ASSERT(entry.size != 0, "the kernel's entries have a size");
      writer.put(dir, entry);
      at += entry.size;
      ZHAN_ASSERT(at <= n, "entries end where the batch ends");
    }
  }
  return Errno::success;
}

}  // namespace

Errno path_open(Call& call, u32 fd, u32 lookup, u32 path, u32 length, u32 oflags, u64 base,
                u64 inheriting, u32 fdflags, u32 out) {
  auto dir = directory(call, fd, right::none);
  if (!dir) return dir.error();
  auto opening = plan(**dir, lookup, oflags, base, inheriting, fdflags);
  if (!opening) return opening.error();
  if (opening->needed & ~(*dir)->base) return Errno::notcapable;
  auto name = guest_path(call, path, length);
  if (!name) return name.error();
  if (!call.memory.contains(out, 4)) return Errno::fault;
  if (call.context.fds().full()) return Errno::mfile;
  auto opened =
      open_beneath(call.context.resolver(), (*dir)->fd.get(), *name, opening->flags, new_file_mode);
  if (!opened) return opened.error();
  auto made = describe(std::move(*opened));
  if (!made) return made.error();
  made->flags |= fdflags;
  made->read_only = (*dir)->read_only;
  u64 excluded = made->is_directory() ? right::file_only : right::directory_only;
  made->base = opening->base & ~excluded;
  ZHAN_ASSERT((made->base & ~(*dir)->inheriting) == 0, "rights never grow on the way down");
  made->inheriting = opening->inheriting;
  auto number = call.context.fds().insert(std::move(*made));
  if (!number) return number.error();
  return call.memory.write(out, *number) ? Errno::success : Errno::fault;
}

/// A cookie is the host's offset of the next entry, so nothing is kept between calls.
Errno fd_readdir(Call& call, u32 fd, u32 buffer, u32 length, u64 cookie, u32 out) {
  auto dir = directory(call, fd, right::fd_readdir);
  if (!dir) return dir.error();
  u8* bytes = call.memory.at(buffer, length);
  if (bytes == nullptr || !call.memory.contains(out, 4)) return Errno::fault;
  if (cookie > static_cast<u64>(std::numeric_limits<i64>::max())) return Errno::inval;
  int host = (*dir)->fd.get();
  const std::lock_guard lock(*(*dir)->mutex);
  if (lseek(host, static_cast<off_t>(cookie), SEEK_SET) < 0) return from_host(errno);
  EntryWriter writer({bytes, length});
  if (Errno error = list(call, host, writer, length); error != Errno::success) return error;
  return call.memory.write(out, writer.used()) ? Errno::success : Errno::fault;
}

Errno fd_prestat_get(Call& call, u32 fd, u32 out) {
  const DescriptorPtr found = call.context.fds().find(fd);
  if (found == nullptr || !found->preopen) return Errno::badf;
  return Struct<layout::prestat>()
      .put<u8>(0, 0)  // a directory, the only kind
      .put<u32>(4, static_cast<u32>(found->guest_name.size()))
      .write(call.memory, out);
}

Errno fd_prestat_dir_name(Call& call, u32 fd, u32 path, u32 length) {
  const DescriptorPtr found = call.context.fds().find(fd);
  if (found == nullptr || !found->preopen) return Errno::badf;
  const std::string& name = found->guest_name;
  if (length < name.size()) return Errno::nametoolong;
  std::span bytes(reinterpret_cast<const u8*>(name.data()), name.size());
  return call.memory.write_bytes(path, bytes) ? Errno::success : Errno::fault;
}

}  // namespace zhan::wasi
