/** What `deno task dreamllm` finds: its form in `docs/results/dreamllm.json`. */
import { z } from "../lib/packages/zod.ts";
import { VisionResult } from "./metamorph_results.ts";
import { Distances, Measured as MeasuredOfAll } from "./study_results.ts";

/** What a model can do, and how far its drawings are from other true pictures, beside true ones. */
export const Measured = z.strictObject({
  ...MeasuredOfAll.shape,
  distances: z.strictObject({ drawn: Distances, true: Distances }),
});
export type Measured = z.infer<typeof Measured>;

/** An arm, how it was trained, and what came of it. */
export const DreamResult = z.strictObject({
  name: z.string(),
  recipe: z.enum(["illume", "metamorph", "dreamllm"]),
  queries: z.number(),
  aligned: z.boolean(),
  samples: z.record(z.string(), z.number()),
  steps: z.number(),
  /** Of the arm's last stage. */
  seconds: z.number(),
  samplesPerSecond: z.number(),
  /** All but the tokenizer's, and a MetaMorph's visualizer's. */
  parameters: z.number(),
  /** Of the code that trained it. */
  commit: z.string(),
  ...Measured.shape,
});
export type DreamResult = z.infer<typeof DreamResult>;

/** What came of a seed. */
export const DreamRun = z.strictObject({
  seed: z.number(),
  vision: VisionResult,
  arms: z.array(DreamResult),
});
export type DreamRun = z.infer<typeof DreamRun>;

/** All of it. */
export const DreamReport = z.strictObject({
  command: z.string(),
  commit: z.string(),
  date: z.string(),
  machine: z.string(),
  /** All that decides, beside seed and arm, what is found. */
  recipe: z.looseObject({}),
  runs: z.array(DreamRun),
});
export type DreamReport = z.infer<typeof DreamReport>;

/** An arm's result with each seed that has it. */
export function resultsOf(runs: readonly DreamRun[], name: string): DreamResult[] {
  return runs.flatMap(({ arms }) => arms.filter((arm) => arm.name === name));
}
