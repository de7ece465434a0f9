// SPDX-License-Identifier: Apache-2.0
#include "runtime/table.hpp"

#include "unit/runtime/fixture.hpp"

namespace zhan::runtime {
namespace {

class TableTest : public RuntimeTest {
 public:
  static TableType type(u64 min, u64 max = ~u64{0}) {
    TableType t;
    t.element = type_funcref;
    t.limits = {min, max, max != ~u64{0}};
    return t;
  }
  Trap call(abi::Builtin builtin, std::vector<abi::Slot> operands, u32 a = 0, u32 b = 0) {
    slots = std::move(operands);
    return run(builtin, *instance, slots, a, b);
  }
  u64 func(u32 index) { return reinterpret_cast<u64>(instance->func(index)); }
  const abi::Func* resolve(u64 index, TypeId expected, u32 table = 0) {
    store->exec().pending.trap = Trap::none;
    return abi::builtin::resolve_indirect(&store->exec(), instance->inst(),
                                          &instance->table(table)->state, index, expected);
  }
  Trap trap() { return store->exec().pending.trap; }

  Instance* instance = nullptr;
  std::vector<abi::Slot> slots;
};

// Ten functions, so that a segment is long enough to be filled when used.
constexpr const char* ten = R"((module
  (type $v (func)) (type $i (func (param i32)))
  (table (export "t") 20 funcref) (table 5 funcref)
  (func $0) (func $1) (func $2) (func $3) (func $4) (func $5) (func $6) (func $7) (func $8)
  (func $9 (type $i))
  (elem (i32.const 2) $0 $1 $2 $3 $4 $5 $6 $7 $8 $9)
  (elem func $3 $4) (elem declare func $8)
  (elem funcref (ref.func $1) (ref.null func))))";

TEST_F(TableTest, GrowsWithinItsBounds) {
  Table* const table = store->new_table(type(2, 10), 0).value();
  table->set(1, 99);
  EXPECT_EQ(table->grow(3, 7), 2u);
  EXPECT_EQ(table->state.size, 5u);
  EXPECT_EQ(table->get(1), 99u);
  EXPECT_EQ(table->get(4), 7u);
  EXPECT_EQ(table->grow(6, 0), ~u64{0});
  EXPECT_EQ(table->grow(~u64{0}, 0), ~u64{0});
  EXPECT_EQ(table->grow(5, 0), 5u);
}

TEST_F(TableTest, TheStoreLimitCountsAllTables) {
  StoreLimits limits;
  limits.table_elements = 100;
  store = make_store(limits);
  Table* const table = store->new_table(type(60), 0).value();
  EXPECT_EQ(store->new_table(type(50), 0).error().kind(), ErrorKind::limit);
  EXPECT_EQ(table->grow(41, 0), ~u64{0});
  EXPECT_EQ(table->grow(40, 0), 60u);
}

TEST_F(TableTest, ActiveSegmentsAreFilledWhenUsed) {
  instance = instantiate(ten);
  const abi::Table& table = instance->table(0)->state;
  EXPECT_EQ(table.elements[0], 0u);
  EXPECT_EQ(table.elements[2], reinterpret_cast<u64>(&abi::unfilled));
  EXPECT_EQ(abi::unfilled.type, no_type);
  EXPECT_EQ(instance->table(0)->get(2), func(0));
  EXPECT_EQ(table.elements[2], func(0));
  EXPECT_EQ(table.elements[3], reinterpret_cast<u64>(&abi::unfilled));
}

TEST_F(TableTest, ResolveIndirect) {
  instance = instantiate(ten);
  const TypeId v = func_type({}, {}), i = func_type({type_i32}, {});
  EXPECT_EQ(resolve(2, v), instance->func(0));
  EXPECT_EQ(resolve(0xffff'0000'0000'0003, v),
            instance->func(1));  // high half: not part of the index
  EXPECT_EQ(resolve(11, i), instance->func(9));
  EXPECT_EQ(resolve(4, i), nullptr);
  EXPECT_EQ(trap(), Trap::indirect_call_type_mismatch);
  EXPECT_EQ(resolve(0, v), nullptr);
  EXPECT_EQ(trap(), Trap::uninitialized_element);
  EXPECT_EQ(resolve(20, v), nullptr);
  EXPECT_EQ(trap(), Trap::undefined_element);
}

TEST_F(TableTest, ResolveIndirectAllowsSubtypes) {
  instance = instantiate(R"((module
    (type $super (sub (func))) (type $sub (sub $super (func))) (type $other (func))
    (table 1 funcref) (func $f (type $sub)) (elem (i32.const 0) $f)))");
  const auto& ids = instance->module()->module.canonical;
  EXPECT_EQ(resolve(0, ids[0]), instance->func(0));
  EXPECT_EQ(resolve(0, ids[1]), instance->func(0));
  EXPECT_EQ(resolve(0, ids[2]), nullptr);
}

TEST_F(TableTest, NullWrittenOverAnUnfilledElementStays) {
  instance = instantiate(ten);
  EXPECT_EQ(call(abi::builtin::table_set, {3, 0}), Trap::none);
  EXPECT_EQ(call(abi::builtin::table_get, {3}), Trap::none);
  EXPECT_EQ(slots[0], 0u);
  EXPECT_EQ(resolve(3, func_type({}, {})), nullptr);
  EXPECT_EQ(trap(), Trap::uninitialized_element);
}

TEST_F(TableTest, GetSetSizeGrow) {
  instance = instantiate(ten);
  EXPECT_EQ(call(abi::builtin::table_get, {0x1'0000'0004}), Trap::none);
  EXPECT_EQ(slots[0], func(2));
  EXPECT_EQ(call(abi::builtin::table_get, {20}), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_set, {20, 0}), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_size, {0}), Trap::none);
  EXPECT_EQ(slots[0], 20u);
  EXPECT_EQ(call(abi::builtin::table_grow, {func(3), 2}), Trap::none);
  EXPECT_EQ(slots[0], 20u);
  EXPECT_EQ(instance->table(0)->get(21), func(3));
  EXPECT_EQ(instance->table(0)->get(5), func(3));  // what was unfilled still is right
  EXPECT_EQ(call(abi::builtin::table_grow, {0, 0xffff'ffff}), Trap::none);
  EXPECT_EQ(slots[0], 0xffff'ffffu);
}

TEST_F(TableTest, FillAndCopy) {
  instance = instantiate(ten);
  EXPECT_EQ(call(abi::builtin::table_fill, {0, func(7), 2}), Trap::none);
  EXPECT_EQ(instance->table(0)->get(1), func(7));
  EXPECT_EQ(call(abi::builtin::table_fill, {19, 0, 2}), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_fill, {20, 0, 0}), Trap::none);
  // Copying fills first: the same element in another place would be another function.
  EXPECT_EQ(call(abi::builtin::table_copy, {0, 2, 3}, 1, 0), Trap::none);
  EXPECT_EQ(instance->table(1)->get(0), func(0));
  EXPECT_EQ(instance->table(1)->get(2), func(2));
  EXPECT_EQ(call(abi::builtin::table_copy, {3, 2, 4}, 0, 0), Trap::none);
  for (u32 i = 0; i < 4; ++i) EXPECT_EQ(instance->table(0)->get(3 + i), func(i));
  EXPECT_EQ(call(abi::builtin::table_copy, {2, 3, 4}, 0, 0), Trap::none);
  for (u32 i = 0; i < 4; ++i) EXPECT_EQ(instance->table(0)->get(2 + i), func(i));
  EXPECT_EQ(call(abi::builtin::table_copy, {3, 2, 3}, 1, 0), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_copy, {0, 19, 2}, 1, 0), Trap::out_of_bounds_table_access);
}

TEST_F(TableTest, InitAndDrop) {
  instance = instantiate(ten);
  EXPECT_EQ(call(abi::builtin::table_init, {0, 0, 2}, 1, 0), Trap::none);
  EXPECT_EQ(instance->table(0)->get(1), func(4));
  EXPECT_EQ(call(abi::builtin::table_init, {0, 1, 2}, 1, 0), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_init, {0, 0, 1}, 0, 0), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_init, {0, 0, 1}, 2, 0), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_init, {1, 0, 2}, 3, 1), Trap::none);
  EXPECT_EQ(instance->table(1)->get(1), func(1));
  EXPECT_EQ(instance->table(1)->get(2), 0u);
  EXPECT_EQ(call(abi::builtin::elem_drop, {}, 3), Trap::none);
  EXPECT_EQ(call(abi::builtin::table_init, {1, 0, 1}, 3, 1), Trap::out_of_bounds_table_access);
  EXPECT_EQ(call(abi::builtin::table_init, {1, 0, 0}, 3, 1), Trap::none);
}

TEST_F(TableTest, InitOfNothingFromSegmentsThatAreInImages) {
  instance = instantiate(R"((module (table 4 funcref) (func $f)
    (elem (i32.const 1) funcref (ref.null func) (ref.null func))
    (elem (i32.const 0) func $f)))");
  for (const u32 segment : {0u, 1u}) {
    EXPECT_EQ(call(abi::builtin::table_init, {4, 0, 0}, segment, 0), Trap::none);
    EXPECT_EQ(call(abi::builtin::table_init, {0, 0, 1}, segment, 0),
              Trap::out_of_bounds_table_access);
  }
  EXPECT_EQ(instance->table(0)->get(0), func(0));
}

TEST_F(TableTest, ReferencesToAFunctionAreTheSame) {
  instance = instantiate(ten);
  EXPECT_EQ(call(abi::builtin::ref_func, {0}, 4), Trap::none);
  EXPECT_EQ(slots[0], func(4));
  EXPECT_EQ(instance->table(0)->get(6), func(4));
  EXPECT_EQ(slots[0] % 32, 0u);
}

TEST_F(TableTest, TheInitialValueOfATable) {
  instance = instantiate(R"((module (func $f) (table 12 (ref null func) (ref.func $f))
    (table 3 externref) (table i64 4 i31ref (ref.i31 (i32.const -1)))))");
  for (u64 i = 0; i < 12; ++i) EXPECT_EQ(instance->table(0)->get(i), func(0));
  EXPECT_EQ(instance->table(1)->get(2), 0u);
  EXPECT_EQ(instance->table(2)->get(3), 0xffff'ffffu);
}

TEST_F(TableTest, ManySegmentsOnOneTable) {
  std::string text = "(module (table 100 funcref) (func $a) (func $b)";
  for (int i = 0; i < 80; ++i)
    text += "(elem (i32.const " + std::to_string(i) + ") func $a $a $a $a $b $b $b $b $b $a)";
  instance = instantiate(text + ")");
  for (u64 i = 0; i < 80; ++i) EXPECT_EQ(instance->table(0)->get(i), func(0)) << i;
  for (u64 i = 83; i < 88; ++i) EXPECT_EQ(instance->table(0)->get(i), func(1)) << i;
}

TEST_F(TableTest, AnotherInstanceFillsAnImportedTable) {
  instance = instantiate(ten);
  Instance* const other = instantiate(R"((module (import "m" "t" (table 10 funcref))
    (func $f) (func $g) (elem (i32.const 4) $f $g $f $g $f $g $f $g $f)))",
                                      {*instance->find_export("t")});
  EXPECT_EQ(instance->table(0)->get(5), reinterpret_cast<u64>(other->func(1)));
  EXPECT_EQ(instance->table(0)->get(2), func(0));
}

}  // namespace
}  // namespace zhan::runtime
