// SPDX-License-Identifier: Apache-2.0
// Instructions as nested expressions.
#pragma once

#include "text/print_instructions.hpp"

namespace zhan::text {

/// Prints the rest of the body. An instruction takes what stands before it as operands where it is
/// known to yield one value each; as that never changes the order of instructions, a wrong guess in
/// unreachable or invalid code only changes the looks.
void print_folded(Printer& p, InstructionPrinter& code);

}  // namespace zhan::text
