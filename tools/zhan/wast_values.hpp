// SPDX-License-Identifier: Apache-2.0
// Values of test scripts: as arguments, as patterns of results, as text.
#pragma once

#include <map>

#include "engine/engine.hpp"
#include "text/script.hpp"

namespace zhan::cli {

/// The host references of a script by number: ref.extern N and ref.host N are the same object each
/// time.
class HostReferences {
 public:
  Result<u64> get(runtime::Store& store, u64 number);
  /// The number of a reference, if it is one of these.
  [[nodiscard]] std::optional<u64> number(const runtime::Store& store, u64 ref) const;

 private:
  std::map<u64, u64> m_refs;
};

/// An argument of the type a parameter has. Errors: what a host cannot make (structs).
Result<runtime::Value> to_value(const text::ScriptValue& value, ValType type, runtime::Store& store,
                                HostReferences& references);
[[nodiscard]] bool matches(const runtime::Value& value, const text::ScriptValue& pattern,
                           runtime::Store& store, const HostReferences& references);
[[nodiscard]] std::string value_text(const runtime::Value& value);
[[nodiscard]] std::string value_text(const text::ScriptValue& pattern);

}  // namespace zhan::cli
