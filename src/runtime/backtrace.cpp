// SPDX-License-Identifier: Apache-2.0
#include "runtime/backtrace.hpp"

#include <array>

#include "base/assert.hpp"
#include "runtime/instance.hpp"

namespace zhan::runtime {
namespace {

struct RawFrame {
  const abi::Cell* pc;
  const abi::Slot* fp;
  abi::Inst* inst;
};

/// Keeps the first and the last frames of any number.
class FrameList {
 public:
  void add(const RawFrame& frame) noexcept {
    if (m_count < frames_at_each_end)
      m_first[m_count] = frame;
    else
      m_last[m_count % frames_at_each_end] = frame;
    ++m_count;
  }
  [[nodiscard]] u64 left_out() const noexcept {
    return m_count > 2 * frames_at_each_end ? m_count - 2 * frames_at_each_end : 0;
  }
  template <class F>
  void for_each(F&& use) const {
    const u64 gap = frames_at_each_end + left_out();
    for (u64 i = 0; i < m_count; i = i + 1 == frames_at_each_end ? gap : i + 1)
      use(i < frames_at_each_end ? m_first[i] : m_last[i % frames_at_each_end], i == 0);
  }

 private:
  std::array<RawFrame, frames_at_each_end> m_first;
  std::array<RawFrame, frames_at_each_end> m_last;  // a ring
  u64 m_count = 0;
};

/// An entry frame is its own caller. A function of very many slots has moved its frame up, with a
/// copy of the header: then the caller is the place it came from, which has the same header.
bool is_entry(const abi::Slot* fp) noexcept {
  const abi::Slot* caller = abi::caller_fp(fp);
  return caller == fp ||
         (abi::caller_fp(caller) == caller && abi::return_pc(caller) == abi::return_pc(fp));
}

/// Nothing of wasm is left: a host function was called by the host or resumed as a continuation, or
/// called in tail position by the function that was. The return address of an entry frame is no
/// place in any code.
bool is_empty(const RawFrame& frame) noexcept {
  return is_entry(frame.fp) && frame.pc == abi::return_pc(frame.fp);
}

/// From one frame to the entry frame of the activation, over the stacks of continuations. The first
/// one of a stack may be a bridge already, or nothing: a host function that was called in tail
/// position stands where its caller stood.
void walk(const abi::EngineTable& engine, RawFrame frame, const abi::Fiber* fiber,
          FrameList& list) noexcept {
  while (frame.fp != nullptr) {
    if (engine.is_bridge != nullptr && engine.is_bridge(frame.pc))
      frame.inst = reinterpret_cast<abi::Inst*>(frame.fp[0]);  // of the frame below (C1)
    else if (!is_empty(frame))
      list.add(frame);
    if (!is_entry(frame.fp)) {
      frame.pc = abi::return_pc(frame.fp);
      frame.fp = abi::caller_fp(frame.fp);
      continue;
    }
    if (fiber == nullptr) return;
    frame = {fiber->resumer_pc, fiber->resumer_fp, fiber->resumer_inst};
    fiber = fiber->parent;
  }
}

ErrorFrame describe(const RawFrame& frame, u64 address) {
  const InstanceImpl& instance = impl_of(frame.inst);
  const CodeModule& code = instance.code();
  const abi::EngineTable& engine = code.engine();
  ErrorFrame out;
  const Names& names = code.info().names();
  out.module = names.module_name().empty() ? code.info().name : names.module_name();
  out.instance = instance.number;
  const abi::FuncBody* const body = engine.body_of(&code, frame.pc);
  if (body == nullptr) return out;
  out.function_index = body->function;
  out.function = names.get(NameKind::function, body->function);
  out.offset = engine.wasm_offset(body, frame.pc, frame.inst, frame.fp, address);
  return out;
}

}  // namespace

void collect_frames(const Store::Impl& impl, u64 address, ErrorInfo& info) {
  const abi::EngineTable& engine = *impl.config.engine;
  FrameList list;
  const abi::Exec& exec = impl.exec;
  walk(engine, {exec.pc, exec.fp, exec.inst}, exec.fiber, list);
  for (const abi::Activation* a = exec.activations; a != nullptr; a = a->previous)
    walk(engine, {a->pc, a->fp, a->inst}, a->fiber, list);
  info.frames_left_out = list.left_out();
  info.frames_cut_at = list.left_out() == 0 ? 0 : frames_at_each_end;
  list.for_each([&](const RawFrame& frame, bool innermost) {
    info.frames.push_back(describe(frame, innermost ? address : ~u64{0}));
  });
}

}  // namespace zhan::runtime
