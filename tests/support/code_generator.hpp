// SPDX-License-Identifier: Apache-2.0
// Bodies of generated functions: valid by construction, and ending because every entry of a
// function and every turn of a loop that is not counted takes from the fuel.
#pragma once

#include <string>
#include <vector>

#include "support/generator_shape.hpp"
#include "support/row_index.hpp"
#include "wasm/writer.hpp"

namespace zhan::test {

class CodeGenerator {
 public:
  /// `used`, by Op, notes what is generated.
  CodeGenerator(Choices& choices, Shape& shape, std::vector<bool>& used)
      : m_choices(choices), m_shape(shape), m_used(used) {}

  u32 unused_locals = 0;  // of type i64, in front of those that are used

  struct Body {
    Bytes locals, code;
  };
  /// The body of a function of about `size` instructions.
  Body function(u32 function, u32 size);
  /// The body that gives back the fuel.
  Body refill();

 private:
  struct Label {
    std::string types;       // that a branch carries
    bool branchable = true;  // false: a counted loop, which a branch could keep from ending
    bool caught = false;     // inside a catch of a legacy try
  };
  struct Deeper {
    explicit Deeper(u32& depth) : m_depth(++depth) {}
    ~Deeper() { --m_depth; }
    Deeper(const Deeper&) = delete;
    Deeper& operator=(const Deeper&) = delete;
    u32& m_depth;
  };

  // code_generator.cpp: locals, single instructions, constants
  void declare(u32 count, char letter, bool pickable);
  void declare_locals(const std::string& params);
  void emit(Op op);
  void emit(Op op, u32 a, u32 b = 0);
  void emit_imm(Op op);
  void number(char letter, u64 bits);
  void constant(char letter);
  void null(char letter);
  void canonical_nan(const OpInfo& info);
  void burn_fuel();
  [[nodiscard]] u32 local_of(char letter);
  [[nodiscard]] std::string some_letters(u32 most);
  [[nodiscard]] char any_letter() { return m_choices.letter_of(m_shape.letters); }
  /// Whether locals and globals of the letter exist.
  [[nodiscard]] bool has(char letter) const {
    return m_shape.letters.find(letter) != std::string::npos;
  }
  [[nodiscard]] ValType type_of(char letter) const;
  [[nodiscard]] BlockType block_type(const std::string& params, const std::string& results);
  /// An index below the size of a list, which is not empty.
  template <class T>
  u32 any_index(const std::vector<T>& list) {
    return m_choices.below(static_cast<u32>(list.size()));
  }
  [[nodiscard]] bool small() const noexcept { return m_left == 0 || m_depth > 5; }

  // code_generator_expressions.cpp: each leaves one value of the letter
  void expression(char letter);
  void expressions(std::string letters);
  void leaf(char letter);
  void computed(char letter);
  void reference(char letter);
  void tee(char letter);
  void get_global(char letter);
  void select(char letter);
  void load(char letter);
  void operation(char letter);
  void size_or_grow(char letter);
  void test_of_reference();
  void block_value(char letter);
  void call_value(char letter);
  void atomic(char letter);
  void address(const Shape::Memory& memory, bool aligned = false);
  void memarg(const OpInfo& info, u32 memory);
  void index(char letter, u32 limit);
  void call(u32 function);
  void through_a_table(u32 function, Op op);

  // code_generator_objects.cpp
  void new_objects();
  void new_default(char letter);
  void object(char letter);
  void new_struct(u32 type);
  void new_array(char letter);
  void cast(u32 type);
  void of_an_object(char letter);
  bool field_of(char letter);
  void test_of_object();
  void object_statement();
  void cast_branch();
  void write_struct();
  void write_array();
  void write_items();
  void struct_operand(u32 type);
  [[nodiscard]] static u32 array_type(char letter) { return letter == 'y' ? 3 : 4; }
  [[nodiscard]] Shape::Field element(char letter) const {
    return letter == 'y' ? m_shape.number : Shape::Field{'a', true};
  }

  // code_generator_statements.cpp: each leaves the stack as it was
  void statement();
  void statements(u32 most);
  void consume(std::string letters);
  void set_local();
  void set_global();
  void store();
  void several_results();
  void counted_loop();
  void structure(const std::string& params, const std::string& results);
  void arm(const std::string& params, const std::string& results);
  void finish(const std::string& results);
  bool terminator();
  bool tail_call();
  // code_generator_exceptions.cpp
  void try_table();
  void legacy_try();
  void legacy_catch(Op op, u32 tag, const std::string& results);
  void delegated_try();
  bool throw_something();

  void nest_of_branches();
  void branch_if();
  void branch_on_null();
  void bulk_memory();
  void bulk_table();
  void open(Op op, const std::string& params, const std::string& results, Label label);
  void close();
  [[nodiscard]] bool find_label(u32& depth);

  Choices& m_choices;
  Shape& m_shape;
  std::vector<bool>& m_used;
  u32 m_left = 0;         // instructions that may still be made
  u32 m_depth = 0;        // of expressions and statements in each other
  std::string m_results;  // of the function
  bool m_leaf = false;    // calls nothing and has no loops but counted ones: burns no fuel
  std::vector<Label> m_labels;
  std::string m_locals;  // letters; '.' = not for general use
  Bytes m_declared;
  u32 m_groups = 0;
  u32 m_counters = 0, m_free_counters = 0;
  u32 m_temporaries = 0;  // f, F, v
  ByteWriter m_out;
  Imm m_imm;
};

}  // namespace zhan::test
