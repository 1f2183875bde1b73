/**
 * What is timed. A workload begins from numbers in a file, so that others can compute the same.
 */
import { type Device, type Precision, Random, StateStore } from "../mod.ts";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { Scope } from "../lib/nn/mod.ts";
import { TrainStep } from "../lib/optim/mod.ts";
import { Program } from "../lib/runtime/mod.ts";
import { gradient, graphFlops } from "../lib/graph/mod.ts";
import type { NamedTensor } from "../lib/files/mod.ts";
import { initialValue } from "../lib/nn/mod.ts";
import { chain, decayWeights, type Losses, scaleByAdam } from "../lib/optim/mod.ts";
import { TOKENIZER_PRESETS, type TokenizerConfig } from "../lib/vision/mod.ts";
import { semantic } from "../lib/vision/tokenizers/semantic.ts";
import { contrastiveLosses } from "../lib/vision/encoders/contrastive.ts";
import { GPT, GPT_BATCH, gptLosses } from "./gpt.ts";
import { decode } from "./decode.ts";
import type { Runnable } from "./runnable.ts";

type Numbers = ReadonlyMap<string, NamedTensor>;

export interface Workload {
  readonly title: string;
  /** Floating-point operations of a run: two for each multiplication of matrix products. */
  flops(): number;
  /** Whether a run is a training step. */
  readonly trains: boolean;
  /** Runs in one timing, so that it lasts long enough. */
  readonly times: number;
  /** The numbers it begins from: parameters by name, and `batch.…`. */
  start(): Numbers;
  open(device: Device, start: Numbers, precision?: Precision): Promise<Runnable>;
}

/** Steps of AdamW on one batch, decaying matrices only. */
function training(
  title: string,
  losses: (scope: Scope) => Losses,
  batch: () => Record<string, Int32Array | Float32Array>,
): Workload {
  return {
    title,
    trains: true,
    times: 1,
    flops() {
      const scope = new Scope();
      const { loss } = losses(scope);
      const parameters = scope.specs().map(({ name }) => scope.tensor(name));
      return graphFlops(gradient(loss, parameters));
    },
    start() {
      const scope = new Scope();
      losses(scope);
      return numbers(scope, batch());
    },
    async open(device, start, precision) {
      const store = parameterStore(device, start);
      const optimizer = chain(scaleByAdam(), decayWeights(0.01));
      const trainStep = await TrainStep.compile({
        device,
        store,
        losses,
        optimizer,
        precision,
        seed: SEED,
      });
      const inputs = batch();
      let step = 0;
      return {
        run: async () => (await trainStep.run(inputs, { step: ++step, rate: 1e-3 })).loss,
      };
    },
  };
}

const SEED = 0;

function numbers(scope: Scope, batch: Record<string, Int32Array | Float32Array>): Numbers {
  return new Map([
    ...scope.specs().map((spec) =>
      [spec.name, { shape: spec.shape, data: initialValue(spec, SEED) }] as const
    ),
    ...Object.entries(batch).map(([name, values]) =>
      [`batch.${name}`, { shape: [values.length], data: Float32Array.from(values) }] as const
    ),
  ]);
}

function parameterStore(device: Device, start: Numbers): StateStore {
  const store = new StateStore(device);
  for (const [name, { shape, data }] of start) {
    if (!name.startsWith("batch.")) store.add(name, { dtype: "float32", shape }, data);
  }
  return store;
}

function gptBatch() {
  const random = new Random(SEED, "gpt batch");
  const length = GPT_BATCH * GPT.context;
  const ids = Int32Array.from({ length }, () => random.integer(GPT.vocabulary));
  return { ids, labels: Int32Array.from(ids, (_, i) => ids[(i + 1) % length]) };
}

/** Products with parameters and those of attention, for a number of rows of as many tokens as fit. */
function decodingFlops(batch: number): number {
  const { hiddenSize: d, layers, intermediateSize, vocabulary, context } = GPT;
  const weights = layers * (4 * d * d + 2 * d * intermediateSize) + d * vocabulary;
  return 2 * batch * context * (weights + layers * 2 * context * d);
}

/** The semantic encoder's step against captions of random words, on pictures of noise. */
function contrastive(title: string, config: TokenizerConfig, batch: number): Workload {
  const shapes = { batch, words: 24, textVocabulary: 512, pairs: false };
  return training(
    title,
    (scope) => contrastiveLosses(scope, config, shapes),
    () => {
      const random = new Random(SEED, title);
      const { words, textVocabulary } = shapes;
      const captions = Int32Array.from(
        { length: batch * words },
        () => random.integer(textVocabulary),
      );
      const captionMask = Float32Array.from(captions, (_, i) => i % words < 12 ? 1 : 0);
      return { pixels: random.normals(batch * config.pictureSize ** 2 * 3), captions, captionMask };
    },
  );
}

/** A picture of 224 pixels in patches of 16, features of 384, six blocks. */
const WIDE: TokenizerConfig = {
  ...TOKENIZER_PRESETS.nano,
  pictureSize: 224,
  grid: 14,
  featureSize: 384,
  encoderLayers: 6,
  heads: 6,
};

const PICTURES = 32;

/** Pictures of noise to their tokens, by the semantic tokenizer of nano. */
function encoding(): Workload {
  const config = TOKENIZER_PRESETS.nano;
  const { pictureSize: size } = config;
  const ids = (scope: Scope) => {
    const pixels = input("pixels", "float32", [PICTURES, size, size, 3]);
    return semantic.encode(scope, pixels, config).quantized.ids;
  };
  const pixels = () => new Random(SEED, "pictures").normals(PICTURES * size ** 2 * 3);
  return {
    title: `encode ${PICTURES} pictures`,
    trains: false,
    times: 10,
    flops: () => graphFlops([ids(new Scope())]),
    start() {
      const scope = new Scope();
      ids(scope);
      return numbers(scope, { pixels: pixels() });
    },
    async open(device, start) {
      const store = parameterStore(device, start);
      const program = await Program.compile(device, toOnnx({ ids: ids(new Scope()) }), store);
      const inputs = { pixels: pixels() };
      return {
        async run() {
          const { ids } = await program.run(inputs);
          return [...(ids as Int32Array).subarray(0, config.grid ** 2)];
        },
      };
    },
  };
}

const SIDE = 1024;

export const WORKLOADS = {
  gpt: training("gpt step", gptLosses, gptBatch),
  vit64: contrastive("vit step, 64 pixels", TOKENIZER_PRESETS.nano, 64),
  vit224: contrastive("vit step, 224 pixels", WIDE, 8),
  encode: encoding(),
  decode1: decoding(1),
  decode16: decoding(16),
  matmul: {
    title: `matrix product ${SIDE}³`,
    flops: () => 2 * SIDE ** 3,
    trains: false,
    times: 10,
    start() {
      const random = new Random(SEED, "matrices");
      const matrix = () => ({ shape: [SIDE, SIDE], data: random.normals(SIDE * SIDE) });
      return new Map([["batch.a", matrix()], ["batch.b", matrix()]]);
    },
    async open(device, start) {
      const [a, b] = ["a", "b"].map((name) => input(name, "float32", [SIDE, SIDE]));
      const first = ops.slice(ops.slice(ops.matmul(a, b), { axis: 0, start: 0, end: 1 }), {
        axis: 1,
        start: 0,
        end: 1,
      });
      const store = new StateStore(device);
      for (const x of ["a", "b"]) {
        store.add(x, { dtype: "float32", shape: [SIDE, SIDE] }, start.get(`batch.${x}`)!.data);
      }
      const program = await Program.compile(device, toOnnx({ first }), store);
      return { run: async () => Number((await program.run({})).first[0]) };
    },
  },
} as const satisfies Record<string, Workload>;

function decoding(batch: number): Workload {
  return {
    title: `decode, batch ${batch}`,
    flops: () => decodingFlops(batch),
    trains: false,
    times: 1,
    start() {
      const scope = new Scope();
      gptLosses(scope);
      return numbers(scope, {});
    },
    async open(device, start) {
      const store = parameterStore(device, start);
      return await decode(device, store, batch);
    },
  };
}

export type WorkloadName = keyof typeof WORKLOADS;
