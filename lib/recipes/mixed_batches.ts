/**
 * Batches of a mixture of tasks. Their rows are as long as the longest of a thousand sequences of the
 * mixture; one that is longer still is counted, and another is drawn in its place.
 */
import { type Batch, FittingSamples, MEASURED } from "../optim/mod.ts";
import { Random } from "../runtime/mod.ts";
import type { EncodedPicture } from "../vision/mod.ts";
import {
  batchOf,
  type BatchShape,
  conversation,
  drawnTokens,
  fits,
  partsOfBatch,
  type Sequence,
  type Turn,
} from "../unified/mod.ts";
import type { Illume } from "./illume.ts";
import type { Example, Task } from "./tasks.ts";

/** A task, and how often it comes up. */
export interface Weighted {
  readonly task: Task;
  readonly weight: number;
}

/** What a conversation says, and the sequence that it is. */
interface Spoken {
  readonly turns: readonly Turn[];
  readonly sequence: Sequence;
}

/** Batches of tasks whose sequences are of a size, for one stage. */
export class MixedBatches {
  readonly #model: Illume;
  readonly #mixture: readonly Weighted[];
  readonly #stage: string;
  #measured: Pick<BatchShape, "length" | "learned" | "pictures"> | undefined;
  #samples: FittingSamples<Spoken> | undefined;

  constructor(model: Illume, mixture: readonly Weighted[], stage: string) {
    this.#model = model;
    this.#mixture = mixture;
    this.#stage = stage;
  }

  /** The shape of so many rows. It depends on the mixture and the model's seed alone. */
  shape(batch: number): BatchShape {
    return { batch, ...this.#measured ??= this.#measure() };
  }

  /**
   * A full batch in parts of a shape.
   * @throws RangeError where more than a hundredth of what was drawn was too long for it; it names the
   * longest
   */
  async draw(
    shape: BatchShape,
    parts: number,
    random: Random,
  ): Promise<Omit<Batch, "trainStep">> {
    const count = shape.batch * parts;
    this.#samples ??= new FittingSamples<Spoken>({
      stage: this.#stage,
      expected: `sequences of at most ${shape.length} tokens with ${shape.learned} learned`,
      fits: ({ sequence }) => fits([sequence], { ...shape, batch: 1 }),
      lengthOf: ({ sequence }) => sequence.ids.length,
      textOf: inWords,
    });
    const { drawn, leftOut } = await this.#samples.draw(count, (more) => this.#speak(more, random));
    const rows = drawn.map(({ sequence }) => sequence);
    const { vocabulary, config } = this.#model;
    const batches = Array.from(
      { length: parts },
      (_, i) =>
        batchOf(rows.slice(i * shape.batch, (i + 1) * shape.batch), shape, vocabulary, config),
    );
    const tokens = rows.reduce((sum, { ids }) => sum + ids.length, 0);
    return {
      inputs: partsOfBatch(batches, vocabulary),
      leftOut,
      padding: 1 - tokens / (count * shape.length),
    };
  }

  /** Examples of the mixture as sequences. */
  async #speak(count: number, random: Random): Promise<Spoken[]> {
    const examples = Array.from({ length: count }, () => this.#example(random));
    const pictures = examples.flatMap(({ pictures }) => pictures);
    const encoded = pictures.length === 0 ? [] : await this.#model.tokenizer.encode(pictures);
    let next = 0;
    return examples.map((example) =>
      this.#spoken(example, encoded.slice(next, next += example.pictures.length))
    );
  }

  #example(random: Random): Example {
    return pick(this.#mixture, random).task.example(random);
  }

  #spoken({ turns }: Example, encoded: readonly EncodedPicture[]): Spoken {
    const { vocabulary, config } = this.#model;
    const told = turns(encoded);
    return { turns: told, sequence: conversation(told, vocabulary, config.pictureTokens) };
  }

  /** Lengths do not depend on what the pictures show: none is encoded. */
  #measure() {
    const { config, seed } = this.#model;
    const random = new Random(seed, this.#stage, "lengths");
    const blank = {
      features: new Float32Array(config.pictureTokens * config.featureSize),
      ids: new Int32Array(drawnTokens(config)),
    };
    const sequences = Array.from({ length: MEASURED }, () => {
      const example = this.#example(random);
      return this.#spoken(example, example.pictures.map(() => blank)).sequence;
    });
    const most = (sizeOf: (sequence: Sequence) => number) => Math.max(...sequences.map(sizeOf));
    return {
      length: most(({ ids }) => ids.length),
      learned: most(learnedIn),
      // A graph that reads pictures takes features of one at least.
      pictures: Math.max(1, most(({ features }) => features.length)),
    };
  }
}

/** Predicted tokens of a sequence. */
function learnedIn({ learned }: Sequence): number {
  return learned.filter(Boolean).length;
}

/** What a conversation says, its pictures as `<picture>`. */
function inWords({ turns }: Spoken): string {
  return turns.flatMap(({ ask, answer }) => [...ask, ...answer])
    .map((segment) => segment.kind === "text" ? segment.text : "<picture>").join(" ");
}

/** One of the weighted, by weight. */
export function pick(mixture: readonly Weighted[], random: Random): Weighted {
  let threshold = random.uniform() * mixture.reduce((sum, { weight }) => sum + weight, 0);
  return mixture.find(({ weight }) => (threshold -= weight) < 0) ?? mixture[mixture.length - 1];
}
