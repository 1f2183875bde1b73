/** Greedy decoding of the benchmark's GPT, with keys and values that stay on the device. */
import {
  type Device,
  input,
  ops,
  Program,
  Scope,
  type StateStore,
  type Tensor,
  toOnnx,
} from "../mod.ts";
import { nextName } from "../lib/runtime/mod.ts";
import { type KeyValues, linear } from "../lib/nn/mod.ts";
import { GPT, gpt, positions } from "./gpt.ts";
import type { Runnable } from "./runnable.ts";

/** As many tokens as the context is long, from token 0, for each row of the batch. */
export async function decode(device: Device, store: StateStore, batch: number): Promise<Runnable> {
  const { context, heads, hiddenSize, layers, vocabulary } = GPT;
  const shape = [batch, heads, context, hiddenSize / heads];
  const scope = new Scope();
  const caches = Array.from({ length: layers }, (_, layer) => ({
    keys: input(`cache.${layer}.keys`, "float32", shape),
    values: input(`cache.${layer}.values`, "float32", shape),
  }));
  for (const name of ["keys", "values"]) {
    for (let l = 0; l < layers; l++) store.add(`cache.${l}.${name}`, { dtype: "float32", shape });
  }
  const ids = input("ids", "int32", [batch, 1]);
  const position = input("position", "int32", [1]);
  const slots = ops.expand(position, { shape: [batch] });
  const written: KeyValues[] = [];
  const hidden = gpt(scope, ids, ops.gather(positions(scope), position), {
    visible: ops.where(ops.greater(ops.range({ size: context }), position), -1e9, 0),
    remember(layer, fresh) {
      const cache = {
        keys: ops.write(caches[layer].keys, fresh.keys, slots),
        values: ops.write(caches[layer].values, fresh.values, slots),
      };
      written.push(cache);
      return cache;
    },
  });
  const states = ops.reshape(hidden, { shape: [batch, hiddenSize] });
  const logits = linear(scope.at("lm_head"), states, vocabulary);
  const cache: Record<string, Tensor> = {};
  written.forEach(({ keys, values }, layer) => {
    cache[nextName(`cache.${layer}.keys`)] = keys;
    cache[nextName(`cache.${layer}.values`)] = values;
  });
  const model = toOnnx({ chosen: ops.argmax(logits, { axis: 1 }), ...cache });
  const program = await Program.compile(device, model, store, { inPlace: Object.keys(cache) });
  return {
    async run() {
      let chosen = new Int32Array(batch);
      const first: number[] = [];
      for (let i = 0; i < context; i++) {
        const found = await program.run({ ids: chosen, position: Int32Array.of(i) });
        chosen = found.chosen as Int32Array<ArrayBuffer>;
        first.push(chosen[0]);
      }
      return first;
    },
  };
}
