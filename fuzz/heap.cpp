// SPDX-License-Identifier: Apache-2.0
// The heap by itself against a shadow graph: bytes are choices of what is made, linked, pinned,
// dropped and collected, in every mode. What roots reach must be the same graph in both; pinned
// objects keep their places; what dies is freed and its finalisers run once. The verifier looks at
// the heap around every collection, freed memory is poisoned.
#include <memory>
#include <unordered_map>
#include <vector>

#include "heap/marker.hpp"

namespace {

using namespace zhan;
using heap::Heap;

/// The bytes of a case as numbers; zeros when they are used up.
class Choices {
 public:
  Choices(const u8* data, usize size) : m_at(data), m_end(data + size) {}
  [[nodiscard]] bool empty() const { return m_at == m_end; }
  u8 byte() { return empty() ? 0 : *m_at++; }
  /// Below n.
  u32 below(u32 n) { return n <= 256 ? byte() % n : (byte() | byte() << 8) % n; }

 private:
  const u8* m_at;
  const u8* m_end;
};

enum class Kind : u8 { node, references, bytes, box };

/// An object as it should be.
struct Shadow {
  Kind kind = Kind::node;
  u64 value = 0;                    // of a node; of each byte; number of a box
  u32 length = 0;                   // of an array
  std::vector<Shadow*> references;  // null = null
};

/// Roots that follow their objects, and pins that keep them where they are.
constexpr u32 root_count = 24, pin_count = 6;

struct Slot {
  u64 ref = 0;
  Shadow* shadow = nullptr;
};

struct Types {
  Types() {
    const ValType any = ValType::ref(AbsHeap::any, true);
    node = add(CompositeKind::struct_, {{type_i64, true}, {any, true}, {any, true}});
    references = add(CompositeKind::array, {{any, true}});
    bytes = add(CompositeKind::array, {{ValType(TypeKind::i8), true}});
  }
  TypeId add(CompositeKind kind, const std::vector<FieldType>& fields) {
    TypeSection section;
    SubType type;
    type.kind = kind;
    type.count = static_cast<u32>(fields.size());
    section.fields = fields;
    section.types.push_back(type);
    section.groups.push_back({0, 1, false});
    std::vector<TypeId> ids;
    ZHAN_CHECK(interner.intern(section, 0, ids).has_value(), "the types are few");
    return ids.at(0);
  }
  TypeInterner interner{1u << 8};
  TypeId node = no_type, references = no_type, bytes = no_type;
};

class Case final : public heap::RootSource {
 public:
  Case(const u8* data, usize size) : m_choices(data, size) {
    heap::HeapConfig config;
    config.mode = static_cast<heap::MinorMode>(m_choices.below(3));
    config.limit = u64{1 + m_choices.below(6)} << 20;
    config.nursery = u64{32 + 32 * m_choices.below(8)} << 10;
    const u32 stress = m_choices.below(64);
    config.stress = stress < 40 ? 0 : stress - 39;
    config.stress_major = m_choices.below(8) == 0;
    config.verify = config.poison = true;
    m_heap = std::make_unique<Heap>(config, types().interner, m_exec, *this);
    ZHAN_CHECK(m_heap->ok(), "there is address space");
  }

  void run() {
    for (u32 steps = 0; !m_choices.empty() && steps < 3'000 && !is_long(); ++steps) {
      step();
      if (m_shadows.size() > 20'000) sweep_shadows();
    }
    check();
    finish();
  }

  void pin_roots(heap::Marker& marker) noexcept override {
    for (const Slot& pin : m_pins) marker.pin(pin.ref);
    marker.pin(m_arguments, m_arguments + 2);
    if (m_noise == 0) return;
    const u64 noise[] = {m_noise, m_noise << 3, heap::first_offset + (m_noise & 0xf'fff8)};
    marker.pin(std::begin(noise), std::end(noise));
  }
  void update_roots(heap::Marker& marker) noexcept override {
    for (Slot& root : m_roots) marker.update(root.ref);
  }

 private:
  static Types& types() {
    static Types instance;
    return instance;
  }
  Slot& root() { return m_roots[m_choices.below(root_count)]; }

  void step() {
    switch (m_choices.below(16)) {
      case 0:
      case 1:
      case 2: make_node(); break;
      case 3: make_array(Kind::references); break;
      case 4: make_array(Kind::bytes); break;
      case 5: make_box(); break;
      case 6:
      case 7:
      case 8: link(); break;
      case 9: follow(); break;
      case 10: root() = {}; break;
      case 11: root() = root(); break;
      case 12: pin(); break;
      case 13: churn(); break;
      case 14: fill(); break;
      default:
        if (m_choices.below(4) == 0) {
          m_heap->collect(m_choices.below(3) == 0);
          check();
          run_finalisers();
        }
    }
    m_noise = m_noise * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
  }

  Shadow* shadow(Kind kind, u64 value, u32 length = 0) {
    m_shadows.push_back(std::make_unique<Shadow>(Shadow{kind, value, length, {}}));
    return m_shadows.back().get();
  }

  void make_node() {
    const Slot left = root(), right = root();
    m_arguments[0] = left.ref;
    m_arguments[1] = right.ref;
    const u32 bytes = types().interner.entries()[types().node].size;
    const abi::Ref made = m_heap->allocate(types().node, bytes);
    // What the arguments name has been pinned, so that these are right still.
    if (made == 0) return;
    field<u64>(made, 0) = ++m_number;
    field<u32>(made, 1) = static_cast<u32>(m_arguments[0]);
    field<u32>(made, 2) = static_cast<u32>(m_arguments[1]);
    Shadow* const seen = shadow(Kind::node, m_number);
    seen->references = {left.shadow, right.shadow};
    root() = {made, seen};
    m_arguments[0] = m_arguments[1] = 0;
  }

  void make_array(Kind kind) {
    const bool references = kind == Kind::references;
    const TypeId type = references ? types().references : types().bytes;
    const u32 length = m_choices.below(8) == 0 ? m_choices.below(60'000) : m_choices.below(200);
    const u64 size = array_bytes(references ? 4 : 1, length);
    const abi::Ref made = m_heap->allocate(type, size);
    if (made == 0) return;
    const u8 value = references ? u8{0} : m_choices.byte();
    u8* const object = m_heap->base() + made;
    std::memset(object + sizeof(abi::Header), 0, size - sizeof(abi::Header));
    std::memcpy(object + array_length_offset, &length, sizeof(length));
    if (!references) std::memset(object + narrow_elements_offset, value, length);
    Shadow* const seen = shadow(kind, value, length);
    if (references) seen->references.assign(length, nullptr);
    root() = {made, seen};
  }

  void make_box() {
    m_finalised.push_back(0);
    const usize number = m_finalised.size() - 1;
    const bool with = m_choices.below(4) != 0;
    const abi::Ref made = m_heap->new_box(reinterpret_cast<void*>(number), with ? note : nullptr);
    if (!with || made == 0) m_finalised.back() = 1;
    if (made != 0) root() = {made, shadow(Kind::box, number)};
  }

  /// Stores one reference into an object.
  void link() {
    const Slot from = root(), to = root();
    if (from.shadow == nullptr || from.shadow->references.empty()) return;
    const u32 index = m_choices.below(static_cast<u32>(from.shadow->references.size()));
    const bool null = m_choices.below(8) == 0;
    u32& slot = reference(from, index);
    m_heap->before_store(from.ref, offset_of(from, &slot));
    slot = null ? 0 : static_cast<u32>(to.ref);
    from.shadow->references[index] = null ? nullptr : to.shadow;
  }

  void fill() {
    const Slot array = root(), value = root();
    if (array.shadow == nullptr || array.shadow->kind != Kind::references) return;
    if (array.shadow->length == 0) return;
    const u32 first = m_choices.below(array.shadow->length);
    const u32 count = m_choices.below(array.shadow->length - first) + 1;
    m_heap->before_stores(array.ref, offset_of(array, &reference(array, first)), u64{4} * count);
    for (u32 i = first; i < first + count; ++i) {
      reference(array, i) = static_cast<u32>(value.ref);
      array.shadow->references[i] = value.shadow;
    }
  }

  /// A root goes on to what its object names.
  void follow() {
    Slot& at = root();
    if (at.shadow == nullptr || at.shadow->references.empty()) return;
    const u32 index = m_choices.below(static_cast<u32>(at.shadow->references.size()));
    at = {reference(at, index), at.shadow->references[index]};
  }

  void pin() {
    Slot& at = m_pins[m_choices.below(pin_count)];
    at = m_choices.below(3) == 0 ? Slot{} : root();
  }

  /// Collections with the verifier take their time.
  [[nodiscard]] bool is_long() const {
    const heap::HeapStatistics done = m_heap->statistics();
    return done.minor + done.major > 300;
  }

  void churn() {
    const u32 bytes = types().interner.entries()[types().node].size;
    for (u32 i = 32 * m_choices.below(256); i > 0 && !is_long(); --i) {
      const abi::Ref made = m_heap->allocate(types().node, bytes);
      if (made == 0) return;
      field<u64>(made, 0) = 0;
      field<u32>(made, 1) = field<u32>(made, 2) = 0;
    }
  }

  // -- Comparison --

  template <class T>
  T& field(u64 ref, usize index) {
    return abi::field<T>(m_heap->base(), ref, types().interner.field_offsets(types().node)[index]);
  }
  u32& reference(const Slot& slot, u32 index) {
    if (slot.shadow->kind == Kind::node) return field<u32>(slot.ref, 1 + index);
    return abi::field<u32>(m_heap->base(), slot.ref, narrow_elements_offset + u64{4} * index);
  }
  u64 offset_of(const Slot& slot, const u32* at) {
    return static_cast<u64>(reinterpret_cast<const u8*>(at) - (m_heap->base() + slot.ref));
  }

  /// Both graphs from the roots on: the same shape, no two objects where there should be one.
  void check() {
    m_seen.clear();
    std::vector<Slot> open;
    for (const Slot& root : m_roots) open.push_back(root);
    for (const Slot& pin : m_pins) open.push_back(pin);
    while (!open.empty()) {
      const Slot at = open.back();
      open.pop_back();
      ZHAN_CHECK((at.ref == 0) == (at.shadow == nullptr), "null is null in both");
      if (at.ref == 0) continue;
      const auto [found, is_new] = m_seen.emplace(at.shadow, at.ref);
      ZHAN_CHECK(found->second == at.ref, "an object is in one place");
      if (!is_new) continue;
      check_object(at);
      for (u32 i = 0; i < at.shadow->references.size(); ++i)
        open.push_back({reference(at, i), at.shadow->references[i]});
    }
  }

  void check_object(const Slot& at) {
    const u32 type = m_heap->type_of(at.ref);
    const u8* const object = m_heap->base() + at.ref;
    switch (at.shadow->kind) {
      case Kind::node:
        ZHAN_CHECK(type == types().node, "a node");
        ZHAN_CHECK(field<u64>(at.ref, 0) == at.shadow->value, "a node has its value");
        return;
      case Kind::box:
        ZHAN_CHECK(m_heap->box(at.ref) != nullptr, "a box");
        ZHAN_CHECK(m_heap->box(at.ref)->data == reinterpret_cast<void*>(at.shadow->value),
                   "a box has its value");
        return;
      default: break;
    }
    u32 length = 0;
    std::memcpy(&length, object + array_length_offset, sizeof(length));
    ZHAN_CHECK(length == at.shadow->length, "an array has its length");
    if (at.shadow->kind == Kind::references) return;
    ZHAN_CHECK(type == types().bytes, "an array of bytes");
    for (u32 i = 0; i < length; ++i)
      ZHAN_CHECK(object[narrow_elements_offset + i] == at.shadow->value, "bytes stay");
  }

  /// Shadows that no root reaches any more.
  void sweep_shadows() {
    check();
    std::erase_if(m_shadows, [this](const auto& s) { return !m_seen.contains(s.get()); });
  }

  // -- Finalisers --

  static void note(void*) {}
  void run_finalisers() {
    for (const heap::Finaliser& dead : m_heap->take_dead()) finalise(dead);
  }
  void finalise(const heap::Finaliser& dead) {
    u8& times = m_finalised.at(reinterpret_cast<usize>(dead.data));
    ZHAN_CHECK(++times == 1, "a finaliser runs once");
  }

  void finish() {
    for (Slot& root : m_roots) root = {};
    for (Slot& pin : m_pins) pin = {};
    m_noise = 0;
    m_heap->collect(true);
    ZHAN_CHECK(m_heap->statistics().used == 0, "what nothing reaches is freed");
    for (const heap::Finaliser& dead : m_heap->take_all()) finalise(dead);
    for (const u8 times : m_finalised) ZHAN_CHECK(times == 1, "every finaliser runs");
  }

  Choices m_choices;
  abi::Exec m_exec;
  std::unique_ptr<Heap> m_heap;
  Slot m_roots[root_count];
  Slot m_pins[pin_count];
  u64 m_arguments[2] = {};
  u64 m_noise = 1;
  u64 m_number = 0;
  std::vector<std::unique_ptr<Shadow>> m_shadows;
  std::unordered_map<Shadow*, u64> m_seen;
  std::vector<u8> m_finalised;  // by number: how often
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const u8* data, usize size) {
  Case(data, size).run();
  return 0;
}
