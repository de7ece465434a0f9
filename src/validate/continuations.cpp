// SPDX-License-Identifier: Apache-2.0
// Stack switching (typed continuations), off by default.
#include "validate/body.hpp"
#include "validate/messages.hpp"

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
    return raise(ErrorId::type_mismatch, " in continuation arguments");
  const usize bound = before.params.size() - after.params.size();
  if (!fits(after.params, before.params.subspan(bound)) || !fits(before.results, after.results))
    return raise(ErrorId::type_mismatch, " in continuation types");
  return pop(ref_to(from, true)) && pop_list(before.params.first(bound)) && push(ref_to(to, false));
}

bool Body::on_suspend() {
  Signature signature;
  return tag(m_imm.a, signature) && call_signature(signature);
}

/// The function type of a reference to a continuation type.
bool Body::continuation_behind(ValType type, Signature& signature) {
  const TypeId id = type.heap.number();
  const TypeId function = m_types.cont_func(id);
  if (function == no_type)
    return raise(ErrorId::not_a_continuation_type, ' ' + show(m_module, type.heap));
  signature = m_types.func_type(function);
  return true;
}

/// A handler's label takes the tag's parameters and a continuation from its results to ours.
bool Body::resume_label(const Handler& handler, Signature effect, Signature resumed) {
  const Control* frame = nullptr;
  if (!label(handler.label, frame)) return false;
  const std::span<const ValType> wanted = label_types(*frame);
  if (wanted.empty() || !wanted.back().is_ref() || !wanted.back().heap.is_defined())
    return raise(ErrorId::type_mismatch,
                 ": instruction requires concrete continuation reference type but label has " +
                     show(m_module, wanted));
  Signature rest;
  if (!continuation_behind(wanted.back(), rest)) return false;
  if (!fits(rest.params, effect.results) || !fits(resumed.results, rest.results))
    return raise(ErrorId::type_mismatch, " in continuation type");
  const usize n = effect.params.size();
  if (wanted.size() != n + 1 || !fits(effect.params, wanted.first(n)))
    return raise(ErrorId::type_mismatch, ": label of a handler");
  return true;
}

/// Whoever is switched to takes the place of the one that was resumed, and the other way round: so
/// both have the results of the tag.
bool Body::switch_clause(Signature effect, Signature resumed) {
  if (!effect.params.empty()) return raise(ErrorId::type_mismatch, " in switch tag");
  const bool same = fits(effect.results, resumed.results) && fits(resumed.results, effect.results);
  return same ||
         raise(ErrorId::type_mismatch, ": results of the switch tag and of the continuation");
}

bool Body::resume_handlers(Signature resumed) {
  for (const Handler& handler : m_imm.handlers) {
    Signature effect;
    if (!tag(handler.tag, effect)) return false;
    const bool valid =
        handler.is_switch ? switch_clause(effect, resumed) : resume_label(handler, effect, resumed);
    if (!valid) return false;
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
  return continuation(m_imm.a, id, signature) && exception_tag(m_imm.b, exception) &&
         resume_handlers(signature) && pop(ref_to(id, true)) && pop_list(exception.params) &&
         push_list(signature.results);
}

/// The last parameter of the target is the continuation of the one that switches.
bool Body::on_switch() {
  TypeId id = no_type;
  Signature target, own, effect;
  if (!continuation(m_imm.a, id, target)) return false;
  const ValType last = target.params.empty() ? type_bottom : target.params.back();
  if (!last.is_ref() || !last.heap.is_defined())
    return raise(ErrorId::type_mismatch,
                 ": instruction requires continuation reference type but the type annotation has " +
                     show(m_module, target.params));
  if (!continuation_behind(last, own) || !tag(m_imm.b, effect)) return false;
  if (!effect.params.empty()) return raise(ErrorId::type_mismatch, " in switch tag");
  if (!fits(target.results, effect.results) || !fits(effect.results, own.results))
    return raise(ErrorId::type_mismatch, " in continuation types");
  return pop(ref_to(id, true)) && pop_list(target.params.first(target.params.size() - 1)) &&
         push_list(own.params);
}

}  // namespace zhan::validate
