// SPDX-License-Identifier: Apache-2.0
// Paths that cannot leave their directory. The kernel keeps them (openat2 with RESOLVE_BENEATH)
// where it can; else the walk does: one component at a time, never following a symbolic link by
// itself.
#pragma once

#include <string>
#include <string_view>

#include "wasi/host_fd.hpp"

namespace zhan::wasi {

enum class Resolver : u8 { automatic, kernel, walk };

/// True if the kernel has openat2 and lets this process call it; asked once.
[[nodiscard]] bool kernel_resolves() noexcept;

/// Opens `path` below the directory `dir` with open(2)'s flags (O_CLOEXEC is added). `notcapable`
/// if it is absolute or would leave the directory, through ".." or a symbolic link too.
[[nodiscard]] Or<HostFd> open_beneath(Resolver resolver, int dir, std::string_view path, int flags,
                                      u32 mode = 0) noexcept;

/// The directory of the last component, and its name for one of the *at calls that do not follow
/// it. The name keeps a trailing slash (the kernel then demands a directory), and is "." for a path
/// that ends in ".." or ".".
struct Parent {
  HostFd directory;
  std::string leaf;
  [[nodiscard]] bool wants_directory() const noexcept { return leaf.ends_with('/'); }
};
[[nodiscard]] Or<Parent> open_parent(Resolver resolver, int dir, std::string_view path) noexcept;

}  // namespace zhan::wasi
