// SPDX-License-Identifier: Apache-2.0
// A 64-bit memory: addresses are i64, and some lie above 4 GiB.
typedef unsigned long long u64;

static unsigned char small[65536];

// Sum, below 2^63, of a table that is written and read with 64-bit addresses.
__attribute__((export_name("table_sum"))) u64 table_sum(u64 count) {
  u64 sum = 0;
  for (u64 i = 0; i < count; ++i) {
    small[i % sizeof small] ^= (unsigned char)(i * 31);
  }
  for (u64 i = 0; i < sizeof small; ++i) {
    sum = sum * 3 + small[i];
  }
  return sum >> 1;
}

// Grows the memory to `pages` pages, writes into the last one and reads it back;
// returns the address, or 0 when the memory could not grow.
__attribute__((export_name("far"))) u64 far(u64 pages) {
  u64 have = __builtin_wasm_memory_size(0);
  if (pages > have && __builtin_wasm_memory_grow(0, pages - have) == (u64)-1) {
    return 0;
  }
  volatile u64* last = (volatile u64*)(pages * 65536 - 4096);
  *last = 0x0123456789abcdefULL;
  return *last == 0x0123456789abcdefULL ? (u64)last : 1;
}
