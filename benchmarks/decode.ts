/** Greedy decoding of the benchmark's GPT, with keys and values that stay on the device. */
import type { Device, StateStore } from "../mod.ts";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { Scope } from "../lib/nn/mod.ts";
import { Program } from "../lib/runtime/mod.ts";
import { KeyValueCache, linear } from "../lib/nn/mod.ts";
import { nextName } from "../lib/runtime/mod.ts";
import { GPT, gpt, positions } from "./gpt.ts";
import type { Runnable } from "./runnable.ts";

/** As many tokens as the context is long, from token 0, for each row of the batch. */
export async function decode(device: Device, store: StateStore, batch: number): Promise<Runnable> {
  const { context, heads, hiddenSize, layers } = GPT;
  const cache = new KeyValueCache({
    layers,
    batch,
    keyValueHeads: heads,
    headDim: hiddenSize / heads,
    slots: context,
  });
  for (const [name, type] of cache.states) store.add(name, type);
  const steps: Program[] = [];
  for (let chunks = 1; chunks <= cache.chunksFor(context - 1); chunks++) {
    steps.push(await compileStep(device, store, cache, chunks));
  }
  return {
    async run() {
      let chosen = new Int32Array(batch);
      const first: number[] = [];
      for (let i = 0; i < context; i++) {
        const step = steps[cache.chunksFor(i) - 1];
        const found = await step.run({ ids: chosen, position: Int32Array.of(i) });
        chosen = found.chosen as Int32Array<ArrayBuffer>;
        first.push(chosen[0]);
      }
      return first;
    },
  };
}

/** One token, with a number of chunks of the cache. */
function compileStep(
  device: Device,
  store: StateStore,
  cache: KeyValueCache,
  chunks: number,
): Promise<Program> {
  const { batch } = cache.shape;
  const scope = new Scope();
  const ids = input("ids", "int32", [batch, 1]);
  const position = input("position", "int32", [1]);
  const slot = ops.expand(ops.sub(position, (chunks - 1) * cache.chunk), { shape: [batch] });
  const later = ops.greater(ops.range({ size: chunks * cache.chunk }), position);
  cache.begin();
  const states = gpt(scope, ids, ops.gather(positions(scope), position), {
    visible: ops.where(later, -1e9, 0),
    remember: (layer, fresh) => cache.extend(layer, fresh, slot, chunks),
  });
  const logits = linear(scope.at("lm_head"), states, GPT.vocabulary);
  const written = cache.written.entries().map(([name, after]) => [nextName(name), after] as const);
  const outputs = Object.fromEntries(written);
  const model = toOnnx({ chosen: ops.argmax(logits, { axis: 1 }), ...outputs });
  return Program.compile(device, model, store, { inPlace: Object.keys(outputs) });
}
