// SPDX-License-Identifier: Apache-2.0
// A frame of the reference interpreter. Private to reference*.cpp.
#pragma once

#include "support/reference.hpp"
#include "wasm/reader.hpp"

namespace zhan::test {

struct Reference::Frame {
  ByteReader reader = ByteReader({});
  std::vector<u64> locals;
  std::vector<u32> local_at;  // first slot of each local
  std::vector<bool> local_wide;
  std::vector<u64> stack;
  std::vector<bool> wide;  // of the operands, for drop and select
  std::vector<Label> labels;
  u32 function = 0;
  u64 activation = 0;
  u32 result_slots = 0;

  void push(u64 value) { stack.push_back(value), wide.push_back(false); }
  void push_wide(u64 low, u64 high) {
    stack.push_back(low);
    stack.push_back(high);
    wide.push_back(true);
  }
  u64 pop() {
    const u64 value = stack.back();
    stack.pop_back();
    wide.pop_back();
    return value;
  }
  /// Drops operands until `slots` slots are left.
  void cut(usize slots) {
    while (stack.size() > slots) {
      if (wide.back()) stack.pop_back();
      (void)pop();
    }
  }
  u32 pop32() { return static_cast<u32>(pop()); }
  /// The upper slot of a vector on top; what is left pops like a number.
  u64 pop_upper() {
    const u64 value = stack.back();
    stack.pop_back();
    return value;
  }
  /// Takes `slots` slots of values off the top.
  std::vector<u64> take(u32 slots) {
    std::vector<u64> values(stack.end() - slots, stack.end());
    for (u32 taken = 0; taken < slots; wide.pop_back()) taken += wide.back() ? 2 : 1;
    stack.resize(stack.size() - slots);
    return values;
  }
  /// Pushes the values of the types from slots.
  void push_all(std::span<const ValType> types, std::span<const u64> slots) {
    usize at = 0;
    for (const ValType& type : types) {
      if (type.slots() == 2)
        push_wide(slots[at], slots[at + 1]);
      else
        push(slots[at]);
      at += type.slots();
    }
  }
  void add_local(ValType type) {
    local_at.push_back(static_cast<u32>(locals.size()));
    local_wide.push_back(type.slots() == 2);
    locals.resize(locals.size() + type.slots());
  }
};

}  // namespace zhan::test
