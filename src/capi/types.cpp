// SPDX-License-Identifier: Apache-2.0
#include "capi/types.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "capi/error.hpp"
#include "engine/convert.hpp"

namespace zhan::capi {
namespace {

zhan_valkind_t kind_of(AbsHeap heap) noexcept {
  switch (heap) {
    case AbsHeap::func:
    case AbsHeap::nofunc: return ZHAN_FUNC;
    case AbsHeap::extern_:
    case AbsHeap::noextern: return ZHAN_EXTERN;
    case AbsHeap::exn:
    case AbsHeap::noexn: return ZHAN_EXN;
    case AbsHeap::cont:
    case AbsHeap::nocont: return ZHAN_NONE;
    default: return ZHAN_ANY;
  }
}

AbsHeap top_of(zhan_valkind_t kind) noexcept {
  switch (kind) {
    case ZHAN_FUNC: return AbsHeap::func;
    case ZHAN_EXTERN: return AbsHeap::extern_;
    case ZHAN_EXN: return AbsHeap::exn;
    default: return AbsHeap::any;
  }
}

bool is_abstract_heap(u8 byte) noexcept {
  return byte >= static_cast<u8>(AbsHeap::cont) && byte <= static_cast<u8>(AbsHeap::nocont);
}

std::unexpected<Error> not_a_type(const char* what) {
  return fail(ErrorKind::type, fmt::format("not a value type: {}", what));
}

Result<HeapType> heap_of(zhan_valtype_t type, const TypeInterner* types) {
  if (type.heap == 0) return HeapType(top_of(type.kind));
  if (type.heap == ZHAN_HEAP_DEFINED) {
    if (types == nullptr)
      return fail(ErrorKind::type,
                  "a type that a module defines comes only with the module's types");
    if (type.type >= types->count()) return not_a_type("the engine has no type of this number");
    return HeapType::defined(type.type);
  }
  if (!is_abstract_heap(type.heap)) return not_a_type("unknown heap type");
  return HeapType(static_cast<AbsHeap>(type.heap));
}

constexpr TypeKind number_kinds[] = {TypeKind::bottom, TypeKind::i32, TypeKind::i64,
                                     TypeKind::f32,    TypeKind::f64, TypeKind::v128};

Result<std::vector<ValType>> list_of(const zhan_valtype_t* types, size_t count) {
  constexpr size_t most = 1000;  // of parameters or results, as in modules
  if (count > most) return fail(ErrorKind::limit, "too many parameters or results: at most 1,000");
  if (types == nullptr && count != 0) return not_a_type("the list is NULL");
  std::vector<ValType> list;
  for (size_t i = 0; i < count; ++i) {
    ZHAN_TRY(const ValType type, from_api(types[i], nullptr));
    list.push_back(type);
  }
  return list;
}

bool is_ref(const ValType& type) noexcept { return type.is_ref(); }

}  // namespace

zhan_valkind_t kind_of(ValType type, const TypeInterner* types) noexcept {
  switch (type.kind) {
    case TypeKind::i32: return ZHAN_I32;
    case TypeKind::i64: return ZHAN_I64;
    case TypeKind::f32: return ZHAN_F32;
    case TypeKind::f64: return ZHAN_F64;
    case TypeKind::v128: return ZHAN_V128;
    case TypeKind::ref: break;
    default: return ZHAN_NONE;
  }
  if (!type.heap.is_defined()) return kind_of(type.heap.abs());
  return types == nullptr ? ZHAN_NONE : kind_of(types->top(type.heap));
}

zhan_valtype_t to_api(ValType type, const TypeInterner* types) noexcept {
  zhan_valtype_t made{};
  made.kind = static_cast<u8>(kind_of(type, types));
  if (!type.is_ref()) return made;
  made.flags = static_cast<u8>((type.nullable ? ZHAN_NULLABLE : 0) | (type.exact ? ZHAN_EXACT : 0));
  if (type.heap.is_defined()) {
    made.heap = ZHAN_HEAP_DEFINED;
    made.type = type.heap.number();
  } else {
    made.heap = static_cast<u8>(type.heap.abs());
  }
  return made;
}

Result<ValType> from_api(zhan_valtype_t type, const TypeInterner* types) {
  if (type.kind == ZHAN_NONE || type.kind > ZHAN_EXN) return not_a_type("unknown kind");
  if (type.kind <= ZHAN_V128) return ValType(number_kinds[type.kind]);
  ZHAN_TRY(const HeapType heap, heap_of(type, types));
  const ValType made =
      ValType::ref(heap, (type.flags & ZHAN_NULLABLE) != 0, (type.flags & ZHAN_EXACT) != 0);
  if (kind_of(made, types) != type.kind) return not_a_type("the heap type is of another kind");
  return made;
}

Kept<zhan_functype_t> functype_of(const std::shared_ptr<TypeInterner>& types, TypeId id) {
  const Signature signature = types->func_type(id);
  FuncType type{{signature.params.begin(), signature.params.end()},
                {signature.results.begin(), signature.results.end()}};
  return Kept<zhan_functype_t>(
      std::make_unique<zhan_functype>(std::move(type), types, id).release());
}

Result<TypeId> id_in(const zhan_functype_t& type, const std::shared_ptr<TypeInterner>& types) {
  if (type.types == types) return type.id;
  if (type.types == nullptr) return types->intern(type.type);
  const auto defined = [](const ValType& t) { return t.is_ref() && t.heap.is_defined(); };
  if (std::any_of(type.type.params.begin(), type.type.params.end(), defined) ||
      std::any_of(type.type.results.begin(), type.type.results.end(), defined))
    return fail(ErrorKind::type, "the function type names types of another engine");
  return types->intern(type.type);
}

bool has_references(const FuncType& type) noexcept {
  return std::any_of(type.params.begin(), type.params.end(), is_ref) ||
         std::any_of(type.results.begin(), type.results.end(), is_ref);
}

zhan_extern_kind_t to_api(ExternKind kind) noexcept { return static_cast<int32_t>(kind) + 1; }
static_assert(static_cast<int>(ExternKind::func) + 1 == ZHAN_EXTERN_FUNC &&
                  static_cast<int>(ExternKind::memory) + 1 == ZHAN_EXTERN_MEMORY &&
                  static_cast<int>(ExternKind::tag) + 1 == ZHAN_EXTERN_TAG,
              "the API has the kinds of the binary format, from 1");

zhan_limits_t to_api(const MemoryType& type, u64 min) noexcept {
  zhan_limits_t made{};
  made.min = min;
  made.has_max = type.limits.has_max;
  made.max = type.limits.has_max ? type.limits.max : 0;
  made.is64 = type.is64;
  made.shared = type.shared;
  made.page_log2 = type.page_log2;
  made.custom_page = type.page_log2 != 16;
  return made;
}

zhan_limits_t to_api(const TableType& type, u64 min) noexcept {
  zhan_limits_t made{};
  made.min = min;
  made.has_max = type.limits.has_max;
  made.max = type.limits.has_max ? type.limits.max : 0;
  made.is64 = type.is64;
  return made;
}

namespace {

Result<Limits> bounds_of(const zhan_limits_t& limits, u64 most) {
  Limits made{limits.min, limits.has_max ? limits.max : ~u64{0}, limits.has_max};
  if (limits.has_max && limits.min > limits.max)
    return fail(ErrorKind::type, "size minimum must not be greater than maximum");
  if (limits.min > most || (limits.has_max && limits.max > most))
    return fail(ErrorKind::type, fmt::format("bounds above {}", most));
  return made;
}

}  // namespace

Result<MemoryType> memory_type(const zhan_limits_t& limits) {
  MemoryType type;
  type.page_log2 = limits.custom_page ? limits.page_log2 : 16;
  if (type.page_log2 != 0 && type.page_log2 != 16)
    return fail(ErrorKind::type, "pages of a memory have 1 or 65,536 bytes");
  type.has_page_size = limits.custom_page;
  type.is64 = limits.is64;
  type.shared = limits.shared;
  if (type.shared && !limits.has_max)
    return fail(ErrorKind::type, "shared memory must have maximum");
  const u32 address_bits = limits.is64 ? 64 : 32;
  const u32 count_bits = address_bits - type.page_log2;
  const u64 most = count_bits == 64 ? ~u64{0} : u64{1} << count_bits;
  ZHAN_TRY(type.limits, bounds_of(limits, most));
  return type;
}

Result<TableType> table_type(const zhan_limits_t& limits, ValType element) {
  TableType type;
  type.element = element;
  type.is64 = limits.is64;
  ZHAN_TRY(type.limits, bounds_of(limits, limits.is64 ? ~u64{0} : ~u32{0}));
  return type;
}

}  // namespace zhan::capi

using namespace zhan::capi;

zhan_functype::zhan_functype(zhan::FuncType t, std::shared_ptr<zhan::TypeInterner> owner,
                             zhan::TypeId canonical)
    : type(std::move(t)), types(std::move(owner)), id(canonical) {
  for (const zhan::ValType& param : type.params) params.push_back(to_api(param, types.get()));
  for (const zhan::ValType& result : type.results) results.push_back(to_api(result, types.get()));
}

zhan_error_t* zhan_functype_new(const zhan_valtype_t* params, size_t param_count,
                                const zhan_valtype_t* results, size_t result_count,
                                zhan_functype_t** out) {
  *out = nullptr;
  return guarded([&]() -> zhan_error_t* {
    auto first = list_of(params, param_count);
    if (!first) return to_api(std::move(first.error()), nullptr);
    auto second = list_of(results, result_count);
    if (!second) return to_api(std::move(second.error()), nullptr);
    zhan::FuncType type{std::move(*first), std::move(*second)};
    *out = std::make_unique<zhan_functype>(std::move(type), nullptr, zhan::no_type).release();
    return nullptr;
  });
}

zhan_error_t* zhan_functype_parse(zhan_str_t text, zhan_functype_t** out) {
  *out = nullptr;
  return guarded([&]() -> zhan_error_t* {
    auto type = zhan::engine::parse_signature(view(text));
    if (!type) return to_api(std::move(type.error()), nullptr);
    *out = std::make_unique<zhan_functype>(std::move(*type), nullptr, zhan::no_type).release();
    return nullptr;
  });
}

zhan_functype_t* zhan_functype_keep(zhan_functype_t* type) { return keep(type); }
void zhan_functype_drop(zhan_functype_t* type) { drop(type); }

void zhan_functype_get(const zhan_functype_t* type, const zhan_valtype_t** params,
                       size_t* param_count, const zhan_valtype_t** results, size_t* result_count) {
  if (params != nullptr) *params = type->params.data();
  if (param_count != nullptr) *param_count = type->params.size();
  if (results != nullptr) *results = type->results.data();
  if (result_count != nullptr) *result_count = type->results.size();
}
