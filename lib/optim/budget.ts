/** How long and how fast a stage learns. */
import { checkNumber, COUNT } from "../runtime/mod.ts";

/** How long and how fast a stage learns. */
export interface Budget {
  /** How many, 1 or more. */
  readonly steps: number;
  /** Samples in a batch. */
  readonly batchSize: number;
  /** The highest learning rate, after the warmup. */
  readonly peakRate: number;
}

/**
 * Checks the budget of a stage.
 * @throws RangeError naming the stage and the number that is not as expected
 */
export function checkBudget({ steps, batchSize, peakRate }: Budget, stage: string): void {
  checkNumber(`steps of stage "${stage}"`, steps, COUNT);
  checkNumber(`batchSize of stage "${stage}"`, batchSize, COUNT);
  checkNumber(`peakRate of stage "${stage}"`, peakRate, { min: 0 });
}

/**
 * A budget with a share of its steps, at least one.
 *
 * @example
 * ```ts
 * import { shortened } from "./budget.ts";
 *
 * const { steps } = shortened({ steps: 250, batchSize: 64, peakRate: 2e-3 }, 0.1);
 * if (steps !== 25) throw new Error(`${steps}`);
 * ```
 */
export function shortened(budget: Budget, share: number): Budget {
  checkNumber("share", share, { above: 0 });
  return { ...budget, steps: Math.max(1, Math.round(budget.steps * share)) };
}
