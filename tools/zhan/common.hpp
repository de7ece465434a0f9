// SPDX-License-Identifier: Apache-2.0
// What the subcommands share: exit codes, messages, owners of API objects.
#pragma once

#include <zhan/zhan.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace zhan::cli {

/// What the program returns unless a guest says otherwise; docs and --help list them.
enum ExitCode : int {
  exit_ok = 0,
  exit_invalid = 1,  // invalid, missing or unlinkable module, failed assertions
  exit_usage = 2,    // bad flags or arguments
  exit_timeout = 124,
  exit_trap = 134,
};

/// Prints "zhan: MESSAGE" on standard error, in colour on a terminal; returns `code`.
int complain(std::string_view message, int code = exit_invalid);
/// True if the stream (1 or 2) may be coloured: a terminal, and NO_COLOR is not set.
[[nodiscard]] bool may_colour(int fd) noexcept;

/// Owner of an object of the API.
template <class T, void (*drop)(T*)>
struct Dropper {
  void operator()(T* object) const noexcept { drop(object); }
};
using ErrorOwner = std::unique_ptr<zhan_error_t, Dropper<zhan_error_t, zhan_error_drop>>;
using EngineOwner = std::unique_ptr<zhan_engine_t, Dropper<zhan_engine_t, zhan_engine_drop>>;
using ModuleOwner = std::unique_ptr<zhan_module_t, Dropper<zhan_module_t, zhan_module_drop>>;
using StoreOwner = std::unique_ptr<zhan_store_t, Dropper<zhan_store_t, zhan_store_drop>>;
using LinkerOwner = std::unique_ptr<zhan_linker_t, Dropper<zhan_linker_t, zhan_linker_drop>>;
using PreOwner = std::unique_ptr<zhan_pre_t, Dropper<zhan_pre_t, zhan_pre_drop>>;
using WasiOwner = std::unique_ptr<zhan_wasi_t, Dropper<zhan_wasi_t, zhan_wasi_drop>>;

[[nodiscard]] inline zhan_str_t str(std::string_view text) noexcept {
  return {text.data(), text.size()};
}
[[nodiscard]] inline std::string_view view(zhan_str_t text) noexcept {
  return {text.data, text.size};
}

/// Message and position, without "zhan: ".
[[nodiscard]] std::string describe(const zhan_error_t* error);
/// Prints an error with its backtrace; the exit code that belongs to it (the guest's own for an
/// exit).
int report(const zhan_error_t* error);

/// Text of a module for a terminal: control characters, which could move its cursor or change its
/// state, as \\hh.
[[nodiscard]] std::string printable(std::string_view text);

/// The whole of a file; - is standard input. False: errno tells why.
[[nodiscard]] bool read_file(const std::string& path, std::string& bytes);

/// Takes a number without sign off the front of the text: decimal, or hexadecimal whose 0x is gone.
/// False if none is there; infinite if it is too large. F: float or double.
template <class F>
[[nodiscard]] bool take_number(std::string_view& text, bool hex, F& value);
/// "64K", "16M", "2G" or plain bytes; false if it is none of these.
[[nodiscard]] bool parse_size(std::string_view text, uint64_t& bytes) noexcept;
/// "500ms", "2s", "1.5" (seconds), "3m"; false if it is none of these.
[[nodiscard]] bool parse_duration(std::string_view text, uint64_t& nanoseconds) noexcept;
/// The candidate nearest to a word, or "" if none is near.
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string>& candidates);

}  // namespace zhan::cli
