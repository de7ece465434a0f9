// SPDX-License-Identifier: Apache-2.0
// The commands `thread` and `wait` of scripts: each thread is a runner with a store and a system
// thread of its own, on the same engine. Of the modules that it shares it sees the shared memories.
#include <fmt/format.h>

#include <thread>

#include "zhan/wast_runner.hpp"

namespace zhan::cli {

/// A thread of a script. Its failures are told when it has ended, so that reports do not mix.
struct WastThread {
  std::unique_ptr<WastRunner> runner;
  std::vector<std::pair<text::Position, std::string>> failures;
  std::thread worker;
};

WastRunner::WastRunner(const Features& features, Report report)
    : m_features(features), m_report(std::move(report)) {}

WastRunner::~WastRunner() {
  // Only after an error that kept run() from its end.
  for (auto& [id, thread] : m_threads) {
    thread->runner->m_store->interrupt_handle()->raise();
    thread->worker.join();
  }
}

/// Lets the runner of a thread use a module of this one.
Result<void> WastRunner::share(WastRunner& with, std::string_view id) const {
  if (const auto found = m_shared.find(id); found != m_shared.end()) {
    with.m_shared.insert(*found);
    return {};
  }
  ZHAN_TRY(runtime::Instance* const instance, find(id));
  const Module& definition = instance->module()->module;
  SharedMemories& memories = with.m_shared[std::string(id)];
  for (usize i = 0; i < definition.exports.size(); ++i) {
    const runtime::Extern& item = instance->exports()[i];
    if (item.kind == ExternKind::memory && item.memory->type.shared)
      memories.emplace_back(definition.text(definition.exports[i].name), item.memory);
  }
  return {};
}

Result<void> WastRunner::register_shared(const std::string& name, const SharedMemories& memories) {
  for (const auto& [item, memory] : memories) {
    ZHAN_TRY(runtime::Memory* const here, m_store->share_memory(*memory));
    ZHAN_TRY_VOID(m_linker->define(name, item, *m_store, here));
  }
  return {};
}

void WastRunner::start_thread(const text::Command& command) {
  auto thread = std::make_unique<WastThread>();
  auto& failures = thread->failures;
  thread->runner.reset(new WastRunner(m_features, [&failures](const auto& at, const auto& what) {
    failures.emplace_back(at, what);
  }));
  WastRunner& runner = *thread->runner;
  if (const auto started = runner.start(m_engine); !started)
    return fail_at(command, started.error().to_string());
  for (const std::string_view id : command.shared)
    if (const auto shared = share(runner, id); !shared)
      return fail_at(command, shared.error().to_string());
  std::unique_ptr<WastThread>& place = m_threads[std::string(command.id)];
  if (place != nullptr) return fail_at(command, "a thread of this name is running");
  place = std::move(thread);
  place->worker = std::thread([&runner, &command] {
    for (const text::Command& inner : command.commands) runner.run(inner);
    runner.wait_for_all();
  });
}

void WastRunner::wait(const text::Command& command) {
  const auto found = m_threads.find(command.id);
  if (found == m_threads.end())
    return fail_at(command, fmt::format("unknown thread ${}", command.id));
  end(std::move(m_threads.extract(found).mapped()));
}

void WastRunner::wait_for_all() {
  while (!m_threads.empty()) end(std::move(m_threads.extract(m_threads.begin()).mapped()));
}

void WastRunner::end(std::unique_ptr<WastThread> thread) {
  thread->worker.join();
  const WastCounts& counts = thread->runner->counts();
  m_counts.passed += counts.passed;
  m_counts.failed += counts.failed;
  m_counts.inexcusable += counts.inexcusable;
  for (const auto& [position, message] : thread->failures) m_report(position, message);
}

}  // namespace zhan::cli
