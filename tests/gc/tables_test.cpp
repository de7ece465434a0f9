// SPDX-License-Identifier: Apache-2.0
// Tables of references as roots: minor collections look at what has been written since the last
// collection only.
#include "fixture.hpp"

namespace zhan::test {
namespace {

constexpr u64 million = 1u << 20;
constexpr u64 piece = 512;  // elements to a dirty byte

class Tables : public Programs {
 protected:
  void SetUp() override {
    use({{"gc-verify", "on"}, {"gc-poison", "on"}});
    m = instantiate(R"((module
      (type $n (struct (field i32)))
      (table $t 0 2000000 (ref null $n)) (table $u 0 2000000 (ref null $n))
      (table $e 0 2000000 externref)
      (elem $seg (ref null $n) (item (struct.new $n (i32.const 5))) (item (ref.null $n)))
      (func (export "grow") (param i32) (result i32)
        (table.grow $t (ref.null $n) (local.get 0)))
      (func (export "grow_with") (param i32 i32) (result i32)
        (table.grow $t (struct.new $n (local.get 1)) (local.get 0)))
      (func (export "grow_u") (param i32) (result i32)
        (table.grow $u (ref.null $n) (local.get 0)))
      (func (export "grow_e") (param i32) (result i32)
        (table.grow $e (ref.null extern) (local.get 0)))
      (func (export "set") (param i32 i32)
        (table.set $t (local.get 0) (struct.new $n (local.get 1))))
      (func (export "get") (param i32) (result i32)
        (struct.get $n 0 (table.get $t (local.get 0))))
      (func (export "get_u") (param i32) (result i32)
        (struct.get $n 0 (table.get $u (local.get 0))))
      (func (export "fill") (param i32 i32 i32)
        (table.fill $t (local.get 0) (struct.new $n (local.get 1)) (local.get 2)))
      (func (export "copy_u") (param i32 i32 i32)
        (table.copy $u $t (local.get 0) (local.get 1) (local.get 2)))
      (func (export "init") (param i32) (table.init $t $seg (local.get 0) (i32.const 0)
        (i32.const 2)))))");
  }
  /// Elements looked at by one minor collection.
  u64 scanned() {
    const u64 before = statistics().elements;
    collect(false);
    return statistics().elements - before;
  }

  runtime::Instance* m = nullptr;
};

TEST_F(Tables, OneStoreCostsOnePiece) {
  run(m, "grow", {million});
  run(m, "set", {77, 1});
  EXPECT_EQ(scanned(), piece);
  EXPECT_EQ(scanned(), 0U);
  run(m, "set", {million - 1, 2});
  EXPECT_EQ(scanned(), piece);
  EXPECT_EQ(run(m, "get", {77}), 1U);
  EXPECT_EQ(run(m, "get", {million - 1}), 2U);
}

TEST_F(Tables, AMajorCollectionLooksAtAll) {
  run(m, "grow", {million});
  run(m, "set", {0, 1});
  collect(false);
  const u64 before = statistics().elements;
  collect(true);
  EXPECT_EQ(statistics().elements - before, million);
  EXPECT_EQ(run(m, "get", {0}), 1U);
}

TEST_F(Tables, FillingMarksTheRange) {
  run(m, "grow", {million});
  run(m, "fill", {piece - 1, 3, 2});  // the end of one piece, the start of the next
  EXPECT_EQ(scanned(), 2 * piece);
  run(m, "fill", {0, 3, 0});
  EXPECT_EQ(scanned(), 0U);
  run(m, "fill", {0, 4, million});
  EXPECT_EQ(scanned(), million);
  EXPECT_EQ(run(m, "get", {million / 2}), 4U);
}

TEST_F(Tables, CopyingMarksTheTarget) {
  run(m, "grow", {3 * piece});
  run(m, "grow_u", {3 * piece});
  run(m, "fill", {0, 3, 3 * piece});
  collect(false);
  run(m, "fill", {piece, 8, 1});
  run(m, "copy_u", {2 * piece, piece, 2});
  EXPECT_EQ(scanned(), 2 * piece);  // one in each table
  EXPECT_EQ(run(m, "get_u", {2 * piece}), 8U);
  EXPECT_EQ(run(m, "get_u", {2 * piece + 1}), 3U);
}

TEST_F(Tables, InitialisingMarksTheRange) {
  run(m, "grow", {3 * piece});
  run(m, "init", {piece - 1});
  EXPECT_EQ(scanned(), 2 * piece);
  EXPECT_EQ(run(m, "get", {piece - 1}), 5U);
}

TEST_F(Tables, GrowingMarksWhatIsNew) {
  run(m, "grow", {10 * piece});
  EXPECT_EQ(scanned(), 0U);  // nulls name nothing
  EXPECT_EQ(run(m, "grow_with", {million, 6}), 10 * piece);
  EXPECT_EQ(scanned(), million);
  EXPECT_EQ(run(m, "get", {11 * piece}), 6U);
}

TEST_F(Tables, StoresByTheHostCountToo) {
  run(m, "grow_e", {million});
  int value = 0;
  const auto find = [this] {
    for (u32 i = 0;; ++i)
      if (m->table(i)->type.element == ValType::ref(AbsHeap::extern_, true)) return m->table(i);
  };
  runtime::Table* const table = find();
  table->set(million / 2, store().new_externref(&value).value());
  EXPECT_EQ(scanned(), piece);
  EXPECT_EQ(store().externref_data(table->get(million / 2)), &value);
  EXPECT_EQ(table->grow(piece, store().new_externref(&value).value()), million);
  EXPECT_EQ(scanned(), piece);
  EXPECT_EQ(store().externref_data(table->get(million + 1)), &value);
}

TEST_F(Tables, FunctionTablesAreNeverLookedAt) {
  m = instantiate(R"((module (table 1000000 funcref) (elem (i32.const 0) $f $f)
    (type $n (struct)) (func $f (export "f") (drop (struct.new $n)))))");
  run(m, "f");
  const u64 before = statistics().elements;
  collect(true);
  EXPECT_EQ(statistics().elements, before);
}

// Random stores between collections, against what should be there.
TEST_F(Tables, AgreeWithTheirShadow) {
  run(m, "grow", {40 * piece});
  std::vector<u64> shadow(40 * piece, ~u64{0});
  u64 state = 12345;
  const auto next = [&state](u64 n) {
    state = state * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    return (state >> 33) % n;
  };
  for (u64 i = 0; i < 4'000; ++i) {
    const u64 at = next(shadow.size());
    if (next(10) == 0) {
      const u64 count = std::min<u64>(next(2 * piece), shadow.size() - at);
      run(m, "fill", {at, i, count});
      std::fill_n(shadow.begin() + static_cast<i64>(at), count, i);
    } else {
      run(m, "set", {at, i});
      shadow[at] = i;
    }
    if (next(50) == 0) collect(next(8) == 0);
  }
  collect(false);
  for (u64 i = 0; i < shadow.size(); ++i)
    if (shadow[i] != ~u64{0}) ASSERT_EQ(run(m, "get", {i}), shadow[i]);
}

}  // namespace
}  // namespace zhan::test
