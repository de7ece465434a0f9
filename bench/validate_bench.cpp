// SPDX-License-Identifier: Apache-2.0
// Speed of decoding and validating: validate_bench FILE.wasm [ROUNDS]. Prints the best round of
// each in megabytes of the file a second of one core; the validator is to reach 100 on one core.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iterator>

#include "binary/decode.hpp"
#include "validate/validate.hpp"

namespace {

/// Processor time, so that other work on the machine counts little.
double now() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

int complain(const zhan::Error& error) {
  std::fprintf(stderr, "%s\n", error.to_string().c_str());
  return 1;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) return std::fprintf(stderr, "usage: validate_bench FILE.wasm [ROUNDS]\n"), 2;
  std::ifstream file(argv[1], std::ios::binary);
  if (!file) return std::fprintf(stderr, "cannot read %s\n", argv[1]), 2;
  const std::vector<char> content((std::istreambuf_iterator<char>(file)), {});
  const std::span<const zhan::u8> bytes(reinterpret_cast<const zhan::u8*>(content.data()),
                                        content.size());
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 5;
  double decode = 1e9, validate = 1e9;
  for (int i = 0; i < rounds; ++i) {
    const double start = now();
    auto module = zhan::binary::decode(bytes, nullptr, {});
    if (!module) return complain(module.error());
    decode = std::min(decode, now() - start);
    zhan::TypeInterner types;
    const double middle = now();
    if (auto result = zhan::validate::validate(*module, types, {}); !result)
      return complain(result.error());
    validate = std::min(validate, now() - middle);
  }
  const double size = static_cast<double>(bytes.size()) / 1e6;
  std::printf("%s: %.1f MB, decode %.0f MB/s, validate %.0f MB/s\n", argv[1], size, size / decode,
              size / validate);
  return 0;
}
