// SPDX-License-Identifier: Apache-2.0
// Every pointer of every function may be anything: the answer is an errno, and nothing outside the
// guest's memory is touched.
#include <sys/socket.h>

#include <functional>
#include <map>
#include <random>
#include <tuple>

#include "fixture.hpp"

namespace zhan::wasi {
namespace {

/// A function with its arguments as 64-bit words, as a guest passes them.
struct Callable {
  std::string name, params;
  std::function<Errno(Call&, const std::vector<u64>&)> run;
};

template <class... Params>
Callable make(const char* name, const char* params, Errno (*function)(Call&, Params...)) {
  return {name, params, [function](Call& call, const std::vector<u64>& args) {
            return [&]<usize... i>(std::index_sequence<i...>) {
              return function(call, static_cast<Params>(args[i])...);
            }(std::index_sequence_for<Params...>());
          }};
}

const std::vector<Callable>& functions() {
  static const std::vector<Callable> all = {
#define ZHAN_WASI(name, params) make(#name, params, name),
#include "wasi/functions.def"
#undef ZHAN_WASI
  };
  return all;
}

/// Good arguments, a letter each; Pointers::value says what they stand for.
struct Good {
  const char* args;
  std::vector<u32> pointers;  // which of them are pointers
};

const std::map<std::string, Good>& good_calls() {
  static const std::map<std::string, Good> all = {
      {"args_get", {"oo", {0, 1}}},
      {"args_sizes_get", {"oo", {0, 1}}},
      {"environ_get", {"oo", {0, 1}}},
      {"environ_sizes_get", {"oo", {0, 1}}},
      {"clock_res_get", {"0o", {1}}},
      {"clock_time_get", {"00o", {2}}},
      {"fd_fdstat_get", {"fo", {1}}},
      {"fd_filestat_get", {"fo", {1}}},
      {"fd_pread", {"fvV0o", {1, 4}}},
      {"fd_prestat_get", {"3o", {1}}},
      {"fd_prestat_dir_name", {"3oP", {1}}},
      {"fd_pwrite", {"fvV0o", {1, 4}}},
      {"fd_read", {"fvVo", {1, 3}}},
      {"fd_readdir", {"3oB0o", {1, 4}}},
      {"fd_seek", {"f00o", {3}}},
      {"fd_tell", {"fo", {1}}},
      {"fd_write", {"fvVo", {1, 3}}},
      {"path_create_directory", {"3pP", {1}}},
      {"path_filestat_get", {"30pPo", {2, 4}}},
      {"path_filestat_set_times", {"30pP000", {2}}},
      {"path_link", {"30pP3pP", {2, 5}}},
      {"path_open", {"30pP0000o", {2, 8}}},
      {"path_readlink", {"3lPoBo", {1, 3, 5}}},
      {"path_remove_directory", {"3pP", {1}}},
      {"path_rename", {"3pP3pP", {1, 4}}},
      {"path_symlink", {"pP3pP", {0, 3}}},
      {"path_unlink_file", {"3pP", {1}}},
      {"poll_oneoff", {"toVo", {0, 1, 3}}},
      {"random_get", {"oB", {0}}},
      {"sock_accept", {"L0o", {2}}},
      {"sock_recv", {"svV0oo", {1, 4, 5}}},
      {"sock_send", {"svV0o", {1, 4}}},
      // Without pointers.
      {"fd_advise", {"f000", {}}},
      {"fd_allocate", {"f0V", {}}},
      {"fd_close", {"f", {}}},
      {"fd_datasync", {"f", {}}},
      {"fd_fdstat_set_flags", {"f0", {}}},
      {"fd_fdstat_set_rights", {"f00", {}}},
      {"fd_filestat_set_size", {"f0", {}}},
      {"fd_filestat_set_times", {"f000", {}}},
      {"fd_renumber", {"ff", {}}},
      {"fd_sync", {"f", {}}},
      {"proc_exit", {"0", {}}},
      {"proc_raise", {"0", {}}},
      {"sched_yield", {"", {}}},
      {"sock_shutdown", {"sV", {}}},
  };
  return all;
}

class Pointers : public GuestTest {
 protected:
  Pointers() {
    EXPECT_TRUE(context.add_argument("program"));
    EXPECT_TRUE(context.set_variable("KEY", "value"));
    top.file("box/p", "p");
    top.link("p", "box/l");
    int pair[2], listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
    m_socket = *context.give_socket(HostFd(pair[0]));
    m_listener = *context.give_socket(HostFd(listener));
    m_peer = HostFd(pair[1]);
    EXPECT_EQ(::write(m_peer.get(), "message", 7), 7);
    for (u32 fd : {m_socket, m_listener})
      EXPECT_EQ(fd_fdstat_set_flags(call, fd, fdflag::nonblock), Errno::success);
    m_file = opened_rw("p", 0);
    m_path = put("p");
    m_link = put("l");
    m_vectors = iovecs({{room, 4}});
    m_subscription = put(std::string(48, '\0'));  // a clock whose time has come
  }

  u64 value(char letter) const {
    switch (letter) {
      case '3': return 3;
      case 'f': return m_file;
      case 's': return m_socket;
      case 'L': return m_listener;
      case 'p': return m_path;
      case 'l': return m_link;
      case 'v': return m_vectors;
      case 't': return m_subscription;
      case 'o': return room;
      case 'P':
      case 'V': return 1;
      case 'B': return 64;
      default: return 0;
    }
  }
  std::vector<u64> arguments(const Good& good) const {
    std::vector<u64> args;
    for (const char* letter = good.args; *letter != 0; ++letter) args.push_back(value(*letter));
    return args;
  }

  u32 m_file = 0, m_socket = 0, m_listener = 0, m_path = 0, m_link = 0, m_vectors = 0,
      m_subscription = 0;
  HostFd m_peer;
};

TEST_F(Pointers, TheTableIsWhole) {
  EXPECT_EQ(functions().size(), 46u);
  for (const Callable& function : functions()) {
    ASSERT_TRUE(good_calls().contains(function.name)) << function.name;
    EXPECT_EQ(std::string(good_calls().at(function.name).args).size(), function.params.size())
        << function.name;
  }
}

TEST_F(Pointers, EachBadPointerIsAFault) {
  u32 end = static_cast<u32>(memory.size());
  for (const Callable& function : functions()) {
    const Good& good = good_calls().at(function.name);
    for (u32 index : good.pointers) {
      for (u32 pointer : {~u32{0}, bad, 0x8000'0000u, end, end + 1}) {
        std::vector<u64> args = arguments(good);
        args[index] = pointer;
        EXPECT_EQ(function.run(call, args), Errno::fault) << function.name << " argument " << index;
      }
    }
  }
  EXPECT_EQ(top.read("box/p"), "p") << "no call with a bad pointer had an effect";
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(host(".")), {}), 2);
}

/// A length that reaches over the end is as bad as the pointer.
TEST_F(Pointers, EachHugeLengthIsRefused) {
  for (const Callable& function : functions()) {
    const Good& good = good_calls().at(function.name);
    for (u32 index = 0; good.args[index] != 0; ++index) {
      if (good.args[index] != 'P' && good.args[index] != 'V' && good.args[index] != 'B') continue;
      if (good.pointers.empty() || function.name == "fd_prestat_dir_name") continue;
      for (u32 length : {~u32{0}, 0x8000'0000u, 0x1000'0000u}) {
        std::vector<u64> args = arguments(good);
        args[index] = length;
        Errno error = function.run(call, args);
        EXPECT_TRUE(error == Errno::fault || error == Errno::inval)
            << function.name << " argument " << index << ": " << errno_text(error);
      }
    }
  }
}

TEST_F(Pointers, WithoutMemoryAllIsAFault) {
  call.memory = GuestMemory();
  for (const Callable& function : functions()) {
    const Good& good = good_calls().at(function.name);
    if (good.pointers.empty()) continue;
    for (u64 pointer : {0u, 4096u}) {
      std::vector<u64> args = arguments(good);
      for (u32 index : good.pointers) args[index] = pointer;
      EXPECT_EQ(function.run(call, args), Errno::fault) << function.name;
    }
  }
}

/// Pointers at the last bytes: whatever the answer, only the memory is touched (asan watches).
TEST_F(Pointers, TheLastBytes) {
  u32 end = static_cast<u32>(memory.size());
  for (const Callable& function : functions()) {
    const Good& good = good_calls().at(function.name);
    for (u32 index : good.pointers) {
      for (u32 back = 1; back <= 64; ++back) {
        std::vector<u64> args = arguments(good);
        args[index] = end - back;
        EXPECT_NE(function.run(call, args), Errno::ended) << function.name;
        if (function.name == "path_open") static_cast<void>(fd_close(call, get<u32>(room)));
      }
    }
  }
}

/// Any words at all: no crash, no wait for ever, a known errno.
TEST_F(Pointers, RandomArguments) {
  std::mt19937 random(7);
  const u64 interesting[] = {0,
                             1,
                             2,
                             3,
                             4,
                             5,
                             7,
                             8,
                             16,
                             64,
                             255,
                             room,
                             scratch,
                             bad,
                             ~u32{0},
                             ~u64{0},
                             u64{1} << 63,
                             0x8000'0000,
                             memory.size(),
                             memory.size() - 4};
  // Nothing may wait: the clock jumps, streams and sockets do not block.
  context.set_virtual_clock(0);
  EXPECT_EQ(fd_close(call, m_socket), Errno::success);
  EXPECT_EQ(fd_close(call, m_listener), Errno::success);
  for (int i = 0; i < 60'000; ++i) {
    const Callable& function = functions()[random() % functions().size()];
    std::vector<u64> args;
    for (usize k = 0; k < function.params.size(); ++k)
      args.push_back(interesting[random() % std::size(interesting)]);
    if (function.name == "fd_allocate" || function.name == "fd_filestat_set_size")
      args.back() %= 100'000;
    Errno error = function.run(call, args);
    EXPECT_STRNE(errno_text(error), "") << function.name;
    EXPECT_TRUE(error == Errno::ended || static_cast<u16>(error) <= 76) << function.name;
  }
  EXPECT_EQ(top.read("secret"), "secret");
}

TEST(GuestMemoryTest, Ranges) {
  std::vector<u8> bytes(100);
  GuestMemory memory{std::span(bytes)};
  EXPECT_TRUE(memory.contains(0, 100));
  EXPECT_TRUE(memory.contains(100, 0));
  EXPECT_FALSE(memory.contains(101, 0));
  EXPECT_FALSE(memory.contains(1, 100));
  EXPECT_FALSE(memory.contains(~u32{0}, ~u64{0}));
  EXPECT_FALSE(GuestMemory().contains(0, 0));
  EXPECT_TRUE(memory.write<u32>(96, 0x01020304));
  EXPECT_FALSE(memory.write<u32>(97, 1));
  u16 half = 0;
  EXPECT_TRUE(memory.read(98, half));
  EXPECT_EQ(half, 0x0102);
  EXPECT_EQ(bytes[96], 4) << "little-endian";
}

}  // namespace
}  // namespace zhan::wasi
