// SPDX-License-Identifier: Apache-2.0
#include "support/module_generator.hpp"

#include <array>
#include <string>

#include "support/module_builder.hpp"
#include "wasm/writer.hpp"

namespace zhan::test {
namespace {

constexpr std::string_view letters = "iIfFv";
constexpr std::array<const char*, 5> type_names = {"i32", "i64", "f32", "f64", "v128"};
constexpr u32 locals_a_class = 3;
constexpr u32 counters = 4;  // i32 locals of loops, never written by other code
constexpr u32 most_depth = 6;

[[nodiscard]] u32 class_of(char letter) { return static_cast<u32>(letters.find(letter)); }

/// Rows by the letter of their one result.
const std::vector<Op>& rows_for(char letter) {
  static const auto rows = [] {
    std::array<std::vector<Op>, 5> all;
    for (usize i = 0; i < op_count; ++i) {
      const OpInfo& info = op_info(static_cast<Op>(i));
      if (info.is(trait::value) && info.results().size() == 1)
        all[class_of(info.results()[0])].push_back(static_cast<Op>(i));
    }
    return all;
  }();
  return rows[class_of(letter)];
}

const std::vector<Op>& rows_with(u32 trait_bit, std::string_view wanted, bool result) {
  static std::vector<std::pair<std::string, std::vector<Op>>> cache;
  const std::string key = std::to_string(trait_bit) + std::string(wanted) + (result ? "r" : "p");
  for (const auto& [name, rows] : cache)
    if (name == key) return rows;
  std::vector<Op> rows;
  for (usize i = 0; i < op_count; ++i) {
    const OpInfo& info = op_info(static_cast<Op>(i));
    if (!info.is(trait_bit) || info.is(trait::atomic) || info.imm != ImmKind::memarg) continue;
    // Vector accesses with a twist (splat, extend, zero) are tested by scripts.
    if (info.signature.find('v') != std::string_view::npos && info.access != 4) continue;
    if (result ? info.results() == wanted : info.params().substr(1) == wanted)
      rows.push_back(static_cast<Op>(i));
  }
  return cache.emplace_back(key, std::move(rows)).second;
}

[[nodiscard]] u32 lanes_of(std::string_view text) {
  return text.starts_with("i8x16")                     ? 16
         : text.starts_with("i16x8")                   ? 8
         : text.find("32x4") != std::string_view::npos ? 4
                                                       : 2;
}

struct Signature {
  std::string params, results;  // letters
  u32 type = 0;
};

class Generator {
 public:
  Generator(Choices& choices, u32 size) : m_choices(choices), m_left(size) {
    m_result.used.resize(op_count);
  }

  GeneratedModule run() {
    m_builder.raw_memory(join({{1}, leb(1), leb(4)}));
    for (u32 c = 0; c < 5; ++c)
      m_builder.global(type_names[c], true,
                       std::string(type_names[c]) + ".const " + std::to_string(c + 1));
    const u32 budget = m_left;
    m_result.functions = 1 + m_choices.below(4);
    for (u32 f = 0; f < m_result.functions; ++f) {
      m_left = budget;
      function();
      m_builder.export_(std::to_string(f), 0, f);
    }
    m_builder.table("funcref", m_result.functions + 2);
    Bytes items = leb(m_result.functions);
    for (u32 f = 0; f < m_result.functions; ++f) items = join({items, leb(f)});
    m_builder.raw_elem(join({{0}, assemble("i32.const 0 end"), items}));
    m_result.bytes = m_builder.build();
    return std::move(m_result);
  }

 private:
  char any_letter() { return letters[m_choices.below(5)]; }

  std::string some_letters(u32 most) {
    std::string text;
    for (u32 n = m_choices.below(most + 1); n > 0; --n) text += any_letter();
    return text;
  }

  void function() {
    Signature signature{some_letters(4), some_letters(2)};
    std::string text;
    for (char c : signature.params) text += std::string(type_names[class_of(c)]) + " ";
    text += "->";
    for (char c : signature.results) text += std::string(" ") + type_names[class_of(c)];
    signature.type = m_builder.type(text);
    m_locals.clear();
    for (char c : signature.params) m_locals += c;
    for (char c : letters) m_locals.append(locals_a_class, c);
    m_counter = static_cast<u32>(m_locals.size());
    m_free_counters = counters;
    m_out = ByteWriter();
    m_blocks = {signature.results};
    for (u32 n = 2 + m_choices.below(6); n > 0; --n) statement(0);
    for (char c : signature.results) expression(c, 0);
    emit(Op::end);
    Bytes declared = leb(6);
    for (u32 c = 0; c < 5; ++c)
      declared = join({declared, leb(locals_a_class), value_type(type_names[c])});
    declared = join({declared, leb(counters), value_type("i32")});
    m_builder.raw_func(signature.type, m_out.take(), declared);
    m_signatures.push_back(signature);
  }

  // -- Emission --
  void emit(Op op) {
    m_imm = {};
    emit_with(op);
  }
  void emit_with(Op op) {
    m_result.used[static_cast<usize>(op)] = true;
    write_instruction(m_out, op, m_imm);
    if (m_left > 0) --m_left;
  }
  void emit_index(Op op, u32 index) {
    m_imm = {};
    m_imm.a = index;
    emit_with(op);
  }

  void constant(char letter) {
    m_imm = {};
    static constexpr u64 integers[] = {
        0,      1,  2,   3,           7,           8,       31,
        32,     63, 255, 0x7fff'ffff, 0x8000'0000, ~u64{0}, 0x1234'5678'9abc'def0,
        0xffff, 64, 100};
    static constexpr double floats[] = {0, 1, -1, 0.5, 1.5, 100, -7.25, 3e9, 1e-3, 0.1, -0.0, 2e19};
    m_imm.bits = integers[m_choices.below(std::size(integers))];
    const double value = floats[m_choices.below(std::size(floats))];
    switch (letter) {
      case 'i': m_imm.bits = static_cast<u32>(m_imm.bits); return emit_with(Op::i32_const);
      case 'I': return emit_with(Op::i64_const);
      case 'f':
        m_imm.bits = std::bit_cast<u32>(static_cast<float>(value));
        return emit_with(Op::f32_const);
      case 'F': m_imm.bits = std::bit_cast<u64>(value); return emit_with(Op::f64_const);
      default:
        for (u8& byte : m_imm.v128.bytes) byte = static_cast<u8>(m_choices.below(4) * 17);
        return emit_with(Op::v128_const);
    }
  }

  u32 local_of(char letter) {
    std::vector<u32> found;
    for (u32 i = 0; i < m_locals.size(); ++i)
      if (m_locals[i] == letter) found.push_back(i);
    return found[m_choices.below(static_cast<u32>(found.size()))];
  }

  // -- Expressions --
  void expression(char letter, u32 depth) {
    if (depth >= most_depth || m_left == 0)
      return m_choices.one_in(2) ? constant(letter) : emit_index(Op::local_get, local_of(letter));
    switch (m_choices.below(13)) {
      case 0: return constant(letter);
      case 1:
      case 2: return emit_index(Op::local_get, local_of(letter));
      case 3: return tee(letter, depth);
      case 4: return emit_index(Op::global_get, class_of(letter));
      case 5: return load(letter, depth);
      case 6: return select(letter, depth);
      case 7: return block_expression(letter, depth);
      case 8: return call_expression(letter, depth);
      default: return operation(letter, depth);
    }
  }

  void tee(char letter, u32 depth) {
    expression(letter, depth + 1);
    emit_index(Op::local_tee, local_of(letter));
  }

  void operation(char letter, u32 depth) {
    const auto& rows = rows_for(letter);
    const Op op = rows[m_choices.below(static_cast<u32>(rows.size()))];
    const OpInfo& info = op_info(op);
    for (char operand : info.params()) expression(operand, depth + 1);
    m_imm = {};
    if (info.imm == ImmKind::lane)
      m_imm.lane = static_cast<u8>(m_choices.below(lanes_of(info.text)));
    if (info.imm == ImmKind::shuffle)
      for (u8& byte : m_imm.v128.bytes) byte = static_cast<u8>(m_choices.below(32));
    emit_with(op);
  }

  void address(u32 depth) {
    expression('i', depth + 1);
    if (m_choices.one_in(8)) return;  // may well be out of bounds
    m_imm = {};
    m_imm.bits = 0xfff;
    emit_with(Op::i32_const);
    emit(Op::i32_and);
  }

  void memarg(const OpInfo& info) {
    m_imm = {};
    m_imm.memarg.align_log2 = m_choices.below(info.access + 1u);
    m_imm.memarg.offset =
        m_choices.one_in(16) ? 0xffff'0000u + m_choices.below(0x10000) : m_choices.below(300);
  }

  void load(char letter, u32 depth) {
    const auto& rows = rows_with(trait::load, std::string_view(&letter, 1), true);
    const Op op = rows[m_choices.below(static_cast<u32>(rows.size()))];
    address(depth);
    memarg(op_info(op));
    emit_with(op);
  }

  void select(char letter, u32 depth) {
    expression(letter, depth + 1);
    expression(letter, depth + 1);
    expression('i', depth + 1);
    if (letter == 'v' || m_choices.one_in(2)) {
      m_imm = {};
      m_imm.types = {type_of_letter(letter)};
      return emit_with(Op::select_t);
    }
    emit(Op::select);
  }

  void open(Op op, const std::string& results) {
    m_imm = {};
    if (!results.empty()) m_imm.block = {BlockType::Form::value, type_of_letter(results[0]), 0};
    emit_with(op);
    m_blocks.push_back(results);
  }
  void close() {
    emit(Op::end);
    m_blocks.pop_back();
  }

  void block_expression(char letter, u32 depth) {
    const std::string result(1, letter);
    if (m_choices.one_in(2)) {
      expression('i', depth + 1);
      open(Op::if_, result);
      expression(letter, depth + 1);
      emit(Op::else_);
    } else {
      open(Op::block, result);
      if (m_choices.one_in(2)) {  // leaves early with a value
        expression(letter, depth + 1);
        expression('i', depth + 1);
        emit_index(Op::br_if, 0);
        emit(Op::drop);
      }
    }
    if (m_choices.one_in(2)) statement(depth + 1);
    expression(letter, depth + 1);
    close();
  }

  void call_expression(char letter, u32 depth) {
    for (u32 f = 0; f < m_signatures.size(); ++f) {
      const Signature callee = m_signatures[f];
      if (callee.results != std::string(1, letter) || m_choices.one_in(3)) continue;
      return call(f, depth);
    }
    operation(letter, depth);
  }

  void call(u32 f, u32 depth) {
    for (char operand : m_signatures[f].params) expression(operand, depth + 1);
    if (m_choices.one_in(2)) return emit_index(Op::call, f);
    m_imm = {};
    m_imm.bits = m_choices.one_in(8) ? m_choices.below(8) : f;
    if (m_imm.bits > f) m_imm.bits = f;  // never a later function: calls end
    emit_with(Op::i32_const);
    m_imm = {};
    m_imm.a = m_signatures[f].type;
    emit_with(Op::call_indirect);
  }

  // -- Statements --
  void statement(u32 depth) {
    if (m_left == 0) return;
    switch (m_choices.below(depth < most_depth ? 12 : 5)) {
      case 0:
      case 1:
      case 2: return set_local(depth);
      case 3: return store(depth);
      case 4: return set_global(depth);
      case 5: return loop(depth);
      case 6: return if_else(depth);
      case 7: return table_of_branches(depth);
      case 8: return drop_call(depth);
      case 9: return bulk(depth);
      case 10: return wide(depth);
      default: return leave(depth);
    }
  }

  void set_local(u32 depth) {
    const char letter = any_letter();
    expression(letter, depth + 1);
    emit_index(Op::local_set, local_of(letter));
  }

  void set_global(u32 depth) {
    const char letter = any_letter();
    expression(letter, depth + 1);
    emit_index(Op::global_set, class_of(letter));
  }

  void store(u32 depth) {
    const char letter = any_letter();
    const auto& rows = rows_with(trait::store, std::string_view(&letter, 1), false);
    const Op op = rows[m_choices.below(static_cast<u32>(rows.size()))];
    address(depth);
    expression(letter, depth + 1);
    memarg(op_info(op));
    emit_with(op);
  }

  void loop(u32 depth) {
    if (m_free_counters == 0) return;
    const u32 counter = m_counter + --m_free_counters;
    m_imm = {};
    m_imm.bits = 1 + m_choices.below(5);
    emit_with(Op::i32_const);
    emit_index(Op::local_set, counter);
    open(Op::loop, "");
    m_blocks.back() = "";
    for (u32 n = 1 + m_choices.below(3); n > 0; --n) statement(depth + 1);
    emit_index(Op::local_get, counter);
    m_imm = {};
    m_imm.bits = 1;
    emit_with(Op::i32_const);
    emit(Op::i32_sub);
    emit_index(Op::local_tee, counter);
    emit_index(Op::br_if, 0);
    close();
    ++m_free_counters;
  }

  void if_else(u32 depth) {
    expression('i', depth + 1);
    open(Op::if_, "");
    statement(depth + 1);
    if (m_choices.one_in(2)) {
      emit(Op::else_);
      statement(depth + 1);
    }
    close();
  }

  void table_of_branches(u32 depth) {
    for (u32 i = 0; i < 3; ++i) open(Op::block, "");
    expression('i', depth + 1);
    m_imm = {};
    for (u32 n = 1 + m_choices.below(4); n > 0; --n) m_imm.labels.push_back(m_choices.below(3));
    emit_with(Op::br_table);
    for (u32 i = 0; i < 3; ++i) {
      close();
      statement(depth + 1);
    }
  }

  void drop_call(u32 depth) {
    if (m_signatures.empty()) return set_local(depth);
    const u32 f = m_choices.below(static_cast<u32>(m_signatures.size()));
    call(f, depth);
    const std::string results = m_signatures[f].results;
    for (usize i = results.size(); i > 0; --i) emit_index(Op::local_set, local_of(results[i - 1]));
  }

  void bulk(u32 depth) {
    if (m_choices.one_in(4)) {
      emit(Op::memory_size);
      emit_index(Op::local_set, local_of('i'));
      m_imm = {};
      m_imm.bits = m_choices.below(3);
      emit_with(Op::i32_const);
      emit(Op::memory_grow);
      return emit_index(Op::local_set, local_of('i'));
    }
    address(depth);
    expression('i', depth + 1);
    m_imm = {};
    m_imm.bits = 0xff;
    emit_with(Op::i32_const);
    emit(Op::i32_and);
    m_imm = {};
    m_imm.bits = m_choices.below(64);
    emit_with(Op::i32_const);
    emit(m_choices.one_in(2) ? Op::memory_fill : Op::memory_copy);
  }

  void wide(u32 depth) {
    static constexpr Op rows[] = {Op::i64_add128, Op::i64_sub128, Op::i64_mul_wide_s,
                                  Op::i64_mul_wide_u};
    const Op op = rows[m_choices.below(4)];
    for (char operand : op_info(op).params()) expression(operand, depth + 1);
    emit(op);
    emit_index(Op::local_set, local_of('I'));
    emit_index(Op::local_set, local_of('I'));
  }

  /// A conditional branch outwards, with the values its label wants.
  void leave(u32 depth) {
    const u32 target = m_choices.below(static_cast<u32>(m_blocks.size()));
    const std::string wanted = m_blocks[m_blocks.size() - 1 - target];
    if (is_loop(target)) return set_local(depth);
    for (char c : wanted) expression(c, depth + 1);
    expression('i', depth + 1);
    emit_index(Op::br_if, target);
    for (usize i = wanted.size(); i > 0; --i) emit(Op::drop);
  }

  /// Loops are marked by having no results and a counter in use; branching there would not end.
  bool is_loop(u32) const { return m_free_counters < counters; }

  Choices& m_choices;
  u32 m_left;
  ModuleBuilder m_builder;
  GeneratedModule m_result;
  std::vector<Signature> m_signatures;
  std::vector<std::string> m_blocks;  // results of the open blocks
  std::string m_locals;
  u32 m_counter = 0, m_free_counters = 0;
  ByteWriter m_out;
  Imm m_imm;
};

}  // namespace

u64 Choices::word() {
  if (m_from_bytes) {
    u64 value = 0;
    for (u32 i = 0; i < 2; ++i) value = value << 8 | (m_at < m_bytes.size() ? m_bytes[m_at++] : 0);
    return value;
  }
  m_state ^= m_state << 13;
  m_state ^= m_state >> 7;
  m_state ^= m_state << 17;
  return m_state * 0x2545'f491'4f6c'dd1d >> 16;
}

u32 Choices::below(u32 n) { return static_cast<u32>(word() % n); }

GeneratedModule generate_module(Choices& choices, u32 size) {
  return Generator(choices, size).run();
}

}  // namespace zhan::test
