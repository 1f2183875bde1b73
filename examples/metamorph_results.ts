/** What `deno task metamorph` finds: its form in `docs/results/metamorph.json`. */
import { z } from "../lib/packages/zod.ts";
import { Distances, Measured } from "./study_results.ts";

const share = z.number();

/** An arm, how it was trained, and what came of it. */
export const ArmResult = z.strictObject({
  name: z.string(),
  recipe: z.enum(["illume", "metamorph"]),
  loss: z.enum(["cosine", "l1"]),
  samples: z.record(z.string(), z.number()),
  steps: z.number(),
  /** Of the arm's own stage. */
  seconds: z.number(),
  samplesPerSecond: z.number(),
  /** Of the language model, its adapter and its heads. */
  parameters: z.number(),
  /** Of the code that trained it. */
  commit: z.string(),
  ...Measured.shape,
});
export type ArmResult = z.infer<typeof ArmResult>;

/** What the part is worth that all arms of a seed share. */
export const VisionResult = z.strictObject({
  /** GenEval of what the visualizer draws of true visual tokens, by task and in the mean. */
  visualizer: z.record(z.string(), share),
  /** The same scenes, true and after the tokenizer. */
  truth: share,
  reconstructed: share,
  /** How far from true pictures: drawn of their visual tokens, of their codes, and other true ones. */
  distances: z.strictObject({
    visualized: Distances,
    reconstructed: Distances,
    others: Distances,
  }),
  /** Of the training of tokenizer and visualizer. */
  seconds: z.number(),
});
export type VisionResult = z.infer<typeof VisionResult>;

/** What came of a seed. */
export const StudyRun = z.strictObject({
  seed: z.number(),
  vision: VisionResult,
  arms: z.array(ArmResult),
});
export type StudyRun = z.infer<typeof StudyRun>;

/** All of it. */
export const StudyReport = z.strictObject({
  command: z.string(),
  commit: z.string(),
  date: z.string(),
  machine: z.string(),
  /** All that decides, beside seed and arm, what is found. */
  recipe: z.looseObject({}),
  runs: z.array(StudyRun),
});
export type StudyReport = z.infer<typeof StudyReport>;

/** An arm's result with each seed that has it. */
export function resultsOf(runs: readonly StudyRun[], name: string): ArmResult[] {
  return runs.flatMap(({ arms }) => arms.filter((arm) => arm.name === name));
}
