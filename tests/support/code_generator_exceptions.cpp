// SPDX-License-Identifier: Apache-2.0
// Exceptions in generated code: the present encoding and the legacy one.
#include "support/code_generator.hpp"

namespace zhan::test {

/// A try_table in a block that its first clause goes to; another clause catches the rest if a label
/// around carries nothing or an exnref.
void CodeGenerator::try_table() {
  if (m_shape.tags.empty()) return set_local();
  const u32 tag = any_index(m_shape.tags);
  const bool with_reference = has('e') && m_choices.one_in(2);
  const std::string caught = m_shape.tags[tag] + (with_reference ? "e" : "");
  const std::string results = some_letters(2);
  open(Op::block, "", caught, {caught});
  const BlockType type = block_type("", results);
  m_imm = {};
  m_imm.block = type;
  m_imm.catches = {{with_reference ? Catch::Form::catch_ref : Catch::Form::catch_, tag, 0}};
  if (u32 depth = 0; find_label(depth)) {
    const std::string& types = m_labels[m_labels.size() - 1 - depth].types;
    if (types.empty()) m_imm.catches.push_back({Catch::Form::catch_all, 0, depth});
    if (types == "e") m_imm.catches.push_back({Catch::Form::catch_all_ref, 0, depth});
  }
  emit_imm(Op::try_table);
  m_labels.push_back({results});
  arm("", results);
  close();
  consume(results);
  expressions(caught);
  close();
  consume(caught);
}

void CodeGenerator::legacy_try() {
  if (m_shape.tags.empty()) return set_local();
  const std::string results = some_letters(2);
  open(Op::try_, "", results, {results});
  arm("", results);
  const u32 catches = m_choices.below(3);
  for (u32 i = 0; i < catches; ++i) legacy_catch(Op::catch_, any_index(m_shape.tags), results);
  if (catches == 0 || m_choices.one_in(2)) legacy_catch(Op::catch_all, 0, results);
  close();
  consume(results);
}

void CodeGenerator::legacy_catch(Op op, u32 tag, const std::string& results) {
  emit(op, tag);
  m_labels.back().caught = true;
  if (op == Op::catch_) consume(m_shape.tags[tag]);
  statements(2);
  finish(results);
}

void CodeGenerator::delegated_try() {
  if (m_shape.tags.empty()) return set_local();
  const std::string results = some_letters(2);
  open(Op::try_, "", results, {results});
  arm("", results);
  m_labels.pop_back();
  emit(Op::delegate, any_index(m_labels));
  consume(results);
}

/// False if there is nothing to throw.
bool CodeGenerator::throw_something() {
  if (m_shape.tags.empty()) return false;
  const u32 depth = any_index(m_labels);
  if (m_labels[m_labels.size() - 1 - depth].caught) return emit(Op::rethrow, depth), true;
  if (has('e') && m_choices.one_in(3)) {
    expression('e');
    return emit(Op::throw_ref), true;
  }
  const u32 tag = any_index(m_shape.tags);
  expressions(m_shape.tags[tag]);
  return emit(Op::throw_, tag), true;
}

}  // namespace zhan::test
