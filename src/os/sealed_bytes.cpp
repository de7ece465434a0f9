// SPDX-License-Identifier: Apache-2.0
#include "os/sealed_bytes.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.hpp"

namespace zhan::os {
namespace {

/// A file of `size` bytes that can be sealed; -1 if there is none.
int make_file(usize size) noexcept {
  const int file = ::memfd_create("zhan image", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  if (file < 0) return -1;
  if (::ftruncate(file, static_cast<off_t>(size)) == 0) return file;
  ::close(file);
  return -1;
}

Mapping map_file(int file, usize size, int access) noexcept {
  void* const at = ::mmap(nullptr, size, access, MAP_SHARED, file, 0);
  return at == MAP_FAILED ? Mapping() : Mapping(static_cast<u8*>(at), size);
}

}  // namespace

SealedBytes::SealedBytes(SealedBytes&& other) noexcept
    : m_file(std::exchange(other.m_file, -1)), m_view(std::move(other.m_view)) {}

SealedBytes& SealedBytes::operator=(SealedBytes&& other) noexcept {
  std::swap(m_file, other.m_file);
  m_view = std::move(other.m_view);
  return *this;
}

SealedBytes::~SealedBytes() {
  if (m_file >= 0) ::close(m_file);
}

std::optional<SealedBytes> SealedBytes::create(usize size, bool with_file,
                                               const std::function<void(u8* bytes)>& fill) {
  ZHAN_ASSERT(size > 0 && size % page_size() == 0, "images are whole pages");
  SealedBytes made;
  if (with_file) made.m_file = make_file(size);
  if (made.m_file >= 0) {
    {
      const Mapping writable = map_file(made.m_file, size, PROT_READ | PROT_WRITE);
      if (!writable) return std::nullopt;
      fill(writable.base());
    }
    // Sealing fails while a writable mapping is there; this one has ended.
    if (::fcntl(made.m_file, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
      return std::nullopt;
    made.m_view = map_file(made.m_file, size, PROT_READ);
  } else {
    made.m_view = Mapping::zeroed(size);
    if (made.m_view) fill(made.m_view.base());
  }
  if (!made.m_view) return std::nullopt;
  return made;
}

bool SealedBytes::map_copy(u8* at) const noexcept {
  ZHAN_ASSERT(mappable(), "only a file can be mapped again");
  return ::mmap(at, size(), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, m_file,
                0) != MAP_FAILED;
}

}  // namespace zhan::os
