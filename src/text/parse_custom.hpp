// SPDX-License-Identifier: Apache-2.0
// Annotations between fields and the custom sections of a text module.
#pragma once

#include "text/context.hpp"

namespace zhan::text {

/// Takes the annotations that stand between two fields.
void parse_module_notes(Context& x);

/// "(module $id (@name "..."))": the name of the module.
void parse_module_name(Context& x);

/// After all fields: puts custom sections into the module, with names and branch hints.
void finish_customs(Context& x);

}  // namespace zhan::text
