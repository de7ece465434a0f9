// SPDX-License-Identifier: Apache-2.0
// Rules of the table:
//  1. A group is compared and hashed through its words: in-group references relative to its start
//     (marked by `in_group`), earlier types by canonical id. So equal words mean equal groups.
//  2. Everything that was handed out stays where it is: entries and descriptions in arrays reserved
//     once, lists in chunks. Readers take no lock; who passes an id on to another thread
//     synchronises.
//  3. A description costs 16 bytes, an index slot 8, an entry 64: a million small types fit 150 MB.
#include "module/type_interner.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "base/assert.hpp"
#include "module/object_layout.hpp"

namespace zhan {
namespace {

constexpr u32 in_group = 0x8000'0000;
constexpr usize page = 4096;
constexpr usize chunk_bytes = 16 << 10;

/// Lists of one type; `fields` for structs and arrays, else `values`. After the fields of a struct
/// stand their offsets (u32), then that of the hidden descriptor (0 = none).
struct Description {
  const void* list;
  u32 count;
  u32 params;  // of a function; of a continuation: its function type
};

/// One type of either side of a comparison.
struct TypeView {
  CompositeKind kind;
  bool final;
  u32 supertype, descriptor, describes, element;
  u32 params;
  std::span<const ValType> values;
  std::span<const FieldType> fields;
};

struct FreeMemory {
  void operator()(void* p) const noexcept { std::free(p); }
};

template <class T>
using Reserved = std::unique_ptr<T[], FreeMemory>;

/// Memory for `count` objects that costs nothing until touched; null if there is none.
template <class T>
Reserved<T> reserve_pages(usize count) noexcept {
  const usize bytes = (count * sizeof(T) + page - 1) / page * page;
  return Reserved<T>(static_cast<T*>(std::aligned_alloc(page, bytes)));
}

/// Writes the words of one type to `sink(u32)`; `key` gives the word of a type number.
template <class Key, class Sink>
void write_words(const TypeView& type, const Key& key, Sink&& sink) {
  const auto optional = [&](u32 number) { sink(number == no_index ? no_index : key(number)); };
  const auto value = [&](ValType v, u32 more) {
    sink(static_cast<u32>(v.kind) | static_cast<u32>(v.nullable) << 8 |
         static_cast<u32>(v.exact) << 9 | more << 10);
    if (!v.is_ref()) return;
    sink(v.heap.is_defined() ? key(v.heap.number())
                             : static_cast<u32>(v.heap.abs()) | in_group >> 1);
  };
  sink(static_cast<u32>(type.kind) | static_cast<u32>(type.final) << 8);
  optional(type.supertype);
  optional(type.descriptor);
  optional(type.describes);
  optional(type.element);
  sink(type.params);
  sink(static_cast<u32>(type.values.size() + type.fields.size()));
  for (const ValType& v : type.values) value(v, 0);
  for (const FieldType& f : type.fields) value(f.type, f.mutable_);
}

TypeView view_of(const TypeSection& section, const SubType& type) noexcept {
  TypeView view{type.kind, type.final, type.supertype, type.descriptor, type.describes, no_index, 0,
                {},        {}};
  switch (type.kind) {
    case CompositeKind::func:
      view.params = type.param_count;
      view.values = std::span(section.values).subspan(type.first, type.count);
      break;
    case CompositeKind::struct_:
    case CompositeKind::array: view.fields = section.fields_of(type); break;
    case CompositeKind::cont: view.element = type.element; break;
  }
  return view;
}

u32 index_or_none(TypeId id) noexcept { return id == no_type ? no_index : id; }

}  // namespace

struct TypeInterner::Impl {
  struct Slot {
    u32 hash = 0;
    TypeId first = no_type;
  };

  u32 capacity = 0;
  std::atomic<u32> used{1};  // ids from 1
  Reserved<TypeEntry> entries;
  Reserved<Description> descriptions;
  std::mutex mutex;  // all below
  std::vector<Slot> index;
  usize groups = 0;
  std::vector<std::unique_ptr<std::byte[]>> chunks;
  usize chunk_left = 0;
  std::byte* chunk_at = nullptr;
  std::vector<u32> words;
  u64 seed = 0;  // an attacker who knows the hash function still does not know the buckets

  // spare2 of an entry: the group's size at its first type, else in_group | distance to the first.
  [[nodiscard]] u32 group_size(TypeId first) const noexcept { return entries[first].spare2; }

  [[nodiscard]] TypeView view(TypeId id) const noexcept {
    const TypeEntry& entry = entries[id];
    const Description& d = descriptions[id];
    TypeView v{entry.kind,
               entry.final,
               index_or_none(entry.parent),
               index_or_none(entry.descriptor),
               index_or_none(entry.describes),
               no_index,
               0,
               {},
               {}};
    switch (entry.kind) {
      case CompositeKind::func:
        v.params = d.params;
        v.values = {static_cast<const ValType*>(d.list), d.count};
        break;
      case CompositeKind::struct_:
      case CompositeKind::array: v.fields = {static_cast<const FieldType*>(d.list), d.count}; break;
      case CompositeKind::cont: v.element = d.params; break;
    }
    return v;
  }

  [[nodiscard]] u32 hash_words() const noexcept {
    u64 h = seed;
    for (const u32 word : words) {
      h = (h ^ word) * 0x9e37'79b9'7f4a'7c15;
      h ^= h >> 32;
    }
    return static_cast<u32>(h ^ h >> 29);
  }

  /// True if the interned group at `first` has exactly `words`.
  [[nodiscard]] bool equals(TypeId first, u32 count) const noexcept {
    if (group_size(first) != count) return false;
    usize at = 0;
    bool same = true;
    const auto key = [&](u32 id) { return id - first < count ? in_group | (id - first) : id; };
    const auto sink = [&](u32 word) { same = same && at < words.size() && words[at++] == word; };
    for (u32 i = 0; i < count && same; ++i) write_words(view(first + i), key, sink);
    return same && at == words.size();
  }

  /// The interned group equal to `words`, or no_type.
  [[nodiscard]] TypeId find(u32 hash, u32 count) const noexcept {
    if (index.empty()) return no_type;
    const usize mask = index.size() - 1;
    for (usize i = hash & mask; index[i].first != no_type; i = (i + 1) & mask)
      if (index[i].hash == hash && equals(index[i].first, count)) return index[i].first;
    return no_type;
  }

  static void put(std::vector<Slot>& slots, Slot slot) noexcept {
    const usize mask = slots.size() - 1;
    usize i = slot.hash & mask;
    while (slots[i].first != no_type) i = (i + 1) & mask;
    slots[i] = slot;
  }

  void add_to_index(Slot slot) {
    if (4 * (groups + 1) > 3 * index.size()) {
      std::vector<Slot> bigger(std::max<usize>(64, 2 * index.size()));
      for (const Slot& old : index)
        if (old.first != no_type) put(bigger, old);
      index = std::move(bigger);
    }
    put(index, slot);
    ++groups;
  }

  /// Room for `bytes` that never moves, aligned to 8.
  std::byte* allocate(usize bytes) {
    bytes = (bytes + 7) / 8 * 8;
    if (bytes > chunk_left) {
      const usize size = std::max(bytes, chunk_bytes);
      chunks.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
      if (size > chunk_bytes) return chunks.back().get();  // a chunk of its own
      chunk_at = chunks.back().get();
      chunk_left = size;
    }
    std::byte* const taken = chunk_at;
    chunk_at += bytes;
    chunk_left -= bytes;
    return taken;
  }

  template <class T, class Map>
  const T* copy_list(std::span<const T> list, const Map& map, usize more_bytes = 0) {
    if (list.empty() && more_bytes == 0) return nullptr;
    T* const copy = reinterpret_cast<T*>(allocate(list.size_bytes() + more_bytes));
    for (usize i = 0; i < list.size(); ++i) {
      T item = list[i];
      ValType* type;
      if constexpr (std::is_same_v<T, FieldType>)
        type = &item.type;
      else
        type = &item;
      if (type->is_ref() && type->heap.is_defined())
        type->heap = HeapType::defined(map(type->heap.number()));
      ::new (copy + i) T(item);
    }
    return copy;
  }

  /// Fills entry and description of `id`; `map` turns the view's numbers into canonical ids.
  template <class Map>
  void fill(TypeId id, const TypeView& type, const Map& map) {
    const auto optional = [&](u32 number) { return number == no_index ? no_type : map(number); };
    TypeEntry entry{};  // size and map: lay_out()
    entry.kind = type.kind;
    entry.final = type.final;
    entry.parent = optional(type.supertype);
    entry.descriptor = optional(type.descriptor);
    entry.describes = optional(type.describes);
    entry.signature = id;
    if (entry.parent != no_type) {
      const TypeEntry& parent = entries[entry.parent];
      ZHAN_ASSERT(parent.depth < max_type_depth, "subtype chains are limited before interning");
      entry.depth = static_cast<u8>(parent.depth + 1);
      std::copy(std::begin(parent.display), std::end(parent.display), entry.display);
    }
    if (entry.depth < display_size) entry.display[entry.depth] = id;
    ::new (&entries[id]) TypeEntry(entry);
    const bool cont = type.kind == CompositeKind::cont;
    const bool struct_ = type.kind == CompositeKind::struct_;
    const usize offsets = struct_ ? (type.fields.size() + 1) * sizeof(u32) : 0;
    const void* const list = struct_ || !type.fields.empty()
                                 ? static_cast<const void*>(copy_list(type.fields, map, offsets))
                                 : copy_list(type.values, map);
    const usize count = type.values.size() + type.fields.size();
    ::new (&descriptions[id])
        Description{list, static_cast<u32>(count), cont ? optional(type.element) : type.params};
  }

  /// Sizes and maps of references, once all entries of the group are there.
  void lay_out(TypeId id) {
    if (entries[id].kind == CompositeKind::struct_) lay_out_struct(id);
    if (entries[id].kind == CompositeKind::array) lay_out_array(id);
  }

  /// References to functions lie in objects as addresses.
  [[nodiscard]] bool is_function(ValType type) const noexcept {
    if (!type.is_ref()) return false;
    if (type.heap.is_defined()) return entries[type.heap.number()].kind == CompositeKind::func;
    return type.heap.is(AbsHeap::func) || type.heap.is(AbsHeap::nofunc);
  }

  void lay_out_array(TypeId id) noexcept {
    const ValType element = static_cast<const FieldType*>(descriptions[id].list)->type;
    const bool function = is_function(element);
    entries[id].size = storage_bytes(element, function);
    entries[id].map = is_traced(element, function) ? 1 : 0;
  }

  /// Number of the field before which the hidden descriptor lies; no_index if there is none. It
  /// comes with the first type of the chain that has one.
  [[nodiscard]] u32 descriptor_position(TypeId id) const noexcept {
    if (entries[id].descriptor == no_type) return no_index;
    TypeId parent = entries[id].parent;
    for (; parent != no_type && entries[parent].descriptor != no_type; parent = entries[id].parent)
      id = parent;
    return parent == no_type ? 0 : descriptions[parent].count;
  }

  void lay_out_struct(TypeId id) {
    const Description& d = descriptions[id];
    const auto* const fields = static_cast<const FieldType*>(d.list);
    u32* const offsets = const_cast<u32*>(offsets_of(d));
    const u32 hidden = descriptor_position(id);
    ObjectLayout layout;
    offsets[d.count] = 0;
    for (u32 i = 0; i < d.count || (i == hidden && i == d.count); ++i) {
      if (i == hidden) offsets[d.count] = layout.place(sizeof(u32));
      if (i == d.count) break;
      offsets[i] = layout.place(storage_bytes(fields[i].type, is_function(fields[i].type)));
    }
    entries[id].size = layout.size();
    map_references(id, fields, offsets, d.count);
  }

  /// One bit for each 4 bytes of the object; objects beyond 64 words have words of bits elsewhere.
  void map_references(TypeId id, const FieldType* fields, const u32* offsets, u32 count) {
    TypeEntry& entry = entries[id];
    u64* words = &entry.map;
    const bool large = entry.size > inline_map_bytes;
    if (large) {
      const usize bytes = (entry.size + inline_map_bytes - 1) / inline_map_bytes * sizeof(u64);
      words = reinterpret_cast<u64*>(allocate(bytes));
      std::memset(words, 0, bytes);
    }
    const auto mark = [&](u32 offset) { words[offset / 256] |= u64{1} << (offset / 4 % 64); };
    for (u32 i = 0; i < count; ++i)
      if (is_traced(fields[i].type, is_function(fields[i].type))) mark(offsets[i]);
    if (offsets[count] != 0) mark(offsets[count]);
    if (large) entry.map = reinterpret_cast<u64>(words);
  }

  /// Of a struct: count offsets, then that of the descriptor.
  [[nodiscard]] static const u32* offsets_of(const Description& d) noexcept {
    return reinterpret_cast<const u32*>(static_cast<const FieldType*>(d.list) + d.count);
  }

  /// Finds or adds the group whose words are in `words`; `fill_type(i, first)` fills type i of it.
  template <class Fill>
  Result<TypeId> intern_group(u32 count, const Fill& fill_type) {
    const u32 hash = hash_words();
    if (const TypeId found = find(hash, count); found != no_type) return found;
    const TypeId first = used.load(std::memory_order_relaxed);
    if (count > capacity - std::min(capacity, first))
      return fail(ErrorId::too_many_items, no_offset, "types");
    for (u32 i = 0; i < count; ++i) {
      fill_type(i, first);
      entries[first + i].spare2 = i == 0 ? count : in_group | i;
    }
    for (u32 i = 0; i < count; ++i) lay_out(first + i);
    add_to_index({hash, first});
    used.store(first + count, std::memory_order_release);
    return first;
  }
};

TypeInterner::TypeInterner(u32 capacity) : m_impl(std::make_unique<Impl>()) {
  ZHAN_CHECK(capacity > 1 && capacity < in_group >> 1, "type ids stay below 2^30");
  m_impl->entries = reserve_pages<TypeEntry>(capacity);
  m_impl->descriptions = reserve_pages<Description>(capacity);
  if (m_impl->entries && m_impl->descriptions) m_impl->capacity = capacity;
  m_impl->seed = std::bit_cast<u64>(static_cast<u64>(reinterpret_cast<uptr>(m_impl.get()))) * 31;
  m_entries = m_impl->entries.get();
}

TypeInterner::~TypeInterner() = default;

Result<void> TypeInterner::add_group(const TypeSection& section, RecGroup group,
                                     std::vector<TypeId>& ids) {
  Impl& impl = *m_impl;
  const auto key = [&](u32 number) {
    ZHAN_ASSERT(number < group.first + group.count, "type numbers are checked before interning");
    return number >= group.first ? in_group | (number - group.first) : ids[number];
  };
  const auto type_at = [&](u32 i) { return view_of(section, section.types[group.first + i]); };
  impl.words.clear();
  for (u32 i = 0; i < group.count; ++i)
    write_words(type_at(i), key, [&](u32 word) { impl.words.push_back(word); });
  ZHAN_TRY(const TypeId first, impl.intern_group(group.count, [&](u32 i, TypeId start) {
    impl.fill(start + i, type_at(i), [&](u32 number) {
      return number >= group.first ? start + (number - group.first) : ids[number];
    });
  }));
  for (u32 i = 0; i < group.count; ++i) ids.push_back(first + i);
  return {};
}

Result<void> TypeInterner::intern(const TypeSection& section, usize from_group,
                                  std::vector<TypeId>& ids) {
  const std::scoped_lock lock(m_impl->mutex);
  for (usize g = from_group; g < section.groups.size(); ++g) {
    const RecGroup group = section.groups[g];
    if (group.count == 0) continue;
    ids.resize(group.first);
    ZHAN_TRY_VOID(add_group(section, group, ids));
  }
  return {};
}

Result<TypeId> TypeInterner::intern(const FuncType& type) {
  std::vector<ValType> values = type.params;
  values.insert(values.end(), type.results.begin(), type.results.end());
  const TypeView view{CompositeKind::func,
                      true,
                      no_index,
                      no_index,
                      no_index,
                      no_index,
                      static_cast<u32>(type.params.size()),
                      values,
                      {}};
  const auto same = [](u32 number) { return number; };
  Impl& impl = *m_impl;
  const std::scoped_lock lock(impl.mutex);
  impl.words.clear();
  write_words(view, same, [&](u32 word) { impl.words.push_back(word); });
  return impl.intern_group(1, [&](u32, TypeId start) { impl.fill(start, view, same); });
}

Signature TypeInterner::func_type(TypeId id) const noexcept {
  ZHAN_ASSERT(m_entries[id].kind == CompositeKind::func, "only functions have a signature");
  const Description& d = m_impl->descriptions[id];
  const std::span<const ValType> values(static_cast<const ValType*>(d.list), d.count);
  return {values.first(d.params), values.subspan(d.params)};
}

std::span<const FieldType> TypeInterner::fields(TypeId id) const noexcept {
  ZHAN_ASSERT(
      m_entries[id].kind == CompositeKind::struct_ || m_entries[id].kind == CompositeKind::array,
      "only structs and arrays have fields");
  const Description& d = m_impl->descriptions[id];
  return {static_cast<const FieldType*>(d.list), d.count};
}

std::span<const u32> TypeInterner::field_offsets(TypeId id) const noexcept {
  ZHAN_ASSERT(m_entries[id].kind == CompositeKind::struct_, "only structs have offsets of fields");
  const Description& d = m_impl->descriptions[id];
  return {Impl::offsets_of(d), d.count};
}

u32 TypeInterner::descriptor_offset(TypeId id) const noexcept {
  ZHAN_ASSERT(m_entries[id].kind == CompositeKind::struct_, "only structs have descriptors");
  const Description& d = m_impl->descriptions[id];
  return Impl::offsets_of(d)[d.count];
}

bool TypeInterner::is_function(ValType type) const noexcept { return m_impl->is_function(type); }

TypeId TypeInterner::cont_func(TypeId id) const noexcept {
  return m_entries[id].kind == CompositeKind::cont ? m_impl->descriptions[id].params : no_type;
}

u32 TypeInterner::count() const noexcept {
  return m_impl->used.load(std::memory_order_acquire) - 1;
}

AbsHeap TypeInterner::top(HeapType heap) const noexcept {
  if (heap.is_defined()) {
    switch (m_entries[heap.number()].kind) {
      case CompositeKind::func: return AbsHeap::func;
      case CompositeKind::cont: return AbsHeap::cont;
      case CompositeKind::struct_:
      case CompositeKind::array: return AbsHeap::any;
    }
  }
  switch (heap.abs()) {
    case AbsHeap::func:
    case AbsHeap::nofunc: return AbsHeap::func;
    case AbsHeap::extern_:
    case AbsHeap::noextern: return AbsHeap::extern_;
    case AbsHeap::exn:
    case AbsHeap::noexn: return AbsHeap::exn;
    case AbsHeap::cont:
    case AbsHeap::nocont: return AbsHeap::cont;
    default: return AbsHeap::any;
  }
}

AbsHeap TypeInterner::bottom(HeapType heap) const noexcept {
  switch (top(heap)) {
    case AbsHeap::func: return AbsHeap::nofunc;
    case AbsHeap::extern_: return AbsHeap::noextern;
    case AbsHeap::exn: return AbsHeap::noexn;
    case AbsHeap::cont: return AbsHeap::nocont;
    default: return AbsHeap::none;
  }
}

namespace {

/// The abstract type just above a defined type of this kind.
AbsHeap above(CompositeKind kind) noexcept {
  switch (kind) {
    case CompositeKind::struct_: return AbsHeap::struct_;
    case CompositeKind::array: return AbsHeap::array;
    case CompositeKind::cont: return AbsHeap::cont;
    case CompositeKind::func: break;
  }
  return AbsHeap::func;
}

bool abs_matches(AbsHeap sub, AbsHeap super) noexcept {
  if (sub == super) return true;
  switch (super) {
    case AbsHeap::any:
      return sub == AbsHeap::eq || sub == AbsHeap::i31 || sub == AbsHeap::struct_ ||
             sub == AbsHeap::array || sub == AbsHeap::none;
    case AbsHeap::eq:
      return sub == AbsHeap::i31 || sub == AbsHeap::struct_ || sub == AbsHeap::array ||
             sub == AbsHeap::none;
    case AbsHeap::i31:
    case AbsHeap::struct_:
    case AbsHeap::array: return sub == AbsHeap::none;
    case AbsHeap::func: return sub == AbsHeap::nofunc;
    case AbsHeap::extern_: return sub == AbsHeap::noextern;
    case AbsHeap::exn: return sub == AbsHeap::noexn;
    case AbsHeap::cont: return sub == AbsHeap::nocont;
    default: return false;  // nothing but themselves is below the bottoms
  }
}

}  // namespace

bool TypeInterner::matches(HeapType sub, HeapType super) const noexcept {
  if (sub == super) return true;
  if (super.is_defined()) {
    if (sub.is_defined()) return is_subtype(m_entries, sub.number(), super.number());
    return sub.abs() == bottom(super);
  }
  const AbsHeap below = sub.is_defined() ? above(m_entries[sub.number()].kind) : sub.abs();
  return abs_matches(below, super.abs());
}

bool TypeInterner::matches(ValType sub, ValType super) const noexcept {
  if (sub == super || sub.kind == TypeKind::bottom) return true;
  if (!sub.is_ref() || !super.is_ref()) return false;
  if (sub.nullable && !super.nullable) return false;
  if (!super.exact) return matches(sub.heap, super.heap);
  // Below an exact type there are only itself and the bottom of its hierarchy.
  if (sub.heap == super.heap) return sub.exact;
  return !sub.heap.is_defined() && sub.heap.abs() == bottom(super.heap);
}

}  // namespace zhan
