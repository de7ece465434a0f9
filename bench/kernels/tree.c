// SPDX-License-Identifier: Apache-2.0
// A random binary search tree, built once and walked recursively: calls, pointer
// chasing and branches that depend on loaded data.
#include "kernel.h"

enum { Count = 4096 };

struct Node {
  u32 key;
  struct Node* left;
  struct Node* right;
};

static struct Node nodes[Count];

static void insert(struct Node* root, struct Node* node) {
  struct Node* at = root;
  for (;;) {
    struct Node** next = node->key < at->key ? &at->left : &at->right;
    if (!*next) {
      *next = node;
      return;
    }
    at = *next;
  }
}

// Height in the upper half, a rolling hash of the keys in order in the lower one.
__attribute__((noinline, disable_tail_calls)) static u64 walk(const struct Node* node, u32 hash) {
  if (!node) {
    return hash;
  }
  u64 left = walk(node->left, hash);
  u64 right = walk(node->right, (u32)left * 31 + node->key);
  u64 height = (left >> 32) > (right >> 32) ? left >> 32 : right >> 32;
  return (height + 1) << 32 | (u32)right;
}

int run(int n) {
  u32 state = 88172645u;
  for (int i = 0; i < Count; ++i) {
    nodes[i] = (struct Node){next_random(&state), 0, 0};
    if (i > 0) {
      insert(&nodes[0], &nodes[i]);
    }
  }
  u64 result = 0;
  for (int round = 0; round < n; ++round) {
    result = walk(&nodes[0], (u32)result + (u32)round);
  }
  return as_checksum(result);
}
