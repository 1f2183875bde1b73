/** Dead codes are revived. */
import assert from "node:assert/strict";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { reviveDeadCodes } from "../lib/vision/quantizers/revival.ts";

const device = await openDevice("cpu", { threads: 1 });
const CODEBOOK = "quantizer.codebook.weight";

/** 600 features of one kind, and 20 kinds of which each has one: all far apart. */
const kinds = Array.from({ length: 20 }, (_, i) => [100 + 10 * i, 50 * (i % 3)]);
const latents = Float32Array.from([...Array(600).fill([0, 0]), ...kinds].flat());
const ids = new Int32Array(620);

async function revived(step: number, before: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  using store = new StateStore(device);
  store.add(CODEBOOK, { dtype: "float32", shape: [24, 2] }, before);
  await reviveDeadCodes(store, CODEBOOK, { seed: 0, step, steps: 100, ids, latents });
  return await store.read(CODEBOOK) as Float32Array;
}

Deno.test("dead codes go where no code is, not where most features are", async () => {
  const codebook = await revived(20, new Float32Array(48).fill(0));
  const has = ([x, y]: number[]) =>
    codebook.some((value, i) => i % 2 === 0 && value === x && codebook[i + 1] === y);
  const found = kinds.filter(has);
  assert.equal(found.length, kinds.length, "each rare kind has a code of its own");
  assert.deepEqual([...codebook.slice(0, 2)], [0, 0], "a code in use stays");
});

Deno.test("codes rest between revivals, and in the last quarter", async () => {
  const before = new Random(0).normals(48);
  for (const step of [19, 21, 80, 100]) assert.deepEqual(await revived(step, before), before);
});
