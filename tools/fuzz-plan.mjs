// SPDX-License-Identifier: Apache-2.0
// Calls what N.wasm exports, with N.support.wasm for its imports, and writes what happened as the
// plan N.json; for each N given. Prints `N: reason` where no plan can be made.
// Usage: node tools/fuzz-plan.mjs N...
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

const buffer = new DataView(new ArrayBuffer(8));
const arguments_of = { i32: () => 0, i64: () => 0n, f32: () => 0, f64: () => 0 };

function bits(type, value) {
  if (type === 'i32') return String(value >>> 0);
  if (type === 'i64') return String(BigInt.asUintN(64, value));
  if (type === 'f64') buffer.setFloat64(0, value, true);
  else buffer.setUint32(0, 0, true), buffer.setFloat32(0, value, true), buffer.setUint32(4, 0, true);
  return String(buffer.getBigUint64(0, true));
}

/// Results that JavaScript shows bit by bit; null for references, vectors and NaNs.
function observed(types, value) {
  const values = value === undefined ? [] : Array.isArray(value) ? value : [value];
  if (values.some((v, i) => !(types[i] in arguments_of) || Number.isNaN(v))) return null;
  return values.map((v, i) => [types[i], bits(types[i], v)]);
}

/// Undefined when engines may differ from here on: their stacks have different sizes.
function outcome(run, types) {
  try {
    return { results: observed(types, run()) };
  } catch (error) {
    if (error instanceof WebAssembly.Exception) return { exception: true };
    if (error instanceof WebAssembly.RuntimeError && !/atomic|memory/i.test(error.message))
      return { trap: '' };
    return undefined;
  }
}

function plan(name, shape) {
  const support = new WebAssembly.Instance(
    new WebAssembly.Module(readFileSync(`${name}.support.wasm`))).exports;
  const module = new WebAssembly.Module(readFileSync(`${name}.wasm`));
  const { exports } =
      new WebAssembly.Instance(module, { 'fuzzing-support': support, __fuzz_import: support });
  const calls = [];
  for (const { name: id, params, results } of shape.functions) {
    const values = params.map((type) => arguments_of[type]());
    const what = outcome(() => exports[id](...values), results);
    if (what === undefined) return { calls, globals: {} };
    calls.push({ function: id, arguments: params.map((type) => [type, '0']), ...what });
  }
  const globals = {};
  for (const { name: id, type } of shape.globals) {
    const value = observed([type], exports[id].value);
    if (value !== null) globals[id] = value[0];
  }
  return { calls, globals, seen: bits('i64', support.seen.value) };
}

for (const name of process.argv.slice(2)) {
  if (existsSync(`${name}.json`)) continue;
  try {
    const shape = JSON.parse(readFileSync(`${name}.shape`, 'utf8'));
    writeFileSync(`${name}.json`, JSON.stringify(plan(name, shape)));
  } catch (error) {
    console.log(`${name}: ${error}`);
  }
}
