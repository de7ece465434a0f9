// SPDX-License-Identifier: Apache-2.0
#include "os/file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <vector>

namespace zhan::os {
namespace {

/// Closes unless it is standard input.
struct Descriptor {
  int fd;
  ~Descriptor() {
    if (fd > STDIN_FILENO) ::close(fd);
  }
};

std::unexpected<Error> io_error(const std::string& path, int code) {
  return fail(ErrorKind::io, fmt::format("cannot read '{}': {}", path, std::strerror(code)));
}

/// A device may have no end.
constexpr usize longest_stream = usize{1} << 30;

Result<FileBytes> read_stream(int fd, const std::string& path) {
  const auto data = std::make_shared<std::vector<u8>>();
  constexpr usize piece = 64u << 10;
  for (;;) {
    const usize old = data->size();
    data->resize(old + piece);
    const ssize_t got = ::read(fd, data->data() + old, piece);
    data->resize(old + (got > 0 ? static_cast<usize>(got) : 0));
    if (got < 0 && errno != EINTR) return io_error(path, errno);
    if (got == 0) break;
    if (data->size() > longest_stream) return io_error(path, EFBIG);
  }
  return FileBytes{*data, data};
}

Result<FileBytes> map_file(int fd, usize size, const std::string& path) {
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, fd, 0);
  if (at == MAP_FAILED) return read_stream(fd, path);
  const std::shared_ptr<const void> owner(
      at, [size](const void* p) { ::munmap(const_cast<void*>(p), size); });
  return FileBytes{{static_cast<const u8*>(at), size}, owner};
}

}  // namespace

Result<FileBytes> read_file(const std::string& path) {
  if (path == "-") return read_stream(STDIN_FILENO, path);
  const Descriptor file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (file.fd < 0) return io_error(path, errno);
  struct stat status{};
  if (::fstat(file.fd, &status) != 0) return io_error(path, errno);
  if (S_ISDIR(status.st_mode)) return io_error(path, EISDIR);
  if (!S_ISREG(status.st_mode) || status.st_size == 0) return read_stream(file.fd, path);
  return map_file(file.fd, static_cast<usize>(status.st_size), path);
}

}  // namespace zhan::os
