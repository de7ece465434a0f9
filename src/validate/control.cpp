// SPDX-License-Identifier: Apache-2.0
// Blocks, branches, exceptions (specification §3.4.1, legacy exceptions too).
#include <algorithm>

#include "validate/body.hpp"

namespace zhan::validate {

std::span<const ValType> Body::params(const Control& frame) const noexcept {
  if (frame.form != BlockType::Form::type) return {};
  return m_types.func_type(frame.type).params;
}

std::span<const ValType> Body::results(const Control& frame) const noexcept {
  switch (frame.form) {
    case BlockType::Form::empty: return {};
    case BlockType::Form::value: return {&frame.value, 1};
    case BlockType::Form::type: break;
  }
  return m_types.func_type(frame.type).results;
}

bool Body::label(u32 depth, const Control*& frame) {
  if (depth >= m_controls.size()) return raise_index(ErrorId::unknown_label, depth);
  frame = &m_controls[m_controls.size() - 1 - depth];
  return true;
}

/// Checks the type of a block and replaces its number by the canonical id.
bool Body::block_frame(BlockType& type) {
  if (type.form == BlockType::Form::value) return value_type(type.value);
  if (type.form == BlockType::Form::empty) return true;
  if (off(Feature::multi_value))
    return refuse_feature(Feature::multi_value, "a block with a function type");
  return type_of_kind(type.type, CompositeKind::func, type.type);
}

/// Opens a frame above the operands that it takes.
bool Body::enter(Op op, const BlockType& type) {
  const Control frame{type.value, type.type, height(), m_wide, static_cast<u32>(m_inits.size()),
                      op,         type.form, false};
  ZHAN_ASSERT(m_floor == m_base + (m_controls.empty() ? 0 : m_controls.back().height),
              "the floor is that of the innermost frame");
  if (type.form != BlockType::Form::type) {
    m_controls.push_back(frame);
    m_floor = m_top;
  } else {
    const std::span<const ValType> operands = params(frame);
    if (!pop_list(operands)) return false;
    m_controls.push_back(frame);
    m_controls.back().height = height();
    m_controls.back().wide = m_wide;
    m_floor = m_top;
    if (!push_list(operands)) return false;
  }
  m_max_depth = std::max(m_max_depth, static_cast<u32>(m_controls.size()));
  return true;
}

/// Locals set inside a block are unset after it; each was noted once, so this costs what setting
/// did.
void Body::forget_locals(u32 count) {
  ZHAN_ASSERT(count <= m_inits.size(), "inner frames forget before outer ones");
  for (; m_inits.size() > count; m_inits.pop_back()) m_init_epoch[m_inits.back()] = 0;
}

/// At the end of an arm: exactly the results are there.
bool Body::leave_frame() {
  const Control& frame = m_controls.back();
  const std::span<const ValType> types = results(frame);
  ValType* const top = m_top;
  if (!pop_list(types)) return false;
  if (m_top != m_floor) {
    m_top = top;
    return not_empty(types);
  }
  forget_locals(frame.init_count);
  return true;
}

/// The next arm of the same frame (else, catch) begins with `operands`.
bool Body::restart_frame(Op op, std::span<const ValType> operands) {
  Control& frame = m_controls.back();
  ZHAN_ASSERT(m_top == m_floor, "the arm before left nothing but its results");
  frame.op = op;
  frame.unreachable = false;
  drop_to(frame.height, frame.wide);
  return push_list(operands);
}

/// What follows may assume any operands; those of the frame are forgotten.
bool Body::unreachable() {
  Control& frame = m_controls.back();
  drop_to(frame.height, frame.wide);
  frame.unreachable = true;
  return true;
}

bool Body::on_unreachable() { return unreachable(); }

bool Body::on_block() {
  BlockType type = m_reader->block_type();
  return block_frame(type) && enter(m_op, type);
}

bool Body::on_if() { return block_frame(m_imm.block) && pop(type_i32) && enter(m_op, m_imm.block); }

bool Body::on_else() {
  if (m_controls.back().op != Op::if_) return raise(ErrorId::end_opcode_expected);
  return leave_frame() && restart_frame(Op::else_, params(m_controls.back()));
}

bool Body::on_end() {
  const Control frame = m_controls.back();
  if (!leave_frame()) return false;
  if (frame.op == Op::if_ && !fits(params(frame), results(frame))) {
    // The missing else arm passes the parameters on.
    drop_to(frame.height, frame.wide);
    return push_list(params(frame)) && not_empty(results(frame));
  }
  m_controls.pop_back();
  if (m_controls.empty()) return true;
  m_floor = m_base + m_controls.back().height;
  return push_list(results(frame));
}

// Branches
// ------------------------------------------------------------------------------------------

bool Body::on_br() {
  const Control* frame = nullptr;
  return label(m_reader->u32_leb(), frame) && pop_list(label_types(*frame)) && unreachable();
}

bool Body::on_br_if() {
  const Control* frame = nullptr;
  if (!label(m_reader->u32_leb(), frame) || !pop(type_i32)) return false;
  const std::span<const ValType> types = label_types(*frame);
  return types.empty() || branch(types);
}

/// Operands against one label, unless this br_table has met the label or its type before: the cost
/// of a list of targets stays proportional to its distinct types.
bool Body::check_label_once(u32 depth, usize arity) {
  const Control* frame = nullptr;
  if (!label(depth, frame)) return false;
  u32& seen = m_label_stamp[depth];
  if (seen == m_stamp) return true;
  seen = m_stamp;
  if (frame->form == BlockType::Form::type) {
    const usize key = 2 * usize{frame->type} + (frame->op == Op::loop);
    if (key >= m_type_stamp.size()) m_type_stamp.resize(key + 1);
    if (m_type_stamp[key] == m_stamp) return true;
    m_type_stamp[key] = m_stamp;
  }
  const std::span<const ValType> types = label_types(*frame);
  if (types.size() != arity) {
    return raise(ErrorId::type_mismatch, ": labels of br_table differ in their number of types");
  }
  ValType* const top = m_top;
  const u32 wide = m_wide;
  if (!pop_list(types)) return false;
  m_top = top;  // only looked at
  m_wide = wide;
  return true;
}

/// The default label comes last and sets the number of types.
bool Body::on_br_table() {
  ZHAN_ASSERT(!m_imm.labels.empty(), "a branch table has a default label");
  const Control* frame = nullptr;
  if (!pop(type_i32) || !label(m_imm.labels.back(), frame)) return false;
  if (m_label_stamp.size() < m_controls.size()) m_label_stamp.resize(m_controls.size());
  ++m_stamp;
  const usize arity = label_types(*frame).size();
  for (const u32 depth : m_imm.labels)
    if (!check_label_once(depth, arity)) return false;
  return unreachable();
}

bool Body::on_return() { return pop_list(results(m_controls.front())) && unreachable(); }

bool Body::on_br_on_null() {
  const Control* frame = nullptr;
  ValType found;
  if (!label(m_imm.a, frame) || !pop_ref(found) || !branch(label_types(*frame))) return false;
  found.nullable = false;
  return push(found);
}

bool Body::on_br_on_non_null() {
  const Control* frame = nullptr;
  ValType found;
  if (!label(m_imm.a, frame) || !pop_ref(found)) return false;
  const std::span<const ValType> types = label_types(*frame);
  if (types.empty()) return raise(ErrorId::type_mismatch, ": the label takes no reference");
  found.nullable = false;
  return push(found) && pop_list(types) && push_list(types.first(types.size() - 1));
}

/// br_on_cast and its kin: `from` is on the stack, the branch takes what its name says.
bool Body::cast_branch(ValType from, ValType to, bool branch_if_cast) {
  const Control* frame = nullptr;
  if (!label(m_imm.a, frame)) return false;
  // Custom descriptors ask only for one hierarchy.
  if (!(m_exact ? m_types.top(from.heap) == m_types.top(to.heap) : fits(to, from)))
    return wrong_type(to, from);
  ValType rest = from;
  if (to.nullable) rest.nullable = false;
  const ValType sent = branch_if_cast ? to : rest;
  const std::span<const ValType> types = label_types(*frame);
  if (types.empty() || !fits(sent, types.back())) {
    const ValType wanted = types.empty() ? type_bottom : types.back();
    return wrong_type(sent, wanted);
  }
  return pop(from) && branch(types.first(types.size() - 1)) && push(branch_if_cast ? rest : to);
}

bool Body::on_br_on_cast() {
  return value_type(m_imm.from) && cast_target(m_imm.ref) &&
         cast_branch(m_imm.from, m_imm.ref, m_op == Op::br_on_cast);
}

bool Body::on_br_on_cast_desc() {
  return value_type(m_imm.from) && value_type(m_imm.ref) && descriptor_operand(m_imm.ref) &&
         cast_branch(m_imm.from, m_imm.ref, m_op == Op::br_on_cast_desc_eq);
}

// Exceptions
// ----------------------------------------------------------------------------------------

/// What is thrown has no results; with stack switching there are other tags.
bool Body::exception_tag(u32 index, Signature& signature) {
  if (!tag(index, signature)) return false;
  return signature.results.empty() || raise(ErrorId::type_mismatch, " in exception tag");
}

bool Body::on_throw() {
  Signature signature;
  return exception_tag(m_imm.a, signature) && pop_list(signature.params) && unreachable();
}

bool Body::on_throw_ref() { return pop(ValType::ref(AbsHeap::exn, true)) && unreachable(); }

/// The label takes what the clause sends: the tag's parameters, the exception, both or nothing.
bool Body::catch_clause(const Catch& clause) {
  Signature signature;
  const Control* frame = nullptr;
  if (clause.has_tag() && !tag(clause.tag, signature)) return false;
  if (!label(clause.label, frame)) return false;
  const std::span<const ValType> wanted = label_types(*frame);
  const std::span<const ValType> sent = signature.params;
  const ValType exception = ValType::ref(AbsHeap::exn, false);
  const bool with_ref = clause.has_ref();
  if (wanted.size() != sent.size() + with_ref || !fits(sent, wanted.first(sent.size())) ||
      (with_ref && !fits(exception, wanted.back())))
    return raise(ErrorId::type_mismatch, ": catch sends " + show(m_module, sent) +
                                             (with_ref ? " and (ref exn)" : "") +
                                             " but the label takes " + show(m_module, wanted));
  return true;
}

bool Body::on_try_table() {
  if (!block_frame(m_imm.block)) return false;
  for (const Catch& clause : m_imm.catches)
    if (!catch_clause(clause)) return false;
  return enter(m_op, m_imm.block);
}

bool Body::on_try() { return block_frame(m_imm.block) && enter(m_op, m_imm.block); }

bool Body::on_catch() {
  const Op op = m_controls.back().op;
  if (op != Op::try_ && op != Op::catch_) return raise(ErrorId::end_opcode_expected);
  Signature signature;
  return tag(m_imm.a, signature) && leave_frame() && restart_frame(Op::catch_, signature.params);
}

bool Body::on_catch_all() {
  const Op op = m_controls.back().op;
  if (op != Op::try_ && op != Op::catch_) return raise(ErrorId::end_opcode_expected);
  return leave_frame() && restart_frame(Op::catch_all, {});
}

/// The end of a try without handlers.
bool Body::on_delegate() {
  if (m_controls.back().op != Op::try_) return raise(ErrorId::end_opcode_expected);
  const Control* ignored = nullptr;
  // Labels count from outside the try; its own frame is still there.
  if (m_imm.a >= m_controls.size() - 1) return raise_index(ErrorId::unknown_label, m_imm.a);
  return label(m_imm.a + 1, ignored) && on_end();
}

bool Body::on_rethrow() {
  const Control* frame = nullptr;
  if (!label(m_imm.a, frame)) return false;
  if (frame->op != Op::catch_ && frame->op != Op::catch_all)
    return raise(ErrorId::invalid_rethrow_label);
  return unreachable();
}

}  // namespace zhan::validate
