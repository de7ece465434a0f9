// SPDX-License-Identifier: Apache-2.0
// What the code of a generated module may name: chosen before any body, so that all of it can call
// and use all of it. Types are letters: those of ops.def (i I f F v), and r = funcref, x =
// externref, t = a nullable reference to type 0, e = exnref. Modules with objects have a = anyref
// and nullable references to the types 1 (s, an open struct), 3 (y, an array of numbers) and 4 (z,
// an array of anyref); type 2 is a subtype of 1.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "support/choices.hpp"
#include "support/module_builder.hpp"

namespace zhan::test {

[[nodiscard]] constexpr bool is_reference(char letter) noexcept {
  return std::string_view("rxteasyz").find(letter) != std::string_view::npos;
}
[[nodiscard]] constexpr bool is_object(char letter) noexcept {
  return std::string_view("asyz").find(letter) != std::string_view::npos;
}

struct Signature {
  std::string params, results;  // letters
  bool operator==(const Signature&) const = default;
};

struct Shape {
  /// Of a struct or array: a letter, b = i8 or h = i16.
  struct Field {
    char storage = 'i';
    bool is_mutable = true;
    [[nodiscard]] bool packed() const noexcept { return storage == 'b' || storage == 'h'; }
    [[nodiscard]] char letter() const noexcept { return packed() ? 'i' : storage; }
  };
  struct Memory {
    bool is64 = false, shared = false;
    u32 page_log2 = 16;
    u32 min = 1, max = 4;  // pages
    [[nodiscard]] u64 bytes() const noexcept { return u64{min} << page_log2; }
    [[nodiscard]] char address() const noexcept { return is64 ? 'I' : 'i'; }
  };
  struct Table {
    char element = 'r';
    bool is64 = false;
    u32 min = 8, max = 16;
    [[nodiscard]] char address() const noexcept { return is64 ? 'I' : 'i'; }
  };
  struct Global {
    char letter = 'i';
    bool is_mutable = true;
  };

  std::string letters;           // of values: scalars, and more in some modules
  bool canonical_nans = false;   // code replaces every NaN of arithmetic by one
  bool only_finished = false;    // nothing but what every engine has had for years
  std::vector<Signature> types;  // those of structs and arrays are named "#"
  std::vector<Field> fields[2];  // of the types 1 and 2; empty without objects
  Field number;                  // elements of type 3
  std::vector<u32> functions;    // type of each; the last one refills the fuel
  std::vector<Memory> memories;
  std::vector<Table> tables;
  std::vector<Global> globals;  // global 0 is the fuel
  std::vector<std::string> tags;
  std::vector<u32> data;       // sizes of the segments
  std::vector<char> elements;  // letters of the segments
  ModuleBuilder builder;       // has tables, memories, globals and segments

  /// The number of a type, found or added.
  u32 type_of(const Signature& signature);
  [[nodiscard]] const Signature& signature(u32 function) const {
    return types[functions[function]];
  }
  /// Functions that were generated: all but the last.
  [[nodiscard]] u32 generated() const noexcept { return static_cast<u32>(functions.size()) - 1; }
  /// A function of type 0 (there always is one).
  [[nodiscard]] u32 typed_function(Choices& choices) const;
};

/// Entries of functions and turns of loops that one call from outside may use up.
inline constexpr u32 fuel_of_a_call = 100;
inline constexpr u32 fuel_global = 0;

/// A value type in the binary format.
[[nodiscard]] Bytes type_bytes(char letter);

/// `only_finished` as in Shape, and then canonical_nans too; `opaque` allows exceptions and
/// objects.
[[nodiscard]] Shape choose_shape(Choices& choices, bool only_finished, bool opaque);

}  // namespace zhan::test
