// SPDX-License-Identifier: Apache-2.0
// Calls from the host (CONTRACTS C2, C3): who may enter, arguments in slots, what ends a call.
#include <fmt/format.h>

#include <algorithm>

#include "abi/builtins.hpp"
#include "abi/fiber.hpp"
#include "base/assert.hpp"
#include "os/signals.hpp"
#include "os/thread.hpp"
#include "runtime/backtrace.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

constexpr u64 native_margin = 256u << 10;  // above the guard of the native stack (C3)

/// Where native frames must end: `budget` below here, and clear of the guard.
uptr native_limit(u64 budget) noexcept {
  const uptr here = os::stack_pointer();
  const os::StackBounds bounds = os::stack_bounds();
  const uptr wanted = here > budget && budget != 0 ? here - budget : 0;
  // A thread may run on a stack of its own making (fibers): then only the budget is known.
  if (here < bounds.low || here > bounds.high) return wanted;
  return std::max<uptr>(wanted, bounds.low + native_margin);
}

Result<void> check_thread(const StoreConfig& config) {
  static thread_local bool seen = false;
  if ((!seen || config.check_float_always) && !os::float_environment_is_default())
    return fail(
        ErrorKind::config,
        "the thread's floating-point environment rounds or flushes denormal numbers to zero: "
        "restore the default before calling wasm");
  if (!seen && config.check_signals && !config.mode.explicit_checks && os::fault_signals_blocked())
    return fail(
        ErrorKind::config,
        "the thread blocks SIGSEGV, SIGBUS, SIGFPE or SIGILL: unblock them, or use the option "
        "signals=off");
  seen = true;
  return {};
}

}  // namespace

Entry::Entry(Store::Impl& impl) noexcept : m_impl(impl) {
  const u64 thread = os::thread_number();
  u64 owner = 0;
  if (!impl.owner.compare_exchange_strong(owner, thread, std::memory_order_acquire) &&
      owner != thread)
    return;
  m_entered = true;
  if (impl.depth++ != 0) return;
  // A record left over means that somebody jumped over wasm frames (C3).
  impl.poisoned |= impl.exec.records != nullptr;
  impl.exec.native_limit = native_limit(impl.config.limits.native_stack_bytes);
}

Entry::~Entry() {
  if (!m_entered) return;
  ZHAN_ASSERT(m_impl.depth > 0, "entries end in order");
  if (m_impl.depth == 1) m_impl.run_dead_finalisers();
  if (--m_impl.depth == 0) m_impl.owner.store(0, std::memory_order_release);
}

Result<void> Entry::check() const {
  if (!m_entered) return fail(ErrorKind::busy, "the store is in use by another thread");
  if (m_impl.finalising) return fail(ErrorKind::busy, "a finaliser may not enter its store");
  if (m_impl.poisoned)
    return fail(
        ErrorKind::poisoned,
        "a host function left wasm frames without returning: the store can only be dropped");
  return check_thread(m_impl.config);
}

namespace {

/// One call: pushes its Activation, and puts Exec back when it ends.
class Call {
 public:
  explicit Call(Store::Impl& impl) noexcept
      : m_impl(impl),
        m_exec(impl.exec),
        m_here{m_exec.activations, m_exec.pc, m_exec.fp, m_exec.inst, m_exec.fiber},
        m_before(m_exec.vsp),
        m_own_top(m_exec.own_top) {
    // A continuation's stack is small, and must not move under the host's frames: what the host
    // calls runs on the store's own stack, above what waits there.
    if (m_here.fiber == nullptr) return;
    m_here.fiber->top = m_before;
    m_exec.vsp = m_own_top;
    abi::switch_to(&m_exec, nullptr);
  }

  Result<void> run(const abi::Func* func, std::span<abi::Slot> slots) {
    const abi::FuncBody& body = *func->body;
    const u32 widest = std::max(body.param_slots, body.result_slots);
    ZHAN_ASSERT(slots.size() >= widest, "room for parameters and results");
    if (!fits(widest)) return exhausted();
    abi::Slot* const args = m_vsp + abi::header_slots;
    std::copy_n(slots.data(), body.param_slots, args);
    m_exec.activations = &m_here;
    const abi::Status status = loop(func, args);
    if (status == abi::Status::returned) {
      std::copy_n(args, body.result_slots, slots.data());
      restore();
      return {};
    }
    Error error = m_impl.take_error(status);
    restore();
    return fail(std::move(error));
  }

 private:
  [[nodiscard]] bool fits(u32 slots) const noexcept {
    const auto room = static_cast<u64>(m_exec.value_limit - m_vsp);
    return room >= abi::header_slots + u64{slots} && os::stack_pointer() > m_exec.native_limit;
  }

  std::unexpected<Error> exhausted() {
    m_impl.store.note_trap(Trap::call_stack_exhausted);
    restore();
    return fail(m_impl.take_error(abi::Status::trapped));
  }

  /// A host function or an entry frame may answer with a tail callee, arguments in place (C10).
  abi::Status loop(const abi::Func* func, abi::Slot* args) noexcept {
    for (;;) {
      const abi::Status status = func->body->kind == abi::BodyKind::host
                                     ? call_host(func, args)
                                     : m_impl.config.engine->call(&m_exec, func, args);
      if (status != abi::Status::tail_call) return status;
      func = m_exec.pending.tail_callee;
      if (__builtin_sub_overflow(m_exec.budget, u64{1}, &m_exec.budget) &&
          !abi::builtin::poll(&m_exec, m_exec.budget))
        return abi::Status::trapped;
      const abi::FuncBody& body = *func->body;
      if (!fits(std::max(body.param_slots, body.result_slots))) {
        m_impl.store.note_trap(Trap::call_stack_exhausted);
        return abi::Status::trapped;
      }
    }
  }

  /// No wasm in between: nobody's instance calls.
  abi::Status call_host(const abi::Func* func, abi::Slot* args) noexcept {
    const abi::FuncBody& body = *func->body;
    m_exec.pc = nullptr;
    m_exec.fp = nullptr;
    m_exec.inst = nullptr;
    m_exec.vsp = args + std::max(body.param_slots, body.result_slots);
    const abi::Status status = body.host(&m_exec, func->context, &body, args);
    m_exec.vsp = m_vsp;
    return status;
  }

  void restore() noexcept {
    if (m_exec.fiber != nullptr) abi::builtin::drop_fibers(&m_exec, m_exec.fiber, nullptr);
    abi::switch_to(&m_exec, m_here.fiber);
    m_exec.own_top = m_own_top;
    m_exec.activations = m_here.previous;
    m_exec.pc = m_here.pc;
    m_exec.fp = m_here.fp;
    m_exec.inst = m_here.inst;
    m_exec.vsp = m_before;
  }

  Store::Impl& m_impl;
  abi::Exec& m_exec;
  const abi::Activation m_here;
  abi::Slot* const m_before;
  abi::Slot* const m_own_top;
  abi::Slot* const m_vsp = m_here.fiber == nullptr ? m_before : m_own_top;
};

std::unexpected<Error> argument_error(std::string text) {
  return fail(ErrorKind::type, std::move(text));
}

Result<void> check_arguments(const TypeInterner& types, std::span<const ValType> params,
                             std::span<const Value> args) {
  if (args.size() != params.size())
    return argument_error(fmt::format("wrong number of arguments: the function takes {}, given {}",
                                      params.size(), args.size()));
  for (usize i = 0; i < args.size(); ++i)
    if (!types.matches(args[i].type, params[i]))
      return argument_error(fmt::format("argument {} must be of type {}, given {}", i + 1,
                                        to_string(params[i]), to_string(args[i].type)));
  return {};
}

void write_slots(std::span<const Value> values, std::vector<abi::Slot>& slots) {
  usize at = 0;
  for (const Value& value : values) {
    slots[at++] = value.lo;
    if (value.type.kind == TypeKind::v128) slots[at++] = value.hi;
  }
}

void read_slots(std::span<const ValType> types, const std::vector<abi::Slot>& slots,
                std::vector<Value>& values) {
  usize at = 0;
  values.clear();
  for (const ValType& type : types) {
    Value value{type, slots[at++]};
    if (type.kind == TypeKind::v128) value.hi = slots[at++];
    values.push_back(value);
  }
}

/// Limits of time and fuel are not the guest's fault: a kind of their own.
ErrorKind kind_of(Trap trap) noexcept {
  const bool limit =
      trap == Trap::interrupted || trap == Trap::deadline_exceeded || trap == Trap::out_of_fuel;
  return limit ? ErrorKind::interrupt : ErrorKind::trap;
}

Error error_of(const abi::Pending& pending) {
  std::string text = trap_text(pending.trap);
  if (pending.trap == Trap::out_of_bounds_memory_access && pending.address != ~u64{0})
    text += fmt::format(": address 0x{:x}", pending.address);
  if (pending.trap == Trap::uninitialized_element && pending.address != ~u64{0})
    text += fmt::format(" {}", pending.address);
  Error error(kind_of(pending.trap), std::move(text));
  error.info().code = static_cast<i32>(pending.trap);
  return error;
}

Error uncaught(Store& store, u64 exception) {
  return Error(ErrorKind::exception, "uncaught exception: " + store.exception_text(exception));
}

}  // namespace

Error Store::Impl::take_error(abi::Status status) {
  const u64 exception = status == abi::Status::threw ? exec.pending.exception : 0;
  Error error = noted            ? std::move(*noted)
                : exception != 0 ? uncaught(store, exception)
                                 : error_of(exec.pending);
  const u64 address = exec.pending.address;
  noted.reset();
  exec.pending = {.address = ~u64{0}};
  ErrorInfo& info = error.info();
  info.exception = exception;
  // An error that came through from an inner call has its frames already.
  if (info.kind != ErrorKind::exit && info.frames.empty()) collect_frames(*this, address, info);
  return error;
}

Result<void> Store::call_raw(const abi::Func* func, std::span<abi::Slot> slots) {
  const Entry entry(*m_impl);
  ZHAN_TRY_VOID(entry.check());
  return Call(*m_impl).run(func, slots);
}

Result<void> Store::call(const abi::Func* func, std::span<const Value> args,
                         std::vector<Value>& results) {
  const Signature signature = types().func_type(func->type);
  ZHAN_TRY_VOID(check_arguments(types(), signature.params, args));
  std::vector<abi::Slot> slots(std::max(func->body->param_slots, func->body->result_slots));
  write_slots(args, slots);
  ZHAN_TRY_VOID(call_raw(func, slots));
  read_slots(signature.results, slots, results);
  return {};
}

}  // namespace zhan::runtime
