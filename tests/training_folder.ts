/** Trainings in folders, small enough to stop and resume at every step. */
import assert from "node:assert/strict";
import { forgetOptimizer, type Stage, trainingLoop, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, StateStore } from "../lib/runtime/mod.ts";
import { readMetrics } from "../lib/training/metrics.ts";
import { Progress } from "../lib/training/progress.ts";
import { LogView } from "../lib/training/progress_view.ts";
import { ResumeError, type Settings, Training } from "../lib/training/training.ts";
import { filesOf } from "./folder.ts";
import { contents, LINE, LINE_BATCH, lineInputs, lineStep } from "./line.ts";

export const device = await openDevice("cpu", { threads: 1 });
export const SETTINGS = { preset: "nano", seed: 0, model: { heads: 4 } };
const STOPPED = new Error("stopped");

export const silent = () => new Progress({ view: new LogView(() => {}) });

/** Fits y = W·x + b; its batch of step `torn` cannot be made. */
export function fit(store: StateStore, name: string, steps: number, torn?: number): Stage {
  return {
    name,
    steps,
    batchSize: LINE_BATCH,
    memory: () => Promise.resolve(TrainStep.memory(LINE)),
    async *run({ done = 0, signal } = {}) {
      if (done === 0) forgetOptimizer(store);
      using trainStep = await lineStep(device, store);
      yield* trainingLoop({
        stage: name,
        steps,
        batchSize: LINE_BATCH,
        peakRate: 0.1,
        done,
        signal,
        batch(step) {
          if (step === torn) throw new Error("the file is torn");
          return { trainStep, inputs: lineInputs(name, step) };
        },
      });
      forgetOptimizer(store);
    },
  };
}

export const threeStages = (store: StateStore) => [
  fit(store, "one", 3),
  fit(store, "two", 2),
  fit(store, "three", 4),
];

export interface Run {
  readonly directory: string;
  readonly stages?: (store: StateStore) => Stage[];
  readonly settings?: Settings;
  readonly resume?: boolean;
  readonly saveEvery?: number;
  /** Steps after which the run is stopped. */
  readonly stopAfter?: number;
  readonly progress?: Progress;
  /** Called after each stage. */
  readonly between?: (training: Training) => Promise<void>;
}

/** Trains until all is done or it is stopped, and tells what is left then, but for the times. */
export async function train(run: Run) {
  const { directory, stages = threeStages, settings = SETTINGS, resume, saveEvery, between } = run;
  let { stopAfter = Infinity } = run;
  using store = new StateStore(device);
  const controller = new AbortController();
  const stopWhenDue = () => stopAfter <= 0 && controller.abort(STOPPED);
  using training = await Training.open({
    directory,
    store,
    settings,
    existing: resume ? "resume" : "refuse",
    saveEvery,
    signal: controller.signal,
    progress: run.progress ?? silent(),
  });
  stopWhenDue();
  try {
    for (const stage of stages(store)) {
      for await (const _ of training.run(stage)) {
        stopAfter--;
        stopWhenDue();
      }
      await between?.(training);
    }
  } catch (error) {
    if (error !== STOPPED) throw error;
  }
  const metrics = await readMetrics(`${directory}/metrics.jsonl`);
  return {
    metrics: metrics.map((line) => ({ ...line, seconds: 0 })),
    stages: training.stages.map((summary) => ({ ...summary, seconds: 0 })),
    store: await contents(store),
  };
}

/** A resume that must fail with one line, and change nothing in the folder. */
export async function refuses(run: Run, ...messages: readonly RegExp[]): Promise<void> {
  const before = await filesOf(run.directory);
  await assert.rejects(train({ ...run, resume: true }), (error) => {
    assert.ok(error instanceof ResumeError, `${error}`);
    for (const message of [/^Expected [^\n]*, but found [^\n]*$/, ...messages]) {
      assert.match(error.message, message);
    }
    return true;
  });
  assert.deepEqual(await filesOf(run.directory), before, "nothing is lost");
}
