// SPDX-License-Identifier: Apache-2.0
// The small measures on V8 or JavaScriptCore: node micro.mjs MODULE prints nanoseconds as JSON.
// Each is the best of several batches, after as much running as lets a compiler do its work.
import { readFileSync } from "node:fs";

const module = new WebAssembly.Module(readFileSync(process.argv[2]));
const imports = { host: { add: (a, b) => (a + b) | 0 } };
const make = () => new WebAssembly.Instance(module, imports).exports;

function best(batch, work, before = () => {}) {
  let least = Infinity;
  const end = performance.now() + 300;
  for (let i = 0; i < 10 || performance.now() < end; ++i) {
    before();
    const start = process.hrtime.bigint();
    for (let j = 0; j < batch; ++j) work();
    least = Math.min(least, Number(process.hrtime.bigint() - start) / batch);
    if (i > 10000) break;
  }
  return least;
}

let instance = make();
const { nothing, one, call_host } = instance;
console.log(JSON.stringify({
  call_nothing: best(20000, () => nothing()),
  call_with_a_value: best(20000, () => one(7)),
  call_the_host: best(20, () => call_host(1000)) / 1000,
  instantiate: best(100, () => { instance = make(); }),
  grow_memory: best(500, () => instance.grow(), () => { instance = make(); }),
}));
