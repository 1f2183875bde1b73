/** Conversations about pictures as sequences of tokens. */
import type { Vocabulary } from "./vocabulary.ts";

/** A part of a turn: words, a picture read (as features) or a picture drawn (as codes). */
export type Segment =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "read"; readonly features: Float32Array }
  | { readonly kind: "draw"; readonly ids: Int32Array };

/** What is asked, and what is answered. Only answers are learned. */
export interface Turn {
  readonly ask: readonly Segment[];
  readonly answer: readonly Segment[];
}

export interface Sequence {
  /** Vocabulary ids; −1 − i is row i of the features read. */
  readonly ids: readonly number[];
  /** Whether each id is to be predicted. */
  readonly learned: readonly boolean[];
  /** Where in its picture each token or code stands, from 1, in reading order; 0 for all else. */
  readonly places: readonly number[];
  /** Features of the pictures read, each `[pictureTokens, featureSize]`. */
  readonly features: readonly Float32Array[];
}

/** A picture segment begins with `<picture>` and ends with `</picture>`. */
class Writer {
  readonly ids: number[] = [];
  readonly learned: boolean[] = [];
  readonly places: number[] = [];
  readonly features: Float32Array[] = [];

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly pictureTokens: number,
  ) {}

  push(id: number, learned: boolean, place = 0): void {
    this.ids.push(id);
    this.learned.push(learned);
    this.places.push(place);
  }

  segment(segment: Segment, learned: boolean): void {
    const { vocabulary } = this;
    if (segment.kind === "text") {
      for (const id of vocabulary.encodeText(segment.text)) this.push(id, learned);
      return;
    }
    this.push(vocabulary.picture, learned);
    if (segment.kind === "draw") {
      const depth = segment.ids.length / this.pictureTokens;
      segment.ids.forEach((code, i) =>
        this.push(vocabulary.idOfCode(code), learned, 1 + Math.floor(i / depth))
      );
    } else {
      const first = this.features.length * this.pictureTokens;
      for (let i = 0; i < this.pictureTokens; i++) this.push(-1 - first - i, false, 1 + i);
      this.features.push(segment.features);
    }
    this.push(vocabulary.endPicture, learned);
  }
}

/**
 * `<bos>` and, for each turn, what is asked, `<answer>`, what is answered and `<eos>`.
 */
export function conversation(
  turns: readonly Turn[],
  vocabulary: Vocabulary,
  pictureTokens: number,
): Sequence {
  const writer = new Writer(vocabulary, pictureTokens);
  writer.push(vocabulary.bos, false);
  for (const { ask, answer } of turns) {
    for (const segment of ask) writer.segment(segment, false);
    writer.push(vocabulary.answer, false);
    for (const segment of answer) writer.segment(segment, true);
    writer.push(vocabulary.eos, true);
  }
  return writer;
}

/** A turn that is asked, up to and including `<answer>`. */
export function prompt(
  ask: readonly Segment[],
  vocabulary: Vocabulary,
  pictureTokens: number,
): Sequence {
  const asked = [{ ask, answer: [] }];
  const { ids, learned, places, features } = conversation(asked, vocabulary, pictureTokens);
  return {
    ids: ids.slice(0, -1),
    learned: learned.slice(0, -1),
    places: places.slice(0, -1),
    features,
  };
}
