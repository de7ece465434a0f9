// SPDX-License-Identifier: Apache-2.0
// Where the exceptions of a body's code go (CONTRACTS C10): data that nothing reads until one is
// thrown. A try covers a range of cells; its clauses are rows, each with the row to try next.
#pragma once

#include <limits>
#include <span>
#include <vector>

#include "base/assert.hpp"
#include "interp/dispatch.hpp"

namespace zhan::interp {

/// One clause of a try.
struct CatchRow {
  static constexpr u32 none = ~u32{0};
  static constexpr i32 no_slot = std::numeric_limits<i32>::min();  // others may be negative
  static constexpr u32 any_tag = 0;  // the head of an Inst holds no tag

  u32 tag = any_tag;        // offset in Inst of the identity of the tag it catches
  u32 target = 0;           // offset of the cell to go on with
  i32 payload = 0;          // slot where the values of the exception go (not with any_tag)
  i32 reference = no_slot;  // where the reference to it goes, if anybody wants it
  u32 next = none;          // what to try if it does not match: a later clause or an outer try's
};
static_assert(sizeof(CatchRow) == 20);

/// Cells [from, to) of the body of a try, as offsets from the first cell. Ranges lie in the order
/// of their starts and nest; the first row to try for what is thrown there is `row`, which for a
/// `delegate` is another try's.
struct CatchRange {
  u32 from = 0;
  u32 to = 0;
  u32 parent = CatchRow::none;  // the range around this one
  u32 row = CatchRow::none;
};

/// The first row to try for an exception thrown by the cell at `offset`; none if the frame has no
/// handler for it.
[[nodiscard]] u32 first_row(std::span<const CatchRange> ranges, u32 offset) noexcept;

/// Collects ranges and rows while a body is predecoded.
class CatchTable {
 public:
  /// A try starts inside the range `outer` (none: in no try).
  u32 open(u32 from, u32 outer);
  void close(u32 range, u32 to) noexcept {
    ZHAN_ASSERT(to >= m_ranges[range].from, "a try ends behind its start");
    m_ranges[range].to = to;
  }
  /// What the try does not catch goes to another range than the one around it.
  void delegate(u32 range, u32 to) noexcept { m_tries[range].outer = to; }
  [[nodiscard]] u32 outer(u32 range) const noexcept { return m_tries[range].outer; }
  /// Appends a clause: the index of its row.
  u32 add(u32 range, const CatchRow& row);
  void set_target(u32 row, u32 target) noexcept {
    ZHAN_ASSERT(row < m_rows.size(), "a label waits for the target of a row that has been added");
    m_rows[row].target = target;
  }
  /// Links the rows of each try to those that come after it.
  void finish() noexcept;

  [[nodiscard]] std::span<const CatchRange> ranges() const noexcept { return m_ranges; }
  [[nodiscard]] std::span<const CatchRow> rows() const noexcept { return m_rows; }

 private:
  /// While rows are still missing: first and last of a range, and the range to go on with.
  struct Try {
    u32 outer;
    u32 first = CatchRow::none;
    u32 last = CatchRow::none;
  };
  std::vector<CatchRange> m_ranges;
  std::vector<Try> m_tries;  // of each range
  std::vector<CatchRow> m_rows;
};

}  // namespace zhan::interp
