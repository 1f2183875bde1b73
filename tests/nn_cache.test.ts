/** Attention with a cache of keys and values is attention over the whole. */
import assert from "node:assert/strict";
import { input, ops, type Tensor, toOnnx } from "../lib/graph/mod.ts";
import { ensureParameters, KeyValueCache, Scope, transformer } from "../lib/nn/mod.ts";
import { nextName, openDevice, Program, Random, StateStore } from "../lib/runtime/mod.ts";

const CONFIG = {
  hiddenSize: 16,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 24,
  queryKeyNorm: false,
};
const [BATCH, TOKENS, WIDTH] = [3, 11, CONFIG.hiddenSize];

/** What each token becomes when it sees itself and all before it. */
function wholeGraph(scope: Scope): Record<string, Tensor> {
  const x = input("x", "float32", [BATCH, TOKENS, WIDTH]);
  return { y: transformer(scope, x, CONFIG, { visible: "causal" }) };
}

for (const [chunk, prompt] of [[64, 3], [4, 3], [4, 4], [4, 6], [5, 10]]) {
  Deno.test(`a cache in chunks of ${chunk}, begun with ${prompt} tokens, is the whole`, async () => {
    using device = await openDevice("cpu", { threads: 1 });
    using store = new StateStore(device);
    const shape = { layers: 2, batch: BATCH, keyValueHeads: 2, headDim: 4, slots: TOKENS };
    const cache = new KeyValueCache(shape, chunk);
    for (const [name, type] of cache.states) {
      store.add(name, type, new Float32Array(BATCH * 2 * cache.chunk * 4).fill(7)); // of before
    }
    const compile = (graph: (scope: Scope) => Record<string, Tensor>) => {
      const scope = new Scope();
      cache.begin();
      const outputs = graph(scope);
      const inPlace = [...cache.written.keys()].map(nextName);
      for (const [name, after] of cache.written) outputs[nextName(name)] = after;
      ensureParameters(store, scope.specs(), 0);
      return Program.compile(device, toOnnx(outputs), store, { inPlace });
    };
    const tokens = new Random(0, "tokens").normals(BATCH * TOKENS * WIDTH);
    const part = (start: number, end: number) =>
      Float32Array.from({ length: BATCH * (end - start) * WIDTH }, (_, i) => {
        const row = Math.floor(i / ((end - start) * WIDTH));
        return tokens[(row * TOKENS + start) * WIDTH + i % ((end - start) * WIDTH)];
      });
    using whole = await compile(wholeGraph);
    const expected = (await whole.run({ x: tokens })).y;

    const found: { token: number; y: Float32Array }[] = [];
    using first = await compile((scope) => {
      const x = input("x", "float32", [BATCH, prompt, WIDTH]);
      const remember = (layer: number, fresh: { keys: Tensor; values: Tensor }) => {
        cache.fill(layer, fresh);
        return [fresh];
      };
      return { y: transformer(scope, x, CONFIG, { visible: "causal", remember }) };
    });
    await first.run({ x: part(0, prompt) });
    for (let token = prompt; token < TOKENS; token++) {
      const chunks = cache.chunksFor(token);
      using step = await compile((scope) => {
        const x = input("x", "float32", [BATCH, 1, WIDTH]);
        const slot = input("slot", "int32", [1]);
        const here = ops.expand(ops.sub(slot, (chunks - 1) * cache.chunk), { shape: [BATCH] });
        const later = ops.greater(ops.range({ size: chunks * cache.chunk }), slot);
        const y = transformer(scope, x, CONFIG, {
          visible: ops.where(later, -1e9, 0),
          remember: (layer, fresh) => cache.extend(layer, fresh, here, chunks),
        });
        return { y };
      });
      const { y } = await step.run({ x: part(token, token + 1), slot: Int32Array.of(token) });
      found.push({ token, y: y as Float32Array });
    }
    for (const { token, y } of found) {
      y.forEach((value, i) => {
        const at = (Math.floor(i / WIDTH) * TOKENS + token) * WIDTH + i % WIDTH;
        assert.ok(Math.abs(value - Number(expected[at])) < 1e-5, `token ${token}`);
      });
    }
  });
}
