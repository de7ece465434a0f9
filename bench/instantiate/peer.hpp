// SPDX-License-Identifier: Apache-2.0
// Wasmtime's C API with its pooling allocator, for comparison: loaded at run time from the file
// that the environment variable ZHAN_WASMTIME names (the wheel of the PyPI package has one).
#pragma once

#include <memory>
#include <span>

namespace bench {

class Peer {
 public:
  /// Null: there is no library, or it has no such functions.
  static std::unique_ptr<Peer> load();
  virtual ~Peer() = default;
  /// False: an error.
  virtual bool use(std::span<const unsigned char> wasm) = 0;
  /// A store with an instance, "run" called in it if wanted, and its end.
  virtual bool cycle(bool call) = 0;
  /// Only the instance, in a store that lives on.
  virtual bool instance_in(void*& store) = 0;
  virtual void end(void* store) = 0;
};

}  // namespace bench
