// SPDX-License-Identifier: Apache-2.0
#include "engine/artifact.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

namespace zhan::engine {
namespace {

constexpr std::string_view version = ZHAN_VERSION;

/// What stands before the version's text, the name and the bytes of the module.
struct Header {
  std::array<char, 8> magic;
  u64 checksum;  // of everything after it
  u64 features;  // that were on
  u32 feature_count;
  u32 bodies_checked;  // 0: validated when first called
  u32 version_size;
  u32 name_size;
};
static_assert(sizeof(Header) == 40 && std::has_unique_object_representations_v<Header>);

constexpr std::array<char, 8> magic = {'\x7f', 'z', 'h', 'a', 'n', 'm', 'o', 'd'};
constexpr usize checked_from = offsetof(Header, features);

/// Each step is invertible, so that one changed word always shows.
u64 checksum(std::span<const u8> bytes) noexcept {
  constexpr u64 odd = 0x9e37'79b9'7f4a'7c15;
  u64 sum = bytes.size() * odd;
  for (usize at = 0; at < bytes.size(); at += sizeof(u64)) {
    u64 word = 0;
    std::memcpy(&word, bytes.data() + at, std::min(sizeof(word), bytes.size() - at));
    sum = std::rotl((sum ^ word) * odd, 29);
  }
  return sum;
}

std::string_view text_of(std::span<const u8> bytes) noexcept {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

void append(std::vector<u8>& to, std::string_view text) {
  to.insert(to.end(), text.begin(), text.end());
}

std::unexpected<Error> refused(const char* why) {
  return fail(ErrorKind::version, std::string("not a module that can be loaded here: ") + why);
}

/// The header, if all it says is true and fits this library and this engine.
Result<Header> check(const Engine& engine, std::span<const u8> bytes) {
  Header header{};
  if (bytes.size() < sizeof(header)) return refused("too short");
  std::memcpy(&header, bytes.data(), sizeof(header));
  if (header.magic != magic) return refused("it was not made by zhan_module_serialize");
  const std::span<const u8> rest = bytes.subspan(sizeof(header));
  if (u64{header.version_size} + header.name_size > rest.size()) return refused("damaged");
  if (text_of(rest.first(header.version_size)) != version || header.feature_count != feature_count)
    return refused("another version made it");
  if (header.checksum != checksum(bytes.subspan(checked_from))) return refused("damaged");
  if (header.features != engine.config().features.bits())
    return refused("it was made with other features of the language");
  return header;
}

}  // namespace

Result<std::vector<u8>> serialize(const runtime::ModuleInfo& module) {
  const std::span<const u8> wasm = module.module.bytes;
  if (wasm.size() > ~u32{0} || module.name.size() > ~u32{0})
    return fail(ErrorKind::limit, "a module above 4 GiB");
  Header header{magic,
                0,
                module.features.bits(),
                feature_count,
                module.check_body == nullptr,
                static_cast<u32>(version.size()),
                static_cast<u32>(module.name.size())};
  std::vector<u8> out(sizeof(header));
  out.reserve(sizeof(header) + version.size() + module.name.size() + wasm.size());
  append(out, version);
  append(out, module.name);
  append(out, text_of(wasm));
  std::memcpy(out.data(), &header, sizeof(header));
  header.checksum = checksum(std::span(out).subspan(checked_from));
  std::memcpy(out.data(), &header, sizeof(header));
  return out;
}

Result<Engine::ModulePtr> deserialize(Engine& engine, std::span<const u8> bytes) {
  ZHAN_TRY(const Header header, check(engine, bytes));
  const std::span<const u8> rest = bytes.subspan(sizeof(header) + header.version_size);
  const std::span<const u8> wasm = rest.subspan(header.name_size);
  auto kept = std::make_shared<const std::vector<u8>>(wasm.begin(), wasm.end());
  return engine.load({*kept, kept}, std::string(text_of(rest.first(header.name_size))),
                     header.bodies_checked != 0 ? Engine::Bodies::trusted : Engine::Bodies::later);
}

}  // namespace zhan::engine
