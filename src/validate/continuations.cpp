// SPDX-License-Identifier: Apache-2.0
// Stack switching (typed continuations), off by default.
#include "validate/body.hpp"

namespace zhan::validate {

bool Body::continuation(u32 index, TypeId& id, Signature& signature) {
  if (!type_of_kind(index, CompositeKind::cont, id)) return false;
  signature = m_types.func_type(m_types.cont_func(id));
  return true;
}

bool Body::on_cont_new() {
  TypeId id = no_type;
  Signature ignored;
  return continuation(m_imm.a, id, ignored) && pop(ref_to(m_types.cont_func(id), true)) &&
         push(ref_to(id, false));
}

/// The second type is the first with its leading parameters bound.
bool Body::on_cont_bind() {
  TypeId from = no_type, to = no_type;
  Signature before, after;
  if (!continuation(m_imm.a, from, before) || !continuation(m_imm.b, to, after)) return false;
  if (before.params.size() < after.params.size())
    return raise(ErrorId::type_mismatch, ": cont.bind adds parameters");
  const usize bound = before.params.size() - after.params.size();
  if (!fits(after.params, before.params.subspan(bound)) || !fits(before.results, after.results))
    return raise(ErrorId::type_mismatch, ": the continuation types of cont.bind differ");
  return pop(ref_to(from, true)) && pop_list(before.params.first(bound)) && push(ref_to(to, false));
}

bool Body::on_suspend() {
  Signature signature;
  return tag(m_imm.a, signature) && call_signature(signature);
}

/// A handler's label takes the tag's parameters and a continuation from its results to ours.
bool Body::resume_handlers(Signature resumed) {
  for (const Handler& handler : m_imm.handlers) {
    Signature effect;
    if (!tag(handler.tag, effect)) return false;
    if (handler.is_switch) continue;
    const Control* frame = nullptr;
    if (!label(handler.label, frame)) return false;
    const std::span<const ValType> wanted = label_types(*frame);
    const usize n = effect.params.size();
    if (wanted.size() != n + 1 || !fits(effect.params, wanted.first(n)))
      return raise(ErrorId::type_mismatch, ": label of a handler");
    const ValType last = wanted.back();
    const TypeId function =
        last.is_ref() && last.heap.is_defined() ? m_types.cont_func(last.heap.number()) : no_type;
    if (function == no_type) return raise(ErrorId::type_mismatch, ": label of a handler");
    const Signature rest = m_types.func_type(function);
    if (!fits(rest.params, effect.results) || !fits(resumed.results, rest.results))
      return raise(ErrorId::type_mismatch, ": continuation of a handler");
  }
  return true;
}

bool Body::on_resume() {
  TypeId id = no_type;
  Signature signature;
  if (!continuation(m_imm.a, id, signature) || !resume_handlers(signature)) return false;
  if (!pop(ref_to(id, true))) return false;
  if (m_op == Op::resume) return call_signature(signature);
  return pop(ValType::ref(AbsHeap::exn, true)) && push_list(signature.results);
}

bool Body::on_resume_throw() {
  TypeId id = no_type;
  Signature signature, exception;
  return continuation(m_imm.a, id, signature) && tag(m_imm.b, exception) &&
         resume_handlers(signature) && pop(ref_to(id, true)) && pop_list(exception.params) &&
         push_list(signature.results);
}

/// The last parameter of the target is the continuation of the one that switches.
bool Body::on_switch() {
  TypeId id = no_type;
  Signature target, effect;
  if (!continuation(m_imm.a, id, target) || !tag(m_imm.b, effect)) return false;
  const ValType last = target.params.empty() ? type_bottom : target.params.back();
  const TypeId function =
      last.is_ref() && last.heap.is_defined() ? m_types.cont_func(last.heap.number()) : no_type;
  if (function == no_type || !effect.params.empty())
    return raise(ErrorId::type_mismatch, ": types of switch");
  const Signature own = m_types.func_type(function);
  if (!fits(target.results, effect.results) || !fits(effect.results, own.results))
    return raise(ErrorId::type_mismatch, ": results of switch");
  return pop(ref_to(id, true)) && pop_list(target.params.first(target.params.size() - 1)) &&
         push_list(own.params);
}

}  // namespace zhan::validate
