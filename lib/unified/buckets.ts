/**
 * Which documents share a compiled graph. A source whose documents differ much in length is cut, and
 * parts that are about as long share a bucket: a batch is as long as the longest of many documents of its
 * bucket, measured before the training begins.
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

/** Documents of a source that are about as long. */
export interface Part {
  readonly source: Source;
  readonly name: string;
  /** The source's, by the share of its documents. */
  readonly weight: number;
  /** Rows of a document: more than `over`, and at most `upTo`. */
  readonly over: number;
  readonly upTo: number;
  /** Of one row. */
  readonly shape: BatchShape;
}

export interface Bucket {
  readonly name: string;
  readonly parts: readonly Part[];
  readonly weight: number;
  /** Of one row. */
  readonly shape: BatchShape;
}

/** What a bucket takes to compute, at most, as a multiple of what its least part takes alone. */
const SPREAD = 1.15;

/** A source is cut where that saves this share of what it takes to compute, and its parts again … */
const SAVED = 0.08;

/** … and leaves as many measured documents on either side, so that their shares are known. */
const LEAST = 100;

/** What a step takes besides its documents, most of it the optimizer, as rows of each (`nano`). */
const FIXED = 20;

/** The least shapes that the documents measured of a set fit. Measured once, whoever asks. */
export class Lengths {
  readonly #known = new Map<DataSet<Document>, Promise<readonly BatchShape[]>>();

  constructor(private readonly model: UnifiedModel, private readonly seed: number) {}

  /** Of each document. */
  of({ name, documents }: Source): Promise<readonly BatchShape[]> {
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

  async #measure(name: string, documents: DataSet<Document>): Promise<readonly BatchShape[]> {
    const shapes = [];
    for (let i = 0; i < Math.min(MEASURED, documents.size); i++) {
      const index = documents.size <= MEASURED;
      const random = new Random(this.seed, "lengths", name, i);
      const document = await (index ? documents.at(i) : drawnFrom(documents, random));
      shapes.push(shapeOf([blankSequence(document, this.model)], 1, this.model));
    }
    if (shapes.length === 0) {
      throw new RangeError(`Expected documents of "${name}", but found none`);
    }
    return shapes;
  }
}

/** A source whole, or cut by length. */
async function partsOf(source: Source, lengths: Lengths): Promise<Part[]> {
  const shapes = (await lengths.of(source)).toSorted((a, b) => a.length - b.length);
  const ends = [...cutsOf(shapes, lengths), shapes.length];
  return ends.map((end, i): Part => {
    const start = ends[i - 1] ?? 0;
    const [isFirst, isLast] = [i === 0, i === ends.length - 1];
    return {
      source,
      name: ends.length === 1 ? source.name : `${source.name} ${i + 1}`,
      weight: source.weight * (end - start) / shapes.length,
      over: isFirst ? 0 : shapes[start - 1].length,
      upTo: isLast ? Infinity : shapes[end - 1].length,
      shape: shapes.slice(0, end).reduce(larger),
    };
  });
}

/** Where shapes in the order of their lengths are cut, each as the first after a cut. */
function cutsOf(shapes: readonly BatchShape[], lengths: Lengths): number[] {
  const upTo = shapes.map(largestSoFar());
  const rows = lengths.rowsOf(upTo.at(-1)!);
  let [cut, least] = [0, rows - SAVED * (rows + FIXED)];
  for (let i = LEAST; i <= shapes.length - LEAST; i++) {
    if (shapes[i - 1].length === shapes[i].length) continue;
    const share = i / shapes.length;
    const mean = share * lengths.rowsOf(upTo[i - 1]) + (1 - share) * rows;
    if (mean < least) [cut, least] = [i, mean];
  }
  if (cut === 0) return [];
  const after = cutsOf(shapes.slice(cut), lengths).map((further) => cut + further);
  return [...cutsOf(shapes.slice(0, cut), lengths), cut, ...after];
}

/** Sorts sources, or parts of them, into buckets. */
export async function bucketsOf(sources: readonly Source[], lengths: Lengths): Promise<Bucket[]> {
  const parts = await Promise.all(sources.map((source) => partsOf(source, lengths)));
  const inOrder = parts.flat().map((part) => ({ part, rows: lengths.rowsOf(part.shape) }))
    .sort((a, b) => a.rows - b.rows);
  const groups: { parts: Part[]; shape: BatchShape; most: number }[] = [];
  for (const { part, rows } of inOrder) {
    const fitting = groups.find(({ shape, most }) =>
      lengths.rowsOf(larger(shape, part.shape)) <= most
    );
    if (fitting === undefined) {
      groups.push({ parts: [part], shape: part.shape, most: SPREAD * rows });
    } else {
      fitting.parts.push(part);
      fitting.shape = larger(fitting.shape, part.shape);
    }
  }
  return groups.map(({ parts, shape }) => ({
    name: parts.map(({ name }) => name).sort().join(", "),
    parts,
    weight: parts.reduce((sum, { weight }) => sum + weight, 0),
    shape,
  }));
}

/** A document of a part, and of whichever length it has where that is more than any that was measured. */
export async function documentOf(
  { source, over, upTo }: Part,
  random: Random,
  model: UnifiedModel,
): Promise<Document> {
  for (;;) {
    const document = await drawnFrom(source.documents, random);
    if (over === 0 && upTo === Infinity) return document;
    const { length } = blankSequence(document, model).rows;
    if (length > over && length <= upTo) return document;
  }
}

/** Of each shape and all before it, the least that they fit. */
function largestSoFar(): (shape: BatchShape) => BatchShape {
  let largest: BatchShape | undefined;
  return (shape) => largest = largest === undefined ? shape : larger(largest, shape);
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
