// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

namespace zhan::wasi {
namespace {

class Process : public GuestTest {};

TEST_F(Process, Arguments) {
  for (const char* argument : {"program", "", "two words", "\xc3\xa4"})
    ASSERT_TRUE(context.add_argument(argument));
  ASSERT_EQ(args_sizes_get(call, scratch, scratch2), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 4u);
  ASSERT_EQ(get<u32>(scratch2), 8u + 1 + 10 + 3);
  ASSERT_EQ(args_get(call, scratch, room), Errno::success);
  EXPECT_EQ(text(room, 22), std::string("program\0\0two words\0\xc3\xa4\0", 22));
  EXPECT_EQ(get<u32>(scratch), room);
  EXPECT_EQ(get<u32>(scratch + 4), room + 8);
  EXPECT_EQ(get<u32>(scratch + 8), room + 9);
  EXPECT_EQ(context.add_argument(std::string("a\0b", 3)).error().kind(), ErrorKind::config);
}

TEST_F(Process, Environment) {
  ASSERT_TRUE(context.set_variable("A", "1"));
  ASSERT_TRUE(context.set_variable("B", "x=y"));
  ASSERT_TRUE(context.set_variable("A", "2"));
  ASSERT_EQ(environ_sizes_get(call, scratch, scratch2), Errno::success);
  EXPECT_EQ(get<u32>(scratch), 2u);
  ASSERT_EQ(get<u32>(scratch2), 4u + 6);
  ASSERT_EQ(environ_get(call, scratch, room), Errno::success);
  EXPECT_EQ(text(room, 10), std::string("A=2\0B=x=y\0", 10));
  EXPECT_FALSE(context.set_variable("", "x"));
  EXPECT_FALSE(context.set_variable("A=B", "x"));
  EXPECT_FALSE(context.set_variable("A", std::string("\0", 1)));
}

TEST_F(Process, InheritedEnvironment) {
  ASSERT_EQ(setenv("ZHAN_WASI_TEST", "here", 1), 0);
  context.inherit_environment();
  auto& all = context.environment();
  EXPECT_NE(std::ranges::find(all, "ZHAN_WASI_TEST=here"), all.end());
  unsetenv("ZHAN_WASI_TEST");
}

TEST_F(Process, Exit) {
  EXPECT_EQ(proc_exit(call, 42), Errno::ended);
  EXPECT_EQ(call.ending.kind, Ending::Kind::exit);
  EXPECT_EQ(call.ending.code, 42u);
}

TEST_F(Process, Raise) {
  constexpr u32 aborted = 6, window_changed = 27;
  EXPECT_EQ(proc_raise(call, 0), Errno::success);
  EXPECT_EQ(proc_raise(call, window_changed), Errno::success);
  EXPECT_EQ(proc_raise(call, 31), Errno::inval);
  EXPECT_EQ(proc_raise(call, aborted), Errno::ended);
  EXPECT_EQ(call.ending.code, 134u);
}

TEST_F(Process, Yield) {
  EXPECT_EQ(sched_yield(call), Errno::success);
  requests = 1;
  EXPECT_EQ(sched_yield(call), Errno::ended);
}

TEST_F(Process, Clocks) {
  for (u32 clock = 0; clock < clock_count; ++clock) {
    ASSERT_EQ(clock_res_get(call, clock, scratch), Errno::success);
    EXPECT_GE(get<u64>(scratch), 1u);
    ASSERT_EQ(clock_time_get(call, clock, 0, scratch), Errno::success);
    u64 first = get<u64>(scratch);
    ASSERT_EQ(clock_time_get(call, clock, 1000, scratch), Errno::success);
    EXPECT_GE(get<u64>(scratch), first);
  }
  EXPECT_EQ(clock_res_get(call, 4, scratch), Errno::inval);
  EXPECT_EQ(clock_time_get(call, ~u32{0}, 0, scratch), Errno::inval);
}

TEST_F(Process, VirtualClock) {
  context.set_virtual_clock(5'000, 10);
  ASSERT_EQ(clock_time_get(call, 0, 0, scratch), Errno::success);
  EXPECT_EQ(get<u64>(scratch), 5'010u);
  ASSERT_EQ(clock_time_get(call, 1, 0, scratch), Errno::success);
  EXPECT_EQ(get<u64>(scratch), 5'020u);
  Context other;
  other.set_clock([](ClockId clock) { return 100 + static_cast<u64>(clock); });
  EXPECT_EQ(*other.now(ClockId::process_cputime), 102u);
}

TEST_F(Process, Random) {
  ASSERT_EQ(random_get(call, room, 64), Errno::success);
  std::string first = text(room, 64);
  ASSERT_EQ(random_get(call, room, 64), Errno::success);
  EXPECT_NE(text(room, 64), first);
  memory[room + 10] = 'x';
  ASSERT_EQ(random_get(call, room, 10), Errno::success);
  EXPECT_EQ(memory[room + 10], 'x');
  EXPECT_EQ(random_get(call, room, 0), Errno::success);
}

TEST_F(Process, SeededRandom) {
  context.set_random_seed(1);
  ASSERT_EQ(random_get(call, room, 20), Errno::success);
  std::string first = text(room, 20);
  context.set_random_seed(1);
  ASSERT_EQ(random_get(call, room, 20), Errno::success);
  EXPECT_EQ(text(room, 20), first);
  context.set_random_seed(2);
  ASSERT_EQ(random_get(call, room, 20), Errno::success);
  EXPECT_NE(text(room, 20), first);
}

TEST_F(Process, LongRandomCanBeStopped) {
  std::vector<u8> large(8u << 20);
  call.memory = GuestMemory(large);
  requests = 1;
  EXPECT_EQ(random_get(call, 0, 8u << 20), Errno::ended);
}

TEST(ErrnoTable, FollowsTheHost) {
  EXPECT_EQ(from_host(ENOENT), Errno::noent);
  EXPECT_EQ(from_host(EWOULDBLOCK), Errno::again);
  EXPECT_EQ(from_host(ENOTSUP), Errno::notsup);
  EXPECT_EQ(from_host(99'999), Errno::io);
  EXPECT_STREQ(errno_text(Errno::notcapable), "capabilities insufficient");
  EXPECT_STREQ(errno_text(Errno::ended), "unknown errno");
  EXPECT_EQ(static_cast<u16>(Errno::notcapable), 76);
  EXPECT_EQ(static_cast<u16>(Errno::spipe), 70);
}

}  // namespace
}  // namespace zhan::wasi
