/** Sequences of different lengths as tensors of one shape. */
import { countsOf, type Inputs } from "../optim/mod.ts";
import type { Sequence, SequenceRow } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** The shape that a graph was compiled for. */
export interface BatchShape {
  /** Sequences. */
  readonly batch: number;
  /** Rows of a sequence. */
  readonly length: number;
  /** Predicted tokens of a sequence, on average at most. */
  readonly learned: number;
  /** By modality, the rows that are given in a sequence, at most. */
  readonly given: Readonly<Record<string, number>>;
  /** By modality, the targets of a sequence, at most. */
  readonly targets: Readonly<Record<string, number>>;
}

/** The least shape that sequences fit, `batch` of them at a time. */
export function shapeOf(
  sequences: readonly Sequence[],
  batch: number,
  model: UnifiedModel,
): BatchShape {
  const most = (count: (sequence: Sequence) => number) => Math.max(...sequences.map(count));
  return {
    batch,
    length: most(({ rows }) => rows.length),
    learned: most(learnedIn),
    given: Object.fromEntries(
      model.given.map(({ name }) => [name, most((s) => givenIn(s, name))]),
    ),
    targets: Object.fromEntries(
      model.learning.map(({ name }) => [name, most((s) => targetsIn(s, name))]),
    ),
  };
}

/** How many of something a batch takes: one at least, so that every graph has all the parameters. */
export function inBatch(batch: number, each: number): number {
  return Math.max(1, batch * each);
}

/** Predicted tokens of a sequence. */
function learnedIn({ rows }: Sequence): number {
  return rows.filter(({ learned }) => learned).length;
}

/** Rows of a modality that are given in a sequence. */
export function givenIn({ rows }: Pick<Sequence, "rows">, modality: string): number {
  return rows.filter(({ given }) => given?.modality === modality).length;
}

function targetsIn({ targets }: Sequence, modality: string): number {
  return targets.filter((target) => target.modality === modality).length;
}

/** Whether sequences fit a shape. */
export function fits(sequences: readonly Sequence[], shape: BatchShape): boolean {
  return misfit(sequences, shape) === undefined;
}

/** What does not fit, in words. */
function misfit(sequences: readonly Sequence[], shape: BatchShape): string | undefined {
  const most = (count: (sequence: Sequence) => number) =>
    sequences.reduce((most, sequence) => Math.max(most, count(sequence)), 0);
  const learned = sequences.reduce((sum, sequence) => sum + learnedIn(sequence), 0);
  const checks: [string, number, number][] = [
    ["sequences", shape.batch, sequences.length],
    ["rows in each", shape.length, most(({ rows }) => rows.length)],
    ["learned in all", shape.batch * shape.learned, learned],
    ...Object.entries(shape.given).map((
      [name, allowed],
    ): [string, number, number] => [
      `given rows of "${name}" in each`,
      allowed,
      most((s) => givenIn(s, name)),
    ]),
    ...Object.entries(shape.targets).map((
      [name, allowed],
    ): [string, number, number] => [
      `targets of "${name}" in each`,
      allowed,
      most((s) => targetsIn(s, name)),
    ]),
  ];
  const wrong = checks.find(([, allowed, found]) => found > allowed);
  if (wrong === undefined) return undefined;
  return `at most ${wrong[1]} ${wrong[0]}, but found ${wrong[2]}`;
}

/**
 * The rows of a batch, or of a part of one, as inputs of a graph: those of `losses.ts`. Where the model
 * has embeddings for places, `places` is among them: int32 `[batch, length]`, where in its picture a
 * row stands, from 1; 0 for all else.
 */
export interface SequenceBatch extends Inputs {
  /** int32 `[batch, length]`; ids after all tables' are given rows. */
  readonly ids: Int32Array;
  /** Where the hidden state stands that predicts a label: int32 `[batch · learned]`. */
  readonly positions: Int32Array;
  /** What it shall predict: int32 `[batch · learned]`. */
  readonly labels: Int32Array;
  /** 1 for labels, 0 for padding: `[batch · learned]`. */
  readonly weights: Float32Array;
}

/**
 * Fills a batch with sequences, padding to its shape. Sequences that are missing are padding too.
 * @throws RangeError where the sequences do not fit
 */
export function batchOf(
  sequences: readonly Sequence[],
  shape: BatchShape,
  model: UnifiedModel,
): SequenceBatch {
  return { ...tokenBatchOf(sequences, shape, model), ...targetsOf(sequences, shape, model) };
}

/** The same without what is learned besides tokens. */
export function tokenBatchOf(
  sequences: readonly Sequence[],
  shape: BatchShape,
  model: UnifiedModel,
): SequenceBatch {
  const wrong = misfit(sequences, shape);
  if (wrong !== undefined) throw new RangeError(`Expected ${wrong}`);
  const slots = shape.batch * shape.learned;
  const positions = new Int32Array(slots);
  const labels = new Int32Array(slots);
  const weights = new Float32Array(slots);
  let slot = 0;
  sequences.forEach(({ rows }, row) =>
    rows.forEach(({ id, learned }, i) => {
      if (!learned) return;
      positions[slot] = row * shape.length + i - 1;
      labels[slot] = id;
      weights[slot] = 1;
      slot++;
    })
  );
  const rows = rowsOf(sequences.map(({ rows }) => rows), shape, model);
  return { ...rows, positions, labels, weights };
}

/**
 * Rows as a graph takes them: `ids`, `places`, and those that are given. They have to fit the shape.
 *
 * @param sequences of each the rows
 */
export function rowsOf(
  sequences: readonly (readonly SequenceRow[])[],
  { batch, length, given: each }: Pick<BatchShape, "batch" | "length" | "given">,
  model: UnifiedModel,
): Inputs & { readonly ids: Int32Array } {
  const ids = new Int32Array(batch * length).fill(model.vocabulary.pad);
  const places = new Int32Array(ids.length);
  const given: Record<string, Float32Array> = {};
  const firstId = new Map<string, number>();
  let first = model.ids;
  for (const { name, given: { size } = { size: 0 } } of model.given) {
    firstId.set(name, first);
    const count = inBatch(batch, each[name]);
    given[`given.${name}`] = new Float32Array(count * size);
    first += count;
  }
  sequences.forEach((rows, row) => {
    const before = new Map<string, number>();
    rows.forEach(({ id, given: own, place }, i) => {
      const at = row * length + i;
      places[at] = place;
      if (own === undefined) return ids[at] = id;
      const { modality, values } = own;
      const index = before.get(modality) ?? 0;
      before.set(modality, index + 1);
      const givenRow = row * each[modality] + index;
      given[`given.${modality}`].set(values, givenRow * values.length);
      ids[at] = firstId.get(modality)! + givenRow;
    });
  });
  // A graph takes no places where they have no embeddings.
  return { ids, ...(model.config.places === 0 ? {} : { places }), ...given };
}

/** What is learned besides tokens, by modality: targets, the states they are read from, weights. */
function targetsOf(
  sequences: readonly Sequence[],
  shape: BatchShape,
  model: UnifiedModel,
): Record<string, Float32Array | Int32Array> {
  return Object.fromEntries(model.learning.flatMap(({ name, targets }) => {
    const { size, states = 1 } = targets!;
    const count = inBatch(shape.batch, shape.targets[name]);
    const values = new Float32Array(count * size);
    const positions = new Int32Array(count * states);
    const weights = new Float32Array(count);
    let next = 0;
    sequences.forEach((sequence, row) => {
      for (const target of sequence.targets) {
        if (target.modality !== name) continue;
        values.set(target.values, next * size);
        target.at.forEach((at, i) => positions[next * states + i] = row * shape.length + at);
        weights[next++] = 1;
      }
    });
    return [
      [`targets.${name}`, values],
      [`positions.${name}`, positions],
      [`weights.${name}`, weights],
    ];
  }));
}

/**
 * Batches that are the parts of one, as inputs of a training step: each with the counts of what is
 * learned in all of them, by which the losses are divided.
 */
export function partsOfBatch(parts: readonly SequenceBatch[], model: UnifiedModel): Inputs[] {
  const counts: Record<string, number> = {};
  for (const { name, tokens } of model.tables) {
    if (tokens!.head === undefined) continue;
    const first = model.firstId(name);
    counts[name] = parts.reduce(
      (sum, { labels, weights }) =>
        sum +
        labels.reduce((own, label, i) =>
          own + (label >= first && label < first + tokens!.size ? weights[i] : 0), 0),
      0,
    );
  }
  for (const { name } of model.learning) {
    counts[`targets.${name}`] = parts.reduce(
      (sum, part) => sum + (part[`weights.${name}`] as Float32Array).reduce((a, b) => a + b, 0),
      0,
    );
  }
  return parts.map((part) => ({ ...part, ...countsOf(counts) }));
}
