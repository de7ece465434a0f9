// SPDX-License-Identifier: Apache-2.0
// Plain exports for --invoke; the only import is env.abort (see env.wat).

export function collatz(limit: i32): i32 {
  let best = 0, longest = 0;
  for (let start = 1; start < limit; start++) {
    let length = 0;
    for (let n: u64 = start; n != 1; length++) n = n & 1 ? 3 * n + 1 : n >> 1;
    if (length > longest) {
      longest = length;
      best = start;
    }
  }
  return best;
}

export function gamma(steps: i32): f64 {
  let sum = 0.0;
  for (let i = 1; i <= steps; i++) sum += 1.0 / i;
  return sum - Math.log(steps);
}

// Makes and drops many strings and arrays, so that AssemblyScript's own collector runs.
export function churn(rounds: i32): i32 {
  const kept = new Map<i32, string>();
  let total = 0;
  for (let i = 0; i < rounds; i++) {
    kept.set(i % 97, i.toString().repeat(3));
    total += kept.get(i % 89 % kept.size).length;
  }
  return total;
}
