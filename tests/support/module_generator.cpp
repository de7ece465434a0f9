// SPDX-License-Identifier: Apache-2.0
#include "support/module_generator.hpp"

#include <string>

#include "support/code_generator.hpp"

namespace zhan::test {
namespace {

void add_exports(Shape& shape) {
  ModuleBuilder& builder = shape.builder;
  const auto all = [&](const char* prefix, usize count, u8 kind) {
    for (u32 i = 0; i < count; ++i) builder.export_(prefix + std::to_string(i), kind, i);
  };
  all("", shape.generated(), 0);
  builder.export_("refill", 0, shape.generated());
  all("table", shape.tables.size(), 1);
  all("memory", shape.memories.size(), 2);
  for (u32 i = 0; i < shape.globals.size(); ++i)
    if (shape.globals[i].is_mutable) builder.export_("global" + std::to_string(i), 3, i);
}

}  // namespace

GeneratedModule generate_module(Choices& choices, GeneratorOptions options) {
  Shape shape =
      choose_shape(choices, options.only_finished, options.opaque && !options.only_finished);
  GeneratedModule module;
  module.used.resize(op_count);
  module.functions = module.refill = shape.generated();
  module.canonical_nans = shape.canonical_nans;
  CodeGenerator generator(choices, shape, module.used);
  generator.unused_locals = options.unused_locals;
  for (u32 f = 0; f <= shape.generated(); ++f) {
    auto body = f < shape.generated() ? generator.function(f, options.size) : generator.refill();
    shape.builder.raw_func(shape.functions[f], std::move(body.code), std::move(body.locals));
  }
  add_exports(shape);
  module.bytes = shape.builder.build();
  return module;
}

}  // namespace zhan::test
