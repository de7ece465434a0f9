// SPDX-License-Identifier: Apache-2.0
#include "runtime/fibers.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "base/assert.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

using abi::Fiber;
using abi::FiberLink;

constexpr u64 first_slots = 32;
constexpr u64 least_due = 64u << 20;  // bytes

void close_ring(FiberLink& head) noexcept { head.next = head.previous = &head; }

Fiber* fiber_of(FiberLink* link) noexcept { return static_cast<Fiber*>(link); }

abi::Slot* allocate_slots(u64 bytes) noexcept {
  return static_cast<abi::Slot*>(std::malloc(static_cast<usize>(bytes)));
}

u64 bytes_of(const Fiber& fiber) noexcept {
  return static_cast<u64>(fiber.stack.limit - fiber.stack.base) * sizeof(abi::Slot);
}

}  // namespace

Fibers::Fibers(abi::Exec& exec) noexcept : m_exec(exec), m_due(least_due) {
  close_ring(m_recent);
  close_ring(m_old);
  exec.recent_fibers = &m_recent;
}

Fibers::~Fibers() {
  for (FiberLink* list : {&m_recent, &m_old})
    while (list->next != list) free(fiber_of(list->next));
}

u64 Fibers::bytes_for(u64 slots) noexcept {
  return (slots + first_slots - 1) / first_slots * first_slots * sizeof(abi::Slot);
}

Fiber* Fibers::make(const abi::Func* start, u64 slots) noexcept {
  const u64 bytes = bytes_for(abi::header_slots + slots);
  abi::Slot* const base = allocate_slots(bytes);
  void* const room = std::malloc(sizeof(Fiber));
  if (base == nullptr || room == nullptr) {
    std::free(base);
    std::free(room);
    return nullptr;
  }
  Fiber* const fiber = std::construct_at(static_cast<Fiber*>(room));
  fiber->stack = {base, base + bytes / sizeof(abi::Slot)};
  fiber->start = start;
  fiber->outermost = fiber;
  base[0] = base[1] = 0;  // of the header, which collections look at like any other word
  fiber->fp = fiber->args = fiber->top = base + abi::header_slots;
  fiber->recent = true;
  fiber->insert_after(m_recent);
  m_bytes += bytes + sizeof(Fiber);
  ++m_count;
  return fiber;
}

void Fibers::free(Fiber* fiber) noexcept {
  ZHAN_ASSERT(fiber != nullptr && m_count > 0, "a chain ends where the caller says");
  fiber->unlink();
  m_bytes -= bytes_of(*fiber) + sizeof(Fiber);
  --m_count;
  std::free(fiber->stack.base);
  std::free(fiber);
}

void Fibers::drop(Fiber* innermost, const Fiber* end) noexcept {
  ZHAN_ASSERT(innermost != nullptr, "there is something to drop");
  while (innermost != end) free(std::exchange(innermost, innermost->parent));
}

/// Frames hold the addresses of their callers' frames; the first one names itself.
bool Fibers::grow(Fiber& fiber, abi::Slot* newest, u64 slots, i64& shift) noexcept {
  ZHAN_ASSERT(newest >= fiber.stack.base + abi::header_slots && newest <= fiber.stack.limit,
              "the newest frame lies on the stack that grows");
  const u64 before = bytes_of(fiber);
  const u64 bytes = std::max(2 * before, bytes_for(slots));
  abi::Slot* const base = allocate_slots(bytes);
  if (base == nullptr) return false;
  std::memcpy(base, fiber.stack.base, before);
  shift = static_cast<i64>(reinterpret_cast<uptr>(base) - reinterpret_cast<uptr>(fiber.stack.base));
  const auto moved = [shift](abi::Slot* at) {
    return reinterpret_cast<abi::Slot*>(reinterpret_cast<uptr>(at) + static_cast<uptr>(shift));
  };
  for (abi::Slot* frame = moved(newest);;) {
    abi::Slot* const caller = moved(abi::caller_fp(frame));
    frame[-2] = reinterpret_cast<abi::Slot>(caller);
    if (caller == frame) break;
    frame = caller;
  }
  std::free(fiber.stack.base);
  fiber.stack = {base, base + bytes / sizeof(abi::Slot)};
  m_bytes += bytes - before;
  return true;
}

// -- Collections --

void Fibers::pin_recent(heap::Marker& marker) const noexcept {
  for (const FiberLink* at = m_recent.next; at != &m_recent; at = at->next) {
    const auto& fiber = static_cast<const Fiber&>(*at);
    marker.pin(fiber.stack.base, fiber.top);
  }
}

void Fibers::pin_chain(heap::Marker& marker, const Fiber* fiber) noexcept {
  for (; fiber != nullptr; fiber = fiber->parent) marker.pin(fiber->stack.base, fiber->top);
}

/// Chains whose object is dead come on a list, linked by `outermost` of their innermost fibers.
void Fibers::sort(heap::Marker& marker, FiberLink& list, Fiber*& dead) noexcept {
  for (FiberLink* at = list.next; at != &list; at = at->next) {
    Fiber& fiber = *fiber_of(at);
    if (fiber.object != 0 && !marker.survives(fiber.object))
      fiber.outermost = std::exchange(dead, &fiber);
  }
}

void Fibers::settle(heap::Marker& marker) noexcept {
  Fiber* dead = nullptr;
  sort(marker, m_recent, dead);
  if (marker.major()) sort(marker, m_old, dead);
  while (dead != nullptr) drop(std::exchange(dead, dead->outermost), nullptr);
  while (m_recent.next != &m_recent) {
    Fiber& fiber = *fiber_of(m_recent.next);
    fiber.recent = false;
    fiber.unlink();
    fiber.insert_after(m_old);
  }
  if (m_exec.fiber != nullptr) abi::note_recent(&m_exec, *m_exec.fiber);
  if (marker.major()) m_due = std::max(least_due, 2 * m_bytes);
}

}  // namespace zhan::runtime

namespace zhan::abi::builtin {
namespace {

runtime::Store::Impl& impl_of(Exec* exec) noexcept { return exec->store->impl(); }

/// Whether the store may have so many bytes of stacks more, after a collection if it must be.
bool has_room(runtime::Store::Impl& impl, u64 more) noexcept {
  const auto fits = [&] {
    return impl.fibers.bytes() + more <= impl.config.limits.continuation_bytes;
  };
  if (impl.objects && (impl.fibers.collection_due(more) || !fits())) impl.objects->collect(true);
  return fits();
}

/// A new object for a chain whose innermost fiber is `fiber`.
Ref object_for(Exec* exec, Fiber* fiber) noexcept {
  const Ref made = new_continuation(exec);
  if (made == 0) return 0;
  continuation(exec->heap_base, made) = {.fiber = fiber};
  fiber->object = static_cast<u32>(made);
  note_recent(exec, *fiber);  // the object is young
  return made;
}

}  // namespace

void drop_fibers(Exec* exec, Fiber* innermost, const Fiber* end) noexcept {
  impl_of(exec).fibers.drop(innermost, end);
}

bool grow_fiber(Exec* exec, Slot* newest, const Slot* end, i64& shift) noexcept {
  Fiber* const fiber = exec->fiber;
  if (fiber == nullptr) return false;
  runtime::Store::Impl& impl = impl_of(exec);
  const auto slots = static_cast<u64>(end - fiber->stack.base);
  const u64 bytes = slots * sizeof(Slot);
  const auto most = static_cast<u64>(exec->stack.limit - exec->stack.base) * sizeof(Slot);
  if (bytes > most || !has_room(impl, 2 * bytes)) return false;
  if (!impl.fibers.grow(*fiber, newest, slots, shift)) return false;
  exec->value_limit = fiber->stack.limit;
  return true;
}

Status cont_new(Exec* exec, Inst*, Slot* operands, u32, u32) noexcept {
  const auto* const func = reinterpret_cast<const Func*>(operands[0]);
  if (func == nullptr) return runtime::trap(exec, Trap::null_function_reference);
  runtime::Store::Impl& impl = impl_of(exec);
  const FuncBody& body = *func->body;
  const u64 slots = std::max(body.param_slots, body.result_slots);
  Fiber* fiber = nullptr;
  if (has_room(impl, runtime::Fibers::bytes_for(header_slots + slots) + sizeof(Fiber)))
    fiber = impl.fibers.make(func, slots);
  if (fiber == nullptr) return runtime::trap(exec, Trap::out_of_memory);
  operands[0] = object_for(exec, fiber);
  if (operands[0] != 0) return Status::returned;
  impl.fibers.drop(fiber, nullptr);
  return Status::trapped;
}

/// The values lie below the continuation, which gets a new object.
Status cont_bind(Exec* exec, Inst*, Slot* operands, u32 count, u32) noexcept {
  const Ref from = operands[count];
  if (from == 0) return runtime::trap(exec, Trap::null_continuation_reference);
  if (continuation(exec->heap_base, from).fiber == nullptr)
    return runtime::trap(exec, Trap::continuation_consumed);
  const Ref made = new_continuation(exec);
  if (made == 0) return Status::trapped;
  Fiber* const fiber = std::exchange(continuation(exec->heap_base, from).fiber, nullptr);
  continuation(exec->heap_base, made) = {.fiber = fiber};
  fiber->object = static_cast<u32>(made);
  ZHAN_ASSERT(count <= static_cast<u64>(fiber->stack.limit - fiber->args),
              "values of a continuation have room where it waits for them");
  fiber->args = fiber->top = std::copy_n(operands, count, fiber->args);
  note_recent(exec, *fiber);
  operands[0] = made;
  return Status::returned;
}

}  // namespace zhan::abi::builtin
