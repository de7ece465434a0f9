// SPDX-License-Identifier: Apache-2.0
// Cells that are not made of tokens: calls, returns of several results, tables of branches,
// builtins, vectors, memories other than the first. Plain structures, written by the predecoder.
#pragma once

#include "abi/builtins.hpp"
#include "abi/object.hpp"
#include "interp/dispatch.hpp"
#include "wasm/v128.hpp"

namespace zhan::interp {

/// All kinds of call start like this and are 24 bytes long: `return` finds here where the caller
/// wants the results and which of its slots is pinned, backtraces find the call site (C1).
struct CallCell : Cell {
  i16 callee_fp;  // from the caller's fp
  i16 pinned;     // the caller's pinned slot; -1 = none
  i16 index;      // call_indirect, call_ref: slot of the operand
  i16 result;     // slot of the first result
  union {
    FuncBody* body;  // call
    struct {
      u32 import;  // call_import: offset of the Func* in Inst
      u32 spare;
    };
    struct {
      TypeId type;  // call_indirect: canonical id
      u32 table;    // offset of the Table* in Inst
    };
  };
};
static_assert(sizeof(CallCell) == 24);

/// return_call*: arguments lie in consecutive slots from `first` on.
struct TailCallCell : Cell {
  i16 first;
  i16 index;
  u32 count;  // slots
  union {
    FuncBody* body;
    u32 import;
    struct {
      TypeId type;
      u32 table;
    };
  };
};

struct ReturnCell : Cell {
  i16 first;
  u32 count;  // slots
};

/// Followed by count displacements (i32) from this cell, the default last.
struct BrTableCell : Cell {
  i16 index;
  u32 count;
};

struct BuiltinCell : Cell {
  i16 operands;
  u32 a;
  u32 b;
  u32 slots;  // from the first operand on, that a collection must see
  abi::Builtin function;
};

/// A field of a struct, or the hidden descriptor.
struct FieldCell : Cell {
  i16 object;
  i16 value;  // read: where it goes; written: where it lies
  u32 offset;
};

/// An element of an array, or its length.
struct ElementCell : Cell {
  i16 array;
  i16 index;
  i16 value;
};

/// A struct from consecutive operands; followed by `count` FieldPlaces.
struct NewStructCell : Cell {
  i16 operands;
  u16 slots;
  i16 result;
  u16 count;
  TypeId type;
  u32 bytes;
};
struct FieldPlace {
  u32 offset : 30;
  u32 log2 : 2;  // 8 << 2 at most: a v128 has two places
};

/// ref.test, ref.cast: with a descriptor to compare with, the _desc_eq forms.
struct CastCell : Cell {
  i16 object;
  i16 result;
  i16 descriptor;
  abi::CastTarget target;
  u32 offset;  // of the descriptor in the object
};

/// resume and its kin. The values that are handed over lie from `result` on, the continuation at
/// `index`. Followed by `rows` HandlerRows.
struct ResumeCell : CallCell {
  u32 count;    // slots of the values
  u32 results;  // slots
  u32 rows;
  u32 tag;  // resume_throw: offset in Inst of the tag's identity
};
static_assert(sizeof(ResumeCell) == 40);

/// A clause (on tag label), or (on tag switch).
struct HandlerRow {
  u32 tag;        // offset in Inst of its identity
  i32 target;     // displacement of the label from the resume cell
  i32 slot;       // where the tag's values go; behind them the continuation
  u32 is_switch;  // 0 or 1
};
static_assert(sizeof(HandlerRow) == 16);

/// suspend, switch. The values lie from `result` on, where later those are that the continuation is
/// resumed with; the target of switch at `index`.
struct SuspendCell : CallCell {
  u32 count;  // slots of the values
  u32 tag;    // offset in Inst of the tag's identity
};
static_assert(sizeof(SuspendCell) == 32);

struct TrapCell : Cell {
  u16 kind;
};

struct ChargeCell : Cell {
  u64 cost;
};

/// Reads and writes consecutive slots from `base` on.
struct SlotsCell : Cell {
  i16 base;
};

/// Vector instructions: operands and result in slots (a v128 takes two).
struct VectorCell : Cell {
  i16 dst;
  i16 a;
  i16 b;
  i16 c;
};
struct VectorLaneCell : VectorCell {
  u8 lane;
};
struct VectorImmCell : VectorCell {
  V128 imm;
};

/// Accesses of memory 0 with vectors; with a compare if the build or mode asks for it.
struct VectorMemoryCell : Cell {
  i16 dst;  // of loads
  i16 address;
  i16 value;  // of stores, and the vector whose lane is replaced
  u8 lane;
  u32 offset;
};

/// Any access to any memory, always compared with its size: other memories than the first, 64-bit
/// ones, pages of other sizes, offsets beyond the guard.
struct FarMemoryCell : Cell {
  i16 dst;
  i16 address;
  i16 value;
  u8 lane;
  u8 is64;
  u32 memory;  // offset of the Memory* in Inst
  u64 offset;
};

/// Copies `count` slots between places out of reach of 16 bits, as memmove does.
struct FarMoveCell : Cell {
  i32 dst;
  i32 src;
  u32 count;
};

/// First cell of a function whose slots 16 bits do not reach: moves the frame pointer up by `base`
/// slots, with a copy of the header below it (predecode_far.cpp).
struct FarEnterCell : Cell {
  u32 base;
};

/// Before a tail call: moves the frame pointer down again and `count` arguments with it.
struct FarLeaveCell : Cell {
  u32 base;
  u32 count;
};

template <class T>
[[nodiscard]] inline const T& as(const Cell* cell) noexcept {
  return *static_cast<const T*>(cell);
}

/// Before the first cell of a body's code.
[[nodiscard]] inline const abi::EntryData& entry_data(const Cell* first) noexcept {
  return reinterpret_cast<const abi::EntryData*>(first)[-1];
}

}  // namespace zhan::interp
