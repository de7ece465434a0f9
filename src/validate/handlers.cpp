// SPDX-License-Identifier: Apache-2.0
// Which member checks which special row; the proof that none is missing.
#include <array>

#include "validate/body.hpp"

namespace zhan::validate {

const Body::Check* Body::handlers() noexcept {
  struct Pair {
    Op op;
    Check handler;
  };
  static constexpr Pair pairs[] = {
      {Op::unreachable, &Body::on_unreachable},
      {Op::block, &Body::on_block},
      {Op::loop, &Body::on_block},
      {Op::if_, &Body::on_if},
      {Op::else_, &Body::on_else},
      {Op::end, &Body::on_end},
      {Op::try_, &Body::on_try},
      {Op::catch_, &Body::on_catch},
      {Op::catch_all, &Body::on_catch_all},
      {Op::delegate, &Body::on_delegate},
      {Op::throw_, &Body::on_throw},
      {Op::rethrow, &Body::on_rethrow},
      {Op::throw_ref, &Body::on_throw_ref},
      {Op::try_table, &Body::on_try_table},
      {Op::br, &Body::on_br},
      {Op::br_if, &Body::on_br_if},
      {Op::br_table, &Body::on_br_table},
      {Op::return_, &Body::on_return},
      {Op::br_on_null, &Body::on_br_on_null},
      {Op::br_on_non_null, &Body::on_br_on_non_null},
      {Op::call, &Body::on_call},
      {Op::call_indirect, &Body::on_call_indirect},
      {Op::call_ref, &Body::on_call_ref},
      {Op::return_call, &Body::on_return_call},
      {Op::return_call_indirect, &Body::on_return_call_indirect},
      {Op::return_call_ref, &Body::on_return_call_ref},
      {Op::drop, &Body::on_drop},
      {Op::select, &Body::on_select},
      {Op::select_t, &Body::on_select_t},
      {Op::local_get, &Body::on_local_get},
      {Op::local_set, &Body::on_local_set},
      {Op::local_tee, &Body::on_local_tee},
      {Op::global_get, &Body::on_global_get},
      {Op::global_set, &Body::on_global_set},
      {Op::table_get, &Body::on_table_get},
      {Op::table_set, &Body::on_table_set},
      {Op::table_init, &Body::on_table_init},
      {Op::table_copy, &Body::on_table_copy},
      {Op::table_grow, &Body::on_table_grow},
      {Op::table_size, &Body::on_table_size},
      {Op::table_fill, &Body::on_table_fill},
      {Op::memory_copy, &Body::on_memory_copy},
      {Op::ref_null, &Body::on_ref_null},
      {Op::ref_is_null, &Body::on_ref_is_null},
      {Op::ref_func, &Body::on_ref_func},
      {Op::ref_eq, &Body::on_ref_eq},
      {Op::ref_as_non_null, &Body::on_ref_as_non_null},
      {Op::ref_test, &Body::on_ref_test},
      {Op::ref_test_null, &Body::on_ref_test},
      {Op::ref_cast, &Body::on_ref_cast},
      {Op::ref_cast_null, &Body::on_ref_cast},
      {Op::br_on_cast, &Body::on_br_on_cast},
      {Op::br_on_cast_fail, &Body::on_br_on_cast},
      {Op::any_convert_extern, &Body::on_any_convert_extern},
      {Op::extern_convert_any, &Body::on_extern_convert_any},
      {Op::ref_i31, &Body::on_ref_i31},
      {Op::i31_get_s, &Body::on_i31_get},
      {Op::i31_get_u, &Body::on_i31_get},
      {Op::struct_new, &Body::on_struct_new},
      {Op::struct_new_default, &Body::on_struct_new},
      {Op::struct_new_desc, &Body::on_struct_new},
      {Op::struct_new_default_desc, &Body::on_struct_new},
      {Op::struct_get, &Body::on_struct_get},
      {Op::struct_get_s, &Body::on_struct_get},
      {Op::struct_get_u, &Body::on_struct_get},
      {Op::struct_set, &Body::on_struct_set},
      {Op::array_new, &Body::on_array_new},
      {Op::array_new_default, &Body::on_array_new_default},
      {Op::array_new_fixed, &Body::on_array_new_fixed},
      {Op::array_new_data, &Body::on_array_new_data},
      {Op::array_new_elem, &Body::on_array_new_elem},
      {Op::array_get, &Body::on_array_get},
      {Op::array_get_s, &Body::on_array_get},
      {Op::array_get_u, &Body::on_array_get},
      {Op::array_set, &Body::on_array_set},
      {Op::array_len, &Body::on_array_len},
      {Op::array_fill, &Body::on_array_fill},
      {Op::array_copy, &Body::on_array_copy},
      {Op::array_init_data, &Body::on_array_init_data},
      {Op::array_init_elem, &Body::on_array_init_elem},
      {Op::ref_get_desc, &Body::on_ref_get_desc},
      {Op::ref_cast_desc_eq, &Body::on_ref_cast_desc},
      {Op::ref_cast_desc_eq_null, &Body::on_ref_cast_desc},
      {Op::br_on_cast_desc_eq, &Body::on_br_on_cast_desc},
      {Op::br_on_cast_desc_eq_fail, &Body::on_br_on_cast_desc},
      {Op::cont_new, &Body::on_cont_new},
      {Op::cont_bind, &Body::on_cont_bind},
      {Op::suspend, &Body::on_suspend},
      {Op::resume, &Body::on_resume},
      {Op::resume_throw, &Body::on_resume_throw},
      {Op::resume_throw_ref, &Body::on_resume},
      {Op::switch_, &Body::on_switch},
  };
  static constexpr auto table = [] {
    std::array<Check, op_count> by_op{};
    for (const Pair& pair : pairs) by_op[static_cast<usize>(pair.op)] = pair.handler;
    return by_op;
  }();
  static_assert(
      [] {
        for (usize i = 0; i < op_count; ++i)
          if (op_info(static_cast<Op>(i)).special() != (table[i] != nullptr)) return false;
        return true;
      }(),
      "exactly the special rows have handlers");
  return table.data();
}

}  // namespace zhan::validate
