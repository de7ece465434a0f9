// SPDX-License-Identifier: Apache-2.0
// Exceptions (CONTRACTS C10): a throw looks for its handler through the frames of this activation,
// by data; only then is anything unwound. A trap is no exception.
#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

#include "base/assert.hpp"
#include "interp/body_code.hpp"
#include "interp/fibers.hpp"
#include "interp/specials.hpp"
#include "runtime/store.hpp"

namespace zhan::interp {
namespace {

/// An exception on its way: values in slots of the frame that threw, or an object.
struct Thrown {
  const runtime::Tag* tag = nullptr;
  std::span<const Slot> payload;
  u64 reference = 0;  // 0: there is no object yet
};

/// What throws have found out about call sites, so that they search tables once a site: code lives
/// as long as the store that runs it.
class SiteCache {
 public:
  struct Site {
    const Cell* pc = nullptr;
    const BodyCode* code = nullptr;
    u32 row = CatchRow::none;  // the first to try; none: the frame has no handler here
  };

  const Site& find(const Cell* pc, const Inst* inst) noexcept {
    Site& site = m_sites[hash(pc)];
    if (site.pc != pc) [[unlikely]]
      site = look_up(pc, inst);
    return site;
  }

 private:
  static constexpr usize size = 256;

  static usize hash(const Cell* pc) noexcept {
    const uptr bits = reinterpret_cast<uptr>(pc);
    return (bits >> 3 ^ bits >> 11) % size;
  }

  static Site look_up(const Cell* pc, const Inst* inst) noexcept {
    const runtime::CodeModule& module = *inst->bodies[0].owner;  // of the running function
    const BodyCode* const code = code_at(module, pc);
    if (code == nullptr || code->ranges == 0) return {pc, nullptr, CatchRow::none};
    const auto offset = static_cast<u32>(reinterpret_cast<const u8*>(pc) -
                                         reinterpret_cast<const u8*>(code->first()));
    return {pc, code, first_row(code->catch_ranges(), offset)};
  }

  std::array<Site, size> m_sites;
};

SiteCache& cache_of(Exec* exec) noexcept {
  if (exec->handler_cache == nullptr) {
    const auto made = std::make_shared<SiteCache>();
    exec->handler_cache = made.get();
    exec->store->keep(made);
  }
  return *static_cast<SiteCache*>(exec->handler_cache);
}

/// The search: from the cell that throws to the entry frame of the activation, through the
/// continuations that run and those who have resumed them.
class Search {
 public:
  explicit Search(Exec* exec) noexcept
      : m_cache(cache_of(exec)),
        m_pc(exec->pc),
        m_fp(exec->fp),
        m_inst(exec->inst),
        m_fiber(exec->fiber) {}

  /// The row that catches, or null.
  const CatchRow* run(const runtime::Tag* tag) noexcept {
    for (;; leave_frame()) {
      while (leave_static_frame()) {}
      if (m_pc == &entry_call) return nullptr;
      const SiteCache::Site& site = m_cache.find(m_pc, m_inst);
      m_code = site.code;
      for (u32 i = site.row; i != CatchRow::none; ++m_tested) {
        const CatchRow& row = m_code->catch_rows()[i];
        if (row.tag == CatchRow::any_tag || tag_at(row.tag) == tag) return &row;
        i = row.next;
      }
    }
  }

  /// Makes the frame of the handler the one that runs, canonical but for the payload (C1).
  void land(Exec* exec, const CatchRow& row) const noexcept {
    ZHAN_ASSERT(row.target < m_code->size, "a handler is a place in the code that catches");
    exec->pc = skip(m_code->first(), row.target);
    exec->fp = m_fp;
    exec->inst = m_inst;
    exec->local0 = m_fp[m_code->entry.pinned];
    if (exec->fiber == m_fiber) return;
    abi::builtin::drop_fibers(exec, exec->fiber, m_fiber);
    abi::switch_to(exec, m_fiber);
  }
  [[nodiscard]] Slot* fp() const noexcept { return m_fp; }
  /// Units of the budget: a loop may be nothing but a throw.
  [[nodiscard]] u64 cost() const noexcept { return 1 + m_tested / 64; }

 private:
  /// Bridges, and the ends of continuations.
  bool leave_static_frame() noexcept {
    if (m_pc == &bridge_call) {
      m_inst = reinterpret_cast<Inst*>(m_fp[0]);
      leave_frame();
      return true;
    }
    if (m_pc != &fiber_call) return false;
    m_pc = m_fiber->resumer_pc;
    m_fp = m_fiber->resumer_fp;
    m_inst = m_fiber->resumer_inst;
    m_fiber = m_fiber->parent;
    ++m_tested;
    return true;
  }
  void leave_frame() noexcept {
    m_pc = abi::return_pc(m_fp);
    m_fp = abi::caller_fp(m_fp);
  }
  [[nodiscard]] const runtime::Tag* tag_at(u32 offset) const noexcept {
    return abi::at<const runtime::Tag*>(m_inst, offset);
  }

  SiteCache& m_cache;
  const Cell* m_pc;
  Slot* m_fp;
  Inst* m_inst;
  abi::Fiber* m_fiber;
  const BodyCode* m_code = nullptr;
  u64 m_tested = 0;
};

/// Makes the object of an exception if there is none yet; false: no memory, a trap is noted.
bool make_object(Exec* exec, Thrown& thrown) noexcept {
  if (thrown.reference == 0)
    thrown.reference = exec->store->new_exception(*thrown.tag, thrown.payload);
  if (thrown.reference == 0) exec->store->note_trap(Trap::out_of_memory);
  return thrown.reference != 0;
}

/// Values and reference to where the handler wants them: below their sources, or not over them.
void deliver(const Thrown& thrown, const CatchRow& row, Slot* fp) noexcept {
  if (row.tag != CatchRow::any_tag && !thrown.payload.empty())
    std::memmove(fp + row.payload, thrown.payload.data(), thrown.payload.size_bytes());
  if (row.reference != CatchRow::no_slot) fp[row.reference] = thrown.reference;
}

/// Throws from {pc, fp, inst} of Exec. `running`: these, local0 and budget are those of the
/// handler. `threw`: they are as they were, the host gets exec->pending.exception.
Status raise(Exec* exec, Thrown& thrown) noexcept {
  Search search(exec);
  const CatchRow* const row = search.run(thrown.tag);
  const bool needs_object = row == nullptr || row->reference != CatchRow::no_slot;
  if (needs_object && !make_object(exec, thrown)) return Status::trapped;
  if (row == nullptr) {
    exec->pending.exception = thrown.reference;
    return Status::threw;
  }
  deliver(thrown, *row, search.fp());
  search.land(exec, *row);
  exec->budget -= search.cost();
  return Status::running;
}

Thrown thrown_object(Exec* exec, u64 reference) noexcept {
  const runtime::ExceptionView view = exec->store->exception(reference);
  ZHAN_ASSERT(view.tag != nullptr, "an exnref that is not null is an exception");
  return {view.tag, view.payload, reference};
}

}  // namespace

// Goes on where raise() has landed, after a look at requests if the budget is used up.
#define ZHAN_LAND()                                  \
  do {                                               \
    r.pc = r.exec->pc;                               \
    r.fp = r.exec->fp;                               \
    r.inst = r.exec->inst;                           \
    r.l0 = r.exec->local0;                           \
    restore(r);                                      \
    if (static_cast<i64>(r.budget) < 0) [[unlikely]] \
      ZHAN_JUMP(poll_and_go);                        \
    ZHAN_NEXT(r.pc);                                 \
  } while (false)

ZHAN_CC Status do_throw(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ThrowCell& cell = as<ThrowCell>(r.pc);
  const Slot* const values = r.fp + cell.first;
  save(r, r.fp + cell.first + cell.count);
  Thrown thrown{abi::at<const runtime::Tag*>(r.inst, cell.tag), {values, cell.count}, 0};
  const Status status = raise(r.exec, thrown);
  if (status != Status::running) return status;
  ZHAN_LAND();
}

ZHAN_CC Status do_throw_ref(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const u64 reference = r.fp[as<ThrowCell>(r.pc).first];
  if (reference == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_exception_reference);
  save(r, r.fp + as<ThrowCell>(r.pc).first + 1);
  Thrown thrown = thrown_object(r.exec, reference);
  const Status status = raise(r.exec, thrown);
  if (status != Status::running) return status;
  ZHAN_LAND();
}

// -- Throwing into a continuation --

namespace {

/// Hangs the suspended chain on the frame that runs and puts the place where it throws into Exec:
/// the cell that suspended it, or its beginning.
void enter_suspended(Regs& r, abi::Fiber* fiber, u32 count) noexcept {
  const ResumeCell& cell = as<ResumeCell>(r.pc);
  resume_here(r, fiber, r.fp + cell.result + count);
  if (fiber->pc == nullptr) {
    push_fiber_header(*fiber);
    fiber->inst = r.inst;
  }
  r.exec->pc = fiber->pc == nullptr ? &fiber_call : fiber->pc;
  r.exec->fp = fiber->fp;
  r.exec->inst = fiber->inst;
  r.exec->vsp = fiber->top;
  r.exec->budget = r.budget;
}

}  // namespace

// The continuation of a resume cell, which throws; else the trap.
#define ZHAN_THROW_INTO(cell, thrown_expression)                     \
  do {                                                               \
    abi::Fiber* const into = take_fiber(r.exec, r.fp[(cell).index]); \
    if (into == nullptr) [[unlikely]]                                \
      ZHAN_JUMP(trap_exit);                                          \
    Thrown thrown = (thrown_expression);                             \
    enter_suspended(r, into, (cell).count);                          \
    const Status status = raise(r.exec, thrown);                     \
    if (status != Status::running) return status;                    \
    ZHAN_LAND();                                                     \
  } while (false)

ZHAN_CC Status do_resume_throw(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ResumeCell& cell = as<ResumeCell>(r.pc);
  const auto* const tag = abi::at<const runtime::Tag*>(r.inst, cell.tag);
  ZHAN_THROW_INTO(cell, (Thrown{tag, {r.fp + cell.result, cell.count}, 0}));
}

ZHAN_CC Status do_resume_throw_ref(ZHAN_PARAMS) {
  ZHAN_BEGIN
  const ResumeCell& cell = as<ResumeCell>(r.pc);
  const u64 reference = r.fp[cell.result];
  if (reference == 0) [[unlikely]]
    ZHAN_TRAP(Trap::null_exception_reference);
  ZHAN_THROW_INTO(cell, thrown_object(r.exec, reference));
}

ZHAN_CC Status throw_from_host(ZHAN_PARAMS) {
  ZHAN_BEGIN
  Thrown thrown = thrown_object(r.exec, r.exec->pending.exception);
  const Status status = raise(r.exec, thrown);
  if (status != Status::running) return status;
  r.exec->store->forget_exception();
  ZHAN_LAND();
}

}  // namespace zhan::interp
