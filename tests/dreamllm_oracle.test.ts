/** A tiny DreamLLM against PyTorch (tests/oracles/dreamllm.py). */
import assert from "node:assert/strict";
import { type Document, picture, type Segment, text } from "../lib/data/document.ts";
import { decodeSafetensors } from "../lib/files/mod.ts";
import { gradient } from "../lib/graph/mod.ts";
import { Scope, table, type TransformerConfig } from "../lib/nn/mod.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import {
  batchOf,
  dreamsModality,
  Generator,
  type Interleaved,
  interleaved,
  partsOfBatch,
  promptsOf,
  readModality,
  type Sequence,
  sequencesOf,
  shapeOf,
  SPECIAL_TOKENS,
  textModality,
  unifiedLosses,
  UnifiedModel,
  Vocabulary,
} from "../lib/unified/mod.ts";
import type { LatentDiffusionConfig } from "../lib/vision/decoders/latent_diffusion.ts";
import { apart } from "./full_forward.ts";
import { runGraph } from "./run_graph.ts";
import { pictureOfNumber } from "./vector_modality.ts";

const device = await openDevice("cpu", { threads: 1 });
const FOLDER = new URL("./fixtures/dreamllm/", import.meta.url).pathname;
const jsonOf = async (name: string) => JSON.parse(await Deno.readTextFile(`${FOLDER}${name}`));
const tensorsOf = (name: string) => decodeSafetensors(`${FOLDER}${name}`).tensors;

interface Sizes {
  readonly vocabulary: number;
  readonly tokens: number;
  readonly featureSize: number;
  readonly weight: number;
  readonly model: Omit<TransformerConfig, "queryKeyNorm">;
  readonly diffusion: LatentDiffusionConfig;
}

/** Words, by their ids, or a picture, by its number where it is known and else by its conditions. */
type Part = { readonly text: number[] } | { readonly picture: number };
type Said = { readonly text: number[] } | { readonly picture: number[][] };

interface Expected {
  readonly pictures: { readonly features: number[][]; readonly codes: number[] }[];
  readonly documents: { readonly ask: Part[]; readonly answer: Part[] }[];
  /** Of each dreamt picture, in order: 1 for a code that is hidden, and for a condition that is known. */
  readonly noise: { readonly hidden: number[]; readonly known: number }[];
  readonly losses: { readonly text: number; readonly dreams: number; readonly joint: number };
  readonly generated: { readonly ask: Part[]; readonly answer: Said[] }[];
}

const CONFIG: Sizes = await jsonOf("config.json");
const EXPECTED: Expected = await jsonOf("io.json");
const WEIGHTS = tensorsOf("model.safetensors");

/**
 * Of the paper's shape: no token shift, no places. Its words are numbers, their ids.
 *
 * @param features of pictures, by their numbers
 */
function modelOf(features: readonly Float32Array[]): UnifiedModel {
  const { vocabulary: size, tokens, featureSize, weight, diffusion } = CONFIG;
  const vocabulary = new Vocabulary({
    size,
    tokenId: (token) => SPECIAL_TOKENS.findIndex((special) => special === token),
    encode: (text) => text.trim().split(" ").map(Number),
    decode: (ids) => ids.join(" "),
  });
  const { hiddenSize } = CONFIG.model;
  return new UnifiedModel({
    config: { ...CONFIG.model, queryKeyNorm: false, tokenShift: false, places: 0, grid: 0 },
    vocabulary,
    text: textModality(vocabulary, hiddenSize),
    read: readModality(vocabulary, {
      hiddenSize,
      tokens,
      featureSize,
      encode: (pictures) => Promise.resolve(pictures.map(({ data: [i] }) => features[i])),
    }),
    draw: dreamsModality(vocabulary, {
      hiddenSize,
      diffusion,
      queries: diffusion.conditions,
      entries: (root) => table(root.at("quantizer").at("codebook"), diffusion.codes, 3, 1),
      weight,
      encode: (pictures) =>
        Promise.resolve(
          pictures.map(({ data: [i] }) => Int32Array.from(EXPECTED.pictures[i].codes)),
        ),
    }),
  });
}

const KNOWN: readonly Float32Array[] = EXPECTED.pictures.map(({ features }) =>
  Float32Array.from(features.flat())
);

const segments = (parts: readonly Part[]): Segment[] =>
  parts.map((part) =>
    "text" in part ? text(part.text.join(" ")) : picture(pictureOfNumber(part.picture))
  );

/** Targets with the oracle's noise in place of what the rows' streams left to chance. */
function withNoise(sequences: readonly Sequence[]): Sequence[] {
  const { latents } = CONFIG.diffusion;
  const noise = [...EXPECTED.noise];
  return sequences.map(({ rows, targets }) => ({
    rows,
    targets: targets.map((target) => {
      const { hidden, known } = noise.shift()!;
      const codes = target.values.subarray(0, latents);
      return { ...target, values: Float32Array.of(...codes, ...hidden.map((x) => 1 - x), known) };
    }),
  }));
}

/** To 1e-4 of 1, or of the largest: steep gradients have float32's own errors. */
function near(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const difference = apart(found, expected);
  const largest = Array.from(expected).reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  assert.ok(difference <= 1e-4 * largest, `${what}: ${difference} apart`);
}

Deno.test("DreamLLM's losses and every gradient are the oracle's", async () => {
  const model = modelOf(KNOWN);
  const documents: Document[] = EXPECTED.documents.map(({ ask, answer }) => [
    { ask: segments(ask), answer: segments(answer) },
  ]);
  const sequences = withNoise(await sequencesOf(documents, model));
  const shape = shapeOf(sequences, sequences.length, model);
  const [inputs] = partsOfBatch([batchOf(sequences, shape, model)], model);
  const scope = new Scope();
  const { loss: joint, parts } = unifiedLosses(scope, model, shape);
  const specs = scope.specs();
  assert.deepEqual(specs.map(({ name }) => name).sort(), [...WEIGHTS.keys()].sort());
  for (const { name, shape } of specs) assert.deepEqual(shape, WEIGHTS.get(name)!.shape, name);

  const derivatives = gradient(joint, specs.map(({ name }) => scope.tensor(name)));
  const found = await runGraph(device, {
    joint,
    ...parts,
    ...Object.fromEntries(specs.map(({ name }, i) => [`gradient ${name}`, derivatives[i]])),
  }, {
    ...inputs,
    ...Object.fromEntries([...WEIGHTS].map(([name, { data }]) => [name, data])),
  });
  const { losses } = EXPECTED;
  near(found.text, [losses.text], "cross entropy");
  near(found.dreams, [losses.dreams], "denoising cross entropy");
  near(found.joint, [losses.joint], "the joint loss");
  for (const [name, { data }] of tensorsOf("gradients.safetensors")) {
    near(found[`gradient ${name}`], data, `the gradient of ${name}`);
  }
});

Deno.test("DreamLLM's words, and what becomes of its queries among them, are the oracle's", async () => {
  const seen = [...KNOWN];
  const model = modelOf(seen);
  // What is seen of a picture is what it was drawn from, as with the oracle.
  const paint = (content: unknown) => {
    assert.ok(content instanceof Float32Array);
    return Promise.resolve({ picture: pictureOfNumber(seen.push(content) - 1) });
  };
  using store = new StateStore(device);
  for (const [name, { shape, data }] of WEIGHTS) {
    store.add(name, { dtype: "float32", shape }, data);
  }
  const prompts = await promptsOf(EXPECTED.generated.map(({ ask }) => segments(ask)), model);
  using generator = await Generator.compile({
    device,
    store,
    model,
    shape: { batch: prompts.length, prompt: 12, answer: 24, given: { read: CONFIG.tokens } },
    seed: 0,
  });
  const answers = await generator.generate(
    prompts,
    (row) => interleaved(row, model, { longest: 8, pictures: 2, paint }),
    { temperature: 0, topK: 1, seed: 0 },
  );
  answers.forEach((answer, i) => sameAnswer(answer, EXPECTED.generated[i].answer));
});

function sameAnswer(found: readonly Interleaved[], expected: readonly Said[]): void {
  assert.deepEqual(
    found.map((part) => part.kind === "text" ? part.text : part.kind),
    expected.map((part) => "text" in part ? part.text.join(" ") : "picture"),
  );
  expected.forEach((part, i) => {
    if (!("picture" in part)) return;
    const said = found[i];
    assert.ok(said.kind === "picture" && said.content instanceof Float32Array);
    near(said.content, part.picture.flat(), "what a picture is drawn from");
  });
}
