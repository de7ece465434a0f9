// SPDX-License-Identifier: Apache-2.0
#include "text/print_folded.hpp"

#include "base/assert.hpp"
#include "module/arity.hpp"

namespace zhan::text {
namespace {

/// An expression or a part of a block; its head lies in FoldedPrinter::m_heads.
struct Node {
  u32 head = 0;
  u32 head_size = 0;
  u32 first_child = no_index;
  u32 next = no_index;  // the sibling behind it
  bool one_value = false;
  std::string_view hint{};
};

class FoldedPrinter {
 public:
  FoldedPrinter(Printer& printer, InstructionPrinter& code) : p(printer), m_code(code) {}

  void run() {
    while (m_code.next()) instruction();
    while (!m_frames.empty()) end_block();
    write();
    m_code.print_error();
  }

 private:
  /// An open block: its statements are the nodes of m_list from `begin` on.
  struct Frame {
    u32 block;      // node
    u32 part;       // node of the part that is open ("then"), or the block itself
    u32 last_part;  // the child of the block that the next part follows
    usize begin;
    usize barrier;
    bool has_parts;
    bool one_value;
  };

  void instruction() {
    const Op op = m_code.op();
    if (op == Op::end) {
      m_code.leave_block();
      end_block();
    } else if (op == Op::delegate || continues_block(op)) {
      next_part(op);
    } else if (opens_block(op)) {
      open_block(op);
    } else {
      const Arity arity = arity_of(p.m, op, m_code.imm());
      const u32 node = head();
      take_operands(node, arity.operands);
      add(node, arity.results);
    }
  }

  /// A node for the current instruction.
  u32 head() {
    const std::string_view hint = m_code.take_hint();
    ZHAN_ASSERT(m_heads.size() < no_index, "heads are numbered with 32 bits");
    const usize start = p.out.size();
    m_code.print_offset();
    m_code.print();
    const u32 node = text_node(std::string_view(p.out).substr(start));
    p.out.resize(start);
    m_nodes[node].hint = hint;
    return node;
  }
  u32 text_node(std::string_view text) {
    Node node;
    node.head = static_cast<u32>(m_heads.size());
    node.head_size = static_cast<u32>(text.size());
    m_heads += text;
    m_nodes.push_back(node);
    return static_cast<u32>(m_nodes.size() - 1);
  }

  [[nodiscard]] usize& barrier() noexcept {
    return m_frames.empty() ? m_barrier : m_frames.back().barrier;
  }

  /// The last `count` nodes become children, if each yields one value; else nothing before can be
  /// an operand any more.
  void take_operands(u32 node, u32 count) {
    if (count == 0) return;
    const usize size = m_list.size();
    ZHAN_ASSERT(barrier() <= size, "the barrier lies among the statements");
    usize have = 0;
    while (have < count && have < size - barrier() && m_nodes[m_list[size - 1 - have]].one_value)
      ++have;
    if (have < count) {
      barrier() = size;
      return;
    }
    link(node, size - count);
  }

  /// Makes the nodes of m_list from `begin` on children of the node.
  void link(u32 node, usize begin) {
    ZHAN_ASSERT(begin <= m_list.size(), "statements of a block stay until it ends");
    for (usize i = m_list.size(); i-- > begin;) {
      m_nodes[m_list[i]].next = m_nodes[node].first_child;
      m_nodes[node].first_child = m_list[i];
    }
    m_list.resize(begin);
  }

  void add(u32 node, u32 results) {
    m_nodes[node].one_value = results == 1;
    m_list.push_back(node);
    if (results > 1) barrier() = m_list.size();
  }

  void open_block(Op op) {
    const u32 results = block_results(p.m, m_code.imm().block);
    const u32 node = head();
    if (op == Op::if_) take_operands(node, 1);
    Frame frame{node,          node,          m_nodes[node].first_child,
                m_list.size(), m_list.size(), op == Op::if_ || op == Op::try_,
                results == 1};
    if (frame.has_parts) open_part(frame, text_node(op == Op::if_ ? "then" : "do"));
    m_frames.push_back(frame);
  }
  /// Starts a part behind the block's last child.
  void open_part(Frame& frame, u32 part) {
    if (frame.last_part == no_index)
      m_nodes[frame.block].first_child = part;
    else
      m_nodes[frame.last_part].next = part;
    frame.part = frame.last_part = part;
  }

  void next_part(Op op) {
    m_code.leave_block();
    const u32 part = head();
    if (m_frames.empty()) return add(part, Arity::unknown);
    Frame& frame = m_frames.back();
    link(frame.part, frame.begin);
    frame.barrier = frame.begin;
    open_part(frame, part);
    if (op == Op::delegate) return end_block();
    m_code.enter_again();
  }

  void end_block() {
    if (m_frames.empty()) return;
    const Frame frame = m_frames.back();
    link(frame.part, frame.begin);
    m_frames.pop_back();
    add(frame.block, frame.one_value ? 1 : 0);
    if (!frame.one_value) barrier() = m_list.size();
  }

  void open_text(u32 node) {
    p.out += m_nodes[node].hint;
    p.out += '(';
    p.out.append(m_heads, m_nodes[node].head, m_nodes[node].head_size);
  }

  /// True if the children fit on the line of their parent: few of them, none with children.
  [[nodiscard]] bool on_one_line(u32 node) const {
    u32 room = 60;
    for (u32 child = m_nodes[node].first_child; child != no_index; child = m_nodes[child].next) {
      if (m_nodes[child].first_child != no_index || m_nodes[child].head_size > room) return false;
      room -= m_nodes[child].head_size;
    }
    return true;
  }

  void write() {
    link_roots();
    u32 depth = 0;
    for (u32 node = m_root; node != no_index && !p.full();) {
      p.new_line(depth + 2);
      open_text(node);
      if (!on_one_line(node)) {
        m_open.push_back(node);
        ++depth;
        node = m_nodes[node].first_child;
        continue;
      }
      for (u32 child = m_nodes[node].first_child; child != no_index; child = m_nodes[child].next) {
        p.out += ' ';
        open_text(child);
        p.out += ')';
      }
      p.out += ')';
      node = m_nodes[node].next;
      for (; node == no_index && !m_open.empty(); --depth) {
        node = m_nodes[m_open.back()].next;
        m_open.pop_back();
        p.out += ')';
      }
    }
    while (p.full() && !m_open.empty()) {
      m_open.pop_back();
      p.out += ')';
    }
  }
  void link_roots() {
    for (usize i = m_list.size(); i-- > 0;) {
      m_nodes[m_list[i]].next = m_root;
      m_root = m_list[i];
    }
  }

  Printer& p;
  InstructionPrinter& m_code;
  std::string m_heads;
  std::vector<Node> m_nodes;
  std::vector<u32> m_list;  // expressions and statements that belong to nothing yet
  std::vector<Frame> m_frames;
  usize m_barrier = 0;
  std::vector<u32> m_open;
  u32 m_root = no_index;
};

}  // namespace

void print_folded(Printer& p, InstructionPrinter& code) { FoldedPrinter(p, code).run(); }

}  // namespace zhan::text
