/** What `deno task metamorph` finds: its form in `docs/results/metamorph.json`. */
import { z } from "../lib/packages/zod.ts";
import { Measured, reportOf, Trained } from "./study_results.ts";

/** An arm, how it was trained, and what came of it. */
export const ArmResult = z.strictObject({
  ...Trained.shape,
  recipe: z.enum(["illume", "metamorph"]),
  loss: z.enum(["cosine", "l1"]),
  ...Measured.shape,
});
export type ArmResult = z.infer<typeof ArmResult>;

export const StudyReport = reportOf(ArmResult);
export type StudyReport = z.infer<typeof StudyReport>;
export type StudyRun = StudyReport["runs"][number];
