// SPDX-License-Identifier: Apache-2.0
// Runs SEED.wasm by the plan in SEED.json, for each seed given; prints `SEED: difference`.
// Usage: node tools/fuzz-compare.mjs SEED...
import { readFileSync } from 'node:fs';

const buffer = new DataView(new ArrayBuffer(8));

/// A value of the plan as JavaScript has it.
function fromBits([type, text]) {
  const bits = BigInt(text);
  if (type === 'i32') return Number(BigInt.asIntN(32, bits));
  if (type === 'i64') return BigInt.asIntN(64, bits);
  buffer.setBigUint64(0, bits, true);
  return type === 'f32' ? buffer.getFloat32(0, true) : buffer.getFloat64(0, true);
}

/// NaNs are equal: JavaScript does not keep their bits. Zeros of different sign are not.
function same(have, want) {
  return have.length === want.length &&
      have.every((value, i) => Object.is(value, fromBits(want[i])));
}

function hash(bytes) {
  let value = 0x811c9dc5;
  for (const byte of bytes) value = Math.imul(value ^ byte, 0x01000193);
  return value >>> 0;
}

function results(value) {
  return value === undefined ? [] : Array.isArray(value) ? value : [value];
}

/// What a call does, in the words of the plan.
function outcome(exports, call) {
  exports.refill();
  try {
    return results(exports[call.function](...call.arguments.map(fromBits)));
  } catch (error) {
    if (error instanceof WebAssembly.RuntimeError) return null;
    throw error;
  }
}

function difference(seed) {
  const plan = JSON.parse(readFileSync(`${seed}.json`, 'utf8'));
  const module = new WebAssembly.Module(readFileSync(`${seed}.wasm`));
  const { exports } = new WebAssembly.Instance(module);
  for (const [number, call] of plan.calls.entries()) {
    const have = outcome(exports, call);
    const place = `call ${number}, function ${call.function}`;
    if (have === null && call.trap === undefined) return `${place}: trapped`;
    if (have !== null && call.trap !== undefined) return `${place}: returned, not "${call.trap}"`;
    if (have !== null && !same(have, call.results))
      return `${place}: ${have}, expected ${call.results.map(fromBits)}`;
  }
  for (const [name, value] of Object.entries(plan.globals))
    if (!same([exports[name].value], [value]))
      return `${name} is ${exports[name].value}, expected ${fromBits(value)}`;
  const memory = hash(new Uint8Array(exports.memory0.buffer));
  return plan.memory !== null && memory !== plan.memory ? 'memory 0 differs' : '';
}

let code = 0;
for (const seed of process.argv.slice(2)) {
  let found;
  try {
    found = difference(seed);
  } catch (error) {
    found = String(error);
  }
  if (found === '') continue;
  console.log(`${seed}: ${found}`);
  code = 1;
}
process.exitCode = code;
