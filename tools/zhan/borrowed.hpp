// SPDX-License-Identifier: Apache-2.0
// -W KEY=VALUE and -S KEY=VALUE as users of wasmtime write them: each key that means the same here
// is another way to write an option of ours.
#pragma once

#include <string>

#include "zhan/command.hpp"

namespace zhan::cli {

/// Adds -W and -S to the options that the command has by now. `refusal`: where they leave one
/// sentence for the first key or value that cannot be had; it outlives the command's options.
void add_borrowed_options(Command& command, std::string& refusal);

}  // namespace zhan::cli
