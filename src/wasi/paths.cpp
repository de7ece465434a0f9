// SPDX-License-Identifier: Apache-2.0
#include "wasi/paths.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <climits>
#include <vector>

#include "base/assert.hpp"

namespace zhan::wasi {
namespace {

constexpr int kernel_attempts = 32;

long openat2(int dir, const char* path, int flags, u32 mode) noexcept {
  open_how how{};
  how.flags = static_cast<u64>(flags) | O_CLOEXEC;
  how.mode = (flags & O_CREAT) ? mode : 0;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
  return retry([&] { return syscall(SYS_openat2, dir, path, &how, sizeof how); });
}

bool probe_kernel() noexcept {
  HostFd fd(static_cast<int>(openat2(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0)));
  // A sandbox may answer EPERM for system calls it does not know.
  return fd.valid() || (errno != ENOSYS && errno != EPERM);
}

/// EAGAIN: a rename raced with ".."; the kernel asks to try again.
Or<HostFd> open_by_kernel(int dir, const std::string& path, int flags, u32 mode) noexcept {
  for (int attempt = 0; attempt < kernel_attempts; ++attempt) {
    HostFd fd(static_cast<int>(openat2(dir, path.c_str(), flags, mode)));
    if (fd.valid()) return fd;
    if (errno == EXDEV) return Fail(Errno::notcapable);
    if (errno != EAGAIN) return Fail(from_host(errno));
  }
  return Fail(Errno::again);
}

/// The walk. Directories passed stay open, so ".." returns to where the walk came from even if they
/// are moved meanwhile; a component is never opened but by one name with O_NOFOLLOW.
class Walk {
 public:
  Walk(int root, std::string_view path, int flags, u32 mode) noexcept
      : m_root(root), m_rest(path), m_flags(flags | O_CLOEXEC), m_mode(mode) {}

  Or<HostFd> run() noexcept {
    if (m_rest.empty()) return Fail(Errno::noent);
    if ((m_flags & O_CREAT) && m_rest.ends_with('/')) return Fail(Errno::isdir);
    for (;;) {
      if (m_rest.starts_with('/')) return Fail(Errno::notcapable);
      take();
      if (m_last && !m_slash && m_name != "." && m_name != "..") {
        if (auto done = finish(); done || done.error() != Errno::again) return done;
        continue;
      }
      if (Errno error = step(); error != Errno::success) return Fail(error);
      if (m_last && m_rest.empty()) return open_last(".");
    }
  }

 private:
  int m_root;
  std::string m_rest;  // not yet walked
  int m_flags;
  u32 m_mode;
  std::string m_name;    // the component at hand
  bool m_last = false;   // nothing comes after it
  bool m_slash = false;  // but a slash
  std::vector<HostFd> m_passed;
  u32 m_links = 0;

  [[nodiscard]] int here() const noexcept {
    return m_passed.empty() ? m_root : m_passed.back().get();
  }

  void take() noexcept {
    usize end = m_rest.find('/');
    m_slash = end != std::string::npos;
    m_name = m_rest.substr(0, end);
    usize next = m_slash ? m_rest.find_first_not_of('/', end) : std::string::npos;
    m_last = next == std::string::npos;
    m_rest = m_last ? std::string() : m_rest.substr(next);
    ZHAN_ASSERT(!m_name.empty(), "a component has a name");
  }

  /// Goes into a directory or a link, or back.
  Errno step() noexcept {
    if (m_name == ".") return Errno::success;
    if (m_name == "..") {
      if (m_passed.empty()) return Errno::notcapable;
      m_passed.pop_back();
      return Errno::success;
    }
    HostFd fd(openat(here(), m_name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
    struct stat status;
    if (!fd.valid() || fstat(fd.get(), &status) != 0) return from_host(errno);
    if (S_ISLNK(status.st_mode)) return expand(fd.get(), "");
    if (!S_ISDIR(status.st_mode)) return Errno::notdir;
    if (m_passed.size() >= limit::walk_depth) return Errno::nametoolong;
    m_passed.push_back(std::move(fd));
    return Errno::success;
  }

  /// Puts the target of a link before what is left of the path.
  Errno expand(int dir, const char* name) noexcept {
    char target[PATH_MAX];
    ssize_t length = readlinkat(dir, name, target, sizeof target);
    if (length < 0) return from_host(errno);
    if (++m_links > limit::symlinks) return Errno::loop;
    if (length == 0) return Errno::noent;
    if (length >= PATH_MAX) return Errno::nametoolong;
    std::string path(target, static_cast<usize>(length));
    if (m_slash) path += '/';
    path += m_rest;
    if (path.size() > usize{limit::path_bytes} * 4) return Errno::nametoolong;
    ZHAN_ASSERT(!path.empty(), "a link has a target");
    m_rest = std::move(path);
    m_last = false;
    return Errno::success;
  }

  /// Opens the last component; `again` = it was a link to follow, the walk goes on.
  Or<HostFd> finish() noexcept {
    bool follow = !(m_flags & O_NOFOLLOW) && !((m_flags & O_CREAT) && (m_flags & O_EXCL));
    if (follow) {
      Errno link = expand(here(), m_name.c_str());
      if (link == Errno::success) return Fail(Errno::again);
      // EINVAL: not a link. ENOENT: perhaps to be made.
      if (link != Errno::inval && link != Errno::noent) return Fail(link);
    }
    return open_last(m_name.c_str());
  }

  Or<HostFd> open_last(const char* name) noexcept {
    HostFd fd(retry([&] { return openat(here(), name, m_flags | O_NOFOLLOW, m_mode); }));
    if (fd.valid()) return fd;
    Errno error = from_host(errno);
    return Fail(error == Errno::again ? Errno::io : error);
  }
};

}  // namespace

bool kernel_resolves() noexcept {
  static const bool answer = probe_kernel();
  return answer;
}

Or<HostFd> open_beneath(Resolver resolver, int dir, std::string_view path, int flags,
                        u32 mode) noexcept {
  ZHAN_ASSERT(path.find('\0') == path.npos, "a path was checked for NUL");
  if (resolver == Resolver::automatic)
    resolver = kernel_resolves() ? Resolver::kernel : Resolver::walk;
  if (resolver == Resolver::kernel) {
    auto opened = open_by_kernel(dir, std::string(path), flags, mode);
    if (opened || opened.error() != Errno::again) return opened;
  }
  return Walk(dir, path, flags, mode).run();
}

Or<Parent> open_parent(Resolver resolver, int dir, std::string_view path) noexcept {
  if (path.empty()) return Fail(Errno::noent);
  if (path.starts_with('/')) return Fail(Errno::notcapable);
  usize end = path.find_last_not_of('/') + 1;
  usize begin = path.substr(0, end).rfind('/') + 1;  // npos + 1 = 0
  std::string_view leaf = path.substr(begin, end - begin);
  constexpr int flags = O_PATH | O_DIRECTORY;
  Parent parent;
  if (leaf == "." || leaf == "..") {
    auto whole = open_beneath(resolver, dir, path, flags);
    if (!whole) return Fail(whole.error());
    parent.directory = std::move(*whole);
    parent.leaf = ".";
    return parent;
  }
  ZHAN_ASSERT(!leaf.empty(), "a relative path has a last component");
  parent.leaf = path.substr(begin, end - begin + (end < path.size() ? 1 : 0));
  if (begin == 0) {
    parent.directory = HostFd(dir, false);
    return parent;
  }
  auto above = open_beneath(resolver, dir, path.substr(0, begin), flags);
  if (!above) return Fail(above.error());
  parent.directory = std::move(*above);
  return parent;
}

}  // namespace zhan::wasi
