// SPDX-License-Identifier: Apache-2.0
// A heap by itself, with types and roots of the test's own.
#pragma once

#include <gtest/gtest.h>

#include <memory>

#include "heap/marker.hpp"

namespace zhan::heap {

class HeapTest : public ::testing::Test, public RootSource {
 protected:
  HeapTest() {
    // node: (struct (field mut i64) (field mut (ref null any)) (field mut (ref null any)))
    const ValType any = ValType::ref(AbsHeap::any, true);
    node = add_struct({{type_i64, true}, {any, true}, {any, true}});
    references = add_array(any);
    bytes = add_array(TypeKind::i8);
  }

  void make(HeapConfig config = {}) {
    m_exec = abi::Exec{};
    m_heap = std::make_unique<Heap>(config, m_types, m_exec, *this);
    ASSERT_TRUE(m_heap->ok());
  }
  [[nodiscard]] Heap& heap() noexcept { return *m_heap; }

  void pin_roots(Marker& marker) noexcept override {
    marker.pin(pins.data(), pins.data() + pins.size());
  }
  void update_roots(Marker& marker) noexcept override {
    for (u64& root : roots) marker.update(root);
  }

  // Objects. References given to them are rooted by their makers.
  [[nodiscard]] Ref new_node(u64 value, Ref left = 0, Ref right = 0) {
    pins.push_back(left);
    pins.push_back(right);
    const Ref made = heap().allocate(node, m_types.entries()[node].size);
    pins.resize(pins.size() - 2);
    if (made == 0) return 0;
    value_of(made) = value;
    left_of(made) = static_cast<u32>(left);
    right_of(made) = static_cast<u32>(right);
    return made;
  }
  [[nodiscard]] Ref new_array(TypeId type, u32 length) {
    const u32 element = m_types.entries()[type].size;
    const u64 size = array_bytes(element, length);
    const Ref made = heap().allocate(type, size);
    if (made == 0) return 0;
    std::memset(heap().base() + made + sizeof(Header), 0, size - sizeof(Header));
    abi::field<u32>(heap().base(), made, array_length_offset) = length;
    return made;
  }
  [[nodiscard]] u64& value_of(Ref ref) noexcept { return field<u64>(ref, 0); }
  [[nodiscard]] u32& left_of(Ref ref) noexcept { return field<u32>(ref, 1); }
  [[nodiscard]] u32& right_of(Ref ref) noexcept { return field<u32>(ref, 2); }
  [[nodiscard]] u32& element(Ref array, u32 index) noexcept {
    return abi::field<u32>(heap().base(), array, narrow_elements_offset + 4 * u64{index});
  }
  void set_left(Ref object, Ref value) noexcept { set(object, 1, value); }
  void set_right(Ref object, Ref value) noexcept { set(object, 2, value); }
  void set_element(Ref array, u32 index, Ref value) noexcept {
    heap().before_store(array, narrow_elements_offset + 4 * u64{index});
    element(array, index) = static_cast<u32>(value);
  }

  std::vector<u64> pins;   // stay where they are
  std::vector<u64> roots;  // follow their objects
  TypeId node = no_type, references = no_type, bytes = no_type;

 private:
  template <class T>
  [[nodiscard]] T& field(Ref ref, usize index) noexcept {
    return abi::field<T>(heap().base(), ref, m_types.field_offsets(node)[index]);
  }
  void set(Ref object, usize index, Ref value) noexcept {
    heap().before_store(object, m_types.field_offsets(node)[index]);
    field<u32>(object, index) = static_cast<u32>(value);
  }
  TypeId add_struct(std::vector<FieldType> fields) { return add(CompositeKind::struct_, fields); }
  TypeId add_array(ValType element) { return add(CompositeKind::array, {{element, true}}); }
  TypeId add(CompositeKind kind, const std::vector<FieldType>& fields) {
    TypeSection section;
    SubType type;
    type.kind = kind;
    type.count = static_cast<u32>(fields.size());
    section.fields = fields;
    section.types.push_back(type);
    section.groups.push_back({0, 1, false});
    std::vector<TypeId> ids;
    EXPECT_TRUE(m_types.intern(section, 0, ids).has_value());
    return ids.at(0);
  }

  TypeInterner m_types{1u << 10};
  abi::Exec m_exec;
  std::unique_ptr<Heap> m_heap;
};

}  // namespace zhan::heap
