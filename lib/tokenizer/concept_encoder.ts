/**
 * An encoder of what pictures show, whatever their style: a vision transformer (arXiv 2010.11929)
 * trained contrastively on pairs of one emoji in two styles (InfoNCE, arXiv 1807.03748) and on names
 * (CLIP, arXiv 2103.00020). A picture's embedding is read from all patches where they stand: emoji
 * of different styles resemble each other place by place.
 */
import { type EmojiSet, LEARNED_STYLES } from "../data/emoji.ts";
import { randomView } from "../data/emoji_view.ts";
import type { Picture } from "../data/picture.ts";
import { input, ops, type Tensor, toOnnx } from "../graph/mod.ts";
import {
  ensureParameters,
  linear,
  meanAll,
  normalize,
  Scope,
  standardize,
  transformer,
} from "../nn/mod.ts";
import { type Budget, type Losses, muon, type Stage } from "../optim/mod.ts";
import { type Device, Program, type Random, type StateStore } from "../runtime/mod.ts";
import { gridRotary } from "./encoder.ts";
import { inBatches } from "./in_batches.ts";
import { pixelsOf, toPatches } from "./patches.ts";
import { stage } from "./stage.ts";
import type { Teacher } from "./teachers/mod.ts";

export interface ConceptEncoderConfig {
  readonly pictureSize: number;
  /** Patches a side. */
  readonly grid: number;
  readonly featureSize: number;
  readonly layers: number;
  readonly heads: number;
  /** Numbers that a patch adds to the embedding. */
  readonly squeezed: number;
  readonly embeddingSize: number;
}

export const CONCEPT_ENCODER: ConceptEncoderConfig = {
  pictureSize: 64,
  grid: 8,
  featureSize: 128,
  layers: 4,
  heads: 4,
  squeezed: 32,
  embeddingSize: 128,
};

const BATCH = 32;
const ENCODER = "concept_encoder";
/** Words of a name that are read. */
const WORDS = 6;

/**
 * Features of pictures `[batch, size, size, 3]` in [−1, 1]: `[batch, grid², featureSize]`, each of
 * mean 0 and variance 1, as codebooks like them.
 */
function featuresOf(scope: Scope, pixels: Tensor, config: ConceptEncoderConfig): Tensor {
  const { grid, featureSize, layers, heads } = config;
  const patches = toPatches(pixels, grid);
  const embedded = linear(scope.at("patch_embedding"), patches, featureSize, { bias: true });
  const places = scope.at("position_embedding").parameter("weight", [grid ** 2, featureSize], {
    kind: "normal",
    deviation: 0.5,
  });
  const seen = transformer(scope, ops.add(embedded, places), {
    hiddenSize: featureSize,
    layers,
    heads,
    keyValueHeads: heads,
    intermediateSize: 2 * featureSize,
    queryKeyNorm: true,
  }, { rotary: gridRotary(pixels.shape[0], config) });
  return standardize(seen);
}

/** What a picture shows, from its features: `[batch, 2·embeddingSize]`. */
function pooled(scope: Scope, features: Tensor, config: ConceptEncoderConfig): Tensor {
  const { grid, squeezed, embeddingSize } = config;
  const small = linear(scope.at("squeeze"), features, squeezed);
  const all = ops.reshape(small, { shape: [features.shape[0], grid ** 2 * squeezed] });
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
  const { pictureSize: size, featureSize, embeddingSize } = config;
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

  const table = training.at("words").parameter("weight", [vocabulary, featureSize], {
    kind: "normal",
    deviation: 1,
  });
  const name = ops.sum(ops.mul(ops.gather(table, words), mask), { axes: [1], keepAxes: false });
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
export class ConceptEncoder implements Teacher {
  readonly #programs = new Map<string, Promise<Program>>();

  constructor(
    readonly device: Device,
    readonly store: StateStore,
    readonly config: ConceptEncoderConfig = CONCEPT_ENCODER,
    readonly seed = 0,
  ) {}

  get grid(): number {
    return this.config.grid;
  }

  get featureSize(): number {
    return this.config.featureSize;
  }

  /** Features of each patch: `[grid², featureSize]` a picture. */
  encode(pictures: readonly Picture[]): Promise<Float32Array[]> {
    return this.#run(
      "features",
      pictures,
      (scope, pixels) => featuresOf(scope.at(ENCODER), pixels, this.config),
    );
  }

  /** What each picture shows, as a vector of length 1: `[embeddingSize]`. */
  embed(pictures: readonly Picture[]): Promise<Float32Array[]> {
    return this.#run("embeddings", pictures, (scope, pixels) => {
      const encoder = scope.at(ENCODER);
      return embeddingOf(encoder, featuresOf(encoder, pixels, this.config), this.config);
    });
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
    const batch = (random: Random) => {
      const chosen = random.sample(learned, batchSize);
      const words = new Int32Array(batchSize * WORDS);
      const mask = new Float32Array(batchSize * WORDS);
      const [ones, others]: Picture[][] = [[], []];
      chosen.forEach((index, row) => {
        const [one, other] = random.sample(
          LEARNED_STYLES.filter((style) => set.has(style, index)),
          2,
        );
        ones.push(randomView(set.get(one, index), random));
        others.push(randomView(set.get(other, index), random));
        set.emoji[index].name.split(" ").slice(0, WORDS).forEach((word, i) => {
          words[row * WORDS + i] = vocabulary.get(word)!;
          mask[row * WORDS + i] = 1;
        });
      });
      return { pixels: pixelsOf([...ones, ...others]), words, mask };
    };
    return stage(this, "concept encoder", budget, {
      losses: (scope, batch) => losses(scope, config, { batch, vocabulary: vocabulary.size }),
      optimizer: muon(),
      batch,
    });
  }

  async #run(
    name: string,
    pictures: readonly Picture[],
    graph: (scope: Scope, pixels: Tensor) => Tensor,
  ): Promise<Float32Array[]> {
    const { pictureSize: size } = this.config;
    let program = this.#programs.get(name);
    if (program === undefined) {
      const scope = new Scope();
      const y = graph(scope, input("pixels", "float32", [BATCH, size, size, 3]));
      ensureParameters(this.store, scope.specs(), this.seed);
      program = Program.compile(this.device, toOnnx({ y }), this.store);
      this.#programs.set(name, program);
    }
    const compiled = await program;
    return inBatches(pictures, BATCH, async (batch) => {
      const { y } = await compiled.run({ pixels: pixelsOf(batch) });
      const length = y.length / BATCH;
      return batch.map((_, i) => (y as Float32Array).slice(i * length, (i + 1) * length));
    });
  }

  /** Frees the graphs; the parameters stay in the store. */
  [Symbol.dispose](): void {
    for (const program of this.#programs.values()) {
      program.then((program) => program[Symbol.dispose](), () => {});
    }
    this.#programs.clear();
  }
}
