// SPDX-License-Identifier: Apache-2.0
// Names in directories: making, linking, renaming, removing. The parent is resolved below the
// descriptor; the last name goes to a system call that does not follow it.
#include <fcntl.h>
#include <sys/stat.h>

#include "wasi/functions.hpp"

namespace zhan::wasi {
namespace {

/// The place of a path below a descriptor that has the rights.
Or<Parent> locate(Call& call, u32 fd, u64 rights, u32 path, u32 length) {
  auto dir = directory(call, fd, rights);
  if (!dir) return Fail(dir.error());
  auto name = guest_path(call, path, length);
  if (!name) return Fail(name.error());
  return open_parent(call.context.resolver(), (*dir)->fd.get(), *name);
}

Errno of(int result) noexcept { return result == 0 ? Errno::success : from_host(errno); }

/// The answer for a name with a trailing slash where no directory can be meant or made: linkat(2)
/// would follow it out of its directory, whatever its flags say, and the kernels differ in the
/// errno.
Errno refuse_slash(const Parent& place, Errno for_directory) noexcept {
  if (!place.wants_directory()) return Errno::success;
  std::string name = place.leaf.substr(0, place.leaf.size() - 1);
  struct stat status;
  if (fstatat(place.directory.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0)
    return from_host(errno);
  return S_ISDIR(status.st_mode) ? for_directory : Errno::notdir;
}

}  // namespace

Errno path_create_directory(Call& call, u32 fd, u32 path, u32 length) {
  auto place = locate(call, fd, right::path_create_directory, path, length);
  if (!place) return place.error();
  return of(mkdirat(place->directory.get(), place->leaf.c_str(), 0777));
}

Errno path_remove_directory(Call& call, u32 fd, u32 path, u32 length) {
  auto place = locate(call, fd, right::path_remove_directory, path, length);
  if (!place) return place.error();
  return of(unlinkat(place->directory.get(), place->leaf.c_str(), AT_REMOVEDIR));
}

Errno path_unlink_file(Call& call, u32 fd, u32 path, u32 length) {
  auto place = locate(call, fd, right::path_unlink_file, path, length);
  if (!place) return place.error();
  return of(unlinkat(place->directory.get(), place->leaf.c_str(), 0));
}

/// Following the source is refused: the kernel would follow it out of its directory.
Errno path_link(Call& call, u32 old_fd, u32 lookup, u32 old_path, u32 old_length, u32 new_fd,
                u32 new_path, u32 new_length) {
  if (lookup != 0) return Errno::inval;
  auto source = locate(call, old_fd, right::path_link_source, old_path, old_length);
  if (!source) return source.error();
  auto target = locate(call, new_fd, right::path_link_target, new_path, new_length);
  if (!target) return target.error();
  if (Errno error = refuse_slash(*source, Errno::perm); error != Errno::success) return error;
  if (Errno error = refuse_slash(*target, Errno::exist); error != Errno::success) return error;
  return of(linkat(source->directory.get(), source->leaf.c_str(), target->directory.get(),
                   target->leaf.c_str(), 0));
}

Errno path_rename(Call& call, u32 old_fd, u32 old_path, u32 old_length, u32 new_fd, u32 new_path,
                  u32 new_length) {
  auto source = locate(call, old_fd, right::path_rename_source, old_path, old_length);
  if (!source) return source.error();
  auto target = locate(call, new_fd, right::path_rename_target, new_path, new_length);
  if (!target) return target.error();
  return of(renameat(source->directory.get(), source->leaf.c_str(), target->directory.get(),
                     target->leaf.c_str()));
}

/// An absolute target would mean something else to the host than to the guest: refused.
Errno path_symlink(Call& call, u32 target, u32 target_length, u32 fd, u32 path, u32 length) {
  auto place = locate(call, fd, right::path_symlink, path, length);
  if (!place) return place.error();
  auto contents = guest_path(call, target, target_length);
  if (!contents) return contents.error();
  if (contents->starts_with('/')) return Errno::notcapable;
  if (Errno error = refuse_slash(*place, Errno::exist); error != Errno::success) return error;
  return of(symlinkat(contents->c_str(), place->directory.get(), place->leaf.c_str()));
}

/// As many bytes as fit, without a NUL; not an error if the target is longer.
Errno path_readlink(Call& call, u32 fd, u32 path, u32 length, u32 buffer, u32 buffer_length,
                    u32 out) {
  auto dir = directory(call, fd, right::path_readlink);
  if (!dir) return dir.error();
  auto name = guest_path(call, path, length);
  if (!name) return name.error();
  u8* bytes = call.memory.at(buffer, buffer_length);
  if (bytes == nullptr || !call.memory.contains(out, 4)) return Errno::fault;
  auto link = open_beneath(call.context.resolver(), (*dir)->fd.get(), *name, O_PATH | O_NOFOLLOW);
  if (!link) return link.error();
  // The kernel refuses a buffer of no size; what does not fit is cut all the same.
  char target[limit::path_bytes];
  ssize_t n = readlinkat(link->get(), "", target, sizeof target);
  // ENOENT is the answer for an O_PATH descriptor of what is no link.
  if (n < 0) return errno == ENOENT ? Errno::inval : from_host(errno);
  u32 fits = std::min(static_cast<u32>(n), buffer_length);
  if (fits != 0) std::memcpy(bytes, target, fits);
  return call.memory.write(out, fits) ? Errno::success : Errno::fault;
}

}  // namespace zhan::wasi
