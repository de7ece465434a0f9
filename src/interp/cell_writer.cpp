// SPDX-License-Identifier: Apache-2.0
#include "interp/cell_writer.hpp"

#include <utility>

#include "interp/registry.hpp"

namespace zhan::interp {

bool CellWriter::served(const Action& action) noexcept {
  return find_handler(action.key) != nullptr;
}

Place CellWriter::emit(const Action& action) {
  if (m_last) {
    Action both = m_last->action;
    if (both.append(action) && served(both)) {
      const u8 root = m_last->action.size;
      (void)take_last();
      return place(both, root);
    }
  }
  return place(action, 0);
}

Place CellWriter::place(const Action& action, u8 root) {
  const Handler handler = find_handler(action.key);
  ZHAN_CHECK(handler != nullptr, "no family serves a cell that was asked for");
  const u32 cell = size();
  m_bytes.resize(cell + layout_of(action.key).size);
  action.write(m_bytes.data() + cell, reinterpret_cast<const void*>(handler));
  if (m_with_map) m_map.push_back({cell, action, std::exchange(m_read, 0)});
  m_before = m_last;
  m_last = Placed{cell, action};
  return {cell, root};
}

Action CellWriter::take_last() {
  ZHAN_ASSERT(m_last.has_value(), "there is a last cell to take");
  const Action action = m_last->action;
  m_bytes.resize(m_last->cell);
  if (m_with_map) {
    m_read += m_map.back().instructions;
    m_map.pop_back();
  }
  m_last = m_before;
  m_before.reset();
  return action;
}

void CellWriter::rewrite_root(u32 cell, const Action& action, usize root) {
  ZHAN_ASSERT(cell < size() && root < action.size, "a cell is rewritten after it was placed");
  const void* handler = reinterpret_cast<const void*>(find_handler(action.key));
  ZHAN_CHECK(handler != nullptr, "a value that can stay in an accumulator can be stored too");
  std::memcpy(m_bytes.data() + cell, &handler, sizeof(handler));
  const u32 field = cell + layout_of(action.key).offset[root];
  std::memcpy(m_bytes.data() + field, &action.value[root], 2);
  if (m_with_map) rewrite_map(cell, action);
  if (m_last && m_last->cell == cell) m_last->action = action;
  if (m_before && m_before->cell == cell) m_before->action = action;
}

void CellWriter::rewrite_map(u32 cell, const Action& action) noexcept {
  for (usize i = m_map.size(); i > 0; --i)
    if (m_map[i - 1].cell == cell) {
      m_map[i - 1].action = action;
      return;
    }
  ZHAN_ASSERT(false, "every cell has a row in the map");
}

u32 CellWriter::append(const void* cell, usize size, u32 where) {
  const u32 at = this->size();
  append_raw(cell, size);
  m_special_end = this->size();
  if (m_with_map) {
    MapEntry entry{at, {}, std::exchange(m_read, 0)};
    entry.action.where[0] = where;
    m_map.push_back(entry);
  }
  barrier();
  return at;
}

}  // namespace zhan::interp
