// SPDX-License-Identifier: Apache-2.0
#include "runtime/pool.hpp"

#include <algorithm>
#include <memory>
#include <mutex>
#include <vector>

#include "base/assert.hpp"

namespace zhan::runtime {
namespace {

constexpr usize kept_memories = 32;
constexpr usize kept_stacks = 32;
constexpr usize kept_stack_bytes = 16u << 10;  // resident, of each stack in the pool

struct Pool {
  std::mutex mutex;
  std::vector<Slab> memories;
  std::vector<os::Mapping> stacks;
};

/// Never destroyed: stores may end after static destructors have begun.
Pool& pool() noexcept {
  static Pool* const instance = std::make_unique<Pool>().release();
  return *instance;
}

}  // namespace

Slab take_guarded() noexcept {
  {
    const std::lock_guard lock(pool().mutex);
    if (!pool().memories.empty()) {
      Slab slab = std::move(pool().memories.back());
      pool().memories.pop_back();
      return slab;
    }
  }
  return {os::Mapping::reserved(guarded_reservation), 0};
}

void give_back_guarded(Slab slab) noexcept {
  ZHAN_ASSERT(slab.space.size() == guarded_reservation, "the pool has one size of memories");
  os::discard(slab.space.base(), slab.accessible);
  const std::lock_guard lock(pool().mutex);
  if (pool().memories.size() < kept_memories) pool().memories.push_back(std::move(slab));
}

os::Mapping take_stack(usize size) noexcept {
  {
    const std::lock_guard lock(pool().mutex);
    auto& stacks = pool().stacks;
    const auto found = std::find_if(stacks.begin(), stacks.end(),
                                    [size](const os::Mapping& s) { return s.size() == size; });
    if (found != stacks.end()) {
      os::Mapping stack = std::move(*found);
      stacks.erase(found);
      return stack;
    }
  }
  return os::Mapping::zeroed(size);
}

void give_back_stack(os::Mapping stack) noexcept {
  const usize kept = os::round_to_pages(kept_stack_bytes);
  if (stack.size() > kept) os::discard(stack.base() + kept, stack.size() - kept);
  const std::lock_guard lock(pool().mutex);
  if (pool().stacks.size() < kept_stacks) pool().stacks.push_back(std::move(stack));
}

}  // namespace zhan::runtime
