// SPDX-License-Identifier: Apache-2.0
#include "wasm/sem_evaluate.hpp"

#include <cstring>
#include <utility>

#include "base/assert.hpp"
#include "wasm/sem_table.hpp"

namespace zhan::sem {
namespace {

/// Hands out the parameters of a meaning in their order, from the immediates and the slots.
class Source {
 public:
  Source(const Imm& imm, const u64* slots) noexcept : m_imm(imm), m_slots(slots) {}

  template <class T>
  [[nodiscard]] T next() noexcept {
    if constexpr (std::is_same_v<T, u8>) {
      return m_imm.lane;
    } else if constexpr (std::is_same_v<T, const V128&>) {
      return m_imm.v128;
    } else {
      T value;
      std::memcpy(static_cast<void*>(&value), m_slots, sizeof value);
      m_slots += (sizeof value + 7) / 8;
      return value;
    }
  }

 private:
  const Imm& m_imm;
  const u64* m_slots;
};

template <class T>
void write(const T& value, u64* slots) noexcept {
  slots[0] = 0;
  std::memcpy(slots, &value, sizeof value);
}

template <class T>
[[nodiscard]] Trap finish(const T& value, u64* slots) noexcept {
  write(value, slots);
  return Trap::none;
}

template <class T>
[[nodiscard]] Trap finish(const Trapping<T>& value, u64* slots) noexcept {
  if (!value.trapped()) write(value.value, slots);
  return value.trap;
}

using Evaluator = Trap (*)(const Imm&, const u64*, u64*) noexcept;

template <Op op, class... P>
Trap run(std::type_identity<std::tuple<P...>>, Source source, u64* results) noexcept {
  // Braces evaluate from left to right, parentheses would not.
  const std::tuple<P...> params{source.next<P>()...};
  return finish(std::apply(meaning<op>, params), results);
}

template <Op op>
Trap evaluate_one(const Imm& imm, const u64* operands, u64* results) noexcept {
  return run<op>(std::type_identity<typename ShapeOf<op>::Params>{}, Source(imm, operands),
                 results);
}

template <Op op>
consteval Evaluator evaluator() {
  if constexpr (has_meaning<op>) {
    return &evaluate_one<op>;
  } else {
    return nullptr;
  }
}

template <usize... index>
consteval std::array<Evaluator, op_count> all_evaluators(std::index_sequence<index...>) {
  return {evaluator<static_cast<Op>(index)>()...};
}

constexpr auto evaluators = all_evaluators(std::make_index_sequence<op_count>{});

}  // namespace

bool can_evaluate(Op op) noexcept {
  ZHAN_ASSERT(static_cast<usize>(op) < op_count, "an instruction is a row of ops.def");
  return evaluators[static_cast<usize>(op)] != nullptr;
}

Trap evaluate(Op op, const Imm& imm, const u64* operands, u64* results) noexcept {
  ZHAN_ASSERT(can_evaluate(op), "only rows marked value have a meaning");
  return evaluators[static_cast<usize>(op)](imm, operands, results);
}

}  // namespace zhan::sem
