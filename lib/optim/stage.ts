import type { TrainingEvent } from "./loop.ts";
import { short, shown } from "../notebook/mod.ts";
import type { StepMemory } from "./memory.ts";

/** A named part of a training: so many steps, which can begin in the middle and be stopped. */
export interface Stage {
  readonly name: string;
  readonly steps: number;
  readonly batchSize: number;
  /** What a step needs, with batches of another size where it is given. */
  memory(batchSize?: number): StepMemory;
  /** Trains from step `done` + 1 to the end. State lives in the store that the stage was made for. */
  run(options?: { done?: number; signal?: AbortSignal }): AsyncGenerator<TrainingEvent, void>;
}

/** The stage, which shows itself on the console as a line. */
export function shownStage(stage: Stage): Stage {
  return shown(
    stage,
    ({ name, steps, batchSize }) =>
      `Stage "${name}": ${short(steps)} steps of ${short(batchSize)} samples`,
  );
}
