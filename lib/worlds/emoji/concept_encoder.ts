/**
 * An encoder of what pictures show, whatever their style: a vision transformer (arXiv 2010.11929)
 * trained contrastively on pairs of one emoji in two styles (InfoNCE, arXiv 1807.03748) and on names
 * (CLIP, arXiv 2103.00020). A picture's embedding is read from all patches where they stand: emoji
 * of different styles resemble each other place by place.
 */
import { type Schema, z } from "../../packages/zod.ts";
import { type EmojiSet, LEARNED_STYLES } from "./emoji.ts";
import { randomView } from "./emoji_view.ts";
import { type Picture, reducedTo } from "../../data/picture.ts";
import { input, ops, type Tensor } from "../../graph/mod.ts";
import {
  linear,
  meanAll,
  normalize,
  type ParameterSpec,
  Scope,
  standardize,
  table,
  transformer,
} from "../../nn/mod.ts";
import { inspect } from "../../notebook/mod.ts";
import {
  type Budget,
  type Losses,
  muon,
  type Rows,
  type Stage,
  type TrainingEvent,
  trainingStage,
} from "../../optim/mod.ts";
import type { Device } from "../../runtime/mod.ts";
import { gridRotary } from "../../vision/encoders/semantic_encoder.ts";
import { VisionModel } from "../../vision/vision_model.ts";
import { VisionModelFiles, type VisionModelOptions } from "../../vision/vision_model_files.ts";
import { pixelsOf, toPatches } from "../../vision/patches.ts";
import type { VisionEncoder } from "../../vision/encoders/mod.ts";

const size = z.int().positive();

/** The sizes of a concept encoder. */
export interface ConceptEncoderConfig {
  /** Width and height of pictures, in pixels; a multiple of `grid`. */
  readonly pictureSize: number;
  /** Patches a side. */
  readonly grid: number;
  /** Width of the blocks, a multiple of `heads`. */
  readonly hiddenSize: number;
  /** Blocks. */
  readonly layers: number;
  /** Attention heads of a block. */
  readonly heads: number;
  /** Numbers in a patch's feature: what it adds to the embedding. */
  readonly featureSize: number;
  /** Numbers in a picture's embedding. */
  readonly embeddingSize: number;
}

const schema: z.ZodType<ConceptEncoderConfig> = z.strictObject({
  pictureSize: size,
  grid: size,
  hiddenSize: size,
  layers: size,
  heads: size,
  featureSize: size,
  embeddingSize: size,
}).refine((c) => c.pictureSize % c.grid === 0, {
  error: "Expected pictureSize to be a multiple of grid",
}).refine((c) => c.hiddenSize % c.heads === 0, {
  error: "Expected hiddenSize to be a multiple of heads",
});

/** Checks the configuration of a concept encoder. */
export const ConceptEncoderConfig: Schema<ConceptEncoderConfig> = schema;

/** The sizes of a concept encoder, where nothing else is asked for. */
export const CONCEPT_ENCODER: ConceptEncoderConfig = {
  pictureSize: 64,
  grid: 8,
  hiddenSize: 128,
  layers: 4,
  heads: 4,
  featureSize: 32,
  embeddingSize: 128,
};

/** How far a picture is moved to be seen again, to the right and down, in pixels. */
const SIGHTS = [[0, 0], [3, 0], [-3, 0], [0, 3], [0, -3]] as const;

const ENCODER = "concept_encoder";
/** Words of a name that are read. */
const WORDS = 6;

/**
 * Features of pictures `[batch, size, size, 3]` in [−1, 1]: `[batch, grid², featureSize]`, each of
 * mean 0 and variance 1, as codebooks like them.
 */
function featuresOf(scope: Scope, pixels: Tensor, config: ConceptEncoderConfig): Tensor {
  const { grid, hiddenSize, layers, heads, featureSize } = config;
  const patches = toPatches(pixels, grid);
  const embedded = linear(scope.at("patch_embedding"), patches, hiddenSize, { bias: true });
  const places = table(scope.at("position_embedding"), grid ** 2, hiddenSize, 0.5);
  const seen = transformer(scope, ops.add(embedded, places), {
    hiddenSize,
    layers,
    heads,
    keyValueHeads: heads,
    intermediateSize: 2 * hiddenSize,
    queryKeyNorm: true,
  }, { rotary: gridRotary(pixels.shape[0], { grid, heads, featureSize: hiddenSize }) });
  return standardize(linear(scope.at("squeeze"), seen, featureSize));
}

/** What a picture shows, from its features: `[batch, 2·embeddingSize]`. */
function pooled(scope: Scope, features: Tensor, config: ConceptEncoderConfig): Tensor {
  const { grid, featureSize, embeddingSize } = config;
  const all = ops.reshape(features, { shape: [features.shape[0], grid ** 2 * featureSize] });
  return linear(scope.at("pool"), all, 2 * embeddingSize);
}

/** Embeddings of length 1: `[batch, embeddingSize]`. */
function embeddingOf(scope: Scope, features: Tensor, config: ConceptEncoderConfig): Tensor {
  const read = pooled(scope, features, config);
  return normalize(linear(scope.at("projection"), read, config.embeddingSize));
}

/**
 * Inputs: `pixels` of a batch in one style, then in another, `[2·batch, size, size, 3]`; `words` int32
 * and `mask` float32 `[batch, 6]`, the emoji's names.
 */
function losses(
  root: Scope,
  config: ConceptEncoderConfig,
  { batch, vocabulary }: { batch: number; vocabulary: number },
): Losses {
  const { pictureSize: size, hiddenSize, embeddingSize } = config;
  const pixels = input("pixels", "float32", [2 * batch, size, size, 3]);
  const words = input("words", "int32", [batch, WORDS]);
  const mask = input("mask", "float32", [batch, WORDS, 1]);
  const scope = root.at(ENCODER);
  const features = featuresOf(scope, pixels, config);
  const embeddings = embeddingOf(scope, features, config);
  const half = (x: Tensor, i: number) =>
    ops.slice(x, { axis: 0, start: i * batch, end: (i + 1) * batch });
  const training = root.at("concept_training");
  const style = matchingLoss(training.at("style"), half(embeddings, 0), half(embeddings, 1));

  const known = table(training.at("words"), vocabulary, hiddenSize, 1);
  const name = ops.sum(ops.mul(ops.gather(known, words), mask), { axes: [1], keepAxes: false });
  const named = normalize(linear(training.at("name_projection"), name, embeddingSize));
  const read = pooled(scope, half(features, 0), config);
  const shown = normalize(linear(training.at("picture_projection"), read, embeddingSize));
  const names = matchingLoss(training.at("names"), shown, named);
  return { loss: ops.add(style, names), parts: { style, names } };
}

/** Which of b's rows belongs to which of a's, and the other way round, as a mean cross entropy. */
function matchingLoss(scope: Scope, a: Tensor, b: Tensor): Tensor {
  const scale = scope.parameter("scale", [1], { kind: "constant", value: Math.log(14) });
  const logits = ops.mul(ops.matmul(a, b, { transposeB: true }), ops.exp(scale));
  const own = ops.range({ size: a.shape[0] });
  const back = ops.transpose(logits, { order: [1, 0] });
  const both = ops.add(ops.crossEntropy(logits, own), ops.crossEntropy(back, own));
  return ops.mul(meanAll(both), 0.5);
}

/** The encoder, with parameters in a store. */
export class ConceptEncoder extends VisionModel<ConceptEncoderConfig> implements VisionEncoder {
  /**
   * An encoder over parameters in a store; those that are missing are made when they are needed.
   */
  constructor(
    { config = CONCEPT_ENCODER, ...options }:
      & Omit<VisionModelOptions<ConceptEncoderConfig>, "config">
      & { readonly config?: ConceptEncoderConfig },
  ) {
    super(FILES, { ...options, config });
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { pictureSize, grid, featureSize } = this.config;
    return `ConceptEncoder on ${this.device.name}: ${pictureSize} × ${pictureSize} pixels to ` +
      `${grid} × ${grid} features of ${featureSize} numbers`;
  }

  get grid(): number {
    return this.config.grid;
  }

  get featureSize(): number {
    return this.config.featureSize;
  }

  /**
   * Features of each patch: `[grid², featureSize]` a picture.
   * @throws RangeError for pictures of another size, or of no multiple of it
   */
  async encode(pictures: readonly Picture[]): Promise<Float32Array[]> {
    const { pictureSize } = this.config;
    const fitting = pictures.map((picture) => reducedTo(picture, pictureSize));
    const inputs = (picture: Picture) => ({ pixels: pixelsOf([picture]) });
    const encoded = await this.each("features", fitting, inputs, (scope, batch) => {
      const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
      return { features: featuresOf(scope.at(ENCODER), pixels, this.config) };
    });
    return encoded.map(({ features }) => features as Float32Array);
  }

  /**
   * What each picture shows, as a vector of length 1, `[embeddingSize]`: the mean of five sights of
   * it, as it is and moved a little to each side. One sight hangs too much on where things stand.
   *
   * @param through what is done to the features of each sight before they are read, such as a trip
   * through tokens; default nothing
   */
  async embed(
    pictures: readonly Picture[],
    through: (features: Float32Array[]) => Promise<Float32Array[]> = (x) => Promise.resolve(x),
  ): Promise<Float32Array[]> {
    const { embeddingSize } = this.config;
    const sums = pictures.map(() => new Float32Array(embeddingSize));
    for (const [right, down] of SIGHTS) {
      const seen = await this.encode(pictures.map((picture) => moved(picture, right, down)));
      const read = await this.embedFeatures(await through(seen));
      read.forEach((embedding, i) => embedding.forEach((x, j) => sums[i][j] += x));
    }
    return sums.map((sum) => {
      const length = Math.hypot(...sum);
      return sum.map((x) => x / length);
    });
  }

  /** What features show, those of {@link encode} or others like them: `[embeddingSize]` each. */
  async embedFeatures(features: readonly Float32Array[]): Promise<Float32Array[]> {
    const { grid, featureSize } = this.config;
    const inputs = (features: Float32Array) => ({ features });
    const read = await this.each("embeddings", features, inputs, (scope, batch) => {
      const x = input("features", "float32", [batch, grid ** 2, featureSize]);
      return { embedding: embeddingOf(scope.at(ENCODER), x, this.config) };
    });
    return read.map(({ embedding }) => embedding as Float32Array);
  }

  /** The steps of {@link stage}, one by one. */
  fit(
    set: EmojiSet,
    budget: Budget,
    options: { readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<TrainingEvent, void> {
    return this.stage(set, budget).run(options);
  }

  /**
   * Loads what `save` wrote.
   * @throws CheckpointError for missing or damaged files, and tensors of other shapes
   */
  static async load(directory: string, device: Device): Promise<ConceptEncoder> {
    return new ConceptEncoder(await FILES.load(directory, device));
  }

  /** Learns from emoji that are not held out, in every style but the one that is for tests. */
  stage(set: EmojiSet, budget: Budget): Stage {
    const { config } = this;
    const { batchSize } = budget;
    const learned = set.emoji.flatMap(({ heldOut }, i) => heldOut ? [] : [i]);
    const vocabulary = new Map<string, number>();
    for (const { name } of set.emoji) {
      for (const word of name.split(" ")) {
        if (!vocabulary.has(word)) vocabulary.set(word, vocabulary.size);
      }
    }
    // All of a batch are different emoji: each is told from the others.
    const batch = ({ shared, random }: Rows) => {
      const chosen = shared.sample(learned, batchSize);
      const words = new Int32Array(batchSize * WORDS);
      const mask = new Float32Array(batchSize * WORDS);
      const [ones, others]: Picture[][] = [[], []];
      chosen.forEach((index, row) => {
        const own = random(row);
        const [one, other] = own.sample(
          LEARNED_STYLES.filter((style) => set.has(style, index)),
          2,
        );
        ones.push(randomView(set.get(one, index), own));
        others.push(randomView(set.get(other, index), own));
        set.emoji[index].name.split(" ").slice(0, WORDS).forEach((word, i) => {
          words[row * WORDS + i] = vocabulary.get(word)!;
          mask[row * WORDS + i] = 1;
        });
      });
      return { inputs: { pixels: pixelsOf([...ones, ...others]), words, mask } };
    };
    return trainingStage(this, "concept encoder", budget, {
      graphs: {
        contrast: {
          losses: (scope, batch) => losses(scope, config, { batch, vocabulary: vocabulary.size }),
        },
      },
      optimizer: muon(),
      batch,
    });
  }
}

const FILES = new VisionModelFiles("concept encoder", schema, parametersOf);

/** Every parameter that embedding needs, found by tracing it. */
function parametersOf(config: ConceptEncoderConfig): ParameterSpec[] {
  const { pictureSize } = config;
  const scope = new Scope();
  const pixels = input("x", "float32", [1, pictureSize, pictureSize, 3]);
  embeddingOf(scope.at(ENCODER), featuresOf(scope.at(ENCODER), pixels, config), config);
  return scope.specs();
}

/** The picture moved; what comes in at a side is like that side's outermost pixels. */
function moved({ width, height, data }: Picture, right: number, down: number): Picture {
  const within = (x: number, size: number) => Math.max(0, Math.min(size - 1, x));
  const shifted = new Uint8Array(data.length);
  for (let y = 0; y < height; y++) {
    const row = within(y - down, height) * width;
    for (let x = 0; x < width; x++) {
      const from = 3 * (row + within(x - right, width));
      shifted.set(data.subarray(from, from + 3), 3 * (y * width + x));
    }
  }
  return { width, height, data: shifted };
}
