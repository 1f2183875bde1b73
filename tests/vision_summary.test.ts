/** What visual tokens learn: gradients, and which captions they are told apart from. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { input, toOnnx } from "../lib/graph/mod.ts";
import { ensureParameters, Scope } from "../lib/nn/mod.ts";
import { openDevice, Program, Random, StateStore } from "../lib/runtime/mod.ts";
import type { SummaryConfig } from "../lib/vision/encoders/summary.ts";
import { summaryLosses } from "../lib/vision/encoders/summary_training.ts";
import { checkGradients } from "./gradient_check.ts";

const device = await openDevice("cpu", { threads: 1 });
const CONFIG: SummaryConfig = {
  tokens: 2,
  tokenSize: 6,
  hiddenSize: 16,
  heads: 2,
  layers: 1,
  textLayers: 1,
};
const PATCHES = 4, FEATURE = 5, WORDS = 4, VOCABULARY = 12;

/** The losses over a batch of features. */
function lossesOf(scope: Scope, batch: number) {
  const features = input("features", "float32", [batch, PATCHES, FEATURE]);
  const shapes = { batch, words: WORDS, textVocabulary: VOCABULARY };
  return summaryLosses(scope, features, CONFIG, shapes);
}

/** Captions of one to four words: ids, and which of them are no padding. */
const CAPTIONS = [[3, 4, 5, 6], [3, 4, 5, 0], [3, 4, 0, 0], [7, 0, 0, 0]];

/** A row is a picture, by number, and its caption, by number. */
interface Row {
  readonly picture: number;
  readonly caption: number;
}

function inputsOf(rows: readonly Row[]) {
  const captions = rows.flatMap(({ caption }) => CAPTIONS[caption]);
  return {
    features: Float32Array.from(rows.flatMap(({ picture }) => [
      ...new Random(picture, "features").normals(PATCHES * FEATURE),
    ])),
    captions: Int32Array.from(captions),
    captionMask: Float32Array.from(captions, (id) => id === 0 ? 0 : 1),
    tokenNoise: new Float32Array(rows.length * CONFIG.tokens * CONFIG.tokenSize),
  };
}

Deno.test("gradients of all that visual tokens learn", async () => {
  const rows = [0, 1, 1].map((caption, picture) => ({ picture, caption }));
  const scope = new Scope();
  const { loss } = lossesOf(scope, rows.length);
  await checkGradients({ scope, loss, inputs: inputsOf(rows) });
});

const ROWS = 4;
const rowsOf4 = fc.array(
  fc.record({
    picture: fc.integer({ min: 0, max: 9 }),
    caption: fc.integer({ min: 0, max: CAPTIONS.length - 1 }),
  }),
  { minLength: ROWS, maxLength: ROWS },
);

Deno.test("pictures are not told apart from another's caption that is theirs too", async () => {
  using store = new StateStore(device);
  using compiled = new DisposableStack();
  const sums = new Map<number, (rows: readonly Row[]) => Promise<number>>();
  for (const batch of [1, 2, ROWS]) {
    const scope = new Scope();
    const { contrast } = lossesOf(scope, batch).parts!;
    ensureParameters(store, scope.specs(), 0);
    const program = compiled.use(await Program.compile(device, toOnnx({ contrast }), store));
    sums.set(batch, async (rows) => {
      const inputs = Object.entries(inputsOf(rows)).filter(([name]) => name in program.inputs);
      const found = await program.run(Object.fromEntries(inputs));
      return batch * Number(found.contrast[0]);
    });
  }
  /** Σ −log σ(…) over the pairs of a batch. */
  const sumOf = (...rows: Row[]) => sums.get(rows.length)!(rows);
  let twice = 0;
  await fc.assert(
    fc.asyncProperty(rowsOf4, async (rows) => {
      let expected = 0;
      for (const row of rows) expected += await sumOf(row);
      for (const [i, one] of rows.entries()) {
        for (const other of rows.slice(i + 1)) {
          if (one.caption === other.caption) twice++;
          // What two pictures and their captions add to what each pair is by itself.
          else expected += await sumOf(one, other) - await sumOf(one) - await sumOf(other);
        }
      }
      const found = await sumOf(...rows);
      assert.ok(Math.abs(found - expected) < 1e-3, `${found} and ${expected}`);
    }),
    { numRuns: 40 },
  );
  assert.ok(twice > 10, `${twice} pairs had one caption`);
  const [one, other] = [{ picture: 0, caption: 1 }, { picture: 1, caption: 2 }];
  const [alone, both] = [await sumOf(one) + await sumOf(other), await sumOf(one, other)];
  assert.ok(alone > 1 && both > alone + 5e-3, `both kinds of pair count: ${alone}, ${both}`);
});
