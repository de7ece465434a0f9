// SPDX-License-Identifier: Apache-2.0
// Exceptions as the store sees them (CONTRACTS C10): objects of the heap, and the errors that those
// nobody caught become.
#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/float_text.hpp"
#include "base/utf8.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

/// How a module calls one of its tags: by its name section, else as it exports it.
std::string_view name_in(const ModuleInfo& info, u32 index) {
  const std::string_view name = info.names().get(NameKind::tag, index);
  if (!name.empty()) return name;
  for (const Export& item : info.module.exports)
    if (item.kind == ExternKind::tag && item.index == index) return info.module.text(item.name);
  return {};
}

std::string tag_text(const Tag& tag) {
  if (tag.definer == nullptr) return "a tag of the host";
  const std::string_view name = name_in(*tag.definer, tag.index);
  return name.empty() ? fmt::format("tag {}", tag.index) : fmt::format("tag ${}", escaped(name));
}

std::string value_text(ValType type, const abi::Slot* slots) {
  switch (type.kind) {
    case TypeKind::i32: return fmt::format("i32 {}", static_cast<i32>(slots[0]));
    case TypeKind::i64: return fmt::format("i64 {}", static_cast<i64>(slots[0]));
    case TypeKind::f32: return "f32 " + f32_text(static_cast<u32>(slots[0]));
    case TypeKind::f64: return "f64 " + f64_text(slots[0]);
    case TypeKind::v128: return fmt::format("v128 0x{:016x}{:016x}", slots[1], slots[0]);
    default: return slots[0] == 0 ? "null" : to_string(type);
  }
}

constexpr usize values_shown = 16;

std::string payload_text(std::span<const ValType> types, std::span<const abi::Slot> slots) {
  std::string text;
  const abi::Slot* at = slots.data();
  for (usize i = 0; i < types.size() && i < values_shown; ++i) {
    text += (i == 0 ? "" : ", ") + value_text(types[i], at);
    at += types[i].slots();
  }
  return types.size() > values_shown ? text + ", ..." : text;
}

}  // namespace

std::string Store::exception_text(u64 exception) {
  const ExceptionView view = this->exception(exception);
  ZHAN_ASSERT(view.tag != nullptr, "the reference is that of an exception");
  const Signature signature = types().func_type(view.tag->type);
  return fmt::format("{} ({})", tag_text(*view.tag), payload_text(signature.params, view.payload));
}

u64 Store::new_exception(const Tag& tag, std::span<const abi::Slot> payload) noexcept {
  heap::Heap* const heap = m_impl->heap();
  return heap == nullptr ? 0 : heap->new_exception(&tag, tag.type, payload);
}

ExceptionView Store::exception(u64 reference) const noexcept {
  heap::Heap* const heap = m_impl->objects.get();
  const heap::Exception* const found = heap == nullptr ? nullptr : heap->exception(reference);
  if (found == nullptr) return {};
  return {static_cast<Tag*>(const_cast<void*>(found->tag)), found->payload()};
}

void Store::note_exception(u64 exception, std::optional<Error> error) noexcept {
  ZHAN_ASSERT(this->exception(exception).tag != nullptr, "only an exception can be thrown");
  m_impl->noted = std::move(error);
  m_impl->exec.pending.exception = exception;
}

void Store::forget_exception() noexcept {
  m_impl->exec.pending.exception = 0;
  m_impl->noted.reset();
}

}  // namespace zhan::runtime
