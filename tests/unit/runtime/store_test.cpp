// SPDX-License-Identifier: Apache-2.0
// Calls, host functions, traps, limits of time, references, and that nothing leaks.
#include <cstring>
#include <fstream>
#include <thread>

#include "os/clock.hpp"
#include "unit/runtime/fixture.hpp"

namespace zhan::runtime {
namespace {

using abi::Exec;
using abi::FuncBody;
using abi::Slot;
using abi::Status;

class StoreTest : public RuntimeTest {
 public:
  Result<std::vector<Value>> call(const abi::Func* func, std::vector<Value> args = {}) {
    std::vector<Value> results;
    ZHAN_TRY_VOID(store->call(func, args, results));
    return results;
  }
};

Status add(Exec*, void*, const FuncBody*, Slot* args) {
  args[0] = static_cast<u32>(args[0] + args[1]);
  return Status::returned;
}

TEST_F(StoreTest, CallsHostFunctions) {
  const auto result =
      call(host({type_i32, type_i32}, {type_i32}, add), {{type_i32, 40}, {type_i32, 2}});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ((*result)[0].lo, 42u);
  EXPECT_EQ((*result)[0].type, type_i32);
}

TEST_F(StoreTest, VectorsTakeTwoSlots) {
  abi::Func* const swap = host({type_v128, type_i32}, {type_i32, type_v128},
                               [](Exec*, void*, const FuncBody*, Slot* args) {
                                 const Slot lo = args[0], hi = args[1], n = args[2];
                                 args[0] = n;
                                 args[1] = hi;
                                 args[2] = lo;
                                 return Status::returned;
                               });
  const auto result = call(swap, {{type_v128, 1, 2}, {type_i32, 3}});
  ASSERT_TRUE(result.has_value());
  EXPECT_EQ((*result)[0].lo, 3u);
  EXPECT_EQ((*result)[1].lo, 2u);
  EXPECT_EQ((*result)[1].hi, 1u);
}

TEST_F(StoreTest, WrongArgumentsAreTypeErrors) {
  abi::Func* const func = host({type_i32, type_i32}, {type_i32}, add);
  EXPECT_EQ(call(func, {{type_i32, 1}}).error().message(),
            "wrong number of arguments: the function takes 2, given 1");
  const auto result = call(func, {{type_i32, 1}, {type_f64, 2}});
  EXPECT_EQ(result.error().kind(), ErrorKind::type);
  EXPECT_EQ(result.error().message(), "argument 2 must be of type i32, given f64");
}

TEST_F(StoreTest, HostDataAndFinalisersInOrder) {
  static std::string log;
  log.clear();
  const auto finalise = [](void* data) { log += *static_cast<char*>(data); };
  char a = 'a', b = 'b', c = 'c';
  const TypeId type = func_type({}, {});
  const abi::Entry entry = [](Exec*, void* data, const FuncBody*, Slot*) {
    *static_cast<char*>(data) = 'A';
    return Status::returned;
  };
  abi::Func* const func = store->new_host_func(type, entry, &a, finalise).value();
  ASSERT_TRUE(store->new_externref(&b, finalise).has_value());
  ASSERT_TRUE(store->new_host_func(type, entry, &c, finalise).has_value());
  EXPECT_TRUE(call(func).has_value());
  EXPECT_EQ(log, "");
  store.reset();
  EXPECT_EQ(log, "bAc");  // boxes, then functions as they were made
}

TEST_F(StoreTest, NotedErrorsComeOutAsTheyAre) {
  abi::Func* const exits = host({}, {}, [](Exec* exec, void*, const FuncBody*, Slot*) {
    Error error(ErrorKind::exit, "exit");
    error.info().code = 7;
    error.info().payload = std::make_shared<int>(5);
    exec->store->note_error(std::move(error));
    return Status::trapped;
  });
  const auto result = call(exits);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ErrorKind::exit);
  EXPECT_EQ(result.error().info().code, 7);
  EXPECT_EQ(*static_cast<int*>(result.error().info().payload.get()), 5);
  abi::Func* const traps = host({}, {}, [](Exec* exec, void*, const FuncBody*, Slot*) {
    exec->store->note_trap(Trap::integer_overflow);
    return Status::trapped;
  });
  const auto second = call(traps);
  EXPECT_EQ(second.error().kind(), ErrorKind::trap);
  EXPECT_EQ(second.error().message(), "integer overflow");
  EXPECT_EQ(second.error().info().code, static_cast<i32>(Trap::integer_overflow));
}

TEST_F(StoreTest, NestedCallsLeaveTheStackAsItWas) {
  static abi::Func* inner = nullptr;
  inner = host({type_i32, type_i32}, {type_i32}, add);
  abi::Func* const outer =
      host({type_i32}, {type_i32}, [](Exec* exec, void*, const FuncBody*, Slot* args) {
        const Slot* const before = exec->vsp;
        std::vector<Slot> slots{args[0], 1};
        EXPECT_TRUE(exec->store->call_raw(inner, slots).has_value());
        EXPECT_EQ(exec->vsp, before);
        args[0] = slots[0];
        return Status::returned;
      });
  const Slot* const base = store->exec().vsp;
  EXPECT_EQ((*call(outer, {{type_i32, 9}}))[0].lo, 10u);
  EXPECT_EQ(store->exec().vsp, base);
}

TEST_F(StoreTest, EndlessNestingOfCallsTraps) {
  static abi::Func* self = nullptr;
  static u64 depth = 0;
  depth = 0;
  self = host({}, {}, [](Exec* exec, void*, const FuncBody*, Slot*) {
    ++depth;
    auto result = exec->store->call_raw(self, {});
    if (result) return Status::returned;
    exec->store->note_error(std::move(result.error()));
    return Status::trapped;
  });
  const auto result = call(self);
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().info().code, static_cast<i32>(Trap::call_stack_exhausted));
  EXPECT_GT(depth, 100u);
  const u64 first = depth;
  std::thread([&] {
    depth = 0;
    EXPECT_FALSE(call(self).has_value());
  }).join();
  EXPECT_GT(depth, first / 4);
}

TEST_F(StoreTest, TailCallsOfHostFunctionsTakeNoStack) {
  static abi::Func* self = nullptr;
  self = host({type_i32}, {type_i32}, [](Exec* exec, void*, const FuncBody*, Slot* args) {
    if (args[0] == 0) return Status::returned;
    --args[0];
    exec->pending.tail_callee = self;
    return Status::tail_call;
  });
  EXPECT_EQ((*call(self, {{type_i32, 1'000'000}}))[0].lo, 0u);
  store->interrupt_handle()->raise();
  EXPECT_EQ(call(self, {{type_i32, 1'000'000}}).error().kind(), ErrorKind::interrupt);
}

TEST_F(StoreTest, AnotherThreadIsRefused) {
  static StoreTest* test = nullptr;
  test = this;
  abi::Func* const func = host({}, {}, [](Exec*, void* data, const FuncBody*, Slot*) {
    std::thread([data] {
      const auto inner = test->call(static_cast<abi::Func*>(data));
      EXPECT_EQ(inner.error().kind(), ErrorKind::busy);
      const auto info = test->module("(module)");
      EXPECT_EQ(test->store->instantiate(info, {}).error().kind(), ErrorKind::busy);
    }).join();
    return Status::returned;
  });
  func->context = func;
  EXPECT_TRUE(call(func).has_value());
  std::thread([&] {
    EXPECT_TRUE(call(host({}, {}, [](Exec*, void*, const FuncBody*, Slot*) {
                  return Status::returned;
                })).has_value());
  }).join();
}

TEST_F(StoreTest, StoresNestOnOneThread) {
  static std::unique_ptr<Store> other;
  other = make_store();
  static abi::Func* trapping = nullptr;
  trapping = other
                 ->new_host_func(
                     func_type({}, {}),
                     [](Exec* exec, void*, const FuncBody*, Slot*) {
                       exec->store->note_trap(Trap::unreachable);
                       return Status::trapped;
                     },
                     nullptr)
                 .value();
  abi::Func* const func = host({}, {}, [](Exec*, void*, const FuncBody*, Slot*) {
    EXPECT_EQ(other->call_raw(trapping, {}).error().message(), "unreachable");
    return Status::returned;
  });
  EXPECT_TRUE(call(func).has_value());
  other.reset();
}

TEST_F(StoreTest, AStaleRecordPoisonsTheStore) {
  abi::Record record{};
  store->exec().records = &record;
  abi::Func* const func =
      host({}, {}, [](Exec*, void*, const FuncBody*, Slot*) { return Status::returned; });
  EXPECT_EQ(call(func).error().kind(), ErrorKind::poisoned);
  store->exec().records = nullptr;
  EXPECT_EQ(call(func).error().kind(), ErrorKind::poisoned);
}

#if defined(__x86_64__)
TEST_F(StoreTest, AThreadThatFlushesDenormalsIsRefused) {
  abi::Func* const func =
      host({}, {}, [](Exec*, void*, const FuncBody*, Slot*) { return Status::returned; });
  std::thread([&] {
    const unsigned saved = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(saved | 0x8040);
    const auto refused = call(func);
    __builtin_ia32_ldmxcsr(saved);
    EXPECT_EQ(refused.error().kind(), ErrorKind::config);
    EXPECT_TRUE(call(func).has_value());
  }).join();
}
#endif

// -- Time --

TEST_F(StoreTest, PollGrantsPeriodsAndCountsFuel) {
  Exec& exec = store->exec();
  u64 budget = ~u64{0};
  EXPECT_TRUE(abi::builtin::poll(&exec, budget));
  EXPECT_EQ(budget, abi::budget_period);

  store = make_store({}, {.metered = true});
  Exec& metered = store->exec();
  store->set_fuel(25'000);
  u64 left = metered.budget;
  u64 used = 0;
  while (true) {
    if (__builtin_sub_overflow(left, u64{10}, &left) && !abi::builtin::poll(&metered, left)) break;
    used += 10;
  }
  EXPECT_EQ(used, 25'000u);
  EXPECT_EQ(metered.pending.trap, Trap::out_of_fuel);
  metered.budget = left;
  EXPECT_EQ(store->fuel_left(), 0u);
  store->set_fuel(5);
  EXPECT_EQ(store->fuel_left(), 5u);
  left = u64{0} - 6;
  EXPECT_FALSE(abi::builtin::poll(&metered, left));
  store->set_fuel(6);
  left = u64{0} - 6;
  EXPECT_TRUE(abi::builtin::poll(&metered, left));
  EXPECT_EQ(left + metered.fuel, 0u);
}

TEST_F(StoreTest, AnInterruptEndsOneCall) {
  u64 budget = ~u64{0};
  const auto handle = store->interrupt_handle();
  std::thread([&] { handle->raise(); }).join();
  EXPECT_FALSE(abi::builtin::poll(&store->exec(), budget));
  EXPECT_EQ(store->exec().pending.trap, Trap::interrupted);
  EXPECT_TRUE(abi::builtin::poll(&store->exec(), budget));
  store.reset();
  handle->raise();  // the block outlives the store
}

TEST_F(StoreTest, ADeadlineStaysUntilItIsSetAgain) {
  Exec& exec = store->exec();
  store->set_deadline(5'000'000);
  const auto handle = store->interrupt_handle();
  EXPECT_TRUE(handle->sleep(10'000'000'000));
  u64 budget = ~u64{0};
  for (int i = 0; i < 2; ++i) {
    EXPECT_FALSE(abi::builtin::poll(&exec, budget));
    EXPECT_EQ(exec.pending.trap, Trap::deadline_exceeded);
  }
  store->set_deadline(0);
  EXPECT_TRUE(abi::builtin::poll(&exec, budget));
  EXPECT_FALSE(handle->sleep(1'000'000));
  store->set_deadline(~u64{0});
}

TEST_F(StoreTest, RequestsWakeSleepersAndPolls) {
  const auto handle = store->interrupt_handle();
  const u64 before = os::monotonic_ns();
  std::thread raiser([handle] {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    handle->raise();
  });
  EXPECT_TRUE(handle->sleep(20'000'000'000));
  raiser.join();
  EXPECT_LT(os::monotonic_ns() - before, 10'000'000'000u);
  EXPECT_GE(handle->descriptor(), 0);
  EXPECT_EQ(handle->descriptor(), handle->descriptor());
  EXPECT_TRUE(store->note_requests());
  EXPECT_FALSE(store->note_requests());
}

// -- References and globals --

TEST_F(StoreTest, ExternrefsHoldPointers) {
  int value = 3;
  const u64 ref = store->new_externref(&value).value();
  EXPECT_LT(ref, u64{1} << 32);
  EXPECT_EQ(ref % 8, 0u);
  EXPECT_EQ(store->externref_data(ref), &value);
  EXPECT_EQ(store->externref_data(0), nullptr);
  EXPECT_EQ(store->externref_data(5), nullptr);
  EXPECT_EQ(store->externref_data(ref + 8), nullptr);
  EXPECT_EQ(store->externref_data(ref + 1'000'000), nullptr);
  EXPECT_NE(store->new_externref(&value).value(), ref);
  Instance* const instance = instantiate("(module)");
  EXPECT_EQ(instance->inst()->heap_base, store->exec().heap_base);
}

TEST_F(StoreTest, GlobalsCheckTheirInitialValue) {
  EXPECT_EQ(store->new_global({type_i32, true}, {type_i64, 1}).error().kind(), ErrorKind::type);
  Global* const global = store->new_global({type_v128, true}, {type_v128, 1, 2}).value();
  EXPECT_EQ(global->value[1], 2u);
}

TEST_F(StoreTest, HostFunctionsOfSeveralStoresAreKept) {
  const TypeId type = func_type({type_i32, type_i32}, {type_i32});
  const auto shared =
      std::make_shared<HostFunc>(*types, scripted_engine(), type, add, nullptr, "add");
  abi::Func* const func = store->use(shared);
  EXPECT_EQ(store->use(shared), func);
  const auto other = make_store();
  EXPECT_EQ(other->use(shared), func);
  EXPECT_EQ(shared.use_count(), 3) << "once a store";
  std::vector<Value> results;
  EXPECT_TRUE(other->call(func, std::vector<Value>{{type_i32, 2}, {type_i32, 3}}, results));
  EXPECT_EQ(results.at(0).lo, 5u);
  store.reset();
  EXPECT_EQ(shared.use_count(), 2);
}

TEST_F(StoreTest, WhatIsKeptOftenIsKeptOnce) {
  const auto first = std::make_shared<int>(1), second = std::make_shared<int>(2);
  for (int i = 0; i < 10'000; ++i) {
    store->keep(first);
    store->keep(second);
  }
  EXPECT_LT(first.use_count(), 40);
  store.reset();
  EXPECT_EQ(first.use_count(), 1);
  EXPECT_EQ(second.use_count(), 1);
}

TEST_F(StoreTest, TypesOfFunctions) {
  abi::Func* const func = host({type_i32, type_i32}, {type_i32}, add);
  EXPECT_EQ(store->type_of(func).params.size(), 2u);
  EXPECT_EQ(store->type_text(func), "(func (param i32 i32) (result i32))");
}

// -- Nothing is lost --

u64 field_of_status(const char* name) {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;)
    if (word == name) {
      u64 value = 0;
      status >> value;
      return value;
    }
  return 0;
}

u64 mappings() {
  std::ifstream maps("/proc/self/maps");
  u64 count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

TEST_F(StoreTest, TenThousandStoresLeaveNothing) {
  const auto info = module(R"((module (memory (export "m") 1) (table 100 funcref)
    (func $f) (elem (i32.const 0) $f $f $f $f $f $f $f $f $f) (data (i32.const 5) "data")))");
  scripts()[0] = [](Exec*, abi::Inst* inst, Slot*) {
    inst->memory0[60'000] = 1;
    return Status::returned;
  };
  const auto round = [&] {
    auto s = make_store();
    Instance* const instance = s->instantiate(info, {}).value();
    EXPECT_EQ(instance->memory(0)->state.base[60'000], 0);
    EXPECT_EQ(s->instantiate(info, {}).value()->memory(0)->grow(3), 1u);
    EXPECT_TRUE(s->call_raw(instance->func(0), {}).has_value());
    EXPECT_TRUE(s->new_externref(&s).has_value());
  };
  for (int i = 0; i < 500; ++i) round();
  const u64 maps = mappings(), resident = field_of_status("VmRSS:");
  for (int i = 0; i < 9'500; ++i) round();
  EXPECT_LE(mappings(), maps + 4);
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  constexpr bool keeps_freed_memory = true;
#elif defined(__has_feature)
  constexpr bool keeps_freed_memory =
      __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
  constexpr bool keeps_freed_memory = false;
#endif
  if (!keeps_freed_memory) {
    EXPECT_LE(field_of_status("VmRSS:"), resident + 2'048);
  }  // KiB
}

}  // namespace
}  // namespace zhan::runtime
