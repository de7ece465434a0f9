// SPDX-License-Identifier: Apache-2.0
#include "wasi/threads.hpp"

#include <algorithm>

#include "base/assert.hpp"
#include "wasi/types.hpp"

namespace zhan::wasi {
namespace {

constexpr std::string_view start_name = "wasi_thread_start";
constexpr u32 last_number = (1u << 29) - 1;  // the proposal keeps the upper bits
constexpr usize native_margin = 2u << 20;    // above what wasm may use of the native stack

i32 failure(Errno error) noexcept { return -static_cast<i32>(error); }

/// Whether the module exports the function that threads start with.
bool has_start(const runtime::ModuleInfo& info) {
  const Module& module = info.module;
  const auto wanted = info.types->intern(FuncType{{type_i32, type_i32}, {}});
  return wanted && std::any_of(module.exports.begin(), module.exports.end(), [&](const Export& e) {
           return e.kind == ExternKind::func && module.text(e.name) == start_name &&
                  module.canonical[module.functions[e.index]] == *wanted;
         });
}

}  // namespace

Result<std::shared_ptr<ThreadGroup>> ThreadGroup::create(ThreadSetup setup, runtime::Store& first) {
  if (!has_start(*setup.module))
    return zhan::fail(ErrorKind::link,
                      "the module cannot start threads: it does not export \"wasi_thread_start\" "
                      "as a function of type (i32, i32) -> ()");
  if (!setup.linker->for_any_store())
    return zhan::fail(ErrorKind::link,
                      "the module cannot start threads: an import is defined for one store only");
  return std::make_shared<ThreadGroup>(std::move(setup), first.interrupt_handle());
}

ThreadGroup::ThreadGroup(ThreadSetup setup, std::shared_ptr<runtime::Requests> first) noexcept
    : m_setup(std::move(setup)), m_first(std::move(first)) {}

// A thread keeps the group, so the last owner may be a thread: it must not wait for itself.
ThreadGroup::~ThreadGroup() {
  ZHAN_CHECK(m_members.empty(), "a group of threads is stopped before it is dropped");
}

bool ThreadGroup::take_place() noexcept {
  const std::lock_guard lock(m_mutex);
  reap();
  if (m_ending || m_alive >= m_setup.most) return false;
  ++m_alive;
  return true;
}

void ThreadGroup::give_place_back() noexcept {
  const std::lock_guard lock(m_mutex);
  ZHAN_ASSERT(m_alive > 0, "a place was taken");
  --m_alive;
}

/// Joins threads that have nothing left to do.
void ThreadGroup::reap() noexcept {
  for (auto at = m_members.begin(); at != m_members.end();) {
    if (!at->ended) {
      ++at;
      continue;
    }
    at->thread.join();
    at = m_members.erase(at);
  }
}

u32 ThreadGroup::free_number() noexcept {
  const auto taken = [this](u32 number) {
    return std::any_of(m_members.begin(), m_members.end(),
                       [number](const Member& member) { return member.number == number; });
  };
  do {
    m_last_number = m_last_number == last_number ? 1 : m_last_number + 1;
  } while (taken(m_last_number));
  return m_last_number;
}

i32 ThreadGroup::spawn(runtime::Store& from, u32 argument) noexcept {
  if (!take_place()) return failure(Errno::again);
  auto store = m_setup.make_store(shared_from_this(), from);
  const i32 number = store ? start(std::move(*store), argument) : failure(Errno::again);
  if (number < 0) give_place_back();
  return number;
}

i32 ThreadGroup::start(ThreadSetup::StorePtr store, u32 argument) {
  const usize stack = static_cast<usize>(store->limits().native_stack_bytes) + native_margin;
  const std::lock_guard lock(m_mutex);
  if (m_ending) return failure(Errno::again);
  m_members.push_front({free_number(), store->interrupt_handle(), {}, false});
  const Place member = m_members.begin();
  const u32 number = member->number;
  const auto work = [self = shared_from_this(), member, store = std::move(store),
                     argument]() mutable { self->run(member, std::move(store), argument); };
  if (member->thread.start(work, stack)) return static_cast<i32>(number);
  m_members.erase(member);
  return failure(Errno::again);
}

void ThreadGroup::run(Place member, ThreadSetup::StorePtr store, u32 argument) noexcept {
  os::set_thread_name("wasi-thread");
  if (auto result = enter(*store, member->number, argument); !result)
    fail(std::move(result.error()));
  store.reset();
  const std::lock_guard lock(m_mutex);
  --m_alive;
  member->ended = true;
}

Result<void> ThreadGroup::enter(runtime::Store& store, u32 number, u32 argument) {
  ZHAN_TRY(runtime::Instance* const instance, m_setup.linker->instantiate(store, m_setup.module));
  const runtime::Extern* const start = instance->find_export(start_name);
  ZHAN_ASSERT(start != nullptr && start->kind == ExternKind::func, "the group was made with it");
  abi::Slot slots[] = {number, argument};
  return store.call_raw(start->func, slots);
}

/// Only the first error counts; those that follow come from the end that it brings.
void ThreadGroup::fail(Error error) noexcept {
  const std::lock_guard lock(m_mutex);
  if (m_ending) return;
  // What belongs to the thread's store ends with it: instances of frames, objects of exceptions.
  ErrorInfo& info = error.info();
  if (info.kind == ErrorKind::exception) info.payload.reset();
  info.exception = 0;
  for (ErrorFrame& frame : info.frames) frame.instance = 0;
  m_first->stop(std::move(error));
  stop_members();
}

void ThreadGroup::stop_members() noexcept {
  m_ending = true;
  for (const Member& member : m_members) member.requests->stop(std::nullopt);
}

void ThreadGroup::stop() noexcept {
  std::unique_lock lock(m_mutex);
  stop_members();
  while (!m_members.empty()) {
    // The thread writes to its member until it ends: taken out of the list, not moved.
    std::list<Member> one;
    one.splice(one.begin(), m_members, m_members.begin());
    lock.unlock();
    one.front().thread.join();
    lock.lock();
  }
}

namespace {

constexpr std::string_view module_name = "wasi";
constexpr std::string_view function_name = "thread-spawn";

abi::Status thread_spawn(abi::Exec* exec, void* env, const abi::FuncBody*, abi::Slot* args) {
  runtime::Store& store = *exec->store;
  const std::shared_ptr<ThreadGroup> group = (*static_cast<GroupFinder*>(env))(store);
  if (group == nullptr) {
    store.note_error(Error(ErrorKind::host, "the store has no threads to start"));
    return abi::Status::trapped;
  }
  const i32 number = group->spawn(store, static_cast<u32>(args[0]));
  if (number < 0 && store.note_requests()) return abi::Status::trapped;  // the guest is ending
  args[0] = static_cast<u32>(number);
  return abi::Status::returned;
}

}  // namespace

Result<void> add_threads_to_linker(engine::Linker& linker, GroupFinder finder) {
  return linker.define_func(module_name, function_name, FuncType{{type_i32}, {type_i32}},
                            thread_spawn, std::make_shared<GroupFinder>(std::move(finder)));
}

}  // namespace zhan::wasi
