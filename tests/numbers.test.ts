/** Numbers that are none: refused by name, before anything is computed, and never passed on. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import { askedCaptions } from "../lib/worlds/emoji/asked_captions.ts";
import { emojiDocuments } from "../lib/worlds/emoji/documents.ts";
import assert from "node:assert/strict";
import { EndpointJudge } from "../lib/assessment/endpoint_judge.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import { tokenizerSources } from "../lib/worlds/emoji/tokenizer_sources.ts";
import { evaluationCaptions } from "../lib/worlds/emoji/splits.ts";
import { evaluateAnswers } from "../lib/worlds/emoji/measures/answers.ts";
import { bootstrapMean } from "../lib/evaluation/bootstrap.ts";
import { auroc, calibrationOf, cohensKappa } from "../lib/evaluation/calibration.ts";
import { codeReader } from "../lib/worlds/emoji/measures/code_reader.ts";
import { evaluateEditing } from "../lib/worlds/emoji/measures/editing.ts";
import { frechetDistance, kernelDistance } from "../lib/evaluation/frechet.ts";
import { accuracyOf } from "../lib/evaluation/judging.ts";
import { linearProbe } from "../lib/evaluation/linear_probe.ts";
import { codePurity } from "../lib/evaluation/purity.ts";
import { evaluateReading, popeQuestions } from "../lib/worlds/emoji/measures/pope.ts";
import { evaluatePurity } from "../lib/worlds/emoji/measures/purity.ts";
import { codebookUse, featureCosine, perplexity, psnr } from "../lib/evaluation/reconstruction.ts";
import { retrieve } from "../lib/evaluation/retrieval.ts";
import { evaluateProbes } from "../lib/worlds/emoji/measures/probes.ts";
import { unseenPictures } from "../lib/worlds/emoji/measures/unseen_pictures.ts";
import { shortened } from "../lib/optim/mod.ts";
import { type DrawOptions, ILLUME_STAGES, illumeStages, selfGenerate } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { TOKENIZER_BUDGETS, tokenizerStages } from "../lib/vision/mod.ts";
import { inFolder } from "./folder.ts";
import { tinyIllume } from "./tiny_illume.ts";

const scenes = await emojiScenes({ preset: "nano" });
const device = await openDevice("cpu");
const store = new StateStore(device);
const text = trainTextTokenizer(scenes);
const model = tinyIllume(store, text);

Deno.test.afterAll(() => {
  store[Symbol.dispose]();
  device[Symbol.dispose]();
});

/** A number from outside, which a type checker would refuse too. */
const word = "1" as unknown as number;

Deno.test("options of drawing and editing are refused by name, before anything is computed", async () => {
  const wrong: [DrawOptions, RegExp][] = [
    [{ seed: 0.5 }, /^Expected seed to be a whole number, but found 0\.5$/],
    [{ seed: NaN }, /^Expected seed to be a whole number, but found NaN$/],
    [{ guidance: NaN }, /^Expected guidance to be a number from 0 on, but found NaN$/],
    [{ guidance: -1 }, /^Expected guidance to be a number from 0 on, but found -1$/],
    [{ guidance: word }, /^Expected guidance to be a number from 0 on, but found "1"$/],
    [{ temperature: NaN }, /^Expected temperature to be a number from 0 on, but found NaN$/],
    [{ temperature: -0.5 }, /^Expected temperature to be a number from 0 on, but found -0\.5$/],
    [{ temperature: Infinity }, /^Expected temperature to be a finite number from 0 on, but/],
    [{ topK: 0 }, /^Expected topK to be a whole number from 1 on, but found 0$/],
    [{ topK: 2.5 }, /^Expected topK to be a whole number from 1 on, but found 2\.5$/],
    [{ topK: NaN }, /^Expected topK to be a whole number from 1 on, but found NaN$/],
  ];
  const ofDrawing: [DrawOptions, RegExp][] = [
    [{ bestOf: 1.5 }, /^Expected bestOf to be a whole number from 1 on, but found 1\.5$/],
    [{ selfCorrect: -1 }, /^Expected selfCorrect to be a whole number from 0 on, but found -1$/],
    [{ selfCorrect: NaN }, /^Expected selfCorrect to be a whole number from 0 on, but found NaN$/],
  ];
  const picture = scenes.draw({ background: "sky", style: "fluent-flat", objects: [] });
  for (const [options, message] of [...wrong, ...ofDrawing]) {
    await assert.rejects(() => model.draw("a cat", options), { name: "RangeError", message });
  }
  for (const [options, message] of wrong) {
    const edit = () => model.edit(picture, "remove the cat", options);
    await assert.rejects(edit, { name: "RangeError", message });
  }
  assert.deepEqual([...store.names()], [], "Expected nothing to be compiled");
});

/** Each call is refused with a message. */
async function refused(cases: readonly (readonly [() => unknown, RegExp])[]): Promise<void> {
  for (const [call, message] of cases) {
    await assert.rejects(async () => await call(), { name: "RangeError", message });
  }
}

Deno.test("decoding, seeds, budgets and self-generation", () =>
  inFolder(async (folder) => {
    const { tokenizer } = model;
    const ids = [new Int32Array(tokenizer.tokens)];
    const { nano } = TOKENIZER_BUDGETS;
    const [plan] = ILLUME_STAGES.nano;
    const stages = (budget: Partial<typeof plan.budget>) =>
      illumeStages(model, emojiDocuments(scenes), [{
        ...plan,
        budget: { ...plan.budget, ...budget },
      }]);
    const asked = askedCaptions(scenes.world);
    const generate = (options: object) =>
      selfGenerate(model, model, { directory: folder, asked, captions: 1, seed: 0, ...options })
        .next();
    await refused([
      [() => tokenizer.decode(ids, { steps: 0 }), /^Expected steps to be a whole number from 1 on/],
      [() => tokenizer.decode(ids, { steps: NaN }), /^Expected steps .*, but found NaN$/],
      [() => tokenizer.decode(ids, { guidance: NaN }), /^Expected guidance .*, but found NaN$/],
      [() => tokenizer.decode(ids, { seed: 0.1 }), /^Expected seed .*, but found 0\.1$/],
      [() => new Random(NaN), /^Expected seed to be a whole number, but found NaN$/],
      [() => new Random(word), /^Expected seed to be a whole number, but found "1"$/],
      [() => shortened(plan.budget, NaN), /^Expected share to be a number above 0, but found NaN$/],
      [() => stages({ peakRate: NaN }), /^Expected peakRate of stage "language" .* found NaN$/],
      [() => stages({ steps: 2.5 }), /^Expected steps of stage "language" .* found 2\.5$/],
      [() => stages({ batchSize: 0 }), /^Expected batchSize of stage "language" .* found 0$/],
      [
        () => illumeStages(model, emojiDocuments(scenes), [{ ...plan, mixture: { text: NaN } }]),
        /^Expected weight in stage "language" .* found NaN$/,
      ],
      [
        () =>
          tokenizerStages(tokenizer, tokenizerSources(scenes), text, {
            ...nano,
            quantizer: { ...nano.quantizer, steps: NaN },
          }),
        /^Expected steps of stage "semantic codebook" .* found NaN$/,
      ],
      [() => generate({ captions: 0 }), /^Expected captions to be a whole number from 1 on/],
      [() => generate({ samples: NaN }), /^Expected samples .*, but found NaN$/],
      [() => generate({ seed: NaN }), /^Expected seed .*, but found NaN$/],
      [
        () => new EndpointJudge({ baseUrl: "https://a.example", model: "m", concurrency: NaN }),
        /^Expected concurrency to be a whole number from 1 on, but found NaN$/,
      ],
    ]);
  }));

Deno.test("evaluations take whole numbers of pictures, from one on", async () => {
  const parser = { parse: () => assert.fail("Expected nothing to be parsed") } as never;
  for (const count of [0, NaN, 1.5, -3]) {
    const pictures = { pictures: count, seed: 0 };
    const message = new RegExp(` to be a whole number from 1 on, but found ${count}$`);
    await refused([
      [() => evaluateAnswers(model, scenes, pictures), message],
      [() => evaluateReading(model, scenes, pictures), message],
      [() => evaluatePurity(model.tokenizer, scenes, pictures), message],
      [() => evaluateProbes(model.tokenizer, scenes, pictures), message],
      [() => unseenPictures(scenes, pictures), message],
      [() => codeReader(model.tokenizer, scenes, pictures), message],
      [() => popeQuestions(scenes, { ...pictures, split: "random" }), message],
      [() => evaluateEditing(model, scenes, parser, { edits: count, seed: 0 }), message],
      [() => evaluationCaptions(scenes.world, { perTask: count, seed: 0 }), message],
    ]);
  }
});

Deno.test("measures name the first value that is no number, by row and column", async () => {
  const rows = [[0, 1], [2, 3], [4, 6]];
  const broken = [[0, 1], [2, NaN], [NaN, 6]];
  const at = (place: string, found = "NaN") =>
    new RegExp(`^Expected ${place} to be a (?:finite )?number, but found ${found}$`);
  const scored = (score: number) => ({ score, isPositive: score > 0 });
  const assessment = { overall: 10, verdict: "good" } as const;
  const judged = (confidence: number) => ({ judgement: { assessment, confidence }, isRight: true });
  const side = {
    features: Float32Array.of(1, 2, 3, NaN),
    labels: Int32Array.of(0, 1),
  };
  const whole = { ...side, features: Float32Array.of(1, 2, 3, 4) };
  const probe = { train: whole, test: whole, classes: 2, seed: 0 };
  const picture = { width: 1, height: 1, data: new Uint8Array(3) };
  await refused([
    [() => auroc([scored(1), scored(NaN), scored(0)]), at("score of row 1")],
    [() => calibrationOf([judged(0.5), judged(NaN)]), at("confidence of judgement 1")],
    [() => calibrationOf([]), /found none/],
    [() => cohensKappa([], []), /found none/],
    [() => accuracyOf([], []), /found 0 for 0/],
    [() => bootstrapMean([[1, 2], [3, NaN]]), at("value 1 of cluster 1")],
    [() => bootstrapMean([[1]], { seed: NaN }), /^Expected seed/],
    [() => frechetDistance(rows, broken), at("row 1, column 1 of the second set")],
    [() => kernelDistance(broken, rows), at("row 1, column 1 of the first set")],
    [() => frechetDistance([[], []], [[], []]), /of 0 numbers/],
    [() => retrieve(rows, broken), at("row 1, column 1 of the gallery")],
    [() => retrieve([[1, -Infinity]], [[1, 2]]), at("row 0, column 1 of the queries", "-Infinity")],
    [() => retrieve(rows, [[1, 2], [3, 4], [5]]), /Expected 2 numbers in row 2 of the gallery/],
    [
      () => featureCosine(whole.features, side.features, 2),
      at("row 1, column 1 of the second features"),
    ],
    [() => featureCosine(whole.features, whole.features, NaN), /^Expected dim to be a whole/],
    [() => perplexity([0, 1], NaN), /^Expected size to be a whole number from 1 on/],
    [() => codebookUse([0, NaN], 2), /^Expected code 1 to be below 2, but found NaN$/],
    [() => codePurity([{ code: "1", label: "cat" }], []), /found none/],
    [() => psnr(picture, { ...picture, data: new Uint8Array() }), /× 3 bytes .*, but found 0$/],
    [() => linearProbe(device, { ...probe, train: side }), at("row 1, column 1 of train")],
    [
      () => linearProbe(device, { ...probe, classes: 1 }),
      /^Expected label 1 of train to be a whole number from 0 to 0, but found 1$/,
    ],
  ]);
  assert.equal(auroc([scored(Infinity), scored(-Infinity)]), 1, "An infinite score has its place");
});
