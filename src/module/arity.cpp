// SPDX-License-Identifier: Apache-2.0
#include "module/arity.hpp"

namespace zhan {
namespace {

const SubType* type_at(const Module& m, u32 number, CompositeKind kind) noexcept {
  if (number >= m.types.types.size() || m.types.types[number].kind != kind) return nullptr;
  return &m.types.types[number];
}

Arity call(const Module& m, u32 type, u32 more) noexcept {
  const SubType* callee = type_at(m, type, CompositeKind::func);
  if (callee == nullptr) return {};
  return {callee->param_count + more, callee->count - callee->param_count};
}

Arity call_function(const Module& m, u32 function) noexcept {
  return function < m.functions.size() ? call(m, m.functions[function], 0) : Arity{};
}

Arity struct_new(const Module& m, u32 number, u32 more) noexcept {
  const SubType* type = type_at(m, number, CompositeKind::struct_);
  return type == nullptr ? Arity{} : Arity{type->count + more, 1};
}

Arity throw_(const Module& m, u32 tag) noexcept {
  return tag < m.tags.size() ? Arity{call(m, m.tags[tag].type, 0).operands, 0} : Arity{};
}

/// Of the function behind a continuation type.
Arity continuation(const Module& m, u32 number) noexcept {
  const SubType* type = type_at(m, number, CompositeKind::cont);
  return type == nullptr ? Arity{} : call(m, type->element, 0);
}

Arity cont_bind(const Module& m, u32 from, u32 to) noexcept {
  const u32 before = continuation(m, from).operands, after = continuation(m, to).operands;
  return {before < after ? 1 : before - after + 1, 1};
}

Arity suspend(const Module& m, u32 tag) noexcept {
  return tag < m.tags.size() ? call(m, m.tags[tag].type, 0) : Arity{};
}

Arity resume(const Module& m, u32 type) noexcept {
  const Arity resumed = continuation(m, type);
  return {resumed.operands + 1, resumed.results};
}

/// The continuation takes the place of its last parameter, which is the one that switches.
Arity switch_(const Module& m, u32 number) noexcept {
  const SubType* target = type_at(m, number, CompositeKind::cont);
  if (target == nullptr) return {};
  const SubType* function = type_at(m, target->element, CompositeKind::func);
  if (function == nullptr || function->param_count == 0) return {};
  const ValType last = m.types.params(*function).back();
  if (!last.is_ref() || !last.heap.is_defined()) return {};
  return {function->param_count, continuation(m, last.heap.number()).operands};
}

struct Row {
  Op op;
  Arity arity;
};
/// Rows of ops.def whose signature is "special" only because of the types.
constexpr Row rows[] = {
    {Op::drop, {1, 0}},
    {Op::select, {3, 1}},
    {Op::select_t, {3, 1}},
    {Op::local_get, {0, 1}},
    {Op::local_set, {1, 0}},
    {Op::local_tee, {1, 1}},
    {Op::global_get, {0, 1}},
    {Op::global_set, {1, 0}},
    {Op::table_get, {1, 1}},
    {Op::table_set, {2, 0}},
    {Op::table_size, {0, 1}},
    {Op::table_grow, {2, 1}},
    {Op::table_fill, {3, 0}},
    {Op::table_copy, {3, 0}},
    {Op::table_init, {3, 0}},
    {Op::memory_copy, {3, 0}},
    {Op::br, {0, 0}},
    {Op::br_table, {1, 0}},
    {Op::return_, {0, 0}},
    {Op::unreachable, {0, 0}},
    {Op::throw_ref, {1, 0}},
    {Op::rethrow, {0, 0}},
    {Op::br_on_null, {1, 1}},
    {Op::br_on_non_null, {1, 0}},
    {Op::br_on_cast, {1, 1}},
    {Op::br_on_cast_fail, {1, 1}},
    {Op::br_on_cast_desc_eq, {2, 1}},
    {Op::br_on_cast_desc_eq_fail, {2, 1}},
    {Op::ref_null, {0, 1}},
    {Op::cont_new, {1, 1}},
    {Op::ref_func, {0, 1}},
    {Op::ref_is_null, {1, 1}},
    {Op::ref_as_non_null, {1, 1}},
    {Op::ref_eq, {2, 1}},
    {Op::ref_i31, {1, 1}},
    {Op::struct_new_default, {0, 1}},
    {Op::struct_new_default_desc, {1, 1}},
    {Op::struct_get, {1, 1}},
    {Op::struct_get_s, {1, 1}},
    {Op::struct_get_u, {1, 1}},
    {Op::struct_set, {2, 0}},
    {Op::array_new, {2, 1}},
    {Op::array_new_default, {1, 1}},
    {Op::array_new_data, {2, 1}},
    {Op::array_new_elem, {2, 1}},
    {Op::array_get, {2, 1}},
    {Op::array_get_s, {2, 1}},
    {Op::array_get_u, {2, 1}},
    {Op::array_set, {3, 0}},
    {Op::array_len, {1, 1}},
    {Op::array_fill, {4, 0}},
    {Op::array_copy, {5, 0}},
    {Op::array_init_data, {4, 0}},
    {Op::array_init_elem, {4, 0}},
    {Op::ref_test, {1, 1}},
    {Op::ref_test_null, {1, 1}},
    {Op::ref_cast, {1, 1}},
    {Op::ref_cast_null, {1, 1}},
    {Op::ref_get_desc, {1, 1}},
    {Op::ref_cast_desc_eq, {2, 1}},
    {Op::ref_cast_desc_eq_null, {2, 1}},
    {Op::any_convert_extern, {1, 1}},
    {Op::extern_convert_any, {1, 1}},
    {Op::i31_get_s, {1, 1}},
    {Op::i31_get_u, {1, 1}},
};

consteval bool all_special() {
  for (const Row& row : rows)
    if (!op_info(row.op).special()) return false;
  return true;
}
static_assert(all_special(), "other rows say their arity in ops.def");

Arity special(const Module& m, Op op, const Imm& imm) noexcept {
  switch (op) {
    case Op::call: return call_function(m, imm.a);
    case Op::call_indirect:
    case Op::call_ref: return call(m, imm.a, 1);
    case Op::return_call: return {call_function(m, imm.a).operands, 0};
    case Op::return_call_indirect:
    case Op::return_call_ref: return {call(m, imm.a, 1).operands, 0};
    case Op::throw_: return throw_(m, imm.a);
    case Op::struct_new: return struct_new(m, imm.a, 0);
    case Op::struct_new_desc: return struct_new(m, imm.a, 1);
    case Op::array_new_fixed: return {imm.b, 1};
    case Op::cont_bind: return cont_bind(m, imm.a, imm.b);
    case Op::suspend: return suspend(m, imm.a);
    case Op::resume: return resume(m, imm.a);
    case Op::resume_throw: return {throw_(m, imm.b).operands + 1, continuation(m, imm.a).results};
    case Op::resume_throw_ref: return {2, continuation(m, imm.a).results};
    case Op::switch_: return switch_(m, imm.a);
    case Op::br_if:
    case Op::if_: return {1, Arity::unknown};
    default: break;
  }
  for (const Row& row : rows)
    if (row.op == op) return row.arity;
  return {};
}

}  // namespace

Arity arity_of(const Module& m, Op op, const Imm& imm) noexcept {
  const OpInfo& info = op_info(op);
  if (info.special()) return special(m, op, imm);
  return {static_cast<u32>(info.params().size()), static_cast<u32>(info.results().size())};
}

u32 block_results(const Module& m, const BlockType& type) noexcept {
  switch (type.form) {
    case BlockType::Form::empty: return 0;
    case BlockType::Form::value: return 1;
    case BlockType::Form::type: break;
  }
  return call(m, type.type, 0).results;
}

}  // namespace zhan
