// SPDX-License-Identifier: Apache-2.0
#include "wasm/types.hpp"

#include <fmt/format.h>

namespace zhan {
namespace {

const char* abs_text(AbsHeap abs) noexcept {
  switch (abs) {
    case AbsHeap::cont: return "cont";
    case AbsHeap::exn: return "exn";
    case AbsHeap::array: return "array";
    case AbsHeap::struct_: return "struct";
    case AbsHeap::i31: return "i31";
    case AbsHeap::eq: return "eq";
    case AbsHeap::any: return "any";
    case AbsHeap::extern_: return "extern";
    case AbsHeap::func: return "func";
    case AbsHeap::none: return "none";
    case AbsHeap::noextern: return "noextern";
    case AbsHeap::nofunc: return "nofunc";
    case AbsHeap::noexn: return "noexn";
    case AbsHeap::nocont: return "nocont";
  }
  return "bot";
}

/// The short form of a nullable abstract reference, as in "funcref".
std::string short_ref(AbsHeap abs) {
  switch (abs) {
    case AbsHeap::none: return "nullref";
    case AbsHeap::noextern: return "nullexternref";
    case AbsHeap::nofunc: return "nullfuncref";
    case AbsHeap::noexn: return "nullexnref";
    case AbsHeap::nocont: return "nullcontref";
    default: return fmt::format("{}ref", abs_text(abs));
  }
}

std::string ref_text(ValType type) {
  if (type.nullable && !type.exact && !type.heap.is_defined()) return short_ref(type.heap.abs());
  const std::string heap = to_string(type.heap);
  return fmt::format("(ref {}{})", type.nullable ? "null " : "",
                     type.exact ? fmt::format("(exact {})", heap) : heap);
}

}  // namespace

std::string to_string(HeapType type) {
  return type.is_defined() ? fmt::format("{}", type.number()) : abs_text(type.abs());
}

std::string to_string(ValType type) {
  switch (type.kind) {
    case TypeKind::i32: return "i32";
    case TypeKind::i64: return "i64";
    case TypeKind::f32: return "f32";
    case TypeKind::f64: return "f64";
    case TypeKind::v128: return "v128";
    case TypeKind::i8: return "i8";
    case TypeKind::i16: return "i16";
    case TypeKind::bottom: return "bot";
    case TypeKind::ref: return ref_text(type);
  }
  return "bot";
}

std::string to_string(std::span<const ValType> types) {
  std::string text = "[";
  for (const ValType& type : types) {
    if (text.size() > 1) text += ' ';
    text += to_string(type);
  }
  return text + "]";
}

const char* to_string(ExternKind kind) noexcept {
  static constexpr const char* names[] = {"func", "table", "memory", "global", "tag"};
  return names[static_cast<usize>(kind)];
}

}  // namespace zhan
