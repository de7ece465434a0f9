// SPDX-License-Identifier: Apache-2.0
// Whole files as bytes: mapped where possible, read where not (pipes, standard input).
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"

namespace zhan::os {

/// The bytes of a file, kept alive by `owner`. A mapped file must not shrink while it is used.
struct FileBytes {
  std::span<const u8> bytes;
  std::shared_ptr<const void> owner;
};

/// Reads or maps a file; "-" is standard input. An `io` error names the path and the reason: a
/// missing file, a directory, no permission.
[[nodiscard]] Result<FileBytes> read_file(const std::string& path);

}  // namespace zhan::os
