// SPDX-License-Identifier: Apache-2.0
// Instructions (specification §6.5) straight to bytes: plain and folded forms, with a stack of its
// own.
#pragma once

#include "text/context.hpp"
#include "text/parse_imm.hpp"

namespace zhan::text {

/// One for a module, used for each body and expression in turn; appends to Context::bytes.
class CodeParser {
 public:
  explicit CodeParser(Context& context) noexcept : x(context), c(context.c), m_labels(x.ids) {}

  /// Instructions up to the ")" of the function, then `end`. `body_start` is where its declarations
  /// of locals start in the bytes.
  void function(u32 number, usize body_start);
  /// Instructions up to a ")", then `end`; the range of both.
  [[nodiscard]] Range expression();
  /// One folded instruction, then `end`.
  [[nodiscard]] Range folded_expression();

 private:
  /// What an open construct is and what may come in it.
  enum class Kind : u8 {
    root,         // anything; its ")" is the caller's
    root_folded,  // one folded instruction
    block,        // plain block or loop up to "end"
    then_part,
    else_part,  // of a plain if
    try_part,
    catch_part,
    catch_all_part,  // of a plain try
    folded_op,       // "(op ...": operands
    folded_block,    // "(block ...": anything
    if_condition,
    if_then,
    after_then,
    if_else,
    after_else,  // "(if ..."
    try_start,
    try_do,
    after_do,
    try_clauses,
    try_clause,
    try_last,
    after_last,
    try_end,  // "(try ..."
  };
  struct Frame {
    Kind kind = Kind::root;
    Op op = Op::nop;
    u32 hint = no_index;       // in m_hints
    usize held = 0;            // start of its bytes in m_held
    std::string_view label{};  // if_condition: to be pushed later
  };

  void run();
  void step();
  void close();
  void open();
  void plain();
  void folded();
  void folded_if(Frame& frame);
  void folded_try(Frame& frame);
  void end_block();
  void plain_else();
  void plain_catch(Op op);
  void plain_delegate();
  void start_plain_block(Op op, std::string_view label);
  Op head(std::string_view& label);
  void end_label();
  void push_label(std::string_view label);
  void emit(Op op, u32 hint);
  void emit_held(Frame& frame);
  void hold(Op op, Frame frame);
  u32 take_hint();
  void record_hint(u32 number, Op op);
  [[nodiscard]] Range finish(usize start);
  static bool takes_plain(Kind kind) noexcept;

  Context& x;
  Cursor& c;
  Labels m_labels;
  Imm m_imm;
  std::vector<Frame> m_frames;
  std::vector<Note> m_hints;  // of the function
  ByteWriter m_held;          // heads of folded instructions, innermost last
  u32 m_function = no_index;
  usize m_body_start = 0;
  u32 m_label_number = 0;  // labels of the function so far, for their names
};

}  // namespace zhan::text
