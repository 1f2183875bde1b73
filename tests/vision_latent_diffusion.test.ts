/** The diffusion from vectors to codes: what it sees, and that what it settles by chance fits together. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { constant, input, toOnnx } from "../lib/graph/mod.ts";
import { ensureParameters, meanAll, Scope } from "../lib/nn/mod.ts";
import { adamw, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, Program, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  codeLogits,
  diffusionLosses,
  type LatentDiffusionConfig,
} from "../lib/vision/decoders/latent_diffusion.ts";
import { codeEntries, diffusionOf, type VisualizeOptions } from "../lib/vision/mod.ts";
import { decoderOf } from "../lib/vision/visualizer.ts";
import { apart } from "./full_forward.ts";
import { checkGradients } from "./gradient_check.ts";
import { tinyVisualizer, visualizerConfig } from "./tiny_visualizer.ts";

const device = await openDevice("cpu", { threads: 1 });
const CONFIG: LatentDiffusionConfig = {
  latents: 4,
  codes: 5,
  conditions: 2,
  conditionSize: 3,
  hiddenSize: 16,
  layers: 1,
  heads: 2,
};

/** What codes stand for. */
const ENTRIES = [0.5, -1, 2, 0.1, -0.3, 1, 1, 1.5, -2, 0.2];

/** Pictures of which some codes are hidden, as inputs. */
function inputsOf(batch: number, config = CONFIG) {
  const { latents, codes, conditions, conditionSize } = config;
  return {
    ids: input("ids", "int32", [batch * latents]),
    hidden: input("hidden", "float32", [batch, latents]),
    condition: input("condition", "float32", [batch, conditions, conditionSize]),
    entries: constant(ENTRIES.slice(0, 2 * codes), "float32", [codes, 2]),
  };
}

Deno.test("a diffusion's gradients, of its parameters and of what is drawn from", async () => {
  const scope = new Scope();
  // As a parameter the condition is checked, too: a language model may learn through it.
  const { conditions, conditionSize } = CONFIG;
  const condition = scope.parameter("condition", [3, conditions, conditionSize], {
    kind: "normal",
    deviation: 1,
  });
  const losses = diffusionLosses(scope.at("diffusion"), { ...inputsOf(3), condition }, CONFIG);
  await checkGradients({
    scope,
    loss: meanAll(losses),
    inputs: {
      ids: Int32Array.of(0, 1, 2, 3, 4, 3, 2, 1, 2, 2, 0, 4),
      hidden: Float32Array.of(1, 1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0),
    },
  });
});

/** Some of four codes, at least one of them hidden, and others for the hidden and the seen ones. */
const PICTURE = fc.record({
  ids: fc.array(fc.nat(CONFIG.codes - 1), { minLength: 4, maxLength: 4 }),
  hidden: fc.integer({ min: 1, max: 15 }).map((bits) =>
    [1, 2, 4, 8].map((bit) => bits & bit ? 1 : 0)
  ),
  turn: fc.integer({ min: 1, max: CONFIG.codes - 1 }),
  condition: fc.nat(99),
});

Deno.test("what is hidden is not seen, and nothing else counts", async () => {
  using store = new StateStore(device);
  const scope = new Scope();
  const [logits, losses] = [codeLogits, diffusionLosses].map((of) =>
    of(scope, inputsOf(1), CONFIG)
  );
  ensureParameters(store, scope.specs(), 0);
  using program = await Program.compile(device, toOnnx({ logits, losses }), store);
  const { codes, conditions, conditionSize } = CONFIG;
  await fc.assert(fc.asyncProperty(PICTURE, async ({ ids, hidden, turn, condition }) => {
    const run = (ids: readonly number[]) =>
      program.run({
        ids: Int32Array.from(ids),
        hidden: Float32Array.from(hidden),
        condition: new Random(condition, "condition").normals(conditions * conditionSize),
      });
    const turned = (which: number) =>
      run(ids.map((id, at) => hidden[at] === which ? (id + turn) % codes : id));
    const found = await run(ids);
    const own = Array.from(found.logits, Number);
    const surprises = ids.map((id, at) => {
      const exponents = own.slice(at * codes, (at + 1) * codes).map(Math.exp);
      return -Math.log(exponents[id] / exponents.reduce((a, b) => a + b));
    }).filter((_, at) => hidden[at] === 1);
    const mean = surprises.reduce((a, b) => a + b) / surprises.length;
    assert.ok(Math.abs(mean - Number(found.losses[0])) < 1e-5, "the mean over hidden codes");
    assert.deepEqual((await turned(1)).logits, found.logits, "hidden codes are not seen");
    if (hidden.includes(0)) {
      assert.ok(apart(Array.from((await turned(0)).logits, Number), own) > 1e-4, "others are");
    }
  }));
});

/** What two conditions allow: each says what there is, and leaves open where of two places. */
const ALLOWED = [[[1, 1, 0, 0], [0, 0, 1, 1]], [[2, 0, 2, 0], [0, 2, 0, 2]]];

Deno.test("things are placed by chance, and all codes agree where", async () => {
  using store = new StateStore(device);
  const quantizer = { kind: "vector", codes: 4, codeSize: 2 } as const;
  const config = visualizerConfig({ pictureSize: 8, grid: 2, quantizer });
  using visualizer = tinyVisualizer(store, config);
  const decoder = diffusionOf(decoderOf(config));
  const random = new Random(0, "arrangements");
  const said = ALLOWED.map(() => random.normals(decoder.conditions * decoder.conditionSize));
  const batch = 32;
  using step = await TrainStep.compile({
    device,
    store,
    losses: (scope) => ({
      loss: meanAll(diffusionLosses(scope.at("visualizer"), {
        ...inputsOf(batch, decoder),
        entries: codeEntries(scope, config.tokenizer),
      }, decoder)),
    }),
    optimizer: adamw(),
    seed: 0,
  });
  const STEPS = 1500;
  for (let i = 1; i <= STEPS; i++) {
    const rows = Array.from({ length: batch }, (_, row) => {
      const which = row % 2;
      const hidden = random.sample([0, 1, 2, 3], 1 + random.integer(4));
      return {
        ids: ALLOWED[which][random.integer(2)],
        hidden: [0, 1, 2, 3].map((at) => hidden.includes(at) ? 1 : 0),
        condition: random.uniform() < 0.2 ? said[which].map(() => 0) : said[which],
      };
    });
    await step.run({
      ids: Int32Array.from(rows.flatMap(({ ids }) => ids)),
      hidden: Float32Array.from(rows.flatMap(({ hidden }) => hidden)),
      condition: Float32Array.from(rows.flatMap(({ condition }) => [...condition])),
    }, { step: i, rate: 1e-2 * (1 - i / STEPS) });
  }

  /** How many of 64 drawings of a condition are each arrangement of either. */
  const counts = async (which: number, options: VisualizeOptions = {}) => {
    const drawn = await visualizer.draw(Array(64).fill(said[which]), options);
    return ALLOWED.map((arrangements) =>
      arrangements.map((ids) => drawn.filter((one) => `${one.ids}` === `${ids}`).length)
    );
  };
  for (const which of [0, 1]) {
    for (const options of [{}, { guidance: 1 }, { guidance: 2 }, { temperature: 0 }]) {
      const [one, other] = (await counts(which, options))[which];
      assert.equal(one + other, 64, `never a mixture, but ${one} and ${other}`);
      assert.ok(Math.min(one, other) > 8, `both arrangements, but ${one} and ${other}`);
    }
    const [one, other] = (await counts(which, { steps: 1, temperature: 1 }))[which];
    assert.ok(one + other < 32, `all at once they know nothing of each other: ${one} and ${other}`);
  }
  const free = (await counts(0, { guidance: 0, temperature: 1 })).flat();
  assert.ok(Math.min(...free) > 4, `without guidance all that was learned, but ${free}`);
  assert.ok(free.reduce((a, b) => a + b) > 56, `and little else, but ${free}`);
});
