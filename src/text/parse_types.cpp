// SPDX-License-Identifier: Apache-2.0
#include "text/parse_types.hpp"

#include "base/assert.hpp"

#include <algorithm>
#include <bit>
#include <span>

namespace zhan::text {
namespace {

struct TypeWord {
  std::string_view word;
  ValType type;
};
constexpr ValType null_ref(AbsHeap heap) { return ValType::ref(heap, true); }
constexpr TypeWord type_words[] = {
    {"i32", type_i32},
    {"i64", type_i64},
    {"f32", type_f32},
    {"f64", type_f64},
    {"v128", type_v128},
    {"funcref", null_ref(AbsHeap::func)},
    {"externref", null_ref(AbsHeap::extern_)},
    {"anyref", null_ref(AbsHeap::any)},
    {"eqref", null_ref(AbsHeap::eq)},
    {"i31ref", null_ref(AbsHeap::i31)},
    {"structref", null_ref(AbsHeap::struct_)},
    {"arrayref", null_ref(AbsHeap::array)},
    {"exnref", null_ref(AbsHeap::exn)},
    {"contref", null_ref(AbsHeap::cont)},
    {"nullref", null_ref(AbsHeap::none)},
    {"nullfuncref", null_ref(AbsHeap::nofunc)},
    {"nullexternref", null_ref(AbsHeap::noextern)},
    {"nullexnref", null_ref(AbsHeap::noexn)},
    {"nullcontref", null_ref(AbsHeap::nocont)},
};

struct HeapWord {
  std::string_view word;
  AbsHeap heap;
};
constexpr HeapWord heap_words[] = {
    {"func", AbsHeap::func},   {"extern", AbsHeap::extern_}, {"any", AbsHeap::any},
    {"eq", AbsHeap::eq},       {"i31", AbsHeap::i31},        {"struct", AbsHeap::struct_},
    {"array", AbsHeap::array}, {"exn", AbsHeap::exn},        {"cont", AbsHeap::cont},
    {"none", AbsHeap::none},   {"nofunc", AbsHeap::nofunc},  {"noextern", AbsHeap::noextern},
    {"noexn", AbsHeap::noexn}, {"nocont", AbsHeap::nocont},
};

template <class Row, usize N>
const Row* find_word(const Row (&rows)[N], const Token& token) noexcept {
  if (token.kind != TokenKind::keyword) return nullptr;
  for (const Row& row : rows)
    if (row.word == token.text) return &row;
  return nullptr;
}

u64 hash_signature(std::span<const ValType> params, std::span<const ValType> results) noexcept {
  u64 hash = params.size() + 1;
  const auto add = [&](ValType type) {
    hash = (hash ^ std::bit_cast<u64>(type)) * 0x9e3779b97f4a7c15u;
    hash ^= hash >> 31;
  };
  for (const ValType type : params) add(type);
  for (const ValType type : results) add(type);
  return hash;
}

/// Number of the first plain function type with this signature, or no_index.
u32 find_signature(const Context& x, std::span<const ValType> params,
                   std::span<const ValType> results) {
  const TypeSection& types = x.m.types;
  const auto [begin, end] = x.signatures.equal_range(hash_signature(params, results));
  for (auto it = begin; it != end; ++it) {
    const SubType& type = types.types[it->second];
    if (std::ranges::equal(types.params(type), params) &&
        std::ranges::equal(types.results(type), results))
      return it->second;
  }
  return no_index;
}

/// Called in the order of the numbers; later types with the same signature are never looked up.
void remember_signature(Context& x, u32 number) {
  ZHAN_ASSERT(number < x.m.types.types.size(), "the type is in the module");
  const SubType& type = x.m.types.types[number];
  const auto params = x.m.types.params(type);
  const auto results = x.m.types.results(type);
  if (find_signature(x, params, results) == no_index)
    x.signatures.emplace(hash_signature(params, results), number);
}

void set_signature(Context& x, SubType& type) {
  auto& values = x.m.types.values;
  type.first = static_cast<u32>(values.size());
  type.param_count = static_cast<u32>(x.params.size());
  type.count = static_cast<u32>(x.params.size() + x.results.size());
  values.insert(values.end(), x.params.begin(), x.params.end());
  values.insert(values.end(), x.results.begin(), x.results.end());
}

/// Number of the first plain function type equal to x.params and x.results, added if there is none.
u32 signature_type(Context& x) {
  ZHAN_ASSERT(x.param_ids.size() == x.params.size(), "each parameter has a place for its name");
  if (const u32 found = find_signature(x, x.params, x.results); found != no_index) return found;
  const u32 number = static_cast<u32>(x.m.types.types.size());
  SubType type;
  set_signature(x, type);
  x.m.types.types.push_back(type);
  x.m.types.groups.push_back({number, 1, false});
  remember_signature(x, number);
  return number;
}

/// Reads one field type.
FieldType field_type(Context& x) {
  FieldType field;
  field.mutable_ = x.c.skip_open("mut");
  if (x.c.skip_word("i8"))
    field.type = TypeKind::i8;
  else if (x.c.skip_word("i16"))
    field.type = TypeKind::i16;
  else
    field.type = parse_value_type(x);
  if (field.mutable_) x.c.expect_close();
  return field;
}

void struct_fields(Context& x, u32 number, SubType& type) {
  auto& fields = x.m.types.fields;
  while (x.c.skip_open("field")) {
    const char* at = x.c.peek().text.data();
    const bool single = x.c.at(TokenKind::id) || x.c.note() != nullptr;
    if (single) {
      const u32 index = static_cast<u32>(fields.size()) - type.first;
      const std::string_view id = x.optional_id();
      x.bind(Space::field, id, index, at, number);
      x.names.add(NameKind::field, number, index, x.with_name_note(id));
      fields.push_back(field_type(x));
    } else {
      while (!x.c.at(TokenKind::close) && x.c.ok()) fields.push_back(field_type(x));
    }
    x.c.expect_close();
  }
  ZHAN_ASSERT(fields.size() >= type.first, "fields are only added");
  type.count = static_cast<u32>(fields.size()) - type.first;
}

/// (func ...), (struct ...), (array ...) or (cont $t)
void composite_type(Context& x, u32 number, SubType& type) {
  Cursor& c = x.c;
  type.first = static_cast<u32>(x.m.types.fields.size());
  if (c.skip_open("func")) {
    type.kind = CompositeKind::func;
    parse_signature(x, true);
    set_signature(x, type);
  } else if (c.skip_open("struct")) {
    type.kind = CompositeKind::struct_;
    struct_fields(x, number, type);
  } else if (c.skip_open("array")) {
    type.kind = CompositeKind::array;
    x.m.types.fields.push_back(field_type(x));
    type.count = 1;
  } else if (c.skip_open("cont")) {
    type.kind = CompositeKind::cont;
    type.element = x.index(Space::type);
  } else {
    return c.unexpected();
  }
  c.expect_close();
}

void described_type(Context& x, u32 number, SubType& type) {
  if (x.c.skip_open("describes")) {
    type.describes = x.index(Space::type);
    x.c.expect_close();
  }
  if (x.c.skip_open("descriptor")) {
    type.descriptor = x.index(Space::type);
    x.c.expect_close();
  }
  composite_type(x, number, type);
}

/// (type $id? subtype)
void type_field(Context& x) {
  Cursor& c = x.c;
  if (!c.skip_open("type")) return c.unexpected();
  const u32 number = static_cast<u32>(x.m.types.types.size());
  x.names.add(NameKind::type, number, x.with_name_note(x.optional_id()));
  SubType type;
  if (c.skip_open("sub")) {
    type.explicit_sub = true;
    type.final = c.skip_word("final");
    if (c.at_index()) type.supertype = x.index(Space::type);
    described_type(x, number, type);
    c.expect_close();
  } else {
    described_type(x, number, type);
  }
  c.expect_close();
  x.m.types.types.push_back(type);
}

void rec_group(Context& x) {
  auto& types = x.m.types;
  const u32 first = static_cast<u32>(types.types.size());
  const bool explicit_rec = x.c.skip_open("rec");
  if (explicit_rec) {
    while (x.c.at(TokenKind::open)) type_field(x);
    x.c.expect_close();
  } else {
    type_field(x);
  }
  types.groups.push_back({first, static_cast<u32>(types.types.size()) - first, explicit_rec});
}

/// Only a type alone in its group, final and without relations, is what a signature stands for.
bool is_plain_function(const SubType& type) noexcept {
  return type.kind == CompositeKind::func && type.final && type.supertype == no_index &&
         type.descriptor == no_index && type.describes == no_index;
}

/// The signature written behind "(type $t)" must be the one of that type.
void check_inline_type(Context& x, u32 number, const char* at) {
  const TypeSection& types = x.m.types;
  if (number >= types.types.size() || types.types[number].kind != CompositeKind::func)
    return x.c.fail(ErrorId::unknown_id, at, "type " + std::to_string(number));
  const SubType& type = types.types[number];
  if (!std::ranges::equal(types.params(type), x.params) ||
      !std::ranges::equal(types.results(type), x.results))
    x.c.fail(ErrorId::inline_function_type, at);
}

void load_signature(Context& x, u32 number) {
  const TypeSection& types = x.m.types;
  if (number >= types.types.size() || types.types[number].kind != CompositeKind::func) return;
  const auto params = types.params(types.types[number]);
  const auto results = types.results(types.types[number]);
  x.params.assign(params.begin(), params.end());
  x.results.assign(results.begin(), results.end());
  x.param_ids.assign(params.size(), {});
  x.param_names.assign(params.size(), {});
}

/// "(type $t)" and what follows; the number, or no_index if only a signature was there.
u32 explicit_type_use(Context& x, bool named) {
  if (!x.c.at_open("type")) {
    parse_signature(x, named);
    return no_index;
  }
  const char* at = x.c.peek().text.data();
  x.c.skip_open("type");
  const u32 number = x.index(Space::type);
  x.c.expect_close();
  if (!parse_signature(x, named))
    load_signature(x, number);
  else if (x.c.at_open("param") || x.c.at_open("type"))
    x.c.unexpected();
  else
    check_inline_type(x, number, at);
  return number;
}

}  // namespace

bool at_ref_type(const Cursor& c) noexcept {
  if (c.at_open("ref")) return true;
  const TypeWord* row = find_word(type_words, c.peek());
  return row != nullptr && row->type.is_ref();
}

bool at_value_type(const Cursor& c) noexcept {
  return c.at_open("ref") || find_word(type_words, c.peek()) != nullptr;
}

std::optional<HeapType> find_heap_word(const Token& token) noexcept {
  const HeapWord* row = find_word(heap_words, token);
  return row == nullptr ? std::nullopt : std::optional<HeapType>(row->heap);
}

HeapType parse_heap_type(Context& x, bool& exact) {
  exact = x.c.skip_open("exact");
  if (exact || x.c.at_index()) {
    const HeapType heap = HeapType::defined(x.index(Space::type));
    if (exact) x.c.expect_close();
    return heap;
  }
  const HeapWord* row = find_word(heap_words, x.c.peek());
  if (row == nullptr) return x.c.unexpected(), AbsHeap::func;
  x.c.take();
  return row->heap;
}

ValType parse_value_type(Context& x) {
  if (x.c.skip_open("ref")) {
    const bool nullable = x.c.skip_word("null");
    bool exact = false;
    const HeapType heap = parse_heap_type(x, exact);
    x.c.expect_close();
    return ValType::ref(heap, nullable, exact);
  }
  const TypeWord* row = find_word(type_words, x.c.peek());
  if (row == nullptr) return x.c.unexpected(), type_i32;  // a type that can be written
  x.c.take();
  return row->type;
}

ValType parse_ref_type(Context& x) {
  if (!at_ref_type(x.c)) return x.c.unexpected(), type_funcref;
  return parse_value_type(x);
}

GlobalType parse_global_type(Context& x) {
  GlobalType type;
  type.mutable_ = x.c.skip_open("mut");
  type.type = parse_value_type(x);
  if (type.mutable_) x.c.expect_close();
  return type;
}

Limits parse_limits(Context& x) {
  const bool wide = x.features.has(Feature::memory64);
  const u64 largest = wide ? ~u64{0} : ~u32{0};
  const ErrorId range =
      wide ? ErrorId::i64_constant_out_of_range : ErrorId::i32_constant_out_of_range;
  Limits limits;
  limits.min = x.c.nat(largest, range);
  limits.has_max = x.c.at(TokenKind::number);
  if (limits.has_max) limits.max = x.c.nat(largest, range);
  return limits;
}

bool parse_address_type(Context& x) {
  if (x.c.skip_word("i64")) return true;
  x.c.skip_word("i32");
  return false;
}

void parse_page_size(Context& x, MemoryType& type) {
  if (!x.c.skip_open("pagesize")) return;
  const char* at = x.c.peek().text.data();
  const u64 size = x.c.nat(~u64{0}, ErrorId::i64_constant_out_of_range);
  if (!std::has_single_bit(size)) x.c.fail(ErrorId::malformed_page_size, at);
  type.page_log2 = static_cast<u8>(std::countr_zero(size) & 63);
  type.has_page_size = true;
  x.c.expect_close();
}

MemoryType parse_memory_type(Context& x) {
  MemoryType type;
  type.is64 = parse_address_type(x);
  type.limits = parse_limits(x);
  type.shared = x.c.skip_word("shared");
  parse_page_size(x, type);
  return type;
}

void parse_type_fields(Context& x) {
  for (const TypeField& field : x.type_fields) {
    x.c.seek(field.begin);
    rec_group(x);
  }
  if (!x.c.ok()) return;  // the last type may be half read
  for (const RecGroup& group : x.m.types.groups)
    if (group.count == 1 && is_plain_function(x.m.types.types[group.first]))
      remember_signature(x, group.first);
}

bool parse_signature(Context& x, bool named) {
  Cursor& c = x.c;
  x.params.clear();
  x.results.clear();
  x.param_ids.clear();
  x.param_names.clear();
  bool some = false;
  for (; c.skip_open("param"); some = true) {
    if (named && (c.at(TokenKind::id) || c.note() != nullptr)) {
      // The identifier is what instructions refer to, an annotation wins as the name.
      x.param_ids.resize(x.params.size());
      x.param_ids.push_back(x.optional_id());
      x.param_names.push_back(x.with_name_note(x.param_ids.back()));
      x.params.push_back(parse_value_type(x));
    } else {
      while (!c.at(TokenKind::close) && c.ok()) x.params.push_back(parse_value_type(x));
      x.param_names.resize(x.params.size());
    }
    c.expect_close();
  }
  for (; c.skip_open("result"); some = true) {
    while (!c.at(TokenKind::close) && c.ok()) x.results.push_back(parse_value_type(x));
    c.expect_close();
  }
  x.param_ids.resize(x.params.size());
  return some;
}

u32 parse_type_use(Context& x, bool named) {
  const u32 number = explicit_type_use(x, named);
  return number != no_index || !x.c.ok() ? number : signature_type(x);
}

BlockType parse_block_type(Context& x) {
  const u32 number = explicit_type_use(x, false);
  if (number == no_index && x.params.empty() && x.results.size() <= 1) {
    if (x.results.empty()) return {};
    return {BlockType::Form::value, x.results[0], 0};
  }
  if (!x.c.ok()) return {};
  return {BlockType::Form::type, {}, number == no_index ? signature_type(x) : number};
}

}  // namespace zhan::text
