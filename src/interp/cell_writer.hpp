// SPDX-License-Identifier: Apache-2.0
// The buffer of cells of one function. Actions that follow each other become one cell where a
// family serves the two together; nothing is merged over a label.
#pragma once

#include <optional>
#include <vector>

#include "interp/action.hpp"
#include "interp/cells.hpp"

namespace zhan::interp {

/// Where an action went: its cell, and the position of its root among the cell's tokens.
struct Place {
  u32 cell = 0;
  u8 root = 0;
};

/// What a cell came from, for positions and states (CONTRACTS C11).
struct MapEntry {
  u32 cell = 0;
  Action action;         // size 0: a special cell, where[0] alone counts
  u32 instructions = 0;  // of wasm that it stands for, blocks and ends left out
};

class CellWriter {
 public:
  explicit CellWriter(bool with_map) : m_with_map(with_map) {}

  [[nodiscard]] u32 size() const noexcept { return static_cast<u32>(m_bytes.size()); }
  [[nodiscard]] const std::vector<u8>& bytes() const noexcept { return m_bytes; }
  [[nodiscard]] const std::vector<MapEntry>& map() const noexcept { return m_map; }

  /// An instruction has been read; it counts for the next cell.
  void instruction_read() noexcept { ++m_read; }
  [[nodiscard]] static bool served(const Action& action) noexcept;
  /// Appends an action (its key is served), merged with the last one if possible.
  Place emit(const Action& action);
  /// The last action if nothing stands between it and here, without removing it.
  [[nodiscard]] const Action* last() const noexcept { return m_last ? &m_last->action : nullptr; }
  [[nodiscard]] u32 last_cell() const noexcept { return m_last ? m_last->cell : ~u32{0}; }
  /// Removes the last cell.
  Action take_last();
  /// Replaces the last cell by another action, which may merge with the one before.
  Place replace_last(const Action& action) {
    (void)take_last();
    return emit(action);
  }
  /// Gives a cell that was placed before another root of val kind: handler and the root's field
  /// only, for displacements may have been patched.
  void rewrite_root(u32 cell, const Action& action, usize root);
  /// A label stands here, or the last cell decides where to go: nothing may merge with it.
  void barrier() noexcept {
    m_last.reset();
    m_before.reset();
  }
  template <class C>
  u32 emit_special(C cell, Handler handler, u32 where) {
    cell.handler = reinterpret_cast<void*>(handler);
    return append(&cell, sizeof(C), where);
  }
  /// Where the last special cell ends. Those are never moved or taken back, and only they can
  /// throw: the bounds of a try.
  [[nodiscard]] u32 special_end() const noexcept { return m_special_end; }
  /// Appends raw bytes that belong to the last special cell (displacements of a br_table).
  void append_raw(const void* data, usize size) {
    const u8* bytes = static_cast<const u8*>(data);
    m_bytes.insert(m_bytes.end(), bytes, bytes + size);
  }
  void patch(u32 offset, i32 value) noexcept { patch_bytes(offset, &value, sizeof(value)); }
  void patch16(u32 offset, i16 value) noexcept { patch_bytes(offset, &value, sizeof(value)); }
  /// Bytes of code that displacements of branches reach, with room for one instruction more.
  static constexpr u64 reach = u64{1} << 30;

 private:
  struct Placed {
    u32 cell;
    Action action;
  };
  u32 append(const void* cell, usize size, u32 where);
  void patch_bytes(u32 offset, const void* value, usize size) noexcept {
    ZHAN_ASSERT(offset + size <= m_bytes.size(), "a field that is patched has been written");
    std::memcpy(m_bytes.data() + offset, value, size);
  }
  void rewrite_map(u32 cell, const Action& action) noexcept;
  Place place(const Action& action, u8 root);

  bool m_with_map;
  u32 m_read = 0;
  std::vector<u8> m_bytes;
  std::vector<MapEntry> m_map;
  u32 m_special_end = 0;
  std::optional<Placed> m_last;
  std::optional<Placed> m_before;  // the one before the last, if nothing stands between
};

}  // namespace zhan::interp
