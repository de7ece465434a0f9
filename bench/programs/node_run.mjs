// SPDX-License-Identifier: Apache-2.0
// Runs a module on V8 or JavaScriptCore with the options of `zhan run`:
//   node node_run.mjs [--dir HOST::GUEST] [--env K=V] [--invoke F] FILE [ARG...]
//   node node_run.mjs --validate FILE, or --compile FILE
import { readFileSync } from "node:fs";

const words = process.argv.slice(2);
const preopens = {}, env = {};
let invoke = null, validate = false, compile = false;
while (words.length && words[0].startsWith("--")) {
  const flag = words.shift();
  if (flag === "--validate") validate = true;
  else if (flag === "--compile") compile = true;
  else if (flag === "--invoke") invoke = words.shift();
  else if (flag === "--dir") {
    const [host, guest] = words.shift().split("::");
    preopens[guest ?? host] = host;
  } else if (flag === "--env") {
    const [name, ...value] = words.shift().split("=");
    env[name] = value.join("=");
  } else {
    console.error(`unknown option ${flag}`);
    process.exit(2);
  }
}
const bytes = readFileSync(words[0]);
if (validate) process.exit(WebAssembly.validate(bytes) ? 0 : 1);
if (compile) {
  await WebAssembly.compile(bytes);
} else if (invoke) {
  const { instance } = await WebAssembly.instantiate(bytes, {});
  const run = instance.exports[invoke];
  const convert = (text) => (Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text));
  console.log(String(run(...words.slice(1).map(convert))));
} else {
  const { WASI } = await import("node:wasi");
  const wasi = new WASI({ version: "preview1", args: words, env, preopens, returnOnExit: true });
  const { instance } = await WebAssembly.instantiate(bytes, wasi.getImportObject?.() ??
    { wasi_snapshot_preview1: wasi.wasiImport });
  process.exitCode = wasi.start(instance);
}
