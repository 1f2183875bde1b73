/**
 * Sources whose documents are about as long share a bucket, and so a compiled graph: a batch is as
 * long as the longest of many documents of its bucket, measured before the training begins.
 */
import type { DataSet } from "../data/data_set.ts";
import { drawnFrom } from "../data/data_set.ts";
import type { Document } from "../data/document.ts";
import { MEASURED } from "../optim/mod.ts";
import { Random } from "../runtime/mod.ts";
import { type BatchShape, shapeOf } from "./batch.ts";
import { blankSequence } from "./sequence.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** Documents of one kind, and how often they come up. */
export interface Source {
  readonly name: string;
  readonly documents: DataSet<Document>;
  readonly weight: number;
}

/** The longest documents of a bucket, as a multiple of the longest of its shortest source. */
const SPREAD = 1.25;

export interface Bucket {
  readonly name: string;
  readonly sources: readonly Source[];
  /** Of one row. */
  readonly shape: BatchShape;
}

/** The least shape that the documents measured of a set fit. Measured once, whoever asks. */
export class Lengths {
  readonly #known = new Map<DataSet<Document>, Promise<BatchShape>>();

  constructor(private readonly model: UnifiedModel, private readonly seed: number) {}

  of({ name, documents }: Source): Promise<BatchShape> {
    const known = this.#known.get(documents) ?? this.#measure(name, documents);
    this.#known.set(documents, known);
    return known;
  }

  /** What a sequence takes to compute, in rows. */
  rowsOf({ length, targets }: BatchShape): number {
    return this.model.learning.reduce(
      (sum, { name, targets: { rows = 0 } = {} }) => sum + rows * targets[name],
      length,
    );
  }

  async #measure(name: string, documents: DataSet<Document>): Promise<BatchShape> {
    const sequences = [];
    for (let i = 0; i < Math.min(MEASURED, documents.size); i++) {
      const index = documents.size <= MEASURED;
      const random = new Random(this.seed, "lengths", name, i);
      const document = await (index ? documents.at(i) : drawnFrom(documents, random));
      sequences.push(blankSequence(document, this.model));
    }
    if (sequences.length === 0) {
      throw new RangeError(`Expected documents of "${name}", but found none`);
    }
    return shapeOf(sequences, 1, this.model);
  }
}

/** Sorts sources into buckets. */
export async function bucketsOf(sources: readonly Source[], lengths: Lengths): Promise<Bucket[]> {
  const measured = await Promise.all(
    sources.map(async (source) => {
      const shape = await lengths.of(source);
      return { source, shape, rows: lengths.rowsOf(shape) };
    }),
  );
  const inOrder = measured.sort((a, b) => a.rows - b.rows);
  const groups: (typeof measured)[] = [];
  for (const one of inOrder) {
    const last = groups.at(-1);
    if (last !== undefined && one.rows <= SPREAD * last[0].rows) last.push(one);
    else groups.push([one]);
  }
  return groups.map((group) => ({
    name: group.map(({ source }) => source.name).sort().join(", "),
    sources: group.map(({ source }) => source),
    shape: group.map(({ shape }) => shape).reduce(larger),
  }));
}

function larger(a: BatchShape, b: BatchShape): BatchShape {
  const most = (x: Readonly<Record<string, number>>, y: Readonly<Record<string, number>>) =>
    Object.fromEntries(Object.keys(x).map((name) => [name, Math.max(x[name], y[name])]));
  return {
    batch: 1,
    length: Math.max(a.length, b.length),
    learned: Math.max(a.learned, b.learned),
    given: most(a.given, b.given),
    targets: most(a.targets, b.targets),
  };
}

/** One of the weighted, by weight. */
export function pick<T extends { readonly weight: number }>(all: readonly T[], random: Random): T {
  let threshold = random.uniform() * all.reduce((sum, { weight }) => sum + weight, 0);
  return all.find(({ weight }) => (threshold -= weight) < 0) ?? all[all.length - 1];
}
