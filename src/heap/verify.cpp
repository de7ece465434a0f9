// SPDX-License-Identifier: Apache-2.0
#include "heap/verify.hpp"

#include <algorithm>

namespace zhan::heap {

template <class Visit>
void Verifier::each_old(const Visit& visit) noexcept {
  Space& space = m_heap.m_space;
  for (u32 i = 0; i < space.blocks(); ++i) {
    if (i == space.small_end()) i = std::max(i, space.lowest_large());
    if (i >= space.blocks()) return;
    if (space.block(i).state != BlockState::free)
      space.marks.each_set(u64{i} * block_bytes, block_bytes, visit);
  }
}

void Verifier::check_before() noexcept {
  check_runs();
  if (!m_heap.m_log_lost) each_old([this](u64 position) { check_unlogged(position); });
}

void Verifier::check_runs() noexcept {
  Space& space = m_heap.m_space;
  const TypeEntry* const types = m_heap.m_types.entries();
  for (const u32 index : m_heap.m_young.items()) {
    const u64 start = u64{index} * block_bytes, end = start + block_bytes;
    for (u64 at = start; at < end;) {
      const u8 line = space.line_of(at);
      if ((line & line::young) == 0) {
        at = (at / line_bytes + 1) * line_bytes;
        continue;
      }
      const u64 bytes = object_bytes(types, *reinterpret_cast<const Header*>(space.at(at)));
      ZHAN_CHECK(bytes >= sizeof(Header) && bytes % 8 == 0 && bytes <= end - at,
                 "a run of young objects can be walked to its end");
      at += bytes;
    }
  }
}

void Verifier::check_unlogged(u64 position) noexcept {
  Space& space = m_heap.m_space;
  u8* const object = space.at(position);
  const Header& header = *reinterpret_cast<const Header*>(object);
  if ((header.flags & abi::flag::unlogged) == 0 || header.type >= abi::first_special_kind) return;
  each_reference(m_heap.m_types.entries()[header.type], object, [&](const u32& ref) {
    if (ref == 0 || abi::is_i31(ref)) return;
    ZHAN_CHECK(space.marks.test(ref - first_offset),
               "an old object that is not on the log names old objects only");
  });
}

void Verifier::check_after() noexcept {
  each_old([this](u64 position) { check_object(position); });
  u32 used = 0;
  for (u32 i = 0; i < m_heap.m_space.blocks(); ++i)
    used += m_heap.m_space.block(i).state == BlockState::free ? 0 : 1;
  ZHAN_CHECK(used == m_heap.m_space.used_blocks(), "the count of blocks in use agrees");
}

void Verifier::check_object(u64 position) noexcept {
  Space& space = m_heap.m_space;
  const Header& header = *reinterpret_cast<const Header*>(space.at(position));
  const bool special = header.type >= abi::first_special_kind;
  ZHAN_CHECK(header.type != no_type && (!special || header.type <= abi::box_kind),
             "a live object has a type");
  ZHAN_CHECK((header.spare[0] | header.spare[1] | header.spare[2]) == 0,
             "spare bits of a header are zero");
  ZHAN_CHECK(header.type != abi::filler_kind, "unused room is never reached");
  const u64 bytes = object_bytes(m_heap.m_types.entries(), header);
  if (space.block_of(position).state == BlockState::small) {
    for (u64 at = position; at < position + bytes; at += 8)
      ZHAN_CHECK(space.line_of(at) == line::old, "live objects lie on old lines");
    ZHAN_CHECK((header.flags & abi::flag::unlogged) != 0, "what survived is old");
  }
  if (!special) check_fields(position, header.type);
}

void Verifier::check_fields(u64 position, u32 type) noexcept {
  u8* const object = m_heap.m_space.at(position);
  const TypeInterner& types = m_heap.m_types;
  const TypeEntry& entry = types.entries()[type];
  const std::span<const FieldType> fields = types.fields(type);
  if (entry.kind == CompositeKind::array) {
    each_reference(entry, object, [&](const u32& ref) { check_target(ref, fields[0].type); });
    return;
  }
  const std::span<const u32> offsets = types.field_offsets(type);
  for (usize i = 0; i < fields.size(); ++i)
    if (is_traced(fields[i].type, types.is_function(fields[i].type)))
      check_target(*reinterpret_cast<const u32*>(object + offsets[i]), fields[i].type);
}

void Verifier::check_target(u32 ref, ValType type) noexcept {
  if (ref == 0) {
    ZHAN_CHECK(type.nullable, "a field of a type without null holds a reference");
    return;
  }
  if (abi::is_i31(ref)) return;
  Space& space = m_heap.m_space;
  ZHAN_CHECK(space.contains(ref) && ref % 8 == 0, "a reference lies in the cage");
  ZHAN_CHECK(space.marks.test(ref - first_offset), "a live object names live objects");
  const u32 target = m_heap.type_of(ref);
  if (m_heap.m_types.top(type.heap) == AbsHeap::cont)
    ZHAN_CHECK(target == abi::cont_kind, "a field of a continuation type holds a continuation");
  else if (type.heap.is_defined())
    ZHAN_CHECK(target < abi::first_special_kind &&
                   is_subtype(m_heap.m_types.entries(), target, type.heap.number()),
               "a field holds an object of its type");
}

}  // namespace zhan::heap
