// SPDX-License-Identifier: Apache-2.0
// Constant expressions (specification §3.4.14): a small stack machine over validated bytes.
#include "abi/builtins.hpp"
#include "base/assert.hpp"
#include "runtime/objects.hpp"
#include "wasm/reader.hpp"
#include "wasm/sem_evaluate.hpp"

namespace zhan::runtime {
namespace {

class Evaluator {
 public:
  Evaluator(InstanceImpl& instance, ConstExpr expression) noexcept
      : m_instance(instance),
        m_impl(instance.store().impl()),
        m_reader(instance.definition().view(expression), expression.offset),
        m_scratch{m_impl.scratch, &m_stack} {
    m_impl.scratch = &m_scratch;
  }
  ~Evaluator() { m_impl.scratch = m_scratch.previous; }
  Evaluator(const Evaluator&) = delete;
  Evaluator& operator=(const Evaluator&) = delete;

  Result<void> run() {
    for (;;) {
      const u64 offset = m_reader.offset();
      const Op op = m_reader.op();
      if (!m_reader.ok()) return fail(m_reader.error());
      if (op == Op::end) return {};
      read_imm(m_reader, op_info(op), m_imm);
      if (op_info(op).is(trait::gc)) {
        ZHAN_TRY_VOID(allocate(op));
        continue;
      }
      if (!step(op))
        return fail(
            ErrorId::unsupported_feature, offset,
            std::string(op_info(op).text) + " in a constant expression is not supported yet");
    }
  }

  void result(abi::Slot (&value)[2]) const noexcept {
    ZHAN_ASSERT(!m_stack.empty() && m_stack.size() <= 2, "a constant expression leaves one value");
    value[0] = m_stack[0];
    value[1] = m_stack.size() > 1 ? m_stack[1] : 0;
  }

 private:
  bool step(Op op) {
    switch (op) {
      case Op::i32_const:
      case Op::i64_const:
      case Op::f32_const:
      case Op::f64_const: push(m_imm.bits); return true;
      case Op::v128_const: push_vector(); return true;
      case Op::global_get: push_global(m_imm.a); return true;
      case Op::ref_null: push(0); return true;
      case Op::ref_func: push(reinterpret_cast<u64>(m_instance.func(m_imm.a))); return true;
      case Op::ref_i31:
        m_stack.back() = static_cast<u32>(m_stack.back()) << 1 | 1;  // C7: 32 bits, odd
        return true;
      case Op::any_convert_extern:
      case Op::extern_convert_any: return true;  // C7: the same bits
      default: return evaluate(op);
    }
  }

  /// Heap objects, by the builtins that all engines call.
  Result<void> allocate(Op op) {
    const TypeId type = m_instance.definition().canonical[m_imm.a];
    switch (op) {
      case Op::struct_new: return run(abi::builtin::struct_new, fields_slots(type), type);
      case Op::struct_new_desc:
        return run(abi::builtin::struct_new_desc, fields_slots(type) + 1, type);
      case Op::struct_new_default: return run(abi::builtin::struct_new_default, 0, type);
      case Op::struct_new_default_desc: return run(abi::builtin::struct_new_default_desc, 1, type);
      case Op::array_new: return run(abi::builtin::array_new, fields_slots(type) + 1, type);
      case Op::array_new_default: return run(abi::builtin::array_new_default, 1, type);
      case Op::array_new_fixed:
        return run(abi::builtin::array_new_fixed, fields_slots(type) * m_imm.b, type);
      default: ZHAN_UNREACHABLE("validation lets no other allocation be constant");
    }
  }

  /// Slots of the fields of a struct, or of one element.
  [[nodiscard]] usize fields_slots(TypeId type) const noexcept {
    usize slots = 0;
    for (const FieldType& field : m_impl.config.types->fields(type)) slots += field.type.slots();
    return slots;
  }

  Result<void> run(abi::Builtin builtin, usize operands, TypeId type) {
    ZHAN_ASSERT(m_stack.size() >= operands, "validated operands");
    const usize first = m_stack.size() - operands;
    if (operands == 0) push(0);  // room for the result
    abi::Inst* const inst = m_instance.inst();
    if (builtin(inst->exec, inst, m_stack.data() + first, type, m_imm.b) != abi::Status::returned)
      return fail(m_impl.take_error(abi::Status::trapped));
    m_stack.resize(first + 1);
    return {};
  }

  /// Arithmetic of extended-const: two operands, one result, one slot each.
  bool evaluate(Op op) {
    if (!sem::can_evaluate(op) || op_info(op).params().size() != 2) return false;
    ZHAN_ASSERT(m_stack.size() >= 2, "validated operands");
    abi::Slot* const operands = m_stack.data() + m_stack.size() - 2;
    const Trap trap = sem::evaluate(op, m_imm, operands, operands);
    ZHAN_ASSERT(trap == Trap::none, "constant arithmetic cannot trap");
    m_stack.pop_back();
    return trap == Trap::none;
  }

  void push(u64 value) { m_stack.push_back(value); }
  void push_vector() {
    for (const u64 half : m_imm.v128.lanes<u64>()) push(half);
  }
  void push_global(u32 index) {
    const abi::Slot* const value = m_instance.global_value(index);
    push(value[0]);
    if (m_instance.definition().globals[index].type.type.kind == TypeKind::v128) push(value[1]);
  }

  InstanceImpl& m_instance;
  Store::Impl& m_impl;
  ByteReader m_reader;
  Imm m_imm;
  std::vector<abi::Slot> m_stack;
  const Scratch m_scratch;
};

}  // namespace

Result<void> evaluate_const(InstanceImpl& instance, ConstExpr expression, abi::Slot (&value)[2]) {
  Evaluator evaluator(instance, expression);
  ZHAN_TRY_VOID(evaluator.run());
  evaluator.result(value);
  return {};
}

}  // namespace zhan::runtime
