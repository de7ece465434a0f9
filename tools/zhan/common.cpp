// SPDX-License-Identifier: Apache-2.0
#include "zhan/common.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "base/nearest.hpp"

namespace zhan::cli {

bool may_colour(int fd) noexcept {
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return (no_colour == nullptr || *no_colour == '\0') && !dumb && isatty(fd) != 0;
}

int complain(std::string_view message, int code) {
  const bool colour = may_colour(2);
  fmt::print(stderr, "{}zhan:{} {}\n", colour ? "\x1b[1;31m" : "", colour ? "\x1b[0m" : "",
             message);
  return code;
}

std::string describe(const zhan_error_t* error) {
  return printable(view(zhan_error_message(error)));
}

namespace {

constexpr size_t longest_name = 200;  // C++ names are long, but a hostile one has no end

void print_frames(const zhan_error_t* error) {
  std::vector<zhan_frame_t> frames(zhan_error_frames(error, nullptr, 0));
  zhan_error_frames(error, frames.data(), frames.size());
  for (size_t i = 0; i < frames.size(); ++i) {
    const zhan_frame_t& frame = frames[i];
    if (frame.left_out != 0)
      fmt::print(stderr, "     ... {} frames left out ...\n", frame.left_out);
    const std::string name = frame.function.size != 0
                                 ? printable(view(frame.function).substr(0, longest_name))
                                 : fmt::format("func[{}]", frame.function_index);
    fmt::print(stderr, "  {:3}: 0x{:x} - {}!{}\n", i, frame.offset,
               printable(view(frame.module).substr(0, longest_name)), name);
  }
}

/// A process has eight bits to say how it ended; those of 256 would say that all went well.
int exit_status(int code) noexcept {
  const int status = code & 0xff;
  return code != 0 && status == 0 ? 255 : status;
}

int code_of(const zhan_error_t* error) noexcept {
  switch (zhan_error_kind(error)) {
    case ZHAN_ERROR_EXIT: return exit_status(zhan_error_code(error));
    case ZHAN_ERROR_INTERRUPT:
      return zhan_error_code(error) == ZHAN_INTERRUPT_DEADLINE ? exit_timeout : exit_trap;
    case ZHAN_ERROR_TRAP:
    case ZHAN_ERROR_EXCEPTION: return exit_trap;
    case ZHAN_ERROR_CONFIG: return exit_usage;
    default: return exit_invalid;
  }
}

}  // namespace

int report(const zhan_error_t* error) {
  const int code = code_of(error);
  if (zhan_error_kind(error) == ZHAN_ERROR_EXIT) return code;
  const bool trapped = zhan_error_kind(error) == ZHAN_ERROR_TRAP;
  complain((trapped ? "trap: " : "") + describe(error), code);
  print_frames(error);
  return code;
}

std::string printable(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    const unsigned char next = i + 1 < text.size() ? text[i + 1] : 0;
    const bool c1 = c == 0xc2 && next >= 0x80 && next < 0xa0;  // U+0080 to U+009F
    if (c < 0x20 || c == 0x7f || c1)
      out += fmt::format("\\{:02x}", c1 ? next : c);
    else
      out += text[i];
    i += c1 ? 1 : 0;
  }
  return out;
}

bool read_file(const std::string& path, std::string& bytes) {
  constexpr size_t most = size_t{1} << 30;  // a device like /dev/zero has no end
  FILE* file = path == "-" ? stdin : std::fopen(path.c_str(), "rb");
  if (file == nullptr) return false;
  char block[65'536];
  for (size_t n = 0; bytes.size() <= most && (n = std::fread(block, 1, sizeof(block), file)) > 0;)
    bytes.append(block, n);
  const int failure = std::ferror(file) != 0 ? errno : bytes.size() > most ? EFBIG : 0;
  if (file != stdin) std::fclose(file);
  errno = failure;
  return failure == 0;
}

namespace {

float read_number(const char* text, char** end, float) noexcept { return std::strtof(text, end); }
double read_number(const char* text, char** end, double) noexcept { return std::strtod(text, end); }

/// No sign, space, name or prefix, which strtod would take.
bool begins_number(std::string_view text, bool hex) noexcept {
  if (!text.empty() && text[0] == '.') text.remove_prefix(1);
  if (text.empty()) return false;
  const bool digit = std::isdigit(static_cast<unsigned char>(text[0])) != 0;
  if (hex) return digit || std::isxdigit(static_cast<unsigned char>(text[0])) != 0;
  return digit && !text.starts_with("0x") && !text.starts_with("0X");
}

}  // namespace

template <class F>
bool take_number(std::string_view& text, bool hex, F& value) {
  if (!begins_number(text, hex)) return false;
  const std::string copy = (hex ? "0x" : "") + std::string(text);  // ends with a NUL
  char* end = nullptr;
  value = read_number(copy.c_str(), &end, F{});
  text.remove_prefix(static_cast<size_t>(end - copy.c_str()) - (hex ? 2 : 0));
  return true;
}
template bool take_number(std::string_view&, bool, float&);
template bool take_number(std::string_view&, bool, double&);

bool parse_size(std::string_view text, uint64_t& bytes) noexcept {
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, bytes);
  if (error != std::errc()) return false;
  std::string_view unit(rest, static_cast<size_t>(end - rest));
  if (unit.size() > 1 && (unit.ends_with("iB") || unit.ends_with('B'))) unit = unit.substr(0, 1);
  static constexpr std::string_view units = "KMGT";
  if (unit.empty()) return true;
  const size_t power = units.find(unit[0] & ~0x20);
  if (unit.size() > 1 || power == std::string_view::npos) return false;
  return !__builtin_mul_overflow(bytes, uint64_t{1} << (10 * (power + 1)), &bytes);
}

bool parse_duration(std::string_view text, uint64_t& nanoseconds) noexcept {
  double value = 0;
  std::string_view unit = text;
  if (!take_number(unit, false, value) || !(value > 0) || value > 1e9) return false;
  const double scale = unit == "ns"                  ? 1
                       : unit == "us"                ? 1e3
                       : unit == "ms"                ? 1e6
                       : unit == "s" || unit.empty() ? 1e9
                       : unit == "m"                 ? 60e9
                                                     : 0;
  nanoseconds = static_cast<uint64_t>(value * scale);
  return nanoseconds > 0;
}

std::string nearest(std::string_view word, const std::vector<std::string>& candidates) {
  const std::vector<std::string_view> views(candidates.begin(), candidates.end());
  return std::string(zhan::nearest(word, views));
}

}  // namespace zhan::cli
