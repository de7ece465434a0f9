// SPDX-License-Identifier: Apache-2.0
// Zhan in a C++ program: a lambda as host function, a typed call, a trap, an exception through
// wasm.
#include <iostream>
#include <stdexcept>
#include <zhan/zhan.hpp>

namespace {

constexpr std::string_view text = R"((module
  (import "host" "print" (func $print (param i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "hello from wasm")
  (func (export "greet") (call $print (i32.const 0) (i32.const 15)))
  (func (export "add") (param i32 i32) (result i32)
    (i32.add (local.get 0) (local.get 1)))
  (func (export "crash") (call $print (i32.const 0) (i32.const 100000)))))";

void run() {
  using zhan::value_or_throw;
  const zhan::Engine engine = value_or_throw(zhan::Engine::make());
  const zhan::Module module = value_or_throw(zhan::Module::make(engine, text));
  zhan::Store store = value_or_throw(zhan::Store::make(engine));

  zhan::Linker linker(engine);
  value_or_throw(
      linker.define("host", "print", [](zhan::Caller caller, uint32_t at, uint32_t size) {
        const auto memory = caller.memory();
        if (!memory) throw std::runtime_error("the guest has no memory");
        std::cout << value_or_throw(memory->view(caller.store()).text(at, size)) << '\n';
      }));

  const zhan::Instance instance = value_or_throw(linker.instantiate(store, module));
  const auto greet = value_or_throw(instance.func<void()>(store, "greet"));
  const auto add = value_or_throw(instance.func<int32_t(int32_t, int32_t)>(store, "add"));
  value_or_throw(greet());
  std::cout << "40 + 2 = " << value_or_throw(add(40, 2)) << '\n';

  const auto crash = value_or_throw(instance.func<void()>(store, "crash"));
  try {
    value_or_throw(crash());  // the host function throws; wasm is left, the exception arrives here
  } catch (const zhan::Exception& e) {
    std::cout << "as expected: " << e.what() << '\n';
  }
}

}  // namespace

int main() {
  try {
    run();
    return 0;
  } catch (const std::exception& e) {
    std::cerr << "error: " << e.what() << '\n';
    return 1;
  }
}
