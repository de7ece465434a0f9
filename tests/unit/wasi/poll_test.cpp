// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <thread>

#include "fixture.hpp"

namespace zhan::wasi {
namespace {

using Clock = std::chrono::steady_clock;

struct Event {
  u64 userdata;
  Errno error;
  EventType type;
  u64 bytes;
  u16 flags;
};

class Poll : public GuestTest {
 protected:
  void add_clock(u64 userdata, u64 timeout, u16 flags = 0,
                 u32 clock = static_cast<u32>(ClockId::monotonic)) {
    std::string bytes(48, '\0');
    std::memcpy(bytes.data(), &userdata, 8);
    std::memcpy(bytes.data() + 16, &clock, 4);
    std::memcpy(bytes.data() + 24, &timeout, 8);
    std::memcpy(bytes.data() + 40, &flags, 2);
    m_subscriptions += bytes;
  }
  void add_fd(u64 userdata, EventType type, u32 fd) {
    std::string bytes(48, '\0');
    std::memcpy(bytes.data(), &userdata, 8);
    bytes[8] = static_cast<char>(type);
    std::memcpy(bytes.data() + 16, &fd, 4);
    m_subscriptions += bytes;
  }
  Errno run() {
    u32 count = static_cast<u32>(m_subscriptions.size() / 48);
    Errno error = poll_oneoff(call, put(m_subscriptions), room, count, scratch);
    m_subscriptions.clear();
    return error;
  }
  std::vector<Event> events() {
    EXPECT_EQ(run(), Errno::success);
    std::vector<Event> all;
    for (u32 i = 0; i < get<u32>(scratch); ++i) {
      u32 at = room + i * 32;
      all.push_back({get<u64>(at), static_cast<Errno>(get<u16>(at + 8)),
                     static_cast<EventType>(get<u8>(at + 10)), get<u64>(at + 16),
                     get<u16>(at + 24)});
    }
    return all;
  }
  void SetUp() override {
    ASSERT_EQ(pipe2(m_pipe, O_CLOEXEC), 0);
    ASSERT_TRUE(context.lend_fd(10, m_pipe[0]));
    ASSERT_TRUE(context.lend_fd(11, m_pipe[1]));
  }
  void TearDown() override {
    ::close(m_pipe[0]);
    if (m_pipe[1] >= 0) ::close(m_pipe[1]);
  }
  int m_pipe[2];

 private:
  std::string m_subscriptions;
};

TEST_F(Poll, SleepsAsLongAsAsked) {
  auto begin = Clock::now();
  add_clock(1, 80'000'000);
  add_clock(2, 20'000'000);
  auto got = events();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].userdata, 2u);
  EXPECT_EQ(got[0].type, EventType::clock);
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(20));
  EXPECT_LT(Clock::now() - begin, std::chrono::milliseconds(75));
}

TEST_F(Poll, LongerThanASlice) {
  auto begin = Clock::now();
  add_clock(1, 120'000'000);
  EXPECT_EQ(events().size(), 1u);
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(120));
}

TEST_F(Poll, AbsoluteTimes) {
  u64 now = *context.now(ClockId::realtime);
  auto begin = Clock::now();
  add_clock(7, now + 30'000'000, clock_abstime, static_cast<u32>(ClockId::realtime));
  ASSERT_EQ(events().size(), 1u);
  EXPECT_GE(Clock::now() - begin, std::chrono::milliseconds(25));
  add_clock(8, 1, clock_abstime);
  add_clock(9, ~u64{0}, clock_abstime);
  auto got = events();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].userdata, 8u);
}

TEST_F(Poll, Descriptors) {
  add_fd(1, EventType::fd_read, 10);
  add_fd(2, EventType::fd_write, 11);
  auto got = events();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].userdata, 2u);
  EXPECT_EQ(got[0].type, EventType::fd_write);
  EXPECT_EQ(write(11, "abc"), Errno::success);
  add_fd(1, EventType::fd_read, 10);
  add_clock(5, 1'000'000'000);
  got = events();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].bytes, 3u);
  EXPECT_EQ(got[0].flags, 0u);
  ::close(std::exchange(m_pipe[1], -1));
  EXPECT_EQ(read(10), "abc");
  add_fd(1, EventType::fd_read, 10);
  got = events();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].flags, event_hangup);
}

TEST_F(Poll, WakesWhenDataComes) {
  std::thread writer([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    EXPECT_EQ(::write(m_pipe[1], "x", 1), 1);
  });
  add_fd(1, EventType::fd_read, 10);
  add_clock(2, 10'000'000'000);
  auto begin = Clock::now();
  auto got = events();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].userdata, 1u);
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
  writer.join();
}

TEST_F(Poll, FilesAreAlwaysReady) {
  top.file("box/f", "12345");
  u32 fd = opened("f");
  EXPECT_EQ(read(fd, 2), "12");
  add_fd(1, EventType::fd_read, fd);
  add_clock(2, 1'000'000'000);
  auto got = events();
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(got[0].bytes, 3u);
  add_fd(1, EventType::fd_write, 1);
  add_fd(2, EventType::fd_read, 0);
  EXPECT_EQ(events().size(), 2u);
}

TEST_F(Poll, ErrorsAreEvents) {
  add_fd(1, EventType::fd_read, 99);
  add_clock(2, 1'000'000'000);
  add_clock(3, 0, 0, static_cast<u32>(ClockId::thread_cputime));
  add_clock(4, 0, 0, 77);
  auto got = events();
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].error, Errno::badf);
  EXPECT_EQ(got[1].error, Errno::inval);
  EXPECT_EQ(got[2].userdata, 4u);
}

TEST_F(Poll, BadRequests) {
  EXPECT_EQ(poll_oneoff(call, 0, room, 0, scratch), Errno::inval);
  EXPECT_EQ(poll_oneoff(call, 0, room, ~u32{0}, scratch), Errno::inval);
  EXPECT_EQ(poll_oneoff(call, 0, room, limit::subscriptions, scratch), Errno::fault);
  add_fd(1, static_cast<EventType>(3), 0);
  EXPECT_EQ(run(), Errno::inval);
}

TEST_F(Poll, EndsWhenTheStoreIsStopped) {
  std::thread other([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    requests = 2;
  });
  auto begin = Clock::now();
  add_clock(1, ~u64{0});
  EXPECT_EQ(run(), Errno::ended);
  EXPECT_EQ(call.ending.kind, Ending::Kind::deadline);
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(2));
  other.join();
  add_fd(1, EventType::fd_read, 10);
  EXPECT_EQ(run(), Errno::ended);
}

TEST_F(Poll, VirtualTimeDoesNotWait) {
  context.set_virtual_clock(1000, 1);
  auto begin = Clock::now();
  add_clock(1, 3'600'000'000'000);
  EXPECT_EQ(events().size(), 1u);
  EXPECT_LT(Clock::now() - begin, std::chrono::seconds(5));
  EXPECT_EQ(*context.now(ClockId::monotonic), 1000u + 3'600'000'000'000 + 1);
}

}  // namespace
}  // namespace zhan::wasi
