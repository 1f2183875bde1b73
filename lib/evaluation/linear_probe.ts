/** Linear probes (arXiv 1610.01644): what can be read from features by one linear layer. */
import { input, ops, toOnnx } from "../graph/mod.ts";
import { linear, meanAll, Scope } from "../nn/mod.ts";
import { adamw, trainingLoop, TrainStep } from "../optim/mod.ts";
import {
  checkNumber,
  checkNumbers,
  COUNT,
  type Device,
  Program,
  StateStore,
} from "../runtime/mod.ts";

/** Features `[rows, dim]` and the class of each row. */
export interface ProbedRows {
  /** Row by row. */
  readonly features: Float32Array;
  /** A class for each row, from 0. */
  readonly labels: Int32Array;
}

const STEPS = 300;

/**
 * Fits one linear layer to `train` by the cross entropy, and gives the share of `test` that it names
 * rightly, from 0 to 1.
 *
 * @throws {RangeError} where a set is empty, features and labels do not fit each other, a label is no
 * class, and for the first feature that is not finite.
 *
 * @example
 * ```ts
 * import { openDevice, Random } from "../runtime/mod.ts";
 * import { linearProbe } from "./linear_probe.ts";
 *
 * using device = await openDevice();
 * const features = new Random(0).normals(200 * 4);
 * const labels = Int32Array.from({ length: 200 }, (_, i) => features[i * 4 + 2] > 0 ? 1 : 0);
 * const sides = { features, labels };
 * const accuracy = await linearProbe(device, { train: sides, test: sides, classes: 2, seed: 0 });
 * if (accuracy < 0.9) throw new Error(`Expected a plane to part them, but found ${accuracy}`);
 * ```
 */
export async function linearProbe(
  device: Device,
  { train, test, classes, seed }: {
    train: ProbedRows;
    test: ProbedRows;
    classes: number;
    seed: number;
  },
): Promise<number> {
  const dim = dimOf(train);
  if (dimOf(test) !== dim) {
    throw new RangeError(`Expected ${dim} features a row to test, but found ${dimOf(test)}`);
  }
  checkNumber("classes", classes, COUNT);
  checkRows("train", train, dim, classes);
  checkRows("test", test, dim, classes);
  const logits = (scope: Scope, name: string, rows: number) =>
    linear(scope, input(name, "float32", [rows, dim]), classes, { bias: true });
  using store = new StateStore(device);
  using trainStep = await TrainStep.compile({
    device,
    store,
    losses: (scope) => {
      const labels = input("labels", "int32", [train.labels.length]);
      const scores = logits(scope, "features", train.labels.length);
      return { loss: meanAll(ops.crossEntropy(scores, labels)) };
    },
    optimizer: adamw(),
    seed,
  });
  const batch = () => ({ trainStep, inputs: { ...train } });
  const loop = { stage: "probe", steps: STEPS, batchSize: train.labels.length, peakRate: 0.03 };
  for await (const _ of trainingLoop({ ...loop, batch }));

  const scores = logits(new Scope(), "features", test.labels.length);
  const named = ops.argmax(scores, { axis: 1 });
  using program = await Program.compile(device, toOnnx({ named }), store);
  const { named: found } = await program.run({ features: test.features });
  return test.labels.filter((label, row) => found[row] === label).length / test.labels.length;
}

function checkRows(set: string, { features, labels }: ProbedRows, dim: number, classes: number) {
  checkNumbers(features, (i) => `row ${Math.floor(i / dim)}, column ${i % dim} of ${set}`);
  labels.forEach((label, row) =>
    checkNumber(`label ${row} of ${set}`, label, { whole: true, min: 0, max: classes - 1 })
  );
}

function dimOf({ features, labels }: ProbedRows): number {
  const dim = features.length / labels.length;
  if (labels.length > 0 && Number.isInteger(dim) && dim > 0) return dim;
  throw new RangeError(
    `Expected features for ${labels.length} labels, but found ${features.length} numbers`,
  );
}
