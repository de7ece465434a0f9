// SPDX-License-Identifier: Apache-2.0
#include "interp/prepare.hpp"

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "interp/body_code.hpp"
#include "interp/predecode.hpp"
#include "interp/stats.hpp"
#include "runtime/store.hpp"

namespace zhan::interp {
namespace {

usize size_of(const Code& code) noexcept {
  return sizeof(BodyCode) + BodyCode::aligned(static_cast<u32>(code.cells.size())) +
         code.catches.ranges().size_bytes() + code.catches.rows().size_bytes();
}

BodyCode* allocate(const Code& code, u32 defined) noexcept {
  void* memory = std::malloc(size_of(code));
  if (memory == nullptr) return nullptr;
  auto* result = new (memory) BodyCode;
  result->size = static_cast<u32>(code.cells.size());
  result->defined = defined;
  result->entry = code.entry;
  std::memcpy(result->first(), code.cells.data(), code.cells.size());
  const auto ranges = code.catches.ranges();
  const auto rows = code.catches.rows();
  result->ranges = static_cast<u32>(ranges.size());
  result->rows = static_cast<u32>(rows.size());
  std::uninitialized_copy(ranges.begin(), ranges.end(),
                          const_cast<CatchRange*>(result->catch_ranges().data()));
  std::uninitialized_copy(rows.begin(), rows.end(), const_cast<CatchRow*>(result->catch_rows()));
  return result;
}

/// The first thread to get here wins; the others drop their copy.
void publish(FuncBody* body, BodyCode* code) noexcept {
  body->owner->add_block(code);
  void* expected = nullptr;
  if (!body->interp_code.compare_exchange_strong(expected, code, std::memory_order_acq_rel)) {
    body->owner->remove_block(code);
    std::free(code);
    code = static_cast<BodyCode*>(expected);
  }
  body->cells.store(code->first(), std::memory_order_release);
}

/// Lazy validation: a body found invalid traps at every call.
bool is_valid(abi::Exec* exec, const abi::FuncBody* body) noexcept {
  const runtime::ModuleInfo& info = body->owner->info();
  if (info.check_body == nullptr) return true;
  const Result<void> valid = info.check_body(info, body->function - info.module.imported_functions);
  if (valid) return true;
  Error error(ErrorKind::trap,
              std::string(trap_text(Trap::invalid_function)) + ": " + valid.error().to_string());
  error.info().code = static_cast<i32>(Trap::invalid_function);
  exec->store->note_error(std::move(error));
  return false;
}

}  // namespace

bool prepare(abi::Exec* exec, abi::FuncBody* body) noexcept {
  if (!is_valid(exec, body)) return false;
  PredecodeOptions options;
  options.with_map = ZHAN_STATS != 0;
  Result<Code> code = predecode(*body->owner, *body, options);
  if (!code) {
    exec->store->note_error(std::move(code.error()));
    return false;
  }
  const auto defined = static_cast<u32>(body - body->owner->bodies());
  BodyCode* memory = nullptr;
  if (body->owner->account_code(size_of(*code))) memory = allocate(*code, defined);
  if (memory == nullptr) {
    exec->store->note_trap(Trap::out_of_memory);
    return false;
  }
  publish(body, memory);
#if ZHAN_STATS
  stats::add_code(*body, code_of(*body)->first(), code->map.data(), code->map.size());
#endif
  return true;
}

}  // namespace zhan::interp
