// SPDX-License-Identifier: Apache-2.0
// The heap of a store: when it is made, its roots, its boxes.
#include "abi/builtins.hpp"
#include "base/assert.hpp"
#include "heap/marker.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

/// Stacks and what the host holds are pinned; globals, tables and segments follow their objects.
class StoreRoots final : public heap::RootSource {
 public:
  explicit StoreRoots(Store::Impl& impl) noexcept : m_impl(impl) {}

  void pin_roots(heap::Marker& marker) noexcept override {
    pin_stacks(marker);
    for (const Scratch* s = m_impl.scratch; s != nullptr; s = s->previous)
      marker.pin(s->slots->data(), s->slots->data() + s->slots->size());
    const std::vector<u64>& kept = m_impl.kept_references;
    marker.pin(kept.data(), kept.data() + kept.size());
    if (m_impl.handles) m_impl.handles([&](u64 ref) { marker.pin(ref); });
  }

  void settle(heap::Marker& marker) noexcept override { m_impl.fibers.settle(marker); }

  void update_roots(heap::Marker& marker) noexcept override {
    marker.update(m_impl.exec.pending.exception);
    for (const auto& instance : m_impl.instances) update_instance(marker, *instance);
    m_impl.host_globals.for_each([&](HostGlobal& global) {
      if (traced(global.global.type.type)) marker.update(global.value[0]);
    });
    for (const auto& table : m_impl.tables)
      if (table->traced)
        table->each_written(marker.major(),
                            [&marker](u64* first, u64* end) { marker.update(first, end); });
  }

 private:
  /// The store's own stack is scanned each time. Continuations that have not run since the last
  /// collection name no young objects.
  void pin_stacks(heap::Marker& marker) noexcept {
    const abi::Exec& exec = m_impl.exec;
    marker.pin(exec.stack.base, exec.fiber == nullptr ? exec.vsp : exec.own_top);
    if (exec.fiber != nullptr) exec.fiber->top = exec.vsp;
    if (!marker.major()) return m_impl.fibers.pin_recent(marker);
    Fibers::pin_chain(marker, exec.fiber);
    for (const abi::Activation* a = exec.activations; a != nullptr; a = a->previous)
      Fibers::pin_chain(marker, a->fiber);
  }

  [[nodiscard]] bool traced(ValType type) const noexcept {
    return type.is_ref() && !m_impl.config.types->is_function(type);
  }

  void update_instance(heap::Marker& marker, InstanceImpl& instance) noexcept {
    for (const u32 global : instance.plan().reference_globals)
      marker.update(*instance.global_value(global));
    for (usize i = 0; i < instance.elements.size(); ++i)
      if (instance.plan().traced_elements[i])
        for (u64& value : instance.elements[i].values) marker.update(value);
  }

  Store::Impl& m_impl;
};

}  // namespace

std::unique_ptr<heap::RootSource> make_roots(Store::Impl& impl) {
  return std::make_unique<StoreRoots>(impl);
}

heap::Heap* Store::Impl::heap() {
  if (objects) return objects.get();
  if (!roots) roots = make_roots(*this);
  heap::HeapConfig wanted = config.heap;
  wanted.limit = config.limits.heap_bytes;
  auto made = std::make_unique<heap::Heap>(wanted, *config.types, exec, *roots);
  if (!made->ok()) return nullptr;
  objects = std::move(made);
  exec.heap_base = objects->base();
  for (const auto& instance : instances) instance->inst()->heap_base = objects->base();
  return objects.get();
}

void Store::Impl::run_dead_finalisers() {
  if (!objects || finalising) return;
  finalising = true;
  for (const heap::Finaliser& box : objects->take_dead()) box.run(box.data);
  finalising = false;
}

Result<u64> Store::new_externref(void* data, void (*finaliser)(void*)) {
  heap::Heap* const heap = m_impl->heap();
  if (heap == nullptr)
    return fail(ErrorKind::no_memory, "no address space for references to host values");
  const u64 ref = heap->new_box(data, finaliser);
  if (ref == 0) return fail(ErrorKind::no_memory, "too many references to host values");
  return ref;
}

void* Store::externref_data(u64 ref) const noexcept {
  const heap::Box* const box = m_impl->objects ? m_impl->objects->box(ref) : nullptr;
  return box == nullptr ? nullptr : box->data;
}

void Store::keep_reference(u64 ref) { m_impl->kept_references.push_back(ref); }

void Store::set_handles(HandleSource source) { m_impl->handles = std::move(source); }

HeapType Store::heap_type_of(u64 ref) const noexcept {
  ZHAN_ASSERT(ref != 0, "null has no object");
  if (abi::is_i31(ref)) return AbsHeap::i31;
  const u32 type = m_impl->objects ? m_impl->objects->type_of(ref) : abi::box_kind;
  if (type == abi::exn_kind) return AbsHeap::exn;
  if (type == abi::cont_kind) return AbsHeap::cont;
  // Of a reference that the host kept too long, the type may be anything.
  return type >= m_impl->config.types->count() ? HeapType(AbsHeap::any) : HeapType::defined(type);
}

Result<void> Store::collect(bool major) {
  ZHAN_TRY_VOID(check_usable());
  if (m_impl->finalising) return fail(ErrorKind::busy, "a finaliser may not collect");
  if (m_impl->objects) m_impl->objects->collect(major);
  if (!running()) m_impl->run_dead_finalisers();
  return {};
}

Result<void> Store::collect_when_due() {
  bool major = false;
  if (!m_impl->objects || m_impl->finalising || !m_impl->objects->is_due(major)) return {};
  return collect(major);
}

heap::HeapStatistics Store::heap_statistics() const noexcept {
  return m_impl->objects ? m_impl->objects->statistics() : heap::HeapStatistics{};
}

Store::Continuations Store::continuations() const noexcept {
  return {m_impl->fibers.count(), m_impl->fibers.bytes()};
}

}  // namespace zhan::runtime

namespace zhan::abi::builtin {

u64 allocate_object(Exec* exec, TypeId type, u64 bytes) noexcept {
  heap::Heap* const heap = exec->store->impl().heap();
  const u64 made = heap == nullptr ? 0 : heap->allocate(type, bytes);
  if (made == 0) exec->store->note_trap(Trap::out_of_memory);
  return made;
}

void record_store(Exec* exec, u64 object, u64 offset) noexcept {
  exec->store->impl().objects->record_store(object, offset);
}

}  // namespace zhan::abi::builtin
