// SPDX-License-Identifier: Apache-2.0
// The C++ wrapper.
#include "wrapper.hpp"

namespace {

TEST_F(Wrapper, CallsTypedFunctions) {
  const Instance instance = instantiate(R"((module
    (func (export "add") (param i32 i32) (result i32) (i32.add (local.get 0) (local.get 1)))
    (func (export "wide") (param i32 i64 f32 f64) (result f64 i64)
      (f64.add (local.get 3) (f64.promote_f32 (local.get 2)))
      (i64.add (local.get 1) (i64.extend_i32_u (local.get 0))))
    (func (export "none"))
    (func (export "vector") (param v128) (result v128) (i8x16.neg (local.get 0)))))");
  const auto add = value_or_throw(instance.func<int32_t(int32_t, int32_t)>(store, "add"));
  EXPECT_EQ(value_or_throw(add(40, 2)), 42);
  EXPECT_EQ(value_or_throw(add(-1, 1)), 0);
  const auto wide = value_or_throw(
      instance.func<std::tuple<double, int64_t>(uint32_t, int64_t, float, double)>(store, "wide"));
  EXPECT_EQ(value_or_throw(wide(0xffff'ffffu, 1, 0.5f, 2.0)), std::tuple(2.5, int64_t{1} << 32));
  EXPECT_TRUE(value_or_throw(instance.func<void()>(store, "none"))().has_value());
  const auto vector = value_or_throw(instance.func<zhan::v128(zhan::v128)>(store, "vector"));
  zhan::v128 ones;
  ones.bytes.fill(1);
  EXPECT_EQ(value_or_throw(vector(ones)).bytes[15], 0xff);
}

TEST_F(Wrapper, KeepsModules) {
  const Module module = load("(module (func (export \"f\") (result i32) (i32.const 7)))");
  std::vector<uint8_t> bytes = value_or_throw(module.serialize());
  const Module again = value_or_throw(Module::deserialize(engine, bytes));
  const Instance instance = value_or_throw(Instance::make(store, again));
  EXPECT_EQ(value_or_throw(value_or_throw(instance.func<int32_t()>(store, "f"))()), 7);
  bytes.back() ^= 1;
  EXPECT_EQ(Module::deserialize(engine, bytes).error().kind(), ZHAN_ERROR_VERSION);
}

TEST_F(Wrapper, ChecksTypesOnce) {
  const Instance instance =
      instantiate("(module (func (export \"f\") (param i32)) (memory (export \"m\") 1))");
  EXPECT_EQ(instance.func<void(int64_t)>(store, "f").error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(instance.func<int32_t(int32_t)>(store, "f").error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(instance.func<void(int32_t)>(store, "g").error().kind(), ZHAN_ERROR_LINK);
  EXPECT_EQ(instance.func<void(int32_t)>(store, "m").error().kind(), ZHAN_ERROR_LINK);
  EXPECT_TRUE(instance.func<void(uint32_t)>(store, "f").has_value());
}

TEST_F(Wrapper, ReportsTraps) {
  const Instance instance = instantiate("(module (func $f (export \"f\") unreachable))");
  const auto f = value_or_throw(instance.func<void()>(store, "f"));
  const Result<void> result = f();
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().kind(), ZHAN_ERROR_TRAP);
  EXPECT_EQ(result.error().message(), "unreachable");
  ASSERT_EQ(result.error().frames().size(), 1u);
  EXPECT_EQ(zhan::view(result.error().frames()[0].function), "f");
  try {
    value_or_throw(f());
    FAIL() << "nothing was thrown";
  } catch (const zhan::Exception& e) {
    EXPECT_STREQ(e.what(), "unreachable");
    EXPECT_EQ(e.error().code(), 1);
  }
}

const char* const logging = R"((module
  (import "env" "log" (func $log (param i32 i32)))
  (import "env" "mix" (func $mix (param i64 f64) (result f64 i64)))
  (memory (export "memory") 1)
  (data (i32.const 4) "hello")
  (func (export "run") (call $log (i32.const 4) (i32.const 5)))
  (func (export "far") (call $log (i32.const 65536) (i32.const 5)))
  (func (export "mix") (param i64 f64) (result f64 i64)
    (call $mix (local.get 0) (local.get 1)))))";

TEST_F(Wrapper, DefinesLambdas) {
  std::string log;
  Linker linker(engine);
  value_or_throw(linker.define(
      "env", "log", [&log](Caller caller, uint32_t at, uint32_t size) -> Result<void> {
        Result<std::string> text = caller.memory()->view(caller.store()).text(at, size);
        if (!text) return zhan::Unexpected(std::move(text.error()));
        log += *text;
        return {};
      }));
  value_or_throw(linker.define(
      "env", "mix", [](int64_t i, double d) { return std::tuple<double, int64_t>(d + 1, i * 2); }));
  const Instance instance = value_or_throw(linker.instantiate(store, load(logging)));
  value_or_throw(value_or_throw(instance.func<void()>(store, "run"))());
  EXPECT_EQ(log, "hello");
  const Result<void> far = value_or_throw(instance.func<void()>(store, "far"))();
  ASSERT_FALSE(far.has_value());
  EXPECT_EQ(far.error().kind(), ZHAN_ERROR_BOUNDS);
  const auto mix =
      value_or_throw(instance.func<std::tuple<double, int64_t>(int64_t, double)>(store, "mix"));
  EXPECT_EQ(value_or_throw(mix(21, 0.5)), std::tuple(1.5, int64_t{42}));
}

struct Special {
  int number;
};

TEST_F(Wrapper, CarriesExceptionsThroughWasm) {
  Linker linker(engine);
  value_or_throw(linker.define("env", "log", [](int32_t, int32_t) { throw Special{7}; }));
  value_or_throw(linker.define("env", "mix", [](int64_t, double) -> std::tuple<double, int64_t> {
    throw std::out_of_range("too far");
  }));
  const Instance instance = value_or_throw(linker.instantiate(store, load(logging)));
  try {
    value_or_throw(value_or_throw(instance.func<void()>(store, "run"))());
    FAIL() << "nothing was thrown";
  } catch (const Special& special) {
    EXPECT_EQ(special.number, 7);
  }
  const auto mix =
      value_or_throw(instance.func<std::tuple<double, int64_t>(int64_t, double)>(store, "mix"));
  EXPECT_THROW(value_or_throw(mix(1, 1)), std::out_of_range);
  const auto result = mix(1, 1);
  EXPECT_EQ(result.error().message(), "too far");
  EXPECT_EQ(result.error().kind(), ZHAN_ERROR_HOST);
}

TEST_F(Wrapper, MemoryViewsFollowGrowth) {
  const Instance instance = instantiate(R"((module (memory (export "memory") 1 3)
    (func (export "grow") (drop (memory.grow (i32.const 1))))))");
  const zhan::Memory memory = *instance.memory(store);
  const zhan::MemoryView view = memory.view(store);
  EXPECT_EQ(view.size(), 65536u);
  EXPECT_EQ(view.read<uint32_t>(65536).error().kind(), ZHAN_ERROR_BOUNDS);
  value_or_throw(value_or_throw(instance.func<void()>(store, "grow"))());
  EXPECT_EQ(view.size(), 131072u);
  value_or_throw(view.write<uint32_t>(65536, 0x01020304));
  EXPECT_EQ(value_or_throw(view.read<uint8_t>(65537)), 3);
  EXPECT_EQ(memory.span(store)[65539], 1);
  EXPECT_EQ(value_or_throw(memory.grow(store, 1)), 2u);
  EXPECT_EQ(view.text(0, ~uint64_t{0}).error().kind(), ZHAN_ERROR_BOUNDS);
  EXPECT_FALSE(instance.memory(store, "other").has_value());
}

TEST_F(Wrapper, PassesReferencesAndFunctions) {
  int ended = 0;
  struct Counted {
    int* ended;
    explicit Counted(int* e) : ended(e) {}
    Counted(Counted&& other) noexcept : ended(std::exchange(other.ended, nullptr)) {}
    ~Counted() {
      if (ended != nullptr) ++*ended;
    }
  };
  {
    Store own = value_or_throw(Store::make(engine));
    const Instance instance = value_or_throw(Instance::make(own, load(R"((module
      (func (export "same") (param externref) (result externref) (local.get 0))
      (func (export "null") (result funcref) (ref.null func))
      (func $f (export "self") (result funcref) (ref.func $f))))")));
    const Ref ref = value_or_throw(own.ref(Counted(&ended)));
    const auto same = value_or_throw(instance.func<Ref(Ref)>(own, "same"));
    const Ref back = value_or_throw(same(ref));
    EXPECT_TRUE(back == ref);
    EXPECT_EQ(own.value<Counted>(back)->ended, &ended);
    EXPECT_TRUE(value_or_throw(same(Ref())).is_null());
    EXPECT_TRUE(value_or_throw(value_or_throw(instance.func<Func()>(own, "null"))()).is_null());
    const auto self = value_or_throw(instance.func<Func()>(own, "self"));
    EXPECT_EQ(value_or_throw(self()), self.func());
    EXPECT_EQ(ended, 0);
  }
  EXPECT_EQ(ended, 1);
}

TEST_F(Wrapper, FunctionsOfOneStoreMayChange) {
  int calls = 0;
  const Func count = value_or_throw(zhan::make_func(store, [&calls, step = 0]() mutable {
    calls += ++step;
    return calls;
  }));
  const auto typed = value_or_throw(zhan::TypedFunc<int32_t()>::check(store, count.handle));
  EXPECT_EQ(value_or_throw(typed()), 1);
  EXPECT_EQ(value_or_throw(typed()), 3);
}

zhan_error_t* throws_on_its_own(void*, zhan_caller_t*, const zhan_val_t*, zhan_val_t*) {
  throw std::runtime_error("boom");
}

TEST_F(Wrapper, AnExceptionThatEscapesACallbackEndsTheProgram) {
  const zhan::FuncType type = value_or_throw(zhan::FuncType::parse(""));
  zhan_func_t func{};
  ASSERT_EQ(zhan_func_new(store, type.get(), throws_on_its_own, nullptr, nullptr, &func), nullptr);
  EXPECT_DEATH(zhan_error_drop(zhan_func_call(store, func, nullptr, 0, nullptr, 0)),
               "threw a C\\+\\+ exception.*boom");
}

TEST_F(Wrapper, GlobalsHaveTypes) {
  const Instance instance = instantiate("(module (global (export \"g\") (mut i64) (i64.const 3)))");
  const zhan::Global global = *instance.global(store, "g");
  EXPECT_EQ(value_or_throw(global.get<int64_t>(store)), 3);
  value_or_throw(global.set<int64_t>(store, -4));
  EXPECT_EQ(value_or_throw(global.get<int64_t>(store)), -4);
  EXPECT_EQ(global.get<int32_t>(store).error().kind(), ZHAN_ERROR_TYPE);
  EXPECT_EQ(global.set<float>(store, 1).error().kind(), ZHAN_ERROR_TYPE);
}

TEST_F(Wrapper, RunsForALimitedTime) {
  const Instance instance =
      instantiate("(module (func (export \"spin\") (loop $l br $l)) (func (export \"nop\")))");
  const auto spin = value_or_throw(instance.func<void()>(store, "spin"));
  const Result<void> result = store.run_for(std::chrono::milliseconds(20), [&] { return spin(); });
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(result.error().code(), ZHAN_INTERRUPT_DEADLINE);
  EXPECT_TRUE(value_or_throw(instance.func<void()>(store, "nop"))().has_value());
}

TEST_F(Wrapper, ListsModules) {
  const Module module = load(logging);
  const Module copy = module;
  ASSERT_EQ(copy.imports().size(), 2u);
  EXPECT_EQ(zhan::view(copy.imports()[1].name), "mix");
  EXPECT_EQ(copy.exports().size(), 4u);
  EXPECT_EQ(Module::open(engine, "no/such/file").error().kind(), ZHAN_ERROR_IO);
  EXPECT_EQ(zhan::FuncType::parse("(param i32").error().kind(), ZHAN_ERROR_MALFORMED);
  zhan::Config config;
  EXPECT_EQ(config.set("no-such-option", "1").error().kind(), ZHAN_ERROR_CONFIG);
}

TEST(WrapperPool, LimitsAndStatistics) {
  zhan::Config config;
  value_or_throw(zhan::set_pool(config, {.memories = 2, .resident = 65536}));
  const zhan::Engine engine = value_or_throw(zhan::Engine::make(std::move(config)));
  const Module module = value_or_throw(Module::make(engine, "(module (memory 1))"));
  const zhan::Pre pre = value_or_throw(zhan::Linker(engine).resolve(module));
  {
    const zhan::Store store = value_or_throw(zhan::Store::make(engine));
    value_or_throw(pre.instantiate(store.get()));
    value_or_throw(pre.instantiate(store.get()));
    EXPECT_EQ(pre.instantiate(store.get()).error().kind(), ZHAN_ERROR_LIMIT);
    EXPECT_EQ(zhan::pool_stats(engine).memories, 2u);
  }
  EXPECT_EQ(zhan::pool_stats(engine).memories, 0u);
  EXPECT_EQ(zhan::pool_stats(engine).idle_slots, 1u) << "the first knows no image";
}

}  // namespace
