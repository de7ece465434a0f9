// SPDX-License-Identifier: Apache-2.0
#include "runtime/signals.hpp"

#include <ucontext.h>

#include "abi/enter.hpp"
#include "os/clock.hpp"
#include "os/signals.hpp"
#include "runtime/instance.hpp"

#if ZHAN_TAILCALL && !ZHAN_EXPLICIT_CHECKS && (defined(__x86_64__) || defined(__aarch64__))

// Bounds of the handlers' section; null where nothing is linked in.
extern "C" {
[[gnu::weak]] extern const char __start_zhan_handlers[];
[[gnu::weak]] extern const char __stop_zhan_handlers[];
}

namespace zhan::runtime {
namespace {

/// The interpreter's registers at a fault, by their roles (abi/enter.S).
struct Registers {
  uptr code;
  const abi::Cell* pc;
  abi::Slot* fp;
  abi::Inst* inst;
  abi::Exec* exec;
  u64 budget, acc, local0;
};

#if defined(__x86_64__)

Registers read(const ucontext_t& context) noexcept {
  const auto reg = [&](int which) { return static_cast<u64>(context.uc_mcontext.gregs[which]); };
  return {.code = reg(REG_RIP),
          .pc = reinterpret_cast<const abi::Cell*>(reg(REG_R12)),
          .fp = reinterpret_cast<abi::Slot*>(reg(REG_R13)),
          .inst = reinterpret_cast<abi::Inst*>(reg(REG_R15)),
          .exec = reinterpret_cast<abi::Exec*>(reg(REG_R8)),
          .budget = reg(REG_RDX),
          .acc = reg(REG_RDI),
          .local0 = reg(REG_RSI)};
}

void go_to_leave(ucontext_t& context, const abi::Record* record) noexcept {
  auto& registers = context.uc_mcontext.gregs;
  registers[REG_RIP] = reinterpret_cast<greg_t>(&abi::zhan_leave);
  registers[REG_RSP] = reinterpret_cast<greg_t>(record);
  registers[REG_RAX] = static_cast<greg_t>(abi::Status::trapped);
}

#else

Registers read(const ucontext_t& context) noexcept {
  const auto& m = context.uc_mcontext;
  return {.code = m.pc,
          .pc = reinterpret_cast<const abi::Cell*>(m.regs[20]),
          .fp = reinterpret_cast<abi::Slot*>(m.regs[21]),
          .inst = reinterpret_cast<abi::Inst*>(m.regs[23]),
          .exec = reinterpret_cast<abi::Exec*>(m.regs[28]),
          .budget = m.regs[26],
          .acc = m.regs[24],
          .local0 = m.regs[25]};
}

void go_to_leave(ucontext_t& context, const abi::Record* record) noexcept {
  auto& m = context.uc_mcontext;
  m.pc = reinterpret_cast<u64>(&abi::zhan_leave);
  m.sp = reinterpret_cast<u64>(record);
  m.regs[0] = static_cast<u64>(abi::Status::trapped);
}

#endif

bool in_handlers(uptr code) noexcept {
  return code >= reinterpret_cast<uptr>(__start_zhan_handlers) &&
         code < reinterpret_cast<uptr>(__stop_zhan_handlers);
}

/// The memory of the instance whose reservation holds the address, or null.
const abi::Memory* memory_at(const abi::Inst* inst, uptr address) noexcept {
  for (const Memory* const memory : impl_of(inst).memories) {
    const auto base = reinterpret_cast<uptr>(memory->state.base);
    if (address >= base && address - base < memory->state.reserved) return &memory->state;
  }
  return nullptr;
}

/// True if the access should be tried again: another thread has just grown the memory. Access was
/// opened before the size was published, so one try is enough; two in a row are allowed, and what
/// happened longer ago than a loop of faults could last does not count.
bool retry(uptr address) noexcept {
  constexpr u64 in_a_row = 1'000'000;  // nanoseconds
  static thread_local uptr last = 0;
  static thread_local u64 last_time = 0;
  static thread_local u32 times = 0;
  const u64 now = os::monotonic_ns();
  if (address != last || now - last_time > in_a_row) times = 0;
  last = address;
  last_time = now;
  return ++times <= 2;
}

}  // namespace

bool faults_supported() noexcept { return true; }

bool handle_fault(int signal, siginfo_t* info, void* raw) noexcept {
  if (signal != SIGSEGV && signal != SIGBUS) return false;
  // Any code may write to a memory: builtins and host functions too.
  if (signal == SIGSEGV && info->si_code == SEGV_ACCERR &&
      open_watched(reinterpret_cast<uptr>(info->si_addr)))
    return true;
  auto& context = *static_cast<ucontext_t*>(raw);
  const Registers registers = read(context);
  abi::Exec* const exec = abi::current;
  if (exec == nullptr || !in_handlers(registers.code) || registers.exec != exec) return false;
  const auto address = reinterpret_cast<uptr>(info->si_addr);
  const abi::Memory* const memory = memory_at(registers.inst, address);
  if (memory == nullptr) return false;
  const u64 offset = address - reinterpret_cast<uptr>(memory->base);
  if (offset < memory->size.load(std::memory_order_acquire)) return retry(address);
  const abi::Record* const record = abi::newest_entry(exec);
  if (record == nullptr) return false;
  exec->pending.trap = Trap::out_of_bounds_memory_access;
  exec->pending.address = offset;
  exec->pc = registers.pc;
  exec->fp = registers.fp;
  exec->inst = registers.inst;
  exec->budget = registers.budget;
  exec->acc = registers.acc;
  exec->local0 = registers.local0;
  go_to_leave(context, record);
  return true;
}

bool install_signals() noexcept {
  return os::install_fault_handler([](int signal, siginfo_t* info, void* context) {
    return handle_fault(signal, info, context);
  });
}

}  // namespace zhan::runtime

#else

namespace zhan::runtime {

bool faults_supported() noexcept { return false; }
bool handle_fault(int, siginfo_t*, void*) noexcept { return false; }
bool install_signals() noexcept { return true; }

}  // namespace zhan::runtime

#endif
