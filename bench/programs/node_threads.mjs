// SPDX-License-Identifier: Apache-2.0
// Runs a program for wasi-threads on worker threads: node node_threads.mjs FILE
// The programs of bench/threads import a memory of 512 to 1,024 pages and write with fd_write.
import { readFileSync, writeSync } from "node:fs";
import { Worker, isMainThread, workerData } from "node:worker_threads";

const shared = isMainThread
  ? {
      module: new WebAssembly.Module(readFileSync(process.argv[2])),
      memory: new WebAssembly.Memory({ initial: 512, maximum: 1024, shared: true }),
      last: new Int32Array(new SharedArrayBuffer(4)),
    }
  : workerData;

function spawn(argument) {
  const id = Atomics.add(shared.last, 0, 1) + 1;
  new Worker(new URL(import.meta.url), { workerData: { ...shared, id, argument } });
  return id;
}

function write(descriptor, pieces, count, written) {
  const view = new DataView(shared.memory.buffer);
  let sum = 0;
  for (let i = 0; i < count; ++i) {
    const at = view.getUint32(pieces + 8 * i, true), size = view.getUint32(pieces + 8 * i + 4, true);
    writeSync(descriptor, new Uint8Array(shared.memory.buffer, at, size).slice());
    sum += size;
  }
  view.setUint32(written, sum, true);
  return 0;
}

const { exports } = new WebAssembly.Instance(shared.module, {
  env: { memory: shared.memory },
  wasi: { "thread-spawn": spawn },
  wasi_snapshot_preview1: { fd_write: write },
});
if (isMainThread) {
  exports._start();
  process.exit(0);
} else {
  exports.wasi_thread_start(shared.id, shared.argument);
}
