// SPDX-License-Identifier: Apache-2.0
// AssemblyScript as a WASI command, with its imports declared by hand.
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, vectors: usize, count: i32, written: usize): i32;
@external("wasi_snapshot_preview1", "random_get")
declare function random_get(at: usize, size: i32): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

const vector = memory.data(16);

function say(text: string): void {
  const bytes = String.UTF8.encode(text + "\n");
  store<u32>(vector, changetype<usize>(bytes) as u32);
  store<u32>(vector + 4, bytes.byteLength);
  if (fd_write(1, vector, 1, vector + 8) != 0) unreachable();
}

export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  say("abort: " + (message === null ? "?" : message));
  proc_exit(70);
}

class Account {
  constructor(readonly owner: string, private cents: i64) {}
  deposit(amount: i64): this {
    this.cents += amount;
    return this;
  }
  toString(): string {
    const rest = (this.cents % 100).toString().padStart(2, "0");
    return `${this.owner} has ${this.cents / 100}.${rest}`;
  }
}

export function _start(): void {
  const accounts = new Map<string, Account>();
  const names = "ada,grace,alan,ada,ada,grace".split(",");
  for (let i = 0; i < names.length; i++) {
    if (!accounts.has(names[i])) accounts.set(names[i], new Account(names[i], 5));
    accounts.get(names[i]).deposit(1234 * (i + 1));
  }
  say(accounts.values().map<string>((a) => a.toString()).join("; "));
  say("größer ≥ größe: " + ("größer" >= "größe").toString());
  say("random " + (random_get(vector, 8) == 0 ? "ok" : "failed"));
  const empty: i32[] = [];
  say(empty[0].toString());
}
