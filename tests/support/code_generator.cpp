// SPDX-License-Identifier: Apache-2.0
#include "support/code_generator.hpp"

#include <bit>

namespace zhan::test {
namespace {

constexpr u32 locals_a_letter = 3;
constexpr u32 counters = 4;

constexpr u64 integers[] = {0,   1,           2,           3,         7,
                            8,   31,          32,          63,        64,
                            100, 255,         0xffff,      ~u64{0},   0x1234'5678'9abc'def0,
                            -8u, 0x7fff'ffff, 0x8000'0000, 1ull << 63};
constexpr double floats[] = {0,   1,    -1,  0.5,  1.5,  100,         -7.25,
                             3e9, 1e-3, 0.1, -0.0, 2e19, 4294967296.0};

}  // namespace

CodeGenerator::Body CodeGenerator::function(u32 function, u32 size) {
  const Signature signature = m_shape.signature(function);
  m_results = signature.results;
  m_leaf = m_choices.one_in(4);
  m_left = size;
  m_depth = 0;
  declare_locals(signature.params);
  m_out.clear();
  m_labels = {{signature.results}};
  if (!m_leaf) burn_fuel();
  if (has('a')) new_objects();
  statements(8);
  finish(signature.results);
  emit(Op::end);
  return {join({leb(m_groups), m_declared}), m_out.take()};
}

CodeGenerator::Body CodeGenerator::refill() {
  m_out.clear();
  number('i', fuel_of_a_call);
  emit(Op::global_set, fuel_global);
  emit(Op::end);
  return {{0}, m_out.take()};
}

// -- Locals --

void CodeGenerator::declare(u32 count, char letter, bool pickable) {
  m_locals.append(count, pickable ? letter : '.');
  m_declared = join({m_declared, leb(count), type_bytes(letter)});
  ++m_groups;
}

void CodeGenerator::declare_locals(const std::string& params) {
  m_locals = params;
  m_declared.clear();
  m_groups = 0;
  if (m_choices.one_in(32)) declare(m_choices.between(120, 600), 'I', true);  // far slots
  if (unused_locals != 0) declare(unused_locals, 'I', false);
  for (char letter : m_shape.letters) declare(locals_a_letter, letter, true);
  m_counters = static_cast<u32>(m_locals.size());
  m_free_counters = counters;
  declare(counters, 'i', false);
  m_temporaries = static_cast<u32>(m_locals.size());
  for (char letter : std::string_view("fFv")) declare(1, letter, false);
}

u32 CodeGenerator::local_of(char letter) {
  u32 count = 0;
  for (char have : m_locals) count += have == letter;
  u32 wanted = m_choices.below(count);
  for (u32 i = 0;; ++i)
    if (m_locals[i] == letter && wanted-- == 0) return i;
}

std::string CodeGenerator::some_letters(u32 most) {
  std::string text;
  for (u32 n = m_choices.below(most + 1); n > 0; --n) text += any_letter();
  return text;
}

// -- Instructions --

void CodeGenerator::emit_imm(Op op) {
  m_used[static_cast<usize>(op)] = true;
  write_instruction(m_out, op, m_imm);
  if (m_left > 0) --m_left;
}

void CodeGenerator::emit(Op op) { emit(op, 0); }

void CodeGenerator::emit(Op op, u32 a, u32 b) {
  m_imm = {};
  m_imm.a = a;
  m_imm.b = b;
  emit_imm(op);
}

ValType CodeGenerator::type_of(char letter) const {
  switch (letter) {
    case 'i': return type_i32;
    case 'I': return type_i64;
    case 'f': return type_f32;
    case 'F': return type_f64;
    case 'v': return type_v128;
    case 'r': return type_funcref;
    case 'x': return type_externref;
    case 'e': return ValType::ref(AbsHeap::exn, true);
    case 'a': return ValType::ref(AbsHeap::any, true);
    case 's': return ValType::ref(HeapType::defined(1), true);
    case 'y':
    case 'z': return ValType::ref(HeapType::defined(array_type(letter)), true);
    default: return ValType::ref(HeapType::defined(0), true);
  }
}

BlockType CodeGenerator::block_type(const std::string& params, const std::string& results) {
  BlockType type;
  if (params.empty() && results.empty()) return type;
  if (params.empty() && results.size() == 1)
    return {BlockType::Form::value, type_of(results[0]), 0};
  return {BlockType::Form::type, {}, m_shape.type_of({params, results})};
}

void CodeGenerator::number(char letter, u64 bits) {
  m_imm = {};
  m_imm.bits = letter == 'i' ? static_cast<u32>(bits) : bits;
  emit_imm(letter == 'i' ? Op::i32_const : Op::i64_const);
}

void CodeGenerator::constant(char letter) {
  if (letter == 'i' || letter == 'I')
    return number(letter, integers[m_choices.below(std::size(integers))]);
  if (is_reference(letter)) return null(letter);
  m_imm = {};
  const double value = floats[m_choices.below(std::size(floats))];
  if (letter == 'f') {
    m_imm.bits = std::bit_cast<u32>(static_cast<float>(value));
    return emit_imm(Op::f32_const);
  }
  if (letter == 'F') {
    m_imm.bits = std::bit_cast<u64>(value);
    return emit_imm(Op::f64_const);
  }
  const u32 pattern = m_choices.below(5);
  for (u32 i = 0; i < 16; ++i)
    m_imm.v128.bytes[i] = static_cast<u8>(pattern == 0 ? 0 : pattern * 17 + i * (pattern - 1) * 31);
  emit_imm(Op::v128_const);
}

void CodeGenerator::null(char letter) {
  m_imm = {};
  m_imm.ref = type_of(letter);
  emit_imm(Op::ref_null);
}

/// Puts one NaN in the place of whichever the instruction before has made.
void CodeGenerator::canonical_nan(const OpInfo& info) {
  const char lanes = nan_lanes(info);
  if (lanes == 0 || !m_shape.canonical_nans) return;
  const bool vector = info.results() == "v";
  const u64 bits = lanes == 'f' ? 0x7fc0'0000 : 0x7ff8'0000'0000'0000;
  const u32 temporary = m_temporaries + (vector ? 2 : lanes == 'F' ? 1 : 0);
  emit(Op::local_tee, temporary);
  m_imm = {};
  m_imm.bits = bits;
  for (u32 i = 0; i < 16; ++i)
    m_imm.v128.bytes[i] = static_cast<u8>(bits >> 8 * (i % (lanes == 'f' ? 4 : 8)));
  emit_imm(vector ? Op::v128_const : lanes == 'f' ? Op::f32_const : Op::f64_const);
  emit(Op::local_get, temporary);
  emit(Op::local_get, temporary);
  const bool narrow = lanes == 'f';
  emit(vector ? narrow ? Op::f32x4_eq : Op::f64x2_eq : narrow ? Op::f32_eq : Op::f64_eq);
  emit(vector ? Op::v128_bitselect : Op::select);
}

void CodeGenerator::burn_fuel() {
  emit(Op::global_get, fuel_global);
  emit(Op::i32_eqz);
  open(Op::if_, "", "", {});
  emit(Op::unreachable);
  close();
  emit(Op::global_get, fuel_global);
  number('i', 1);
  emit(Op::i32_sub);
  emit(Op::global_set, fuel_global);
}

}  // namespace zhan::test
