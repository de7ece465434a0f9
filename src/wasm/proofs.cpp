// SPDX-License-Identifier: Apache-2.0
// What must hold of every row of ops.def and of its meaning, proved at compile time. A failure
// names the row as the template argument of RowProof.
#include <algorithm>
#include <utility>

#include "wasm/sem_table.hpp"

namespace zhan::sem {
namespace {

constexpr std::array<std::string_view, op_count> op_ids = {
#define ZHAN_OP(id, prefix, code, text, imm, sig, access, feature, traits) #id,
#include "wasm/ops.def"
#undef ZHAN_OP
};

/// Mnemonics of two rows each, told apart by the immediate.
constexpr std::array<std::string_view, 4> shared_texts = {"ref.cast", "ref.cast_desc_eq",
                                                          "ref.test", "select"};

/// Every mnemonic stands in one row, the shared ones in two.
consteval bool texts_are_unique() {
  std::array<std::string_view, op_count> texts;
  for (usize i = 0; i < op_count; ++i) texts[i] = detail::op_rows[i].text;
  std::ranges::sort(texts);
  for (usize i = 1; i < op_count; ++i) {
    if (texts[i] != texts[i - 1]) continue;
    if (i + 1 < op_count && texts[i + 1] == texts[i]) return false;
    if (!std::ranges::binary_search(shared_texts, texts[i])) return false;
  }
  return true;
}
static_assert(texts_are_unique(), "two rows of ops.def have the same text");

/// An id is the text with "_" for ".", then nothing, "_" (a C++ keyword) or a second row's suffix.
consteval bool id_follows_text(std::string_view id, std::string_view text) {
  if (id.size() < text.size()) return false;
  for (usize i = 0; i < text.size(); ++i)
    if (id[i] != (text[i] == '.' ? '_' : text[i])) return false;
  const std::string_view rest = id.substr(text.size());
  return rest.empty() || rest == "_" || rest == "_t" || rest == "_null";
}

consteval bool well_formed(std::string_view signature) {
  const usize bar = signature.find('_');
  if (bar == signature.npos || signature.find('_', bar + 1) != signature.npos) return false;
  return signature.find_first_not_of("iIfFva_") == signature.npos;
}

/// A feature and an instruction space belong together.
consteval bool space_fits(const OpInfo& row) {
  switch (row.prefix) {
    case 0: return row.code < 0xfb;
    case 0xfd: return row.feature == (row.code < 0x100 ? Feature::simd : Feature::relaxed_simd);
    case 0xfe: return row.is(trait::atomic);
    default: return is_prefix(row.prefix);
  }
}

consteval bool access_fits(const OpInfo& row) {
  if (!row.is(trait::load | trait::store)) return row.access == 0 || row.is(trait::atomic);
  const bool lane = row.imm == ImmKind::memarg_lane;
  return (lane || row.imm == ImmKind::memarg) && row.access <= 4 && row.is(trait::traps) &&
         row.signature.starts_with('a') && row.is(trait::store) == row.results().empty();
}

/// Traits of a value row that need no knowledge of its function.
consteval bool value_traits_fit(const OpInfo& row) {
  using namespace trait;
  if (row.is(~(value | konst | traps | commutes | compare))) return false;
  if (row.is(compare) && row.results() != "i") return false;
  if (row.is(commutes) && (row.params().size() != 2 || row.params()[0] != row.params()[1]))
    return false;
  return row.imm == ImmKind::none || row.imm == ImmKind::lane || row.imm == ImmKind::shuffle;
}

/// The immediate's parameter type, void without one.
template <class Params>
struct FirstOf : std::type_identity<void> {};
template <class First, class... Rest>
struct FirstOf<std::tuple<First, Rest...>> : std::type_identity<First> {};

template <class Shape>
consteval bool immediate_fits(ImmKind kind) {
  using First = typename FirstOf<typename Shape::Params>::type;
  if (kind == ImmKind::none) return Shape::immediates == 0;
  if (Shape::immediates != 1) return false;
  return kind == ImmKind::lane ? std::is_same_v<First, u8> : std::is_same_v<First, const V128&>;
}

template <Op op, bool = has_meaning<op>>
struct MeaningProof {
  static_assert(!op_info(op).is(trait::value), "`value` must be the first trait of the row");
};

template <Op op>
struct MeaningProof<op, true> {
  static constexpr const OpInfo& row = op_info(op);
  using Function = ShapeOf<op>;
  static_assert(row.is(trait::value), "only a row marked value has a meaning");
  static_assert(value_traits_fit(row), "a value row has a trait or immediate it cannot have");
  static_assert(immediate_fits<Function>(row.imm), "the immediate is not the first parameter");
  static_assert(Function::matches(row.signature), "row and function have different signatures");
  static_assert(row.is(trait::traps) == Function::Result::traps,
                "a row is marked traps if and only if its function returns a Trapping");
};

template <Op op>
struct RowProof : MeaningProof<op> {
  static constexpr const OpInfo& row = op_info(op);
  static_assert(find_op(row.prefix, row.code) == op, "another row has the same code");
  static_assert(id_follows_text(op_ids[static_cast<usize>(op)], row.text), "id is not the text");
  static_assert(row.special() || well_formed(row.signature), "a signature letter is unknown");
  static_assert(space_fits(row), "prefix, feature and traits do not belong together");
  static_assert(access_fits(row), "a memory access is described wrongly");
  static constexpr bool holds = true;
};

template <usize... index>
consteval bool all_rows_hold(std::index_sequence<index...>) {
  return (RowProof<static_cast<Op>(index)>::holds && ...);
}
static_assert(all_rows_hold(std::make_index_sequence<op_count>{}));

}  // namespace
}  // namespace zhan::sem
