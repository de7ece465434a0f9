// SPDX-License-Identifier: Apache-2.0
// Element and data segments, alone or within a table or memory.
#include "base/assert.hpp"
#include "text/parse_fields.hpp"
#include "text/parse_types.hpp"

namespace zhan::text {
namespace {

// Bits of the flags in the binary format (specification §5.5.12): passive or declarative, explicit
// table (or declarative), expressions.
constexpr u8 not_active = 1;
constexpr u8 explicit_index = 2;
constexpr u8 with_exprs = 4;

}  // namespace

/// True at "(offset ...)" or an instruction that stands for it.
bool FieldParser::at_offset() const noexcept {
  return c.at(TokenKind::open) && !c.at_open("ref") && !c.at_open("item");
}

Range FieldParser::offset() {
  if (!c.skip_open("offset")) return m_code.folded_expression();
  const Range range = m_code.expression();
  c.expect_close();
  return range;
}

void FieldParser::add_zero(bool is64, Range& range) {
  const usize start = x.bytes.size();
  x.bytes.op(is64 ? Op::i64_const : Op::i32_const);
  x.bytes.byte(0);
  x.bytes.op(Op::end);
  range = {static_cast<u32>(start), static_cast<u32>(x.bytes.size() - start)};
}

void FieldParser::elem() {
  x.names.add(NameKind::element, static_cast<u32>(x.m.elements.size()), name_here());
  Element segment;
  segment.mode = SegmentMode::passive;
  bool may_omit_func = false;
  bool with_table = false;
  if (c.skip_word("declare")) {
    segment.mode = SegmentMode::declarative;
  } else {
    with_table = c.skip_open("table");
    if (with_table) {
      segment.table = x.index(Space::table);
      c.expect_close();
    } else if (c.at(TokenKind::number)) {
      segment.table = x.index(Space::table);  // "(elem 0 (offset) ...)", the older form
      with_table = segment.table != 0;
    }
    if (with_table || at_offset()) {
      segment.mode = SegmentMode::active;
      segment.offset = offset();
      may_omit_func = !with_table;
    }
  }
  element_list(segment, may_omit_func);
  segment.flags = segment.uses_exprs ? with_exprs : 0;
  if (segment.mode != SegmentMode::active) segment.flags |= not_active;
  const bool short_form =
      segment.type == (segment.uses_exprs ? type_funcref : ValType::ref(AbsHeap::func, false));
  if (segment.mode == SegmentMode::declarative || with_table ||
      (segment.mode == SegmentMode::active && !short_form))
    segment.flags |= explicit_index;
  x.m.elements.push_back(segment);
}

void FieldParser::element_list(Element& segment, bool may_omit_func) {
  if (at_ref_type(c)) {
    segment.type = parse_ref_type(x);
    return element_exprs(segment);
  }
  if (!c.skip_word("func") && !(may_omit_func && (c.at_index() || c.at(TokenKind::close))))
    return c.unexpected();
  element_funcs(segment);
}

void FieldParser::element_exprs(Element& segment) {
  auto& exprs = x.m.element_exprs;
  segment.uses_exprs = true;
  segment.first = static_cast<u32>(exprs.size());
  while (c.at(TokenKind::open)) {
    if (c.skip_open("item")) {
      exprs.push_back(m_code.expression());
      c.expect_close();
    } else {
      exprs.push_back(m_code.folded_expression());
    }
  }
  segment.count = static_cast<u32>(exprs.size()) - segment.first;
}

void FieldParser::element_funcs(Element& segment) {
  auto& funcs = x.m.element_funcs;
  segment.type = ValType::ref(AbsHeap::func, false);
  segment.first = static_cast<u32>(funcs.size());
  while (c.at_index()) funcs.push_back(x.index(Space::func));
  segment.count = static_cast<u32>(funcs.size()) - segment.first;
}

/// Indices as expressions, for tables whose elements are not plainly functions.
void FieldParser::element_ref_funcs(Element& segment) {
  auto& exprs = x.m.element_exprs;
  segment.uses_exprs = true;
  segment.first = static_cast<u32>(exprs.size());
  while (c.at_index()) {
    const u32 function = x.index(Space::func);
    const usize start = x.bytes.size();
    x.bytes.op(Op::ref_func);
    x.bytes.u32_leb(function);
    x.bytes.op(Op::end);
    exprs.push_back({static_cast<u32>(start), static_cast<u32>(x.bytes.size() - start)});
  }
  segment.count = static_cast<u32>(exprs.size()) - segment.first;
}

/// "(elem ...)" within a table, which gives the table its size.
void FieldParser::table_elements(u32 table, TableType type) {
  ZHAN_ASSERT(table + 1 == x.m.tables.size(), "the table was just added");
  if (!c.skip_open("elem")) return c.unexpected();
  Element segment;
  segment.mode = SegmentMode::active;
  segment.table = table;
  add_zero(type.is64, segment.offset);
  segment.type = type.element;
  if (c.at(TokenKind::open))
    element_exprs(segment);
  else if (type.element == type_funcref)
    element_funcs(segment);
  else
    element_ref_funcs(segment);
  c.expect_close();
  segment.flags = segment.uses_exprs ? with_exprs : 0;
  if (table != 0 || (segment.uses_exprs && segment.type != type_funcref))
    segment.flags |= explicit_index;
  Limits& limits = x.m.tables[table].type.limits;
  limits = {segment.count, segment.count, true};
  x.m.elements.push_back(segment);
}

void FieldParser::data() {
  x.names.add(NameKind::data, static_cast<u32>(x.m.data.size()), name_here());
  Data segment;
  bool with_memory = c.skip_open("memory");
  if (with_memory) {
    segment.memory = x.index(Space::memory);
    c.expect_close();
  } else if (c.at(TokenKind::number)) {
    segment.memory = x.index(Space::memory);  // "(data 0 (offset) ...)", the older form
    with_memory = segment.memory != 0;
  }
  if (with_memory || c.at(TokenKind::open)) {
    segment.mode = SegmentMode::active;
    segment.offset = offset();
  }
  segment.flags = segment.mode == SegmentMode::passive ? not_active : 0;
  if (with_memory) segment.flags = explicit_index;
  segment.bytes = x.data_strings();
  x.m.data.push_back(segment);
}

/// "(data ...)" within a memory, which gives the memory its size.
void FieldParser::memory_data(u32 memory, MemoryType type) {
  ZHAN_ASSERT(memory == x.m.memories.size(), "the memory is added with its size");
  ZHAN_ASSERT(type.page_log2 < 64, "page sizes are 64-bit numbers");
  if (!c.skip_open("data")) return c.unexpected();
  Data segment;
  segment.mode = SegmentMode::active;
  segment.memory = memory;
  segment.flags = memory == 0 ? 0 : explicit_index;
  add_zero(type.is64, segment.offset);
  segment.bytes = x.data_strings();
  c.expect_close();
  const u64 page = u64{1} << type.page_log2;
  const u64 pages = segment.bytes.size / page + (segment.bytes.size % page != 0 ? 1 : 0);
  type.limits = {pages, pages, true};
  x.m.memories.push_back(type);
  x.m.data.push_back(segment);
}

}  // namespace zhan::text
