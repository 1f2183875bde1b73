/** Sequences of rows, and what modalities write them with. */
import { Random } from "../runtime/mod.ts";

/** One row that enters the language model. */
export interface SequenceRow {
  /** Of a table; −1 where the row is given. */
  readonly id: number;
  readonly given?: { readonly modality: string; readonly values: Float32Array };
  /** Where in its picture the row stands, from 1, in reading order; 0 for all else. */
  readonly place: number;
  /** Whether its id is to be predicted from the row before. */
  readonly learned: boolean;
}

/** What is to be learned from hidden states. */
export interface SequenceTarget {
  readonly modality: string;
  /** The rows at which the states are read. */
  readonly at: readonly number[];
  readonly values: Float32Array;
}

export interface Sequence {
  readonly rows: readonly SequenceRow[];
  readonly targets: readonly SequenceTarget[];
}

/** Modalities write their rows with it. */
export class SequenceWriter implements Sequence {
  readonly rows: SequenceRow[] = [];
  readonly targets: SequenceTarget[] = [];

  /** @param random what a target leaves to chance, such as noise, comes from it */
  constructor(readonly random = new Random(0, "targets")) {}

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
