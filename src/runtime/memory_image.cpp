// SPDX-License-Identifier: Apache-2.0
#include "runtime/memory_image.hpp"

#include <algorithm>
#include <cstring>

#include "base/assert.hpp"
#include "runtime/pool.hpp"

namespace zhan::runtime {
namespace {

/// Images of so few pages are copied into their slots: mapping a file costs more.
constexpr u64 most_copied = 4u * 4096;
/// Data may lie far apart: nothing is laid out that is mostly holes of this size.
constexpr u64 largest_image = u64{1} << 30;

struct Span {
  u64 begin = ~u64{0}, end = 0;
};

Span span_of(std::span<const DataPiece> pieces) noexcept {
  Span span;
  for (const DataPiece& piece : pieces) {
    if (piece.bytes.empty()) continue;
    span.begin = std::min(span.begin, piece.offset);
    span.end = std::max(span.end, piece.offset + piece.bytes.size());
  }
  if (span.end == 0) return {0, 0};
  return {span.begin / os::page_size() * os::page_size(), os::round_to_pages(span.end)};
}

}  // namespace

std::unique_ptr<MemoryImage> MemoryImage::create(u64 size, std::span<const DataPiece> pieces) {
  const Span span = span_of(pieces);
  const u64 bytes = span.end - span.begin;
  if (bytes == 0) return std::make_unique<MemoryImage>(size, 0, os::SealedBytes());
  if (bytes > largest_image) return nullptr;
  auto sealed = os::SealedBytes::create(bytes, bytes > most_copied, [&](u8* at) {
    for (const DataPiece& piece : pieces)
      if (!piece.bytes.empty())
        std::memcpy(at + (piece.offset - span.begin), piece.bytes.data(), piece.bytes.size());
  });
  if (!sealed) return nullptr;
  return std::make_unique<MemoryImage>(size, span.begin, std::move(*sealed));
}

MemoryImage::MemoryImage(u64 size, u64 begin, os::SealedBytes bytes) noexcept
    : m_size(size), m_begin(begin), m_bytes(std::move(bytes)) {
  ZHAN_ASSERT(m_begin + m_bytes.size() <= os::round_to_pages(size), "data lies in its memory");
  for (Shelf& shelf : m_shelves) shelf.image = this;
}

MemoryImage::~MemoryImage() {
  for (Shelf& shelf : m_shelves)
    if (shelf.pool) shelf.pool->clear(shelf);
}

bool MemoryImage::lay_out(u8* base) const noexcept {
  if (mapped()) return m_bytes.map_copy(base + m_begin);
  copy_to(base);
  return true;
}

void MemoryImage::copy_to(u8* base) const noexcept {
  if (m_bytes.size() > 0) std::memcpy(base + m_begin, m_bytes.data(), m_bytes.size());
}

void MemoryImage::erase(u8* base) const noexcept {
  if (m_bytes.size() > 0) std::memset(base + m_begin, 0, m_bytes.size());
}

void MemoryImage::restore(u8* base, os::PageRun run) const noexcept {
  const u64 end = m_begin + m_bytes.size();
  const u64 first = std::clamp<u64>(m_begin, run.begin, run.end);
  const u64 last = std::clamp<u64>(end, run.begin, run.end);
  if (first >= last) {
    std::memset(base + run.begin, 0, run.end - run.begin);
    return;
  }
  if (run.begin < first) std::memset(base + run.begin, 0, first - run.begin);
  std::memcpy(base + first, m_bytes.data() + (first - m_begin), last - first);
  if (last < run.end) std::memset(base + last, 0, run.end - last);
}

}  // namespace zhan::runtime
