/** What visual tokens learn: to say what captions say, wherever it stands in the picture. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { input, toOnnx } from "../lib/graph/mod.ts";
import { ensureParameters, Scope } from "../lib/nn/mod.ts";
import { adamw, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, Program, Random, StateStore } from "../lib/runtime/mod.ts";
import type { VisualTokensConfig } from "../lib/vision/encoders/visual_tokens.ts";
import { visualTokenLosses } from "../lib/vision/encoders/visual_tokens_training.ts";
import { checkGradients } from "./gradient_check.ts";

const device = await openDevice("cpu", { threads: 1 });
/** Of four patches, so that one token at least stands for nothing. */
const CONFIG: VisualTokensConfig = {
  tokens: 5,
  tokenSize: 6,
  hiddenSize: 16,
  heads: 2,
  layers: 1,
  textLayers: 1,
};
const PATCHES = 4, FEATURE = 5, WORDS = 4, VOCABULARY = 12;

/** The losses over a batch of features. */
function lossesOf(scope: Scope, batch: number, words = WORDS) {
  const features = input("features", "float32", [batch, PATCHES, FEATURE]);
  return visualTokenLosses(scope, features, CONFIG, { batch, words, textVocabulary: VOCABULARY });
}

/** A picture, by number, and its caption: ids, and which of them count. */
interface Row {
  readonly picture: number;
  readonly caption: readonly number[];
  readonly mask: readonly number[];
}

function inputsOf(rows: readonly Row[], noise = 0) {
  const { tokens, tokenSize } = CONFIG;
  return {
    features: Float32Array.from(rows.flatMap(({ picture }) => [
      ...new Random(picture, "features").normals(PATCHES * FEATURE),
    ])),
    captions: Int32Array.from(rows.flatMap(({ caption }) => caption)),
    captionMask: Float32Array.from(rows.flatMap(({ mask }) => mask)),
    tokenNoise: new Random(0, "noise").normals(rows.length * tokens * tokenSize)
      .map((x) => noise * x),
  };
}

Deno.test("gradients of all that visual tokens learn", async () => {
  const rows = [
    { picture: 0, caption: [3, 4, 5, 6], mask: [1, 1, 1, 1] },
    { picture: 1, caption: [3, 4, 0, 0], mask: [1, 1, 0, 0] },
    { picture: 2, caption: [7, 0, 0, 0], mask: [1, 0, 0, 0] },
  ];
  const scope = new Scope();
  const { loss } = lossesOf(scope, rows.length);
  await checkGradients({ scope, loss, inputs: inputsOf(rows, 0.2) });
});

const CAPTION = fc.array(fc.nat(VOCABULARY - 1), { minLength: WORDS, maxLength: WORDS });

Deno.test("a word is said of the picture and the words before it alone, and padding is not", async () => {
  using store = new StateStore(device);
  const scope = new Scope();
  const { loss } = lossesOf(scope, 2);
  ensureParameters(store, scope.specs(), 0);
  using program = await Program.compile(device, toOnnx({ loss }), store);
  const lossOf = async (...rows: readonly [Row, Row]) =>
    Number((await program.run(inputsOf(rows))).loss[0]);
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-5;
  const differing = { pictures: 0, words: 0 };
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(CAPTION, CAPTION),
      fc.nat(WORDS - 1),
      fc.integer({ min: 1, max: VOCABULARY - 1 }),
      async ([one, other], at, turn) => {
        const only = one.map((_, i) => i === at ? 1 : 0);
        const none = one.map(() => 0);
        const turned = one.map((word, i) => i > at ? (word + turn) % VOCABULARY : word);
        const own = { picture: 0, caption: one, mask: only };
        const silent = { picture: 1, caption: other, mask: none };
        const found = await lossOf(own, silent);
        assert.ok(near(await lossOf({ ...own, caption: turned }, silent), found), "later words");
        assert.ok(near(await lossOf(own, { ...silent, picture: 2 }), found), "another row");
        const earlier = one.map((word, i) => i < at ? (word + turn) % VOCABULARY : word);
        if (!near(await lossOf({ ...own, caption: earlier }, silent), found)) differing.words++;
        if (!near(await lossOf({ ...own, picture: 3 }, silent), found)) differing.pictures++;

        // The mean over words, not over captions: one word and four.
        const long = { ...silent, mask: none.map(() => 1) };
        const words = await lossOf({ ...own, mask: none }, long);
        assert.ok(near(await lossOf(own, long), (found + WORDS * words) / (1 + WORDS)), "mean");
      },
    ),
    { numRuns: 40 },
  );
  const { pictures, words } = differing;
  assert.ok(
    pictures > 30 && words > 10,
    `${pictures} times by the picture, ${words} by words before`,
  );
});

/** A picture of a thing in some of four places, and a caption of how many there are of what. */
function scene(thing: number, places: readonly number[]) {
  const features = [0, 1, 2, 3].flatMap((place) => {
    const kind = places.includes(place) ? 1 + thing : 0;
    return Array.from({ length: FEATURE }, (_, i) => i === kind ? 1 : 0);
  });
  return { features, caption: [places.length, 4 + thing] };
}

type Scene = ReturnType<typeof scene>;

/** All that are learned; two in two corners never are. */
const SCENES = [0, 1].flatMap((thing) =>
  [[0], [1], [2], [3], [0, 1], [0, 2], [1, 3], [2, 3], [0, 1, 2], [0, 1, 3], [0, 2, 3], [1, 2, 3]]
    .map((places) => scene(thing, places))
);
const UNSEEN = [0, 1].flatMap((thing) => [[0, 3], [1, 2]].map((places) => scene(thing, places)));

Deno.test("visual tokens come to say what there is and how many, wherever it stands", async () => {
  using store = new StateStore(device);
  const batch = 24, words = 2;
  const { tokens, tokenSize } = CONFIG;
  const random = new Random(0, "scenes");
  const inputs = (scenes: readonly Scene[], noise: number) => ({
    features: Float32Array.from(scenes.flatMap(({ features }) => features)),
    captions: Int32Array.from(scenes.flatMap(({ caption }) => caption)),
    captionMask: new Float32Array(scenes.length * words).fill(1),
    tokenNoise: random.normals(scenes.length * tokens * tokenSize).map((x) => noise * x),
  });
  using step = await TrainStep.compile({
    device,
    store,
    losses: (scope) => lossesOf(scope, batch, words),
    optimizer: adamw(),
    seed: 0,
  });
  const STEPS = 300;
  for (let i = 1; i <= STEPS; i++) {
    const given = inputs(random.sample(SCENES, batch), 0.2);
    await step.run(given, { step: i, rate: 1e-2 * (1 - i / STEPS) });
  }
  const { loss } = lossesOf(new Scope(), UNSEEN.length, words);
  using program = await Program.compile(device, toOnnx({ loss }), store);
  const lossOf = async (scenes: readonly Scene[], noise = 0) =>
    Number((await program.run(inputs(scenes, noise))).loss[0]);
  const saying = (change: (caption: readonly number[]) => number[]) =>
    lossOf(UNSEEN.map(({ features, caption }) => ({ features, caption: change(caption) })));
  const right = await lossOf(UNSEEN);
  assert.ok(right < 0.1, `two, where two never stood: ${right}`);
  const wrong = {
    one: await saying(([, thing]) => [1, thing]),
    three: await saying(([, thing]) => [3, thing]),
    other: await saying(([count, thing]) => [count, 9 - thing]),
  };
  for (const [what, found] of Object.entries(wrong)) assert.ok(found > 1, `${what}: ${found}`);
  const noisy = await lossOf(UNSEEN, 30);
  assert.ok(noisy > right + 0.1, `noise hides what tokens say: ${noisy}`);
});
