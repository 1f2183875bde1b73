/** Results as `deno task dreamllm` would find them, of made-up scores: what tables and figures show. */
import { type Arm, armsOf, EXPERIMENTS } from "../examples/dreamllm_arms.ts";
import type { DreamReport, DreamResult, DreamRun } from "../examples/dreamllm_results.ts";
import { madeUpReport } from "./metamorph_results.ts";

const CAPTIONS = 48;

/** @param drawing of an arm with a seed, the share of its drawings that are right */
export function madeUpDreams(
  seeds: readonly number[],
  drawing: (arm: Arm, seed: number) => number,
): DreamReport {
  const { runs: others, ...about } = madeUpReport(seeds, () => 0.5, () => 0.75);
  const runs = others.map(({ seed, vision }): DreamRun => ({
    seed,
    vision,
    arms: armsOf(Object.keys(EXPERIMENTS)).map((arm) => resultOf(arm, drawing(arm, seed))),
  }));
  return { ...about, runs };
}

function resultOf(arm: Arm, drawing: number): DreamResult {
  const right = Math.round(drawing * CAPTIONS);
  const { samples } = arm;
  const details = { count: 1, color: 0.5, where: 0.25, what: 0.5, yesNo: NaN };
  const illustrations = { shown: 0.75, kept: 0.5, keptOverFour: 0.25 };
  const distances = { frechet: 0.5, kernel: 0.01 };
  return {
    ...arm,
    samples: { ...samples },
    steps: 10,
    seconds: 60,
    samplesPerSecond: 123,
    parameters: 1_841_504,
    commit: "0",
    geneval: { overall: right / CAPTIONS },
    drawings: "1".repeat(right) + "0".repeat(CAPTIONS - right),
    pope: 0.75,
    nats: 30,
    distances: { drawn: distances, true: { ...distances, frechet: 0.05 } },
    ...(samples.edits
      ? {
        details: { 2: details, 3: details, 4: details },
        edits: { done: 0.75, kept: 0.5, both: 0.5 },
        diversity: { layouts: 7, chance: 9.5, right: 0.75 },
      }
      : {}),
    ...(samples.stories
      ? {
        stories: {
          ...illustrations,
          placed: 0.875,
          told: 1,
          captioned: 0.75,
          fulfilled: 0.5,
          pictures: 3.5,
        },
        illustrated: {
          afterTrue: illustrations,
          afterOwn: { ...illustrations, shown: 0.5, kept: NaN },
        },
      }
      : {}),
  };
}
