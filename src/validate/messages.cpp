// SPDX-License-Identifier: Apache-2.0
#include "validate/messages.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace zhan::validate {
namespace {

constexpr usize max_shown_types = 16;

/// A module has few types that canonicalise to one id; the first is as good as any.
u32 own_number(const Module& module, TypeId id) noexcept {
  const auto found = std::find(module.canonical.begin(), module.canonical.end(), id);
  return found == module.canonical.end() ? id : static_cast<u32>(found - module.canonical.begin());
}

}  // namespace

std::string show(const Module& module, HeapType type) {
  return to_string(type.is_defined() ? HeapType::defined(own_number(module, type.number())) : type);
}

std::string show(const Module& module, ValType type) {
  if (type.is_ref() && type.heap == HeapType()) return "ref";
  if (type.is_ref() && type.heap.is_defined())
    type.heap = HeapType::defined(own_number(module, type.heap.number()));
  return to_string(type);
}

std::string show(const Module& module, std::span<const ValType> types) {
  std::string text = "[";
  for (const ValType& type : types.first(std::min(types.size(), max_shown_types))) {
    if (text.size() > 1) text += ' ';
    text += show(module, type);
  }
  if (types.size() > max_shown_types) text += fmt::format(" ... {} types", types.size());
  return text + "]";
}

Error make_error(ErrorId id, u64 offset, std::string_view detail, std::string_view place) {
  Error error(id, offset);
  std::string& message = error.info().message;
  message += detail;
  if (!place.empty()) message += fmt::format(": in {}", place);
  return error;
}

Error feature_error(Feature feature, std::string_view what, u64 offset, std::string_view place) {
  const std::string_view name = feature_table[static_cast<usize>(feature)].name;
  Error error(ErrorId::unsupported_feature, offset);
  error.info().message = fmt::format("{} needs the feature {}, which is not enabled", what, name);
  if (!place.empty()) error.info().message += fmt::format(": in {}", place);
  return error;
}

}  // namespace zhan::validate
