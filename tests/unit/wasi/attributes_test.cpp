// SPDX-License-Identifier: Apache-2.0
#include "fixture.hpp"

namespace zhan::wasi {
namespace {

class Attributes : public PathTest {
 protected:
  struct Times {
    u64 atim, mtim;
  };
  Times times(std::string_view name, u32 lookup = 0) {
    EXPECT_EQ(stat(name, lookup), Errno::success);
    return {get<u64>(scratch + 40), get<u64>(scratch + 48)};
  }
  Errno set_times(std::string_view name, u32 lookup, u64 atim, u64 mtim, u32 which) {
    return path_filestat_set_times(call, 3, lookup, put(name), size(name), atim, mtim, which);
  }
};
ZHAN_BOTH_RESOLVERS(Attributes);

TEST_P(Attributes, Filestat) {
  top.file("box/f", "12345");
  top.link("f", "box/l");
  ASSERT_EQ(stat("f"), Errno::success);
  struct stat host_status;
  ASSERT_EQ(::stat(host("f").c_str(), &host_status), 0);
  EXPECT_EQ(get<u64>(scratch), host_status.st_dev);
  EXPECT_EQ(get<u64>(scratch + 8), host_status.st_ino);
  EXPECT_EQ(get<u8>(scratch + 16), static_cast<u8>(Filetype::regular_file));
  EXPECT_EQ(get<u64>(scratch + 24), 1u);
  EXPECT_EQ(get<u64>(scratch + 32), 5u);
  EXPECT_EQ(get<u64>(scratch + 48), static_cast<u64>(host_status.st_mtim.tv_sec) * 1'000'000'000 +
                                        static_cast<u64>(host_status.st_mtim.tv_nsec));
  ASSERT_EQ(stat("l"), Errno::success);
  EXPECT_EQ(get<u8>(scratch + 16), static_cast<u8>(Filetype::symbolic_link));
  ASSERT_EQ(stat("l", lookup_symlink_follow), Errno::success);
  EXPECT_EQ(get<u8>(scratch + 16), static_cast<u8>(Filetype::regular_file));
  EXPECT_EQ(stat("f", 2), Errno::inval);
  u32 fd = opened("f");
  ASSERT_EQ(fd_filestat_get(call, fd, scratch2), Errno::success);
  EXPECT_EQ(get<u64>(scratch2 + 8), host_status.st_ino);
}

TEST_P(Attributes, TimesOfPaths) {
  top.file("box/f");
  top.link("f", "box/l");
  ASSERT_EQ(set_times("f", 0, 1'000'000'007, 2'000'000'009, fstflag::atim | fstflag::mtim),
            Errno::success);
  EXPECT_EQ(times("f").atim, 1'000'000'007u);
  EXPECT_EQ(times("f").mtim, 2'000'000'009u);
  ASSERT_EQ(set_times("f", 0, 5, 77, fstflag::mtim), Errno::success);
  EXPECT_EQ(times("f").atim, 1'000'000'007u);
  EXPECT_EQ(times("f").mtim, 77u);
  ASSERT_EQ(set_times("l", 0, 0, 123, fstflag::mtim), Errno::success);
  EXPECT_EQ(times("l").mtim, 123u) << "the link's own";
  EXPECT_EQ(times("f").mtim, 77u);
  ASSERT_EQ(set_times("l", lookup_symlink_follow, 0, 456, fstflag::mtim), Errno::success);
  EXPECT_EQ(times("f").mtim, 456u);
  ASSERT_EQ(set_times("f", 0, 0, 0, fstflag::mtim_now), Errno::success);
  EXPECT_GT(times("f").mtim, u64{1'600'000'000} * 1'000'000'000);
}

TEST_P(Attributes, TimesThatContradict) {
  top.file("box/f");
  u32 fd = opened("f");
  for (u32 which : {fstflag::mtim | fstflag::mtim_now, fstflag::atim | fstflag::atim_now, 16u}) {
    EXPECT_EQ(set_times("f", 0, 1, 1, which), Errno::inval);
    EXPECT_EQ(fd_filestat_set_times(call, fd, 1, 1, which), Errno::inval);
  }
  EXPECT_EQ(fd_filestat_set_times(call, fd, 11, 22, fstflag::mtim | fstflag::atim), Errno::success);
  EXPECT_EQ(times("f").atim, 11u);
  EXPECT_EQ(times("f").mtim, 22u);
}

TEST_P(Attributes, Sizes) {
  u32 fd = opened_rw("f");
  auto length = [&] { return std::filesystem::file_size(host("f")); };
  EXPECT_EQ(fd_filestat_set_size(call, fd, 100), Errno::success);
  EXPECT_EQ(length(), 100u);
  EXPECT_EQ(fd_filestat_set_size(call, fd, ~u64{0}), Errno::fbig);
  EXPECT_EQ(fd_allocate(call, fd, 90, 20), Errno::success);
  EXPECT_EQ(length(), 110u);
  EXPECT_EQ(fd_allocate(call, fd, 0, 10), Errno::success);
  EXPECT_EQ(length(), 110u);
  EXPECT_EQ(fd_allocate(call, fd, 0, 0), Errno::inval);
  EXPECT_EQ(fd_allocate(call, fd, ~u64{0} >> 1, 10), Errno::fbig);
  EXPECT_EQ(fd_allocate(call, fd, 1, ~u64{0}), Errno::fbig);
}

TEST_P(Attributes, AdviseAndSync) {
  u32 fd = opened_rw("f");
  for (u32 advice = 0; advice < 6; ++advice)
    EXPECT_EQ(fd_advise(call, fd, 0, 100, advice), Errno::success);
  EXPECT_EQ(fd_advise(call, fd, 0, 100, 6), Errno::inval);
  EXPECT_EQ(fd_advise(call, fd, ~u64{0}, 100, 0), Errno::inval);
  EXPECT_EQ(fd_sync(call, fd), Errno::success);
  EXPECT_EQ(fd_datasync(call, fd), Errno::success);
  EXPECT_EQ(fd_sync(call, 3), Errno::success) << "a directory too";
}

TEST_P(Attributes, Fdstat) {
  u32 fd = opened_rw("f", oflag::creat, fdflag::append | fdflag::sync);
  ASSERT_EQ(fd_fdstat_get(call, fd, scratch), Errno::success);
  EXPECT_EQ(get<u8>(scratch), static_cast<u8>(Filetype::regular_file));
  EXPECT_EQ(get<u16>(scratch + 2) & (fdflag::append | fdflag::sync), fdflag::append | fdflag::sync);
  EXPECT_TRUE(get<u64>(scratch + 8) & right::fd_write);
  EXPECT_FALSE(get<u64>(scratch + 8) & right::path_open);
  ASSERT_EQ(fd_fdstat_get(call, 3, scratch), Errno::success);
  EXPECT_EQ(get<u8>(scratch), static_cast<u8>(Filetype::directory));
  EXPECT_EQ(get<u16>(scratch + 2), 0u);
  EXPECT_TRUE(get<u64>(scratch + 8) & right::path_open);
  EXPECT_FALSE(get<u64>(scratch + 8) & (right::fd_seek | right::fd_filestat_set_size));
  EXPECT_TRUE(get<u64>(scratch + 16) & right::fd_write);
}

TEST_P(Attributes, Flags) {
  u32 fd = opened_rw("f", oflag::creat, fdflag::dsync);
  EXPECT_EQ(fd_fdstat_set_flags(call, fd, fdflag::nonblock | fdflag::append | fdflag::dsync),
            Errno::success);
  EXPECT_EQ(fd_fdstat_set_flags(call, fd, fdflag::sync), Errno::notsup);
  EXPECT_EQ(fd_fdstat_set_flags(call, fd, 32), Errno::inval);
  ASSERT_EQ(fd_fdstat_get(call, fd, scratch), Errno::success);
  EXPECT_EQ(get<u16>(scratch + 2), fdflag::nonblock | fdflag::append | fdflag::dsync);
}

TEST_P(Attributes, RightsOnlyShrink) {
  top.file("box/f", "x");
  u32 fd = opened("f", 0, right::fd_read | right::fd_seek);
  EXPECT_EQ(fd_fdstat_set_rights(call, fd, right::fd_read | right::fd_tell, 0), Errno::notcapable);
  EXPECT_EQ(fd_fdstat_set_rights(call, fd, right::fd_seek, 0), Errno::success);
  EXPECT_EQ(read(fd), "[bad file descriptor]");
  EXPECT_EQ(fd_fdstat_set_rights(call, fd, right::fd_seek, right::fd_read), Errno::notcapable);
  EXPECT_EQ(fd_fdstat_set_rights(call, fd, ~u64{0}, 0), Errno::notcapable);
  EXPECT_EQ(fd_fdstat_set_rights(call, fd, 0, 0), Errno::success);
}

TEST_P(Attributes, Streams) {
  ASSERT_EQ(fd_fdstat_get(call, 0, scratch), Errno::success);
  EXPECT_TRUE(get<u64>(scratch + 8) & right::fd_read);
  EXPECT_FALSE(get<u64>(scratch + 8) & (right::fd_write | right::fd_seek | right::fd_tell));
  EXPECT_EQ(fd_filestat_get(call, 1, scratch), Errno::success);
  EXPECT_EQ(get<u64>(scratch + 32), 0u);
  EXPECT_EQ(fd_filestat_set_times(call, 1, 0, 0, fstflag::mtim), Errno::notcapable);
}

}  // namespace
}  // namespace zhan::wasi
