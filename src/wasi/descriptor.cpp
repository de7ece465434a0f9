// SPDX-License-Identifier: Apache-2.0
#include "wasi/descriptor.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <algorithm>

#include "base/assert.hpp"

namespace zhan::wasi {

Filetype filetype_of_mode(u32 mode) noexcept {
  switch (mode & S_IFMT) {
    case S_IFBLK: return Filetype::block_device;
    case S_IFCHR: return Filetype::character_device;
    case S_IFDIR: return Filetype::directory;
    case S_IFREG: return Filetype::regular_file;
    case S_IFLNK: return Filetype::symbolic_link;
    case S_IFSOCK: return Filetype::socket_stream;
    default: return Filetype::unknown;
  }
}

namespace {

Nature nature_of(int fd, Filetype type, u32 mode) noexcept {
  switch (type) {
    case Filetype::regular_file: return Nature::regular;
    case Filetype::directory: return Nature::directory;
    case Filetype::socket_stream: return Nature::socket;
    case Filetype::character_device: return isatty(fd) ? Nature::terminal : Nature::device;
    default: return S_ISFIFO(mode) ? Nature::pipe : Nature::device;
  }
}

Filetype socket_type(int fd) noexcept {
  int type = SOCK_STREAM;
  socklen_t size = sizeof type;
  static_cast<void>(getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size));
  return type == SOCK_DGRAM ? Filetype::socket_dgram : Filetype::socket_stream;
}

u32 guest_flags(int host) noexcept {
  u32 flags = 0;
  if (host & O_APPEND) flags |= fdflag::append;
  if (host & O_DSYNC) flags |= fdflag::dsync;
  if ((host & O_SYNC) == O_SYNC) flags |= fdflag::sync;
  return flags;
}

}  // namespace

Or<Descriptor> describe(HostFd fd) noexcept {
  struct stat status;
  if (fstat(fd.get(), &status) != 0) return Fail(from_host(errno));
  int flags = fcntl(fd.get(), F_GETFL);
  if (flags < 0) return Fail(from_host(errno));
  Descriptor made;
  made.type = filetype_of_mode(status.st_mode);
  made.nature = nature_of(fd.get(), made.type, status.st_mode);
  if (made.nature == Nature::socket) made.type = socket_type(fd.get());
  made.flags = guest_flags(flags);
  made.fd = std::move(fd);
  return made;
}

namespace {

/// Where this thread wants to know how the closing went that it may bring about.
thread_local Errno* close_result = nullptr;

/// In the table; closes when the last use ends, on whatever thread that is.
struct TableEntry : Descriptor {
  explicit TableEntry(Descriptor descriptor) noexcept : Descriptor(std::move(descriptor)) {}
  TableEntry(const TableEntry&) = delete;
  TableEntry& operator=(const TableEntry&) = delete;
  ~TableEntry() {
    const Errno result = fd.close();
    if (close_result != nullptr) *close_result = result;
  }
};

/// Nobody can find it any more; if nobody uses it either, this closes it and tells how that went.
Errno close_unused(DescriptorPtr taken) noexcept {
  Errno result = Errno::success;
  close_result = &result;
  taken.reset();
  close_result = nullptr;
  return result;
}

}  // namespace

Or<u32> FdTable::insert(Descriptor descriptor, u32 minimum) {
  const std::lock_guard lock(m_mutex);
  u32 fd = std::max(m_lowest, minimum);
  while (is_open(fd)) ++fd;
  if (fd >= limit::descriptors) return Fail(Errno::mfile);
  put(fd, std::move(descriptor));
  if (minimum <= m_lowest) m_lowest = fd + 1;
  return fd;
}

void FdTable::set(u32 fd, Descriptor descriptor) {
  const std::lock_guard lock(m_mutex);
  put(fd, std::move(descriptor));
}

void FdTable::put(u32 fd, Descriptor descriptor) {
  ZHAN_CHECK(fd < limit::descriptors, "descriptor numbers are bounded");
  if (fd >= m_slots.size()) m_slots.resize(fd + 1);
  if (m_slots[fd] == nullptr) ++m_open;
  m_slots[fd] = std::make_shared<TableEntry>(std::move(descriptor));
}

DescriptorPtr FdTable::take(u32 fd) noexcept {
  DescriptorPtr taken = std::move(m_slots[fd]);
  ZHAN_ASSERT(taken != nullptr && m_open > 0, "an open descriptor was counted");
  --m_open;
  if (fd < m_lowest) m_lowest = fd;
  return taken;
}

Errno FdTable::close(u32 fd) noexcept {
  DescriptorPtr taken;
  {
    const std::lock_guard lock(m_mutex);
    if (!is_open(fd)) return Errno::badf;
    taken = take(fd);
  }
  return close_unused(std::move(taken));
}

Errno FdTable::renumber(u32 from, u32 to) noexcept {
  DescriptorPtr taken;
  {
    const std::lock_guard lock(m_mutex);
    if (!is_open(from) || !is_open(to)) return Errno::badf;
    if (from == to) return Errno::success;
    std::swap(m_slots[from], m_slots[to]);
    taken = take(from);
  }
  static_cast<void>(close_unused(std::move(taken)));
  return Errno::success;
}

}  // namespace zhan::wasi
