import assert from "node:assert/strict";
import { emojiScenes } from "../lib/data/emoji_scenes.ts";
import { illumeStages, type StagePlan, trainTextTokenizer } from "../lib/recipes/mod.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { contents } from "./line.ts";
import { tinyIllume } from "./tiny_illume.ts";

const device = await openDevice("cpu", { threads: 1 });
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);

/** What three steps of a stage end with. */
async function trained(options: Partial<StagePlan>) {
  using store = new StateStore(device);
  const [stage] = illumeStages(tinyIllume(store, text), scenes, [{
    name: "fine-tuning",
    mixture: { draw: 1, question: 1 },
    budget: { steps: 3, batchSize: 8, peakRate: 1e-3 },
    ...options,
  }]);
  const losses: number[] = [];
  const norms: number[] = [];
  for await (const { loss, gradientNorm } of stage.run()) {
    losses.push(loss);
    norms.push(gradientNorm);
  }
  return { losses, norms, parameters: await contents(store) };
}

const plain = await trained({});

for (
  const [name, options] of [
    ["a batch in four parts", { accumulate: 4 }],
    ["blocks computed again", { recompute: true }],
    ["both", { accumulate: 2, recompute: true }],
  ] as const
) {
  Deno.test(`${name}: the same losses, gradients and parameters`, async () => {
    const found = await trained(options);
    for (const what of ["losses", "norms"] as const) {
      found[what].forEach((value, i) =>
        assert.ok(Math.abs(value / plain[what][i] - 1) < 1e-5, what)
      );
    }
    assert.deepEqual(Object.keys(found.parameters).sort(), Object.keys(plain.parameters).sort());
    for (const [parameter, values] of Object.entries(plain.parameters)) {
      values.forEach((value, i) =>
        assert.ok(Math.abs(found.parameters[parameter][i] - value) < 2e-5, parameter)
      );
    }
  });
}

Deno.test("a batch that does not come in equal parts is refused", async () => {
  await assert.rejects(trained({ accumulate: 3 }), {
    message:
      'Expected the batch of 8 of stage "fine-tuning" to come in equal parts, but found 3 parts',
  });
});
