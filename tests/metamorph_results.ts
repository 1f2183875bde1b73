/** Results as `deno task metamorph` would find them, of made-up scores: what tables and figures show. */
import { type Arm, armsOf, EXPERIMENTS } from "../examples/metamorph_arms.ts";
import type { ArmResult, StudyReport, StudyRun } from "../examples/metamorph_results.ts";

const CAPTIONS = 48;
const TASKS = ["single", "two", "counting", "colors", "position", "attribution", "overall"];

/**
 * @param drawing of an arm with a seed, the share of its drawings that are right
 * @param pope the same of answers
 */
export function madeUpReport(
  seeds: readonly number[],
  drawing: (arm: Arm, seed: number) => number,
  pope: (arm: Arm, seed: number) => number,
): StudyReport {
  const arms = armsOf(Object.keys(EXPERIMENTS));
  const runs = seeds.map((seed): StudyRun => ({
    seed,
    vision: {
      visualizer: scores(0.9),
      truth: 1,
      reconstructed: 0.96,
      distances: {
        visualized: { frechet: 2, kernel: 0.2 },
        reconstructed: { frechet: 1, kernel: 0.1 },
        others: { frechet: 0.5, kernel: 0 },
      },
      seconds: 120,
    },
    arms: arms.map((arm) => resultOf(arm, drawing(arm, seed), pope(arm, seed))),
  }));
  const about = { command: "", commit: "0", date: "", machine: "a machine" };
  return { ...about, recipe: { quick: true }, runs };
}

function resultOf(arm: Arm, drawing: number, pope: number): ArmResult {
  const right = Math.round(drawing * CAPTIONS);
  const { samples } = arm;
  const details = { count: 1, color: 0.5, where: 0.25, what: 0.5, yesNo: NaN };
  const answers = { all: 0.5, changed: 0.5, position: 0.25, counting: 0.5, color: NaN };
  return {
    ...arm,
    samples: { ...samples },
    steps: 10,
    seconds: 60,
    samplesPerSecond: 123,
    parameters: 841_504,
    commit: "0",
    geneval: scores(right / CAPTIONS),
    drawings: "1".repeat(right) + "0".repeat(CAPTIONS - right),
    pope,
    nats: 5 * pope,
    ...(arm.recipe === "metamorph" && samples.drawing
      ? { cosines: { afterTruth: [0.5, 0.75], afterOwn: [0.5, 0.625] } }
      : {}),
    ...(samples.edits
      ? {
        details: { 2: details, 3: details, 4: details },
        edits: { done: 0.75, kept: 0.5, both: 0.5 },
        diversity: { layouts: 7, chance: 9.5, right: 0.75 },
      }
      : {}),
    ...(samples.imagined
      ? { thinking: { drawn: { ...answers, position: 0.5 }, imagined: answers, pictures: 0.25 } }
      : {}),
    ...(samples.frames ? { frames: { next: 0.5, previous: 0.25, missing: 0.75 } } : {}),
  };
}

function scores(each: number): Record<string, number> {
  return Object.fromEntries(TASKS.map((task) => [task, each]));
}
