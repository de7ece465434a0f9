// SPDX-License-Identifier: Apache-2.0
// What belongs to no object: version, features, faults, text to binary.
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <cstring>

#include "capi/error.hpp"
#include "engine/convert.hpp"

using namespace zhan::capi;

namespace {

constexpr std::string_view version_text = ZHAN_VERSION;

constexpr std::string_view more_features[] = {"engine.interp", "wasi.preview1", "wasi.threads"};

/// The number before the next point; `rest` goes on behind it.
uint32_t next_number(std::string_view& rest) noexcept {
  uint32_t number = 0;
  const auto [end, status] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  rest.remove_prefix(std::min(rest.size(), static_cast<size_t>(end - rest.data()) + 1));
  return number;
}

}  // namespace

bool zhan::capi::give_bytes(std::span<const zhan::u8> bytes, zhan_bytes_t& out) noexcept {
  out.data = static_cast<uint8_t*>(std::malloc(std::max<size_t>(bytes.size(), 1)));
  if (out.data == nullptr) return false;
  out.size = bytes.size();
  if (!bytes.empty()) std::memcpy(out.data, bytes.data(), bytes.size());
  return true;
}

zhan_str_t zhan_version(zhan_version_t* out) {
  if (out != nullptr) {
    std::string_view rest = version_text;
    out->major = next_number(rest);
    out->minor = next_number(rest);
    out->patch = next_number(rest);
    out->abi = out->major;
  }
  return lend(version_text);
}

size_t zhan_features(zhan_str_t* out, size_t capacity) {
  size_t count = 0;
  const auto add = [&](std::string_view name) {
    if (count < capacity) out[count] = lend(name);
    ++count;
  };
  for (const zhan::FeatureInfo& feature : zhan::feature_table) add(feature.name);
  for (const std::string_view name : more_features) add(name);
  return count;
}

bool zhan_fault_handle(int sig, void* info, void* context) {
  return zhan::engine::handle_fault(sig, static_cast<siginfo_t*>(info), context);
}

zhan_error_t* zhan_wat_to_wasm(zhan_str_t text, zhan_bytes_t* out) {
  *out = {};
  return guarded([&]() -> zhan_error_t* {
    auto bytes = zhan::engine::wat_to_wasm(view(text));
    if (!bytes) return to_api(std::move(bytes.error()), nullptr);
    return give_bytes(*bytes, *out) ? nullptr : out_of_memory();
  });
}

void zhan_bytes_drop(zhan_bytes_t* bytes) {
  if (bytes == nullptr) return;
  std::free(bytes->data);
  *bytes = {};
}
