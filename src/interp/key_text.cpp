// SPDX-License-Identifier: Apache-2.0
#include "interp/key_text.hpp"

namespace zhan::interp {
namespace {

struct Name {
  Token token;
  const char* text;
};
constexpr Name names[] = {
    {tok::slot, "slot"},
    {tok::acc, "acc"},
    {tok::local, "local"},
    {tok::konst, "const"},
    {tok::konst8, "const8"},
    {tok::acc_f, "acc_f"},
    {tok::acc_d, "acc_d"},
    {tok::val_acc, "acc ="},
    {tok::val_slot, "slot ="},
    {tok::val_local, "local ="},
    {tok::move, "move"},
    {tok::set_global, "global ="},
    {tok::set_global_far, "*global ="},
    {tok::ret, "return"},
    {tok::br, "br"},
    {tok::br_back, "br_back"},
    {tok::br_if, "br_if"},
    {tok::br_if_back, "br_if_back"},
    {tok::br_unless, "br_unless"},
    {tok::br_unless_back, "br_unless_back"},
    {tok::select_w, "select.i32"},
    {tok::select_i, "select.i64"},
    {tok::select_f, "select.f32"},
    {tok::select_d, "select.f64"},
    {tok::get_global, "global"},
    {tok::get_global_f, "global.f32"},
    {tok::get_global_d, "global.f64"},
    {tok::get_global_far, "*global"},
    {tok::memory_size, "memory.size"},
    {tok::non_null, "ref.as_non_null"},
    {tok::i31_new, "ref.i31"},
    {tok::i31_get_s, "i31.get_s"},
    {tok::i31_get_u, "i31.get_u"},
};

}  // namespace

std::string token_text(Token token) {
  for (const Name& name : names)
    if (name.token == token) return name.text;
  std::string text(is_op(token) ? op_info(op_of(token)).text : "?");
  return is_explicit(token) ? text + "!" : text;
}

std::string key_text(const Key& key) {
  std::string text;
  usize next_action = 0;
  for (usize i = 0; i < key.size(); ++i) {
    if (i == next_action) {
      next_action = subtree_end(key, i);
      if (i > 0) text += " |";
    }
    if (i > 0) text += ' ';
    text += token_text(key[i]);
  }
  return text;
}

}  // namespace zhan::interp
