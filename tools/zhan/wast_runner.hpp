// SPDX-License-Identifier: Apache-2.0
// Runs the commands of one test script on an engine of its own. Goes on after failures.
#pragma once

#include <functional>

#include "zhan/wast_values.hpp"

namespace zhan::cli {

struct WastThread;

struct WastCounts {
  u64 passed = 0;
  u64 failed = 0;
  u64 inexcusable = 0;  // of these: assertions that need no execution, so no missing instruction
};

class WastRunner {
 public:
  using Report = std::function<void(const text::Position&, const std::string&)>;
  /// `report` is told of each failure. Errors: the engine cannot be made.
  static Result<std::unique_ptr<WastRunner>> create(engine::Config config, Report report);

  ~WastRunner();
  /// Threads that the script does not wait for are waited for at the end.
  void run(const text::Script& script);
  [[nodiscard]] const WastCounts& counts() const noexcept { return m_counts; }

 private:
  using Results = std::vector<runtime::Value>;
  /// What of another thread's module can be used here: its exports that are shared memories.
  using SharedMemories = std::vector<std::pair<std::string, runtime::Memory*>>;
  WastRunner(const Features& features, Report report);
  Result<void> start(std::shared_ptr<engine::Engine> engine);

  void run(const text::Command& command);
  void start_thread(const text::Command& command);
  void wait(const text::Command& command);
  void wait_for_all();
  void end(std::unique_ptr<WastThread> thread);
  Result<void> share(WastRunner& with, std::string_view id) const;
  Result<void> register_shared(const std::string& name, const SharedMemories& memories);
  Result<engine::Engine::ModulePtr> compile(const text::ModuleSource& source);
  Result<runtime::Instance*> instantiate(const text::Command& command);
  Result<void> define(const text::Command& command);
  Result<void> make_instance(const text::Command& command);
  Result<void> register_module(const text::Command& command);
  Result<runtime::Instance*> find(std::string_view id) const;
  Result<Results> act(const text::Action& action);
  Result<Results> invoke(runtime::Instance& instance, const runtime::Extern& item,
                         const text::Action& action);
  /// What an assertion with an action or a module gives.
  Result<Results> attempt(const text::Command& command);

  void check(const text::Command& command, const Result<void>& result);
  void check_results(const text::Command& command);
  void check_error(const text::Command& command, ErrorKind kind);
  void check_module_error(const text::Command& command);
  void pass() noexcept { ++m_counts.passed; }
  void fail_at(const text::Command& command, const std::string& message);

  Features m_features;
  Report m_report;
  std::shared_ptr<engine::Engine> m_engine;
  std::unique_ptr<runtime::Store> m_store;
  std::unique_ptr<engine::Linker> m_linker;
  std::map<std::string, runtime::Instance*, std::less<>> m_instances;
  std::map<std::string, engine::Engine::ModulePtr, std::less<>> m_definitions;
  runtime::Instance* m_last = nullptr;
  engine::Engine::ModulePtr m_last_definition;
  HostReferences m_references;
  std::map<std::string, SharedMemories, std::less<>> m_shared;
  std::map<std::string, std::unique_ptr<WastThread>, std::less<>> m_threads;
  WastCounts m_counts;
};

}  // namespace zhan::cli
