// SPDX-License-Identifier: Apache-2.0
// The functions of functions.def as host functions of the slot convention (CONTRACTS C2).
#include "wasi/linker.hpp"

#include <string_view>
#include <tuple>

#include "wasi/functions.hpp"

namespace zhan::wasi {
namespace {

constexpr std::string_view module_name = "wasi_snapshot_preview1";

template <class F>
struct Shape;
template <class... Params>
struct Shape<Errno (*)(Call&, Params...)> {
  using Tuple = std::tuple<Params...>;
  static constexpr usize count = sizeof...(Params);
  /// The row of functions.def must name the same parameters.
  static constexpr bool matches(std::string_view letters) noexcept {
    constexpr char expected[] = {(sizeof(Params) == 8 ? 'I' : 'i')..., '\0'};
    return letters == std::string_view(expected, count);
  }
};

abi::Status finish(abi::Exec* exec, const Ending& ending) noexcept {
  runtime::Store& store = *exec->store;
  ZHAN_ASSERT(ending.kind != Ending::Kind::none, "a call that ends the guest says why");
  if (ending.kind == Ending::Kind::exit) {
    Error error(ErrorKind::exit, "exit with code " + std::to_string(ending.code));
    error.info().code = static_cast<i32>(ending.code);
    store.note_error(std::move(error));
  } else if (!store.note_requests()) {
    store.note_trap(ending.kind == Ending::Kind::deadline ? Trap::deadline_exceeded
                                                          : Trap::interrupted);
  }
  return abi::Status::trapped;
}

GuestMemory view_of(runtime::Memory& memory) noexcept {
  return {memory.bytes(), &memory, [](void* opened, u64 pointer, u64 length) {
            static_cast<runtime::Memory*>(opened)->open_range(pointer, length);
          }};
}

template <auto function>
abi::Status entry(abi::Exec* exec, void* env, const abi::FuncBody*, abi::Slot* args) {
  using Function = Shape<decltype(function)>;
  Context* context = (*static_cast<ContextFinder*>(env))(*exec->store);
  if (context == nullptr) {
    exec->store->note_error(Error(ErrorKind::host, "the store has no WASI context"));
    return abi::Status::trapped;
  }
  runtime::Memory* memory = runtime::caller_memory(exec);
  Call call{*context, memory ? view_of(*memory) : GuestMemory(), exec->requests, {}};
  Errno result = [&]<usize... i>(std::index_sequence<i...>) {
    return function(call,
                    static_cast<std::tuple_element_t<i, typename Function::Tuple>>(args[i])...);
  }(std::make_index_sequence<Function::count>());
  if (result == Errno::ended) return finish(exec, call.ending);
  args[0] = static_cast<u16>(result);
  return abi::Status::returned;
}

struct Row {
  std::string_view name, params;
  abi::Entry entry;
};

#define ZHAN_WASI(name, params)                          \
  static_assert(Shape<decltype(&name)>::matches(params), \
                "row " #name " of functions.def has the parameters of its function");
#include "wasi/functions.def"
#undef ZHAN_WASI

constexpr Row rows[] = {
#define ZHAN_WASI(name, params) {#name, params, entry<&name>},
#include "wasi/functions.def"
#undef ZHAN_WASI
};
static_assert(std::size(rows) == 46, "preview 1 has 46 functions");

FuncType type_of(const Row& row) {
  FuncType type;
  for (char letter : row.params) type.params.push_back(type_of_letter(letter));
  if (row.name != "proc_exit") type.results.push_back(type_i32);
  return type;
}

}  // namespace

Result<void> add_to_linker(engine::Linker& linker, ContextFinder finder) {
  auto env = std::make_shared<ContextFinder>(std::move(finder));
  for (const Row& row : rows)
    ZHAN_TRY_VOID(linker.define_func(module_name, row.name, type_of(row), row.entry, env));
  return {};
}

Result<void> add_to_linker(engine::Linker& linker, std::shared_ptr<Context> context) {
  return add_to_linker(linker, [context](runtime::Store&) { return context.get(); });
}

}  // namespace zhan::wasi
