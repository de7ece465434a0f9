// SPDX-License-Identifier: Apache-2.0
#include "runtime/plan.hpp"

#include <algorithm>
#include <cstring>
#include <functional>
#include <optional>

#include "base/assert.hpp"
#include "module/object_layout.hpp"
#include "runtime/memory.hpp"
#include "wasm/reader.hpp"

namespace zhan::runtime {
namespace {

constexpr u64 largest_table_image = 64u << 10;  // elements

/// The value of an expression that is one constant.
std::optional<V128> constant(const Module& module, ConstExpr expression) {
  ByteReader reader(module.view(expression), expression.offset);
  const Op op = reader.op();
  if (!reader.ok()) return std::nullopt;
  Imm imm;
  read_imm(reader, op_info(op), imm);
  const Op last = reader.op();
  if (!reader.ok() || last != Op::end) return std::nullopt;
  V128 value{};
  switch (op) {
    case Op::i32_const:
    case Op::i64_const:
    case Op::f32_const:
    case Op::f64_const: return V128::from<u64>({imm.bits, 0});
    case Op::v128_const: return imm.v128;
    case Op::ref_null: return value;
    default: return std::nullopt;
  }
}

std::optional<u64> constant_offset(const Module& module, ConstExpr expression, bool is64) {
  const auto value = constant(module, expression);
  if (!value) return std::nullopt;
  const u64 bits = value->lanes<u64>()[0];
  return is64 ? bits : static_cast<u32>(bits);
}

bool in_range(u64 at, u64 count, u64 size) noexcept { return at <= size && count <= size - at; }

}  // namespace

InstancePlan::InstancePlan(const ModuleInfo& info) {
  lay_out_block(info);
  place_globals(info);
  find_references(info);
  make_table_images(info);
  for (u32 i = 0; i < info.module.exports.size(); ++i)
    export_names.try_emplace(info.module.text(info.module.exports[i].name), i);
}

InstancePlan::~InstancePlan() = default;

void InstancePlan::lay_out_block(const ModuleInfo& info) {
  const Module& module = info.module;
  u64 at = info.layout.size;
  const auto take = [&at](usize count, u64 size) {
    const u64 start = at;
    at += (count * size + 7) & ~u64{7};
    return static_cast<u32>(start);
  };
  memories = take(module.memories.size(), 8);
  tables = take(module.tables.size(), 8);
  globals = take(module.globals.size(), 8);
  tags = take(module.tags.size(), 8);
  dropped_data = take(module.data.size(), 1);
  ZHAN_CHECK(at < (u64{1} << 32), "what an instance has is bounded by the module's size");
  block.resize(at / sizeof(u64));
  auto* const inst = reinterpret_cast<abi::Inst*>(block.data());
  for (usize i = 0; i < module.canonical.size(); ++i)
    abi::at<TypeId>(inst, info.layout.type_ids + static_cast<u32>(i * sizeof(TypeId))) =
        module.canonical[i];
}

void InstancePlan::place_globals(const ModuleInfo& info) {
  const Module& module = info.module;
  auto* const inst = reinterpret_cast<abi::Inst*>(block.data());
  for (u32 i = module.imported_globals; i < module.globals.size(); ++i) {
    if (const auto value = constant(module, module.globals[i].init))
      std::memcpy(&abi::at<abi::Slot>(inst, info.layout.global(i)), &*value, sizeof(*value));
    else
      computed_globals.push_back(i);
  }
}

void InstancePlan::find_references(const ModuleInfo& info) {
  const Module& module = info.module;
  const auto traced = [&](ValType type) {
    const ValType known = module.canonical_type(type);
    return is_traced(known, info.types->is_function(known));
  };
  for (u32 i = module.imported_globals; i < module.globals.size(); ++i)
    if (traced(module.globals[i].type.type)) reference_globals.push_back(i);
  for (const Element& element : module.elements) traced_elements.push_back(traced(element.type));
}

// -- Tables --

void InstancePlan::make_table_images(const ModuleInfo& info) {
  const Module& module = info.module;
  table_images.resize(module.tables.size() - module.imported_tables);
  while (first_element < module.elements.size() &&
         place_segment(module, module.elements[first_element]))
    ++first_element;
  has_elements = first_element < module.elements.size();
}

/// False: it is to be run.
bool InstancePlan::place_segment(const Module& module, const Element& element) {
  if (element.mode == SegmentMode::declarative) return true;
  if (element.mode != SegmentMode::active || element.uses_exprs ||
      element.table < module.imported_tables)
    return false;
  const zhan::Table& table = module.tables[element.table];
  const auto offset = constant_offset(module, element.offset, table.type.is64);
  if (table.init || !offset || !in_range(*offset, element.count, table.type.limits.min) ||
      *offset + element.count > largest_table_image)
    return false;
  auto& image = table_images[element.table - module.imported_tables];
  if (!image) image = std::make_unique<TableImage>();
  const u64 size = std::max<u64>(image->elements.size(), *offset + element.count);
  image->elements.resize(size);
  image->functions.resize(size);
  std::fill_n(image->elements.begin() + static_cast<std::ptrdiff_t>(*offset), element.count,
              reinterpret_cast<u64>(&abi::unfilled));
  std::copy_n(module.element_funcs.begin() + element.first, element.count,
              image->functions.begin() + static_cast<std::ptrdiff_t>(*offset));
  return true;
}

// -- Memories --

namespace {

using Pieces = std::vector<std::vector<DataPiece>>;

/// False: the segment may trap, or lies where the module cannot know.
bool place(const Module& module, const Data& data, Pieces& pieces) {
  if (data.mode != SegmentMode::active) return true;
  if (data.memory < module.imported_memories) return false;
  const MemoryType& type = module.memories[data.memory];
  const auto offset = constant_offset(module, data.offset, type.is64);
  if (!offset || type.shared || type.limits.min > max_pages(type) ||
      !in_range(*offset, data.bytes.size, type.limits.min << type.page_log2))
    return false;
  pieces[data.memory - module.imported_memories].push_back({*offset, module.view(data.bytes)});
  return true;
}

void make_images(const Module& module, InstancePlan::DataImages& images) {
  Pieces pieces(module.memories.size() - module.imported_memories);
  images.complete = std::all_of(module.data.begin(), module.data.end(),
                                [&](const Data& data) { return place(module, data, pieces); });
  for (usize i = 0; i < pieces.size(); ++i) {
    const MemoryType& type = module.memories[module.imported_memories + i];
    auto& image = images.memories.emplace_back();
    if (type.shared || type.limits.min > max_pages(type)) continue;
    if (!images.complete) pieces[i].clear();
    image = MemoryImage::create(type.limits.min << type.page_log2, pieces[i]);
    images.complete = images.complete && (image || pieces[i].empty());
  }
  for (const Data& data : module.data)
    images.dropped.push_back(images.complete && data.mode == SegmentMode::active ? 1 : 0);
}

}  // namespace

const InstancePlan::DataImages* InstancePlan::data_images(const Module& module) const {
  if (!m_used.load(std::memory_order_relaxed) && !m_used.exchange(true, std::memory_order_relaxed))
    return nullptr;
  std::call_once(m_images_made, make_images, module, std::ref(m_images));
  return &m_images;
}

}  // namespace zhan::runtime
