// SPDX-License-Identifier: Apache-2.0
// Files for the tools that show internals: a module read from binary or text.
#pragma once

#include <string>

#include "base/result.hpp"
#include "module/module.hpp"

namespace zhan::cli {

/// A module and the bytes it refers to.
struct ModuleFile {
  std::string path;
  Module module;
};

/// Reads and decodes a file (- is standard input); text is parsed and encoded first. All features
/// are on. Errors name the file.
[[nodiscard]] Result<ModuleFile> read_module(const std::string& path);

/// Writes to a file, or to standard output for "" and "-"; binary bytes are not put on a terminal.
/// The exit code.
int write_output(const std::string& path, std::string_view bytes, bool binary);

}  // namespace zhan::cli
