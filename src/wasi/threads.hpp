// SPDX-License-Identifier: Apache-2.0
// wasi-threads: the import "wasi" "thread-spawn". Each thread of a guest is a store on a thread of
// the system; they share the module's code, the shared memories it imports and the WASI context.
#pragma once

#include <functional>
#include <list>
#include <memory>
#include <mutex>

#include "engine/engine.hpp"
#include "os/thread.hpp"

namespace zhan::wasi {

class ThreadGroup;

/// What the threads of a guest are made of.
struct ThreadSetup {
  using StorePtr = std::shared_ptr<runtime::Store>;

  engine::Engine::ModulePtr module;
  std::shared_ptr<engine::Linker> linker;  // Linker::prepare of the module
  /// A store for a new thread, called on the thread whose store is `parent`, in its call of
  /// thread-spawn. It must let the GroupFinder find the group.
  std::function<Result<StorePtr>(std::shared_ptr<ThreadGroup> group, runtime::Store& parent)>
      make_store;
  u32 most = 1000;  // threads at one time, the first not counted
};

/// The threads of one guest. The first thread runs in a store of the embedder, the others come and
/// go with spawn. A trap, an exit or any other error of one ends all: the first thread's call then
/// gives that error. Thread-safe.
class ThreadGroup : public std::enable_shared_from_this<ThreadGroup> {
 public:
  /// `first` is the store of the first thread. Errors: link (the module does not export
  /// wasi_thread_start of type (i32, i32) -> (), or an import belongs to one store).
  static Result<std::shared_ptr<ThreadGroup>> create(ThreadSetup setup, runtime::Store& first);
  ThreadGroup(ThreadSetup setup, std::shared_ptr<runtime::Requests> first) noexcept;
  ThreadGroup(const ThreadGroup&) = delete;
  ThreadGroup& operator=(const ThreadGroup&) = delete;
  ~ThreadGroup();

  /// Starts a thread: its number (1 to 2^29 - 1), or a negative errno. `again`: there are as many
  /// as may be, no memory is left, or the guest is ending.
  [[nodiscard]] i32 spawn(runtime::Store& from, u32 argument) noexcept;
  /// Ends all threads but the first and waits for them; no new ones are started from then on. Not
  /// by a thread of the group. May be called again.
  void stop() noexcept;

 private:
  struct Member {
    u32 number = 0;
    std::shared_ptr<runtime::Requests> requests;
    os::Thread thread;
    bool ended = false;  // all but the thread's last instructions
  };
  using Place = std::list<Member>::iterator;

  [[nodiscard]] bool take_place() noexcept;
  void give_place_back() noexcept;
  [[nodiscard]] i32 start(ThreadSetup::StorePtr store, u32 argument);
  [[nodiscard]] u32 free_number() noexcept;
  void run(Place member, ThreadSetup::StorePtr store, u32 argument) noexcept;
  [[nodiscard]] Result<void> enter(runtime::Store& store, u32 number, u32 argument);
  void fail(Error error) noexcept;
  void stop_members() noexcept;
  void reap() noexcept;

  const ThreadSetup m_setup;
  const std::shared_ptr<runtime::Requests> m_first;
  std::mutex m_mutex;
  std::list<Member> m_members;
  u32 m_alive = 0;  // members that have not ended, and those being made
  u32 m_last_number = 0;
  bool m_ending = false;
};

/// The group of a store; null if it has none, then a call is an error of kind `host`.
using GroupFinder = std::function<std::shared_ptr<ThreadGroup>(runtime::Store& store)>;

/// Defines "wasi" "thread-spawn". Error `link` if the name is taken.
Result<void> add_threads_to_linker(engine::Linker& linker, GroupFinder finder);

}  // namespace zhan::wasi
