// SPDX-License-Identifier: Apache-2.0
// Import matching (specification §4.5.2, §3.3): the type an extern has now against what is asked
// for.
#include <fmt/format.h>

#include "base/utf8.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

std::string list_text(const char* word, std::span<const ValType> types) {
  std::string text;
  for (const ValType& type : types) text += (text.empty() ? "" : " ") + to_string(type);
  return text.empty() ? text : fmt::format(" ({} {})", word, text);
}

std::string signature_text(const char* kind, const TypeInterner& types, TypeId id) {
  const Signature signature = types.func_type(id);
  return fmt::format("({}{}{})", kind, list_text("param", signature.params),
                     list_text("result", signature.results));
}

std::string limits_text(bool is64, u64 min, const Limits& limits) {
  std::string text = fmt::format("{}{}", is64 ? "i64 " : "", min);
  if (limits.has_max) text += fmt::format(" {}", limits.max);
  return text;
}

std::string memory_text(const MemoryType& type, u64 pages) {
  return fmt::format(
      "(memory {}{}{})", limits_text(type.is64, pages, type.limits), type.shared ? " shared" : "",
      type.page_log2 == 16 ? std::string()
                           : fmt::format(" (pagesize {})", u64{1} << type.page_log2));
}

std::string table_text(const TableType& type, u64 size) {
  return fmt::format("(table {} {})", limits_text(type.is64, size, type.limits),
                     to_string(type.element));
}

std::string global_text(const GlobalType& type) {
  const std::string value = to_string(type.type);
  return fmt::format("(global {})", type.mutable_ ? "(mut " + value + ")" : value);
}

bool limits_match(u64 size, const Limits& found, const Limits& wanted) noexcept {
  return size >= wanted.min && (!wanted.has_max || (found.has_max && found.max <= wanted.max));
}

/// One import against one extern of the same kind.
class Matcher {
 public:
  Matcher(const ModuleInfo& info, const Import& import) noexcept
      : m_module(info.module), m_types(*info.types), m_import(import) {}

  [[nodiscard]] bool matches(const Extern& item) const noexcept {
    if (item.kind != m_import.kind) return false;
    switch (item.kind) {
      case ExternKind::func: return func(*item.func);
      case ExternKind::table: return table(*item.table);
      case ExternKind::memory: return memory(*item.memory);
      case ExternKind::global: return global(*item.global);
      case ExternKind::tag: return item.tag->type == tag_type();
    }
    return false;
  }

  [[nodiscard]] std::string wanted() const {
    switch (m_import.kind) {
      case ExternKind::func: return signature_text("func", m_types, func_type());
      case ExternKind::table: return table_text(table_type(), table_type().limits.min);
      case ExternKind::memory: return memory_text(memory_type(), memory_type().limits.min);
      case ExternKind::global: return global_text(global_type());
      case ExternKind::tag: return signature_text("tag", m_types, tag_type());
    }
    return {};
  }

 private:
  [[nodiscard]] TypeId func_type() const noexcept {
    return m_module.canonical[m_module.functions[m_import.index]];
  }
  [[nodiscard]] TypeId tag_type() const noexcept {
    return m_module.canonical[m_module.tags[m_import.index].type];
  }
  [[nodiscard]] const MemoryType& memory_type() const noexcept {
    return m_module.memories[m_import.index];
  }
  [[nodiscard]] TableType table_type() const noexcept {
    TableType type = m_module.tables[m_import.index].type;
    type.element = m_module.canonical_type(type.element);
    return type;
  }
  [[nodiscard]] GlobalType global_type() const noexcept {
    GlobalType type = m_module.globals[m_import.index].type;
    type.type = m_module.canonical_type(type.type);
    return type;
  }

  [[nodiscard]] bool func(const abi::Func& found) const noexcept {
    return m_import.exact ? found.type == func_type()
                          : is_subtype(m_types.entries(), found.type, func_type());
  }
  [[nodiscard]] bool table(const Table& found) const noexcept {
    const TableType want = table_type();
    return found.type.is64 == want.is64 && found.type.element == want.element &&
           limits_match(found.state.size, found.type.limits, want.limits);
  }
  [[nodiscard]] bool memory(const Memory& found) const noexcept {
    const MemoryType& want = memory_type();
    return found.type.is64 == want.is64 && found.type.shared == want.shared &&
           found.type.page_log2 == want.page_log2 &&
           limits_match(found.pages(), found.type.limits, want.limits);
  }
  [[nodiscard]] bool global(const Global& found) const noexcept {
    const GlobalType want = global_type();
    if (found.type.mutable_ != want.mutable_) return false;
    return want.mutable_ ? found.type.type == want.type
                         : m_types.matches(found.type.type, want.type);
  }

  const Module& m_module;
  const TypeInterner& m_types;
  const Import& m_import;
};

}  // namespace

std::string Store::type_text(const Extern& item) noexcept {
  switch (item.kind) {
    case ExternKind::func: return signature_text("func", types(), item.func->type);
    case ExternKind::table: return table_text(item.table->type, item.table->state.size);
    case ExternKind::memory: return memory_text(item.memory->type, item.memory->pages());
    case ExternKind::global: return global_text(item.global->type);
    case ExternKind::tag: return signature_text("tag", types(), item.tag->type);
  }
  return {};
}

std::string import_text(const ModuleInfo& info, const Import& import) {
  return Matcher(info, import).wanted();
}

Result<void> check_import(Store& store, const ModuleInfo& info, const Import& import,
                          const Extern& item) {
  const Matcher matcher(info, import);
  if (matcher.matches(item)) return {};
  const Module& module = info.module;
  return fail(ErrorKind::link,
              fmt::format("incompatible import type: \"{}\" \"{}\": wanted {}, found {}",
                          escaped(module.text(import.module)), escaped(module.text(import.name)),
                          matcher.wanted(), store.type_text(item)));
}

}  // namespace zhan::runtime
