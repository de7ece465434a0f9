// SPDX-License-Identifier: Apache-2.0
#include "zhan/module_file.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "binary/decode.hpp"
#include "binary/encode.hpp"
#include "text/parse.hpp"
#include "zhan/common.hpp"

namespace zhan::cli {
namespace {

Features all_features() {
  Features features;
  for (usize i = 0; i < feature_count; ++i) features.set(static_cast<Feature>(i), true);
  return features;
}

[[nodiscard]] std::unexpected<Error> with_path(const std::string& path, Error error) {
  error.info().file = path == "-" ? "stdin" : path;
  return fail(std::move(error));
}

}  // namespace

Result<ModuleFile> read_module(const std::string& path) {
  auto text = std::make_shared<std::string>();
  if (!read_file(path, *text))
    return fail(ErrorKind::io, fmt::format("cannot read '{}': {}", path, std::strerror(errno)));
  const auto decode = [&](std::span<const u8> bytes, std::shared_ptr<const void> owner) {
    return binary::decode(bytes, std::move(owner), all_features());
  };
  const std::span<const u8> raw(reinterpret_cast<const u8*>(text->data()), text->size());
  const bool is_text = !text->empty() && text->front() != '\0';
  if (!is_text) {
    auto module = decode(raw, text);
    if (!module) return with_path(path, std::move(module.error()));
    return ModuleFile{path, std::move(*module)};
  }
  auto parsed = text::parse_module(*text, all_features());
  if (!parsed) return with_path(path, std::move(parsed.error()));
  auto bytes = std::make_shared<std::vector<u8>>(binary::encode(*parsed));
  auto module = decode(*bytes, bytes);
  if (!module) return with_path(path, std::move(module.error()));
  return ModuleFile{path, std::move(*module)};
}

int write_output(const std::string& path, std::string_view bytes, bool binary) {
  const bool standard = path.empty() || path == "-";
  if (standard && binary && isatty(1) != 0)
    return complain("the output is binary: name a file with -o, or send it through a pipe",
                    exit_usage);
  FILE* file = standard ? stdout : std::fopen(path.c_str(), "wb");
  if (file == nullptr)
    return complain(fmt::format("cannot write '{}': {}", path, std::strerror(errno)));
  bool ok = std::fwrite(bytes.data(), 1, bytes.size(), file) == bytes.size();
  ok = (standard ? std::fflush(file) : std::fclose(file)) == 0 && ok;
  return ok ? exit_ok
            : complain(fmt::format("cannot write '{}': {}", standard ? "standard output" : path,
                                   std::strerror(errno)));
}

}  // namespace zhan::cli
