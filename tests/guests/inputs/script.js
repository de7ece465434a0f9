// SPDX-License-Identifier: Apache-2.0
// Closures, classes, generators, proxies, typed arrays, regular expressions, promises.
const say = typeof print === "function" ? print : console.log;

class Matrix {
  static #made = 0;
  constructor(n, f) {
    this.rows = Array.from({ length: n }, (_, i) => Float64Array.from({ length: n }, (_, j) => f(i, j)));
    ++Matrix.#made;
  }
  times(other) {
    return new Matrix(this.rows.length, (i, j) =>
      this.rows[i].reduce((sum, v, k) => sum + v * other.rows[k][j], 0));
  }
  get trace() { return this.rows.reduce((sum, row, i) => sum + row[i], 0); }
  static get made() { return Matrix.#made; }
}

function* permutations(items) {
  if (items.length < 2) { yield items; return; }
  for (const [i, head] of items.entries()) {
    for (const rest of permutations(items.toSpliced(i, 1))) yield [head, ...rest];
  }
}

let m = new Matrix(24, (i, j) => ((i * 3 + j) % 7) / 8);
for (let i = 0; i < 5; ++i) m = m.times(new Matrix(24, (i, j) => (i === j ? 0.5 : 0.01)));
say(m.trace.toFixed(6), Matrix.made);
say([...permutations(["a", "b", "c"])].map((p) => p.join("")).join(" "));
const seen = [];
const watched = new Proxy({}, { get: (_, name) => (seen.push(String(name)), name.length) });
say(watched.alpha + watched.be, seen);
say("k1=v1; k22=v22".replaceAll(/(?<key>\w+)=(?<value>\w+)/g, "$<value>:$<key>"));
say(JSON.stringify({ date: new Date(Date.UTC(2000, 1, 29)), list: [undefined, NaN, -0], big: String(7n ** 40n) }));
for (const wrong of [() => null.x, () => nothing, () => new Array(-1), () => JSON.parse("{")]) {
  try { wrong(); } catch (error) { say(error.constructor.name); }
}
const sorted = Array.from({ length: 20000 }, (_, i) => (i * 7919) % 20011).sort((a, b) => a - b);
say(sorted[0], sorted[9999], sorted.at(-1));
label: for (let i = 0; ; ++i) for (let j = 0; j < i; ++j) if (i * j > 200) { say(i, j); break label; }
(async () => {
  const parts = await Promise.allSettled([1, Promise.reject(new TypeError("no")), (async () => 3)()]);
  say(parts.map((p) => p.value ?? p.reason.message).join());
})();
