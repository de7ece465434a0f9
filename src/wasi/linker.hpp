// SPDX-License-Identifier: Apache-2.0
// WASI preview 1 for a linker.
#pragma once

#include <functional>
#include <memory>

#include "engine/engine.hpp"
#include "wasi/context.hpp"

namespace zhan::wasi {

/// The context of a store; null if it has none, then a call is an error of kind `host`.
using ContextFinder = std::function<Context*(runtime::Store& store)>;

/// Defines all functions of wasi_snapshot_preview1, for stores that are used one after the other:
/// they share the context. Error `link` if a name is taken.
Result<void> add_to_linker(engine::Linker& linker, std::shared_ptr<Context> context);
/// The same for any number of stores, each with a context of its own. The finder is called at every
/// call, on the store's thread.
Result<void> add_to_linker(engine::Linker& linker, ContextFinder finder);

}  // namespace zhan::wasi
