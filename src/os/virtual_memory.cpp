// SPDX-License-Identifier: Apache-2.0
#include "os/virtual_memory.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include "base/assert.hpp"

namespace zhan::os {
namespace {

u8* map(usize size, int access) noexcept {
  const usize rounded = round_to_pages(size);
  if (rounded == 0) return nullptr;
  void* const at =
      ::mmap(nullptr, rounded, access, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return at == MAP_FAILED ? nullptr : static_cast<u8*>(at);
}

bool is_page(const u8* at) noexcept { return reinterpret_cast<uptr>(at) % page_size() == 0; }

}  // namespace

usize page_size() noexcept {
  static const usize size = static_cast<usize>(::sysconf(_SC_PAGESIZE));
  return size;
}

usize round_to_pages(usize size) noexcept {
  const usize mask = page_size() - 1;
  return (size + mask) & ~mask;
}

u8* reserve(usize size) noexcept { return map(size, PROT_NONE); }

u8* map_zeroed(usize size) noexcept { return map(size, PROT_READ | PROT_WRITE); }

bool set_access(u8* at, usize size, bool accessible) noexcept {
  ZHAN_ASSERT(is_page(at), "access changes by whole pages");
  if (size == 0) return true;
  const int access = accessible ? PROT_READ | PROT_WRITE : PROT_NONE;
  return ::mprotect(at, round_to_pages(size), access) == 0;
}

bool set_writable(u8* at, usize size, bool writable) noexcept {
  ZHAN_ASSERT(is_page(at), "access changes by whole pages");
  return ::mprotect(at, round_to_pages(size), writable ? PROT_READ | PROT_WRITE : PROT_READ) == 0;
}

bool map_anew(u8* at, usize size, bool accessible) noexcept {
  ZHAN_ASSERT(is_page(at), "mappings begin at a page");
  if (size == 0) return true;
  return ::mmap(at, round_to_pages(size), accessible ? PROT_READ | PROT_WRITE : PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) != MAP_FAILED;
}

void discard(u8* at, usize size) noexcept {
  ZHAN_ASSERT(is_page(at), "pages are given back whole");
  if (size == 0) return;
  const int result = ::madvise(at, round_to_pages(size), MADV_DONTNEED);
  ZHAN_CHECK(result == 0, "pages of a live mapping can be given back");
}

void unmap(u8* at, usize size) noexcept {
  ZHAN_ASSERT(is_page(at), "mappings begin at a page");
  const int result = ::munmap(at, round_to_pages(size));
  ZHAN_CHECK(result == 0, "a live mapping can be ended");
}

u8* remap(u8* at, usize old_size, usize new_size) noexcept {
  const usize rounded = round_to_pages(new_size);
  if (rounded == 0) return nullptr;
  void* const moved = ::mremap(at, round_to_pages(old_size), rounded, MREMAP_MAYMOVE);
  return moved == MAP_FAILED ? nullptr : static_cast<u8*>(moved);
}

}  // namespace zhan::os
