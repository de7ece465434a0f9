// SPDX-License-Identifier: Apache-2.0
#include "abi/object.hpp"

namespace zhan::abi {
namespace {

[[nodiscard]] bool is_of(const TypeEntry* types, TypeId type, CastTarget target) noexcept {
  return target.exact ? type == target.type : is_subtype(types, type, target.type);
}

}  // namespace

bool matches_object(const TypeEntry* types, u8* heap_base, Ref ref, CastTarget target) noexcept {
  using Kind = CastTarget::Kind;
  switch (target.kind) {
    case Kind::any_object: return true;
    case Kind::nothing: return false;
    case Kind::i31: return is_i31(ref);
    case Kind::function: return is_of(types, reinterpret_cast<const Func*>(ref)->type, target);
    default: break;
  }
  if (is_i31(ref)) return target.kind == Kind::eq;
  const u32 type = header(heap_base, ref).type;
  if (type >= first_special_kind) return false;  // host values are in no type of modules
  switch (target.kind) {
    case Kind::eq: return true;
    case Kind::struct_: return types[type].kind == CompositeKind::struct_;
    case Kind::array: return types[type].kind == CompositeKind::array;
    default: return is_of(types, type, target);
  }
}

}  // namespace zhan::abi
