/** The loop that trains: one async generator, which a notebook can stop, look into and continue. */
import { setImmediate } from "node:timers/promises";
import {
  Interrupted,
  listenForInterrupt,
  short,
  shown,
  stopIfInterrupted,
} from "../notebook/mod.ts";
import { checkNumber } from "../runtime/mod.ts";
import { checkBudget } from "./budget.ts";
import { warmupCosine } from "./schedule.ts";
import type { Inputs, StepResult, TrainStep } from "./train_step.ts";

/** What is known after a step. */
export interface TrainingEvent {
  /** Of which it is a step. */
  readonly stage: string;
  /** 1 … steps. */
  readonly step: number;
  /** How many the stage has. */
  readonly steps: number;
  /** Samples seen in this stage so far. */
  readonly samples: number;
  /** Of the batch, before the update. */
  readonly loss: number;
  /** The terms of the loss, by name. */
  readonly parts: Readonly<Record<string, number>>;
  /** √Σ g² over all trained parameters, before clipping. */
  readonly gradientNorm: number;
  /** The learning rate of the step. */
  readonly rate: number;
  /** Since this run of the stage began. */
  readonly seconds: number;
  /** On average, since this run of the stage began. */
  readonly samplesPerSecond: number;
  /** Samples that were too long for the batch, and had others drawn in their place. */
  readonly leftOut?: number;
  /** The share of the batch's tokens that stand for nothing. */
  readonly padding?: number;
  /** What was computed, and with which graph; valid until the stage goes on. */
  readonly batch: Batch;
}

/** A batch, and the compiled step that takes its shapes. */
export interface Batch {
  /** The graph that takes the batch. */
  readonly trainStep: TrainStep;
  /** By name; a list where the batch is computed in parts. */
  readonly inputs: Inputs | readonly Inputs[];
  /** As an event's. */
  readonly leftOut?: number;
  /** As an event's. */
  readonly padding?: number;
}

/** What a loop trains, and how long. */
export interface LoopOptions {
  /** What it is called. */
  readonly stage: string;
  /** How many are taken in all, those already taken included. */
  readonly steps: number;
  /** Samples in a batch. */
  readonly batchSize: number;
  /** The highest learning rate: warmed up to, then lowered along a cosine. */
  readonly peakRate: number;
  /** The batch of a step (from 1). It depends on nothing but the step, so that a run can resume. */
  readonly batch: (step: number) => Batch | Promise<Batch>;
  /** Steps already taken. */
  readonly done?: number;
  /** Called after each step, before its event is seen. */
  readonly after?: (step: number, result: StepResult) => void | Promise<void>;
  /** Stops it after the step at hand. */
  readonly signal?: AbortSignal;
}

/**
 * Takes the steps one by one; the next batch is made while the device computes. In a notebook, an
 * interrupt of the cell stops it between two steps.
 *
 * @throws RangeError naming the number among the options that is not as expected
 * @throws Interrupted which says after which step
 */
export async function* trainingLoop(options: LoopOptions): AsyncGenerator<TrainingEvent, void> {
  const { stage, steps, batchSize, peakRate, done = 0, after, signal } = options;
  checkBudget({ steps, batchSize, peakRate }, stage);
  checkNumber("done", done, { whole: true, min: 0 });
  const start = performance.now();
  using _ = listenForInterrupt();
  const place = (step: number) => `${stage} after step ${step} of ${steps}`;
  let batch = done < steps ? await options.batch(done + 1) : undefined;
  for (let step = done + 1; step <= steps; step++) {
    signal?.throwIfAborted();
    stopIfInterrupted(place(step - 1));
    const rate = peakRate * warmupCosine(step - 1, steps);
    const makeNext = async () => {
      await setImmediate(); // lets the device begin first
      return step < steps ? options.batch(step + 1) : undefined;
    };
    const [taken, next] = await Promise.allSettled([
      batch!.trainStep.run(batch!.inputs, { step, rate }),
      makeNext(),
    ]);
    if (taken.status === "rejected") throw taken.reason;
    const result = taken.value;
    await after?.(step, result);
    const seconds = (performance.now() - start) / 1000;
    const { loss, parts, gradientNorm } = result;
    const { leftOut, padding } = batch!;
    const event: TrainingEvent = {
      stage,
      step,
      steps,
      samples: step * batchSize,
      loss,
      parts,
      gradientNorm,
      rate,
      seconds,
      samplesPerSecond: (step - done) * batchSize / seconds,
      leftOut,
      padding,
      batch: batch!,
    };
    yield shown(event, inWords);
    if (next.status === "rejected") {
      throw next.reason instanceof Interrupted ? new Interrupted(place(step)) : next.reason;
    }
    batch = next.value;
  }
}

function inWords(event: TrainingEvent): string {
  const { stage, step, steps, loss, gradientNorm, rate, samplesPerSecond } = event;
  const parts = Object.entries(event.parts).map(([name, part]) => `${name} ${short(part)}`);
  return `${stage}, step ${step} of ${steps}: loss ${short(loss)}` +
    (parts.length === 0 ? "" : ` (${parts.join(", ")})`) +
    `, gradient norm ${short(gradientNorm)}, rate ${short(rate)}, ` +
    `${Math.round(samplesPerSecond)} samples/s`;
}
