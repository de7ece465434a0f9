// SPDX-License-Identifier: Apache-2.0
// Exceptions of the reference interpreter, in both encodings: a failed instruction with an
// exception on its way looks for a handler among the labels of each frame, from the inside out.
#include "support/reference_frame.hpp"

namespace zhan::test {

bool Reference::raise(u64 exception) noexcept {
  m_thrown = exception;
  return false;
}

bool Reference::exception_op(Frame& frame, Op op, const Imm& imm) {
  if (op == Op::rethrow) return raise(frame.labels[frame.labels.size() - 1 - imm.a].caught);
  if (op == Op::throw_ref) {
    const u64 exception = frame.pop();
    return exception == 0 ? fail(Trap::null_exception_reference) : raise(exception);
  }
  const auto params = m_module.types.params(m_module.types.types[m_module.tags[imm.a].type]);
  m_exceptions.push_back({imm.a, frame.take(slots_of(params))});
  return raise(m_exceptions.size());
}

void Reference::push_payload(Frame& frame, u32 tag) {
  const auto params = m_module.types.params(m_module.types.types[m_module.tags[tag].type]);
  frame.push_all(params, m_exceptions[m_thrown - 1].payload);
}

/// Continues at the handler if the frame has one.
bool Reference::catch_thrown(Frame& frame) {
  for (usize i = frame.labels.size(); i > 0;) {
    const Handling handling = frame.labels[--i].handling;
    u32 outwards = 0;
    if (handling == Handling::table && catch_in_table(frame, i)) return true;
    if (handling == Handling::legacy && catch_in_try(frame, i, outwards)) return true;
    i -= outwards;
  }
  return false;
}

bool Reference::catch_in_table(Frame& frame, usize label) {
  const std::vector<Catch> clauses = frame.labels[label].clauses;
  const u32 tag = m_exceptions[m_thrown - 1].tag;
  for (const Catch& clause : clauses) {
    if (clause.has_tag() && clause.tag != tag) continue;
    frame.labels.resize(label);
    if (clause.has_tag()) push_payload(frame, tag);
    if (clause.has_ref()) frame.push(m_thrown);
    m_thrown = 0;
    branch(frame, clause.label);
    return true;
  }
  return false;
}

bool Reference::catch_in_try(Frame& frame, usize label, u32& outwards) {
  const u32 tag = m_exceptions[m_thrown - 1].tag;
  ByteReader reader = frame.reader;
  reader.seek(frame.labels[label].body);
  Imm imm;
  for (u32 depth = 0;;) {
    const Op op = reader.op();
    read_imm(reader, op_info(op), imm);
    if (op == Op::block || op == Op::loop || op == Op::if_ || op == Op::try_ || op == Op::try_table)
      ++depth;
    const bool matches = op == Op::catch_all || (op == Op::catch_ && imm.a == tag);
    if (depth == 0 && matches) {
      frame.labels.resize(label + 1);
      frame.labels[label].handling = Handling::caught;
      frame.labels[label].caught = m_thrown;
      frame.cut(frame.labels[label].height);
      if (op == Op::catch_) push_payload(frame, tag);
      m_thrown = 0;
      frame.reader.seek(reader.offset());
      return true;
    }
    if (op != Op::end && op != Op::delegate) continue;
    if (depth == 0) {
      outwards = op == Op::delegate ? imm.a : 0;
      return false;
    }
    --depth;
  }
}

}  // namespace zhan::test
