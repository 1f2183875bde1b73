/** What `deno task dreamllm` finds: its form in `docs/results/dreamllm.json`. */
import { z } from "../lib/packages/zod.ts";
import { Distances, Measured as MeasuredOfAll, reportOf, Trained } from "./study_results.ts";

/** What a model can do, and how far its drawings are from other true pictures, beside true ones. */
export const Measured = z.strictObject({
  ...MeasuredOfAll.shape,
  distances: z.strictObject({ drawn: Distances, true: Distances }),
});
export type Measured = z.infer<typeof Measured>;

/** An arm, how it was trained, and what came of it. */
export const DreamResult = z.strictObject({
  ...Trained.shape,
  recipe: z.enum(["illume", "metamorph", "dreamllm"]),
  queries: z.number(),
  aligned: z.boolean(),
  ...Measured.shape,
});
export type DreamResult = z.infer<typeof DreamResult>;

export const DreamReport = reportOf(DreamResult);
export type DreamReport = z.infer<typeof DreamReport>;
export type DreamRun = DreamReport["runs"][number];
