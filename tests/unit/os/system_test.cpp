// SPDX-License-Identifier: Apache-2.0
// Files, clocks, threads, timers, signals.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <thread>

#include "os/clock.hpp"
#include "os/file.hpp"
#include "os/signals.hpp"
#include "os/thread.hpp"
#include "os/timer.hpp"

namespace zhan::os {
namespace {

std::string temporary(const std::string& name) {
  return (std::filesystem::temp_directory_path() /
          ("zhan-os-" + std::to_string(::getpid()) + "-" + name))
      .string();
}

TEST(File, AMappedFileHasItsBytes) {
  const std::string path = temporary("file");
  std::ofstream(path) << "hello";
  const auto file = read_file(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(file.has_value());
  EXPECT_EQ(std::string(file->bytes.begin(), file->bytes.end()), "hello");
}

TEST(File, AnEmptyFileIsEmpty) {
  const std::string path = temporary("empty");
  std::ofstream(path).flush();
  const auto file = read_file(path);
  std::filesystem::remove(path);
  ASSERT_TRUE(file.has_value());
  EXPECT_TRUE(file->bytes.empty());
}

TEST(File, MissingFilesAndDirectoriesAreErrorsThatNameThem) {
  const auto missing = read_file("/no/such/file.wasm");
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind(), ErrorKind::io);
  EXPECT_NE(missing.error().message().find("/no/such/file.wasm"), std::string::npos);
  EXPECT_NE(missing.error().message().find("No such file"), std::string::npos);
  const auto directory = read_file("/");
  ASSERT_FALSE(directory.has_value());
  EXPECT_NE(directory.error().message().find("Is a directory"), std::string::npos);
}

TEST(Clock, TheMonotonicClockAdvances) {
  const u64 before = monotonic_ns();
  std::this_thread::sleep_for(std::chrono::milliseconds(2));
  EXPECT_GE(monotonic_ns() - before, 2'000'000u);
  EXPECT_GT(realtime_ns(), u64{1'600'000'000} * 1'000'000'000);
}

TEST(Thread, TheStackPointerLiesInTheBounds) {
  const auto check = [] {
    const StackBounds bounds = stack_bounds();
    EXPECT_LT(bounds.low, stack_pointer());
    EXPECT_GT(bounds.high, stack_pointer());
  };
  check();
  std::thread(check).join();
}

TEST(Thread, NumbersDiffer) {
  const u64 mine = thread_number();
  EXPECT_NE(mine, 0u);
  EXPECT_EQ(thread_number(), mine);
  u64 other = 0;
  std::thread([&] { other = thread_number(); }).join();
  EXPECT_NE(other, mine);
}

#if defined(__x86_64__)
TEST(Thread, FlushingDenormalsIsSeen) {
  EXPECT_TRUE(float_environment_is_default());
  const unsigned saved = __builtin_ia32_stmxcsr();
  __builtin_ia32_ldmxcsr(saved | 0x8000);
  const bool flushing = float_environment_is_default();
  __builtin_ia32_ldmxcsr(saved);
  EXPECT_FALSE(flushing);
}
#endif

TEST(Timer, FiresInOrderAndOnce) {
  struct Log {
    std::atomic<int> first{0}, second{0};
  };
  const auto log = std::make_shared<Log>();
  const u64 now = monotonic_ns();
  const TimerId late = start_timer(now + 30'000'000, log, [](void* p) {
    static_cast<Log*>(p)->second = static_cast<Log*>(p)->first + 1;
  });
  const TimerId early =
      start_timer(now + 1'000'000, log, [](void* p) { ++static_cast<Log*>(p)->first; });
  EXPECT_NE(late, early);
  while (log->second == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(log->first, 1);
  EXPECT_EQ(log->second, 2);
  EXPECT_GE(monotonic_ns(), now + 30'000'000);
  cancel_timer(late);  // too late: ignored
}

TEST(Timer, ACancelledTimerLetsGoOfItsContext) {
  const auto context = std::make_shared<std::atomic<int>>(0);
  const TimerId id = start_timer(monotonic_ns() + 3'600'000'000'000, context,
                                 [](void* p) { ++*static_cast<std::atomic<int>*>(p); });
  EXPECT_EQ(context.use_count(), 2);
  cancel_timer(id);
  cancel_timer(0);
  EXPECT_EQ(context.use_count(), 1);
  EXPECT_EQ(*context, 0);
}

TEST(Signals, BlockedFaultSignalsAreSeen) {
  EXPECT_FALSE(fault_signals_blocked());
  std::thread([] {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGBUS);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    EXPECT_TRUE(fault_signals_blocked());
  }).join();
}

// Each child installs once; what the handler does not take reaches whoever was there before.
void fault() { *reinterpret_cast<volatile int*>(8) = 1; }

TEST(SignalsDeathTest, AFaultThatIsNotOursReachesThePreviousHandler) {
  const auto child = [](bool with_info) {
    struct sigaction action{};
    if (with_info) {
      action.sa_flags = SA_SIGINFO;
      action.sa_sigaction = [](int, siginfo_t* info, void*) {
        ::_exit(info->si_addr == reinterpret_cast<void*>(8) ? 41 : 1);
      };
    } else {
      action.sa_handler = [](int) { ::_exit(42); };
    }
    ::sigaction(SIGSEGV, &action, nullptr);
    install_fault_handler([](int, siginfo_t*, void*) { return false; });
    fault();
  };
  EXPECT_EXIT(child(true), testing::ExitedWithCode(41), "");
  EXPECT_EXIT(child(false), testing::ExitedWithCode(42), "");
}

TEST(SignalsDeathTest, WithoutAPreviousHandlerTheProcessDiesOfTheSignal) {
  const auto child = [](void (*before)(int)) {
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_CORE, &no_core);
    ::signal(SIGSEGV, before);
    install_fault_handler([](int, siginfo_t*, void*) { return false; });
    fault();
  };
  EXPECT_EXIT(child(SIG_DFL), testing::KilledBySignal(SIGSEGV), "");
  EXPECT_EXIT(child(SIG_IGN), testing::KilledBySignal(SIGSEGV), "");
}

}  // namespace
}  // namespace zhan::os
