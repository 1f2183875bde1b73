/** Sequences of rows, and what modalities write them with. */
import { Random } from "../runtime/mod.ts";

/** One row that enters the language model. */
export interface SequenceRow {
  /** Of a table; −1 where the row is given. */
  readonly id: number;
  /** What a row is that has no id: numbers of a modality. */
  readonly given?: { readonly modality: string; readonly values: Float32Array };
  /** Where in its picture the row stands, from 1, in reading order; 0 for all else. */
  readonly place: number;
  /** Whether its id is to be predicted from the row before. */
  readonly learned: boolean;
}

/** What is to be learned from hidden states. */
export interface SequenceTarget {
  /** The name of the modality that learns it. */
  readonly modality: string;
  /** The rows at which the states are read. */
  readonly at: readonly number[];
  /** What is to come of these states. */
  readonly values: Float32Array;
}

/** What enters the language model, and what is learned of it. */
export interface Sequence {
  /** In order. */
  readonly rows: readonly SequenceRow[];
  /** In the order in which they were written. */
  readonly targets: readonly SequenceTarget[];
}

/**
 * Modalities write their rows with it.
 *
 * @example
 * ```ts
 * import { SequenceWriter } from "./sequence_writer.ts";
 *
 * const writer = new SequenceWriter();
 * writer.token(1);
 * writer.given("features", Float32Array.of(0.5, 0.5), { place: 1 });
 * writer.target("features", [-1], Float32Array.of(1, 0));
 * const [{ at }] = writer.targets;
 * if (writer.rows.length !== 2 || at[0] !== 1) throw new Error(`${at}`);
 * ```
 */
export class SequenceWriter implements Sequence {
  /** Rows so far. */
  readonly rows: SequenceRow[] = [];
  /** Targets so far. */
  readonly targets: SequenceTarget[] = [];

  /**
   * A sequence without rows as yet.
   * @param random what a target leaves to chance, such as noise, comes from it
   */
  constructor(readonly random: Random = new Random(0, "targets")) {}

  /** A row of a table. */
  token(
    id: number,
    { learned = false, place = 0 }: { learned?: boolean; place?: number } = {},
  ): void {
    this.rows.push({ id, place, learned });
  }

  /** A row that comes with the batch. */
  given(modality: string, values: Float32Array, { place = 0 }: { place?: number } = {}): void {
    this.rows.push({ id: -1, given: { modality, values }, place, learned: false });
  }

  /** Something to be learned from the states at some rows, by number; −1 is the last that stands. */
  target(modality: string, at: readonly number[], values: Float32Array): void {
    const rows = at.map((row) => row < 0 ? this.rows.length + row : row);
    this.targets.push({ modality, at: rows, values });
  }
}
