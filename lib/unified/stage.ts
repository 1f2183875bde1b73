/** Stages that train a unified model on mixtures of documents. */
import type { DataSet } from "../data/data_set.ts";
import { type Document, inWords } from "../data/document.ts";
import type { Precision } from "../graph/mod.ts";
import type { Scope } from "../nn/mod.ts";
import {
  type Budget,
  FittingSamples,
  muon,
  type Rates,
  type Rows,
  type Stage,
  type StageBatch,
  trainingStage,
} from "../optim/mod.ts";
import { checkNumber, type Device, type Random, type StateStore } from "../runtime/mod.ts";
import { batchOf, type BatchShape, fits, partsOfBatch } from "./batch.ts";
import { type Bucket, bucketsOf, documentOf, Lengths, pick, type Source } from "./buckets.ts";
import { unifiedLosses } from "./losses.ts";
import { sequencesOf } from "./sequence.ts";
import type { Sequence } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** What a stage learns, as data. */
export interface StagePlan {
  /** What it is called: "understanding", "drawing" … */
  readonly name: string;
  /** Default: everything at the peak rate. */
  readonly rates?: Rates;
  /** How often documents of each kind come up. */
  readonly mixture: Readonly<Record<string, number>>;
  /** How long and how fast it learns. */
  readonly budget: Budget;
  /** In how many parts a batch is computed, to need the memory of one; default 1. */
  readonly accumulate?: number;
  /** Keeps only what enters each block, and computes the rest again for the gradient. */
  readonly recompute?: boolean;
  /** Default float32. */
  readonly precision?: Precision;
}

/** What is trained: a unified model whose parameters live in a store. */
export interface Trainee {
  /** Where it is trained. */
  readonly device: Device;
  /** Where its parameters live. */
  readonly store: StateStore;
  /** Of the initial weights and of the order of samples. */
  readonly seed: number;
  /** What enters the language model, and leaves it. */
  readonly unified: UnifiedModel;
}

/** A document, and the sequence that it is. */
interface Spoken {
  readonly document: Document;
  readonly sequence: Sequence;
  /** Of its bucket. */
  readonly shape: BatchShape;
}

/** Stages that train a model, one for each plan; lengths are measured once for all of them. */
export function unifiedStages(
  trainee: Trainee,
  documents: Readonly<Record<string, DataSet<Document>>>,
  plans: readonly StagePlan[],
): Stage[] {
  const lengths = new Lengths(trainee.unified, trainee.seed);
  return plans.map((plan) => {
    const sources = Object.entries(plan.mixture).map(([name, weight]) => {
      if (Object.hasOwn(documents, name)) return { name, weight, documents: documents[name] };
      throw new RangeError(
        `Expected stage "${plan.name}" to mix documents among ` +
          `${Object.keys(documents).join(", ")}, but found "${name}"`,
      );
    });
    return unifiedStage(trainee, plan, sources, lengths);
  });
}

function unifiedStage(
  trainee: Trainee,
  plan: StagePlan,
  sources: readonly Source[],
  lengths: Lengths,
): Stage {
  const { unified: model } = trainee;
  const { name, budget, rates, accumulate: parts = 1, recompute = false, precision } = plan;
  for (const { weight } of sources) {
    checkNumber(`weight in stage "${name}"`, weight, { min: 0 });
  }
  const total = sources.reduce((sum, { weight }) => sum + weight, 0);
  checkNumber(`sum of weights in stage "${name}"`, total, { above: 0 });
  const used = sources.filter(({ weight }) => weight > 0);
  let buckets: readonly Bucket[] = [];
  const samples = new FittingSamples<Spoken>({
    stage: name,
    expectedOf: ({ shape }) =>
      `documents of at most ${shape.length} rows with ${shape.learned} learned`,
    fits: ({ sequence, shape }) => fits([sequence], shape),
    lengthOf: ({ sequence }) => sequence.rows.length,
    textOf: ({ document }) => inWords(document),
  });
  return trainingStage(trainee, name, budget, {
    async graphs() {
      buckets = await bucketsOf(used, lengths);
      return Object.fromEntries(buckets.map((bucket) => [bucket.name, {
        losses: (root: Scope, batch: number) =>
          unifiedLosses(root, model, { ...bucket.shape, batch }, { recompute }),
      }]));
    },
    rates,
    parts,
    precision,
    optimizer: muon(),
    settings: { mixture: plan.mixture, recompute, model: { ...model.config } },
    batch(rows) {
      return batchFrom(pick(buckets, rows.shared), samples, { rows, parts, model });
    },
  });
}

/** A full batch in parts, each row from its own stream. */
async function batchFrom(
  { name, parts: kinds, shape }: Bucket,
  samples: FittingSamples<Spoken>,
  { rows, parts, model }: {
    readonly rows: Rows;
    readonly parts: number;
    readonly model: UnifiedModel;
  },
): Promise<StageBatch> {
  const { drawn, leftOut } = await samples.drawRows(
    Array.from({ length: rows.count }, (_, row) => rows.random(row)),
    async (randoms: readonly Random[]) => {
      const documents = await Promise.all(
        randoms.map((random) => documentOf(pick(kinds, random), random, model)),
      );
      const sequences = await sequencesOf(documents, model, randoms);
      return documents.map((document, i) => ({ document, sequence: sequences[i], shape }));
    },
  );
  const sequences = drawn.map(({ sequence }) => sequence);
  const each = rows.count / parts;
  const batches = Array.from(
    { length: parts },
    (_, i) => batchOf(sequences.slice(i * each, (i + 1) * each), { ...shape, batch: each }, model),
  );
  const filled = sequences.reduce((sum, { rows }) => sum + rows.length, 0);
  return {
    graph: name,
    inputs: partsOfBatch(batches, model),
    leftOut,
    padding: 1 - filled / (rows.count * shape.length),
  };
}
