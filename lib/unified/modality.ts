/**
 * A modality says how one kind of content enters the language model and how it leaves: which rows
 * stand in the sequence, how they are embedded, what is learned at which of them, and how it is
 * generated.
 */
import type { Picture } from "../data/picture.ts";
import type { Tensor } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import type { Row } from "./row.ts";
import type { SequenceWriter } from "./sequence_writer.ts";

/** Rows with ids: words, codes, queries. */
export interface TokenTable {
  /** How many ids there are. */
  readonly size: number;
  /** What they are embedded as: `[size, hiddenSize]`. */
  embeddings(root: Scope): Tensor;
  /** What they are predicted by: `[size, hiddenSize]`; absent where they are never said. */
  head?(root: Scope): Tensor;
}

/** Rows that come with the batch, such as features of a picture that is read. */
export interface GivenRows {
  /** Numbers in a row. */
  readonly size: number;
  /** What they are embedded as: `[rows, size]` to `[rows, hiddenSize]`. */
  embed(root: Scope, rows: Tensor): Tensor;
}

/** What is learned from hidden states, besides the ids of tokens. */
export interface Targets {
  /** Numbers in a target. */
  readonly size: number;
  /** Hidden states that a target is learned from; default 1. */
  readonly states?: number;
  /** How much this loss counts beside the tokens'; default 1. */
  readonly weight?: number;
  /** As many rows of the sequence as a loss takes to compute, about; default 0. */
  readonly rows?: number;
  /**
   * A loss for each target. Padding comes as targets of zeros, whose losses count nothing but have to
   * be finite.
   *
   * @param states `[targets · states, hiddenSize]`
   * @param targets `[targets, size]`
   * @returns `[targets]`
   */
  losses(root: Scope, states: Tensor, targets: Tensor): Tensor;
}

/** How something is said, row by row: it pauses where it has to hear the model. */
export type Speech<C> = Generator<void, C> | AsyncGenerator<void, C>;

/**
 * One kind of content.
 *
 * @typeParam C the content as the model takes it: words, features, ids
 */
export interface Modality<C = unknown> {
  /** Tells its inputs and its loss from others'. */
  readonly name: string;
  /** Its rows with ids, where it has such. */
  readonly tokens?: TokenTable;
  /** Its rows that come with the batch, where it has such. */
  readonly given?: GivenRows;
  /** What it learns besides the ids of tokens, where it does. */
  readonly targets?: Targets;
  /** Writes its rows into a sequence. */
  write(writer: SequenceWriter, content: C, learned: boolean): void;
  /**
   * What a row can read while it generates, beside logits: `[rows, hiddenSize]` to tensors of as many
   * rows.
   */
  outputs?(root: Scope, states: Tensor): Readonly<Record<string, Tensor>>;
}

/** How pictures enter, or leave. */
export interface PictureModality<C = unknown> extends Modality<C> {
  /** Pictures as the model takes them. */
  prepare(pictures: readonly Picture[]): Promise<readonly C[]>;
  /** Any content: lengths are measured with it, without a picture. */
  blank(): C;
}

/** How pictures are drawn. */
export interface DrawnModality<C = unknown> extends PictureModality<C> {
  /** Rows of an answer that is a picture. */
  readonly answerLength: number;
  /**
   * Whether its rows say nothing of the picture: where something follows, the picture stands there once
   * more, as one that is read.
   */
  readonly readAgain?: boolean;
  /**
   * Draws a picture into a row, from the sign that begins it on. What ends it is left to the caller,
   * since an answer that is a picture needs no end: `write` writes both.
   */
  generate(row: Row): Speech<C>;
}
