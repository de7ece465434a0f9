// SPDX-License-Identifier: Apache-2.0
#include "support/generator_shape.hpp"

#include <algorithm>

namespace zhan::test {
namespace {

constexpr u8 op_end = 0x0b;

Bytes byte(u32 value) { return {static_cast<u8>(value)}; }

/// A constant expression that makes a value of the type, from one choice.
Bytes constant(char letter, u32 value, const Shape& shape) {
  const u8 low = static_cast<u8>(value);
  switch (letter) {
    case 'i': return join({{0x41}, signed_leb(static_cast<i32>(value)), {op_end}});
    case 'I': return join({{0x42}, signed_leb(static_cast<i64>(value) << 20), {op_end}});
    case 'f': return {0x43, 0, 0, low, 0x40, op_end};
    case 'F': return {0x44, 0, 0, 0, 0, 0, 0, low, 0x40, op_end};
    case 'v': return join({{0xfd, 0x0c}, Bytes(16, low), {op_end}});
    case 'r':
      if (value % 3 != 0) return join({{0xd2}, leb(value % shape.generated()), {op_end}});
      return {0xd0, 0x70, op_end};
    case 't': return {0xd0, 0, op_end};
    case 'e': return {0xd0, 0x69, op_end};
    case 'a':
      if (value % 2 != 0) return join({{0x41}, signed_leb(value), {0xfb, 0x1c, op_end}});  // i31
      return {0xd0, 0x6e, op_end};
    case 's':
      if (value % 2 != 0) return {0xfb, 0x01, static_cast<u8>(1 + value % 4 / 2), op_end};
      return {0xd0, 1, op_end};
    case 'y':
      if (value % 2 != 0) return {0x41, static_cast<u8>(value % 8), 0xfb, 0x07, 3, op_end};
      return {0xd0, 3, op_end};
    case 'z': return {0xd0, 4, op_end};
    default: return {0xd0, 0x6f, op_end};
  }
}

class Chooser {
 public:
  Chooser(Choices& choices, bool only_finished, bool opaque)
      : m_choices(choices), m_opaque(opaque) {
    m_shape.only_finished = only_finished;
  }

  Shape run() {
    m_shape.canonical_nans = m_shape.only_finished || !m_choices.one_in(4);
    choose_letters();
    choose_functions();
    choose_tags();
    choose_memories();
    choose_tables();
    choose_globals();
    choose_data();
    choose_elements();
    return std::move(m_shape);
  }

 private:
  void choose_letters() {
    m_shape.letters = "iIfF";
    if (m_choices.one_in(2)) m_shape.letters += 'v';
    if (m_choices.one_in(2)) m_shape.letters += m_shape.only_finished ? "rx" : "rxt";
    if (m_opaque && m_choices.one_in(3)) m_shape.letters += 'e';
  }

  std::string some_letters(u32 most) {
    std::string text;
    for (u32 n = m_choices.below(most + 1); n > 0; --n)
      text += m_choices.letter_of(m_shape.letters);
    return text;
  }

  void choose_functions() {
    std::vector<u32> signatures = {choose_signature()};
    if (m_opaque && m_choices.one_in(3)) choose_objects();
    for (u32 n = m_choices.below(4); n > 0; --n) signatures.push_back(choose_signature());
    m_shape.functions.push_back(0);
    for (u32 n = m_choices.below(5); n > 0; --n)
      m_shape.functions.push_back(signatures[m_choices.below(static_cast<u32>(signatures.size()))]);
    m_shape.functions.push_back(m_shape.type_of({}));  // the refill
  }

  u32 choose_signature() {
    std::string params = some_letters(m_choices.one_in(6) ? 9 : 4);
    return m_shape.type_of({std::move(params), some_letters(2)});
  }

  /// The types 1 to 4 and their letters.
  void choose_objects() {
    const std::string storage = "iIfFbhas" + std::string(m_shape.letters.find('v') < 9 ? "v" : "");
    for (u32 n = m_choices.below(5); n > 0; --n)
      m_shape.fields[0].push_back({m_choices.letter_of(storage), !m_choices.one_in(4)});
    m_shape.fields[1] = m_shape.fields[0];
    for (u32 n = m_choices.below(3); n > 0; --n)
      m_shape.fields[1].push_back({m_choices.letter_of(storage), true});
    m_shape.number.storage = m_choices.letter_of("iIfFbh");
    add_object_type(join({{0x50, 0, 0x5f}, field_list(m_shape.fields[0])}));
    add_object_type(join(
        {byte(m_choices.one_in(2) ? 0x4f : 0x50), {1, 1, 0x5f}, field_list(m_shape.fields[1])}));
    add_object_type(join({{0x5e}, field_bytes(m_shape.number)}));
    add_object_type(join({{0x5e}, field_bytes({'a', true})}));
    m_shape.letters += "asyz";
  }

  void add_object_type(Bytes bytes) {
    m_shape.types.push_back({"#", "#"});
    m_shape.builder.raw_type(std::move(bytes));
  }

  static Bytes field_bytes(Shape::Field field) {
    const Bytes storage = field.storage == 'b'   ? Bytes{0x78}
                          : field.storage == 'h' ? Bytes{0x77}
                                                 : type_bytes(field.storage);
    return join({storage, byte(field.is_mutable ? 1 : 0)});
  }

  static Bytes field_list(const std::vector<Shape::Field>& fields) {
    Bytes bytes = leb(fields.size());
    for (const Shape::Field& field : fields) bytes = join({bytes, field_bytes(field)});
    return bytes;
  }

  void choose_tags() {
    if (m_shape.only_finished) return;
    for (u32 n = m_choices.below(4); n > 0; --n) {
      m_shape.tags.push_back(some_letters(3));
      m_shape.builder.tag(m_shape.type_of({m_shape.tags.back(), ""}));
    }
  }

  void choose_memories() {
    m_shape.memories.emplace_back();
    if (m_shape.only_finished) return add_memory(m_shape.memories[0]);
    if (m_choices.one_in(4)) vary(m_shape.memories[0]);
    add_memory(m_shape.memories[0]);
    for (u32 n = m_choices.below(3); n > 0; --n) {
      vary(m_shape.memories.emplace_back());
      add_memory(m_shape.memories.back());
    }
  }

  void vary(Shape::Memory& memory) {
    memory.is64 = m_choices.one_in(2);
    memory.shared = m_choices.one_in(4);
    if (!m_choices.one_in(3)) return;
    memory.page_log2 = 0;
    memory.min = m_choices.between(256, 5000);
    memory.max = memory.min + 500;
  }

  void add_memory(const Shape::Memory& memory) {
    const u32 flags = 1u | (memory.shared ? 2u : 0u) | (memory.is64 ? 4u : 0u) |
                      (memory.page_log2 != 16 ? 8u : 0u);
    Bytes bytes = join({byte(flags), leb(memory.min), leb(memory.max)});
    if (memory.page_log2 != 16) bytes = join({bytes, leb(memory.page_log2)});
    m_shape.builder.raw_memory(std::move(bytes));
  }

  void choose_tables() {
    add_table({'r', false, m_shape.generated() + 2, 20});
    if (m_shape.letters.find('x') == std::string::npos) return;
    add_table({'x', !m_shape.only_finished && m_choices.one_in(2), 5, 9});
    if (m_shape.letters.find('t') == std::string::npos) return;
    add_table({'t', m_choices.one_in(2), 4, 8});
  }

  void add_table(const Shape::Table& table) {
    const Bytes limits = join({byte(table.is64 ? 5 : 1), leb(table.min), leb(table.max)});
    Bytes bytes = join({type_bytes(table.element), limits});
    if (table.element == 't' && m_choices.one_in(2)) {
      const u32 function = m_shape.typed_function(m_choices);
      bytes = join({{0x40, 0}, bytes, {0xd2}, leb(function), {op_end}});
    }
    m_shape.builder.raw_table(std::move(bytes));
    m_shape.tables.push_back(table);
  }

  void choose_globals() {
    add_global({'i', true}, {0x41, 0, op_end});
    for (char letter : m_shape.letters)
      add_global({letter, true}, constant(letter, m_choices.below(100), m_shape));
    const u32 before = static_cast<u32>(m_shape.globals.size());
    for (u32 n = m_choices.below(3); n > 0; --n) {
      const char letter = m_choices.letter_of(m_shape.letters);
      add_global({letter, false}, constant(letter, m_choices.below(100), m_shape));
    }
    if (!m_shape.only_finished && m_shape.globals.size() > before) add_computed_global(before);
  }

  /// Its expression computes with an immutable global.
  void add_computed_global(u32 first) {
    for (u32 i = first; i < m_shape.globals.size(); ++i) {
      const char letter = m_shape.globals[i].letter;
      if (letter != 'i' && letter != 'I') continue;
      const bool wide = letter == 'I';
      const u32 op = (wide ? 0x7c : 0x6a) + m_choices.below(3);
      return add_global(
          {letter, m_choices.one_in(2)},
          join({{0x23}, leb(i), byte(wide ? 0x42 : 0x41), signed_leb(-77), byte(op), {op_end}}));
    }
  }

  void add_global(Shape::Global global, const Bytes& init) {
    m_shape.builder.raw_global(
        join({type_bytes(global.letter), byte(global.is_mutable ? 1 : 0), init}));
    m_shape.globals.push_back(global);
  }

  void choose_data() {
    for (u32 n = m_choices.below(4); n > 0; --n) {
      Bytes content;
      for (u32 size = m_choices.below(40); size > 0; --size)
        content.push_back(static_cast<u8>(m_choices.below(256)));
      m_shape.data.push_back(static_cast<u32>(content.size()));
      m_shape.builder.raw_data(join({data_head(), sized(content)}));
    }
  }

  /// Passive, or active with an offset that fits every memory.
  Bytes data_head() {
    if (m_choices.one_in(2)) return {1};
    const u32 memory = m_choices.below(static_cast<u32>(m_shape.memories.size()));
    const Bytes offset = join({byte(m_shape.memories[memory].is64 ? 0x42 : 0x41),
                               signed_leb(m_choices.below(200)),
                               {op_end}});
    return memory == 0 ? join({{0}, offset}) : join({{2}, leb(memory), offset});
  }

  void choose_elements() {
    Bytes all = leb(m_shape.generated());
    for (u32 f = 0; f < m_shape.generated(); ++f) all = join({all, leb(f)});
    m_shape.builder.raw_elem(join({{0, 0x41, 0, op_end}, all}));  // table 0: function f at f
    m_shape.elements.push_back('r');
    for (u32 n = m_choices.below(4); n > 0; --n) add_element();
    if (m_shape.letters.find('a') == std::string::npos) return;
    Bytes items = leb(3);
    for (u32 i = 0; i < 3; ++i)
      items = join({items, constant(m_choices.letter_of("as"), m_choices.below(30), m_shape)});
    m_shape.builder.raw_elem(join({{5}, type_bytes('a'), items}));
    m_shape.elements.push_back('a');
  }

  void add_element() {
    const u32 table = m_choices.below(static_cast<u32>(m_shape.tables.size()));
    const char letter = m_shape.tables[table].element;
    const u32 count = m_choices.below(4);
    Bytes items = leb(count);
    for (u32 i = 0; i < count; ++i) items = join({items, element_item(letter)});
    const Bytes typed = join({type_bytes(letter), items});
    const u32 form = m_choices.below(3);
    if (form == 2) {
      const Bytes offset = {static_cast<u8>(m_shape.tables[table].is64 ? 0x42 : 0x41), 0, op_end};
      m_shape.builder.raw_elem(join({{6}, leb(table), offset, typed}));
    } else {
      m_shape.builder.raw_elem(join({byte(form == 1 ? 7 : 5), typed}));
    }
    m_shape.elements.push_back(letter);
  }

  Bytes element_item(char letter) {
    if (letter != 't') return constant(letter, m_choices.below(30), m_shape);
    if (m_choices.one_in(3)) return constant('t', 0, m_shape);
    return join({{0xd2}, leb(m_shape.typed_function(m_choices)), {op_end}});
  }

  Choices& m_choices;
  bool m_opaque;
  Shape m_shape;
};

}  // namespace

u32 Shape::type_of(const Signature& signature) {
  const auto found = std::ranges::find(types, signature);
  if (found != types.end()) return static_cast<u32>(found - types.begin());
  types.push_back(signature);
  Bytes bytes = {0x60};
  for (const std::string* list : {&signature.params, &signature.results}) {
    bytes = join({bytes, leb(list->size())});
    for (char letter : *list) bytes = join({bytes, type_bytes(letter)});
  }
  return builder.raw_type(std::move(bytes));
}

u32 Shape::typed_function(Choices& choices) const {
  u32 function = choices.below(generated());
  while (functions[function] != 0) --function;  // function 0 is of type 0
  return function;
}

Bytes type_bytes(char letter) {
  switch (letter) {
    case 'i': return {0x7f};
    case 'I': return {0x7e};
    case 'f': return {0x7d};
    case 'F': return {0x7c};
    case 'v': return {0x7b};
    case 'r': return {0x70};
    case 'x': return {0x6f};
    case 'e': return {0x69};
    case 'a': return {0x6e};
    case 's': return {0x63, 1};
    case 'y': return {0x63, 3};
    case 'z': return {0x63, 4};
    default: return {0x63, 0};
  }
}

Shape choose_shape(Choices& choices, bool only_finished, bool opaque) {
  return Chooser(choices, only_finished, opaque).run();
}

}  // namespace zhan::test
