/**
 * A tiny MetaMorph against PyTorch (tests/oracles/metamorph.py), and a tiny diffusion over codes
 * (tests/oracles/latent_diffusion.py).
 */
import assert from "node:assert/strict";
import { type Document, picture, type Segment, text } from "../lib/data/document.ts";
import { decodeSafetensors, type NamedTensor } from "../lib/files/mod.ts";
import { gradient, input } from "../lib/graph/mod.ts";
import { Scope, sumAll, type TransformerConfig } from "../lib/nn/mod.ts";
import { openDevice, StateStore, type TensorData } from "../lib/runtime/mod.ts";
import {
  batchOf,
  type FeatureLoss,
  featuresModality,
  Generator,
  type Interleaved,
  interleaved,
  partsOfBatch,
  promptsOf,
  sequencesOf,
  shapeOf,
  SPECIAL_TOKENS,
  textModality,
  unifiedLosses,
  UnifiedModel,
  Vocabulary,
} from "../lib/unified/mod.ts";
import {
  codeLogits,
  diffusionLosses,
  type LatentDiffusionConfig,
} from "../lib/vision/decoders/latent_diffusion.ts";
import { apart } from "./full_forward.ts";
import { runGraph } from "./run_graph.ts";
import { pictureOfNumber } from "./vector_modality.ts";

const device = await openDevice("cpu", { threads: 1 });
const folderOf = (name: string) => new URL(`./fixtures/${name}/`, import.meta.url).pathname;
const jsonOf = async (path: string) => JSON.parse(await Deno.readTextFile(path));
const tensorsOf = (path: string) => decodeSafetensors(path).tensors;
const dataOf = (tensors: ReadonlyMap<string, NamedTensor>): Record<string, TensorData> =>
  Object.fromEntries([...tensors].map(([name, { data }]) => [name, data]));

/** Words, by their ids, or a picture, by its number where it is known and else by its tokens. */
type Part = { readonly text: number[] } | { readonly picture: number };
type Said = { readonly text: number[] } | { readonly picture: number[][] };

interface Sizes {
  readonly vocabulary: number;
  readonly tokens: number;
  readonly tokenSize: number;
  readonly model: Omit<TransformerConfig, "queryKeyNorm">;
}

interface Expected {
  readonly pictures: number[][][];
  readonly documents: { readonly ask: Part[]; readonly answer: Part[] }[];
  /** Means; `difference` is of all numbers of a token. */
  readonly losses: { readonly text: number; readonly cosine: number; readonly difference: number };
  readonly generated: { readonly ask: Part[]; readonly answer: Said[] }[];
}

const FOLDER = folderOf("metamorph");
const CONFIG: Sizes = await jsonOf(`${FOLDER}config.json`);
const EXPECTED: Expected = await jsonOf(`${FOLDER}io.json`);
const WEIGHTS = tensorsOf(`${FOLDER}model.safetensors`);

/** Of the paper's shape: no token shift, no places. Its words are numbers, their ids. */
function modelOf(loss: FeatureLoss): UnifiedModel {
  const { vocabulary: size, tokens, tokenSize } = CONFIG;
  const vocabulary = new Vocabulary({
    size,
    tokenId: (token) => SPECIAL_TOKENS.findIndex((special) => special === token),
    encode: (text) => text.trim().split(" ").map(Number),
    decode: (ids) => ids.join(" "),
  });
  const { hiddenSize } = CONFIG.model;
  const features = featuresModality(vocabulary, {
    hiddenSize,
    tokens,
    tokenSize,
    loss,
    encode: (pictures) =>
      Promise.resolve(
        pictures.map(({ data: [i] }) => Float32Array.from(EXPECTED.pictures[i].flat())),
      ),
  });
  return new UnifiedModel({
    config: { ...CONFIG.model, queryKeyNorm: false, tokenShift: false, places: 0, grid: 0 },
    vocabulary,
    text: textModality(vocabulary, hiddenSize),
    read: features,
    draw: features,
  });
}

const segments = (parts: readonly Part[]): Segment[] =>
  parts.map((part) =>
    "text" in part ? text(part.text.join(" ")) : picture(pictureOfNumber(part.picture))
  );

function near(found: ArrayLike<number>, expected: ArrayLike<number>, what: string): void {
  const difference = apart(found, expected);
  assert.ok(difference <= 1e-4, `${what}: ${difference} apart`);
}

const { losses } = EXPECTED;
for (
  const [loss, expected, gradients] of [
    ["cosine", losses.cosine, "gradients"],
    ["l1", Math.sqrt(CONFIG.tokenSize) * losses.difference, "gradients_l1"],
  ] as const
) {
  Deno.test(`MetaMorph's losses (${loss}) and every gradient are the oracle's`, async () => {
    const model = modelOf(loss);
    const documents: Document[] = EXPECTED.documents.map(({ ask, answer }) => [
      { ask: segments(ask), answer: segments(answer) },
    ]);
    const sequences = await sequencesOf(documents, model);
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
    }, { ...inputs, ...dataOf(WEIGHTS) });
    near(found.text, [losses.text], "cross entropy");
    near(found.features, [expected], loss);
    near(found.joint, [losses.text + expected], "the joint loss");
    for (const [name, { data }] of tensorsOf(`${FOLDER}${gradients}.safetensors`)) {
      near(found[`gradient ${name}`], data, `the gradient of ${name}`);
    }
  });
}

Deno.test("MetaMorph's words, and the visual tokens it feeds back, are the oracle's", async () => {
  const model = modelOf("cosine");
  using store = new StateStore(device);
  for (const [name, { shape, data }] of WEIGHTS) {
    store.add(name, { dtype: "float32", shape }, data);
  }
  const prompts = await promptsOf(EXPECTED.generated.map(({ ask }) => segments(ask)), model);
  using generator = await Generator.compile({
    device,
    store,
    model,
    shape: { batch: prompts.length, prompt: 12, answer: 16, given: { features: CONFIG.tokens } },
    seed: 0,
  });
  const answers = await generator.generate(
    prompts,
    (row) => interleaved(row, model, { longest: 8, pictures: 2 }),
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
    near(said.content, part.picture.flat(), "the visual tokens of a picture");
  });
}

Deno.test("a diffusion's logits, losses and every gradient are the oracle's", async () => {
  const folder = folderOf("latent_diffusion");
  const config: LatentDiffusionConfig = await jsonOf(`${folder}config.json`);
  const io: Record<string, number[][][]> = await jsonOf(`${folder}io.json`);
  const weights = tensorsOf(`${folder}model.safetensors`);
  const { latents, conditions, conditionSize } = config;
  const batch = io.ids.length;
  const condition = input("condition", "float32", [batch, conditions, conditionSize]);
  const codes = {
    ids: input("ids", "int32", [batch * latents]),
    hidden: input("hidden", "float32", [batch, latents]),
    condition,
    entries: input("entries", "float32", [config.codes, 3]),
  };
  const scope = new Scope();
  const logits = codeLogits(scope, codes, config);
  const losses = diffusionLosses(scope, codes, config);
  const names = scope.specs().map(({ name }) => name);
  assert.deepEqual([...names].sort(), [...weights.keys()].sort());

  const learned = names.map((name) => scope.tensor(name));
  const [toCondition, ...derivatives] = gradient(sumAll(losses), [condition, ...learned]);
  const flat = (name: string) => io[name].flat(2);
  const found = await runGraph(device, {
    logits,
    losses,
    gradient: toCondition,
    ...Object.fromEntries(names.map((name, i) => [`gradient ${name}`, derivatives[i]])),
  }, {
    ids: Int32Array.from(flat("ids")),
    hidden: Float32Array.from(flat("hidden")),
    condition: Float32Array.from(flat("condition")),
    entries: Float32Array.from(flat("entries")),
    ...dataOf(weights),
  });
  near(found.logits, flat("logits"), "logits");
  near(found.losses, flat("losses"), "losses");
  near(found.gradient, flat("gradient"), "the gradient to the condition");
  for (const [name, { data }] of tensorsOf(`${folder}gradients.safetensors`)) {
    near(found[`gradient ${name}`], data, `the gradient of ${name}`);
  }
});
