/** A tiny MetaMorph and a tiny flow against PyTorch (tests/oracles/metamorph.py). */
import assert from "node:assert/strict";
import { type Document, picture, type Segment, text } from "../lib/data/document.ts";
import { decodeSafetensors, type NamedTensor } from "../lib/files/mod.ts";
import { gradient, input, type Tensor } from "../lib/graph/mod.ts";
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
import { flowLosses, flowStep, LatentFlowConfig } from "../lib/vision/decoders/latent_flow.ts";
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
    config: { ...CONFIG.model, queryKeyNorm: false, tokenShift: false, places: 0 },
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

Deno.test("the flow's losses, gradient to the condition and guided step are the oracle's", async () => {
  const folder = folderOf("latent_flow");
  const config = LatentFlowConfig.parse(await jsonOf(`${folder}config.json`));
  const io: Record<string, number[][][]> = await jsonOf(`${folder}io.json`);
  const weights = tensorsOf(`${folder}model.safetensors`);
  const batch = io.noise.length;
  const each = (name: string) => input(name, "float32", [batch]);
  const rows = (name: string) =>
    input(name, "float32", [batch, io[name][0].length, io[name][0][0].length]);
  const codes = input("codes", "float32", [io.codes.length, config.latentSize]);
  const condition = rows("condition");
  const scope = new Scope();
  const losses = flowLosses(scope, codes, condition, {
    ids: input("ids", "int32", [batch * config.latents]),
    noise: rows("noise"),
    t: each("t"),
    known: each("known"),
  }, config);
  const outputs: Record<string, Tensor> = {
    losses,
    gradient: gradient(sumAll(losses), [condition])[0],
    step: flowStep(scope, codes, condition, {
      x: rows("noise"),
      from: each("from"),
      to: each("to"),
      guidance: each("guidance"),
    }, config),
  };
  assert.deepEqual(scope.specs().map(({ name }) => name).sort(), [...weights.keys()].sort());
  const given = Object.entries(io).map(([name, values]) =>
    [name, Float32Array.from(values.flat(2))] as const
  );
  const found = await runGraph(device, outputs, {
    ...Object.fromEntries(given),
    ids: Int32Array.from(io.ids.flat(2)),
    ...dataOf(weights),
  });
  near(found.losses, io.losses.flat(2), "losses");
  near(found.gradient, io.gradient.flat(2), "the gradient to the condition");
  near(found.step, io.step.flat(2), "a step");
});
