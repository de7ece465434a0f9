// SPDX-License-Identifier: Apache-2.0
// The cold side of Body: what went wrong, where, in the reference's words.
#include <fmt/format.h>

#include <algorithm>

#include "validate/body.hpp"

namespace zhan::validate {

std::string Body::place() const {
  const std::string where = m_const == nullptr
                                ? fmt::format("function {}", m_function)
                                : fmt::format("{} {}", m_const->what, m_const->index);
  return m_op == no_op ? where : fmt::format("{} ({})", where, op_info(m_op).text);
}

bool Body::raise(ErrorId id, std::string_view detail) {
  if (m_error) return false;
  if (!m_reader->ok()) return malformed();  // what was read is not what stands there
  m_error = make_error(id, m_at, detail, place());
  return false;
}

bool Body::raise_index(ErrorId id, u32 index) { return raise(id, fmt::format(" {}", index)); }

/// The reader noted why; an expression that stops without its `end` is a case of its own.
bool Body::malformed() {
  if (m_error) return false;
  ZHAN_ASSERT(!m_reader->ok(), "only the reader finds malformed bytes");
  if (m_op == no_op && m_reader->error_id() == ErrorId::unexpected_end &&
      m_reader->error_offset() == m_at && m_at == u64{m_range.offset} + m_range.size)
    return ended_early();
  m_error = m_reader->error();
  m_error->info().message += ": in " + place();
  return false;
}

/// The reference reads on into what follows, so that its message depends on that.
bool Body::ended_early() {
  ErrorId id = ErrorId::end_opcode_expected;
  if (m_at >= m_module.bytes.size())
    id = ErrorId::unexpected_end_of_section;
  else if (m_module.bytes[m_at] == static_cast<u8>(op_info(Op::end).code))
    id = ErrorId::section_size_mismatch;
  m_error = make_error(id, m_at, {}, place());
  return false;
}

bool Body::mismatch(std::span<const ValType> wanted) {
  const usize have = std::min(here(), std::max<usize>(wanted.size(), 1));
  const std::string detail =
      fmt::format(": instruction requires {} but stack has {}", show(m_module, wanted),
                  show(m_module, std::span<const ValType>(m_top - have, have)));
  return raise(ErrorId::type_mismatch, detail);
}

bool Body::not_empty(std::span<const ValType> wanted) {
  const std::span<const ValType> found(m_floor, here());
  return raise(ErrorId::type_mismatch, fmt::format(": block requires {} but stack has {}",
                                                   show(m_module, wanted), show(m_module, found)));
}

bool Body::wrong_type(ValType found, ValType wanted) {
  return raise(ErrorId::type_mismatch, fmt::format(": expected {}, found {}",
                                                   show(m_module, wanted), show(m_module, found)));
}

bool Body::refuse_feature(Feature feature, std::string_view what) {
  if (m_error) return false;
  m_error = feature_error(feature, what, m_at, place());
  return false;
}

bool Body::too_high() {
  return raise(ErrorId::operand_stack_too_high, fmt::format(" (limit {} slots)", max_height_slots));
}

Error Body::take_error() {
  ZHAN_ASSERT(m_error.has_value(), "a check that failed noted its error");
  return std::move(*m_error);
}

}  // namespace zhan::validate
