/** What a training step takes of memory. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import assert from "node:assert/strict";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { input, ops } from "../lib/graph/mod.ts";
import { type Scope, transformer } from "../lib/nn/mod.ts";
import { adamw, checkFits, MemoryError, TrainStep } from "../lib/optim/mod.ts";
import { ILLUME_STAGES, illumeStages } from "../lib/recipes/mod.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { tinyIllume } from "./tiny_illume.ts";

const CONFIG = {
  hiddenSize: 64,
  layers: 3,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 160,
  queryKeyNorm: true,
};
const [BATCH, TOKENS] = [8, 48];

const device = await openDevice("cpu", { threads: 1 });

for (const recompute of [false, true]) {
  Deno.test(`memory is known before the run, ${recompute ? "with" : "without"} recomputing`, async () => {
    const shape = [BATCH, TOKENS, CONFIG.hiddenSize];
    const losses = (scope: Scope) => {
      const x = input("x", "float32", shape);
      const y = transformer(scope, x, CONFIG, { visible: "causal", recompute });
      return { loss: ops.mean(ops.mul(y, y), { axes: [0, 1, 2], keepAxes: false }) };
    };
    const expected = TrainStep.memory({ losses, optimizer: adamw() });
    using store = new StateStore(device);
    using step = await TrainStep.compile({ device, store, losses, optimizer: adamw(), seed: 0 });
    const x = new Float32Array(BATCH * TOKENS * CONFIG.hiddenSize).fill(0.5);
    const { peakBytes } = await step.profile({ x });
    const ratio = expected.activations / peakBytes!;
    assert.ok(ratio > 0.8 && ratio < 1.2, `Expected ${expected.activations}, found ${peakBytes}`);

    const kept = store.names().map((name) => [name, store.get(name).type] as const);
    const bytes = (optimizer: boolean) =>
      kept.filter(([name]) => name.startsWith("optimizer.") === optimizer)
        .reduce((sum, [, { shape }]) => sum + 4 * shape.reduce((a, b) => a * b, 1), 0);
    assert.equal(expected.parameters, 2 * bytes(false));
    assert.equal(expected.optimizer, 2 * bytes(true));
    assert.equal(expected.batch, x.byteLength + 8); // the rate and the count of steps
  });
}

Deno.test("a stage that does not fit says so before it begins, and names the batch that would", async () => {
  const scenes = await emojiScenes({ preset: "nano", seed: 0 });
  using store = new StateStore(device);
  const model = tinyIllume(store, trainTextTokenizer(scenes));
  const [, , , stage] = illumeStages(model, emojiDocuments(scenes), ILLUME_STAGES.nano);
  assert.equal(stage.name, "image-text alignment");
  const free = (await stage.memory(7)).total;
  assert.ok(free < (await stage.memory(8)).total && (await stage.memory()).total > 2 * free);
  const before = store.names();
  await assert.rejects(checkFits(stage, { ...device, name: "cpu", freeBytes: free }), (error) => {
    assert.ok(error instanceof MemoryError);
    assert.match(
      error.message,
      /^Expected stage "image-text alignment" to fit into the \d+ MiB that are free on device "cpu", but a batch of 32 needs \d+ MiB; a batch of 7 would fit$/,
    );
    return true;
  });
  await assert.rejects(checkFits(stage, { ...device, name: "cpu", freeBytes: 1000 }), /not even/);
  await checkFits(stage, { ...device, name: "cpu", freeBytes: (await stage.memory()).total });
  assert.deepEqual(store.names(), before);
});

Deno.test("200 compilations and 2,000 steps leave memory where it was", async () => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("memory_growth.ts", import.meta.url).pathname],
  }).output(); // in a process of its own, where nothing else comes and goes
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  const { compiling, stepping } = JSON.parse(new TextDecoder().decode(stdout));
  assert.ok(compiling < 10e6, `Expected flat memory, but compiling grew it by ${compiling} bytes`);
  assert.ok(stepping < 10e6, `Expected flat memory, but steps grew it by ${stepping} bytes`);
});
