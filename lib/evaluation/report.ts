/** The schema of `report.json` and of what `evaluate` prints, but for files of GenEval and POPE. */
import { z } from "../packages/zod.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative();

const Recall = z.object({ recallAt1: share, recallAt5: share });

const PopeSplit = z.object({ accuracy: share, f1: share, yesRatio: share });

/**
 * Everything a run or an evaluation measured. A part that was not run is absent, never zero. Scores
 * are shares from 0 to 1, PSNR is in decibels, durations are in seconds, memory in bytes.
 *
 * - `geneval`: the accuracies of the six tasks, and of `other` captions; `overall` is their unweighted mean; `ceiling` the overall
 *   score of the parser on true scenes and on scenes that went through the tokenizer.
 * - `pope`: one entry a way of choosing the absent objects.
 * - `probes`: what one linear layer reads from the feature of a patch: what stands there, in which
 *   colour, and whether anything does.
 * - `selfEnhancement`: GenEval overall before and after the round, and how often the model's verdict
 *   on its drawings is then the parser's.
 * - `data`: of a folder of pictures: how many pictures and captions were learned from, how many
 *   pictures were held out, and what was skipped, by reason.
 * - `retrieval`: of held-out captions by their pictures and the other way round, among so many.
 * - `distances`: Fréchet distances from held-out pictures, by the tokenizer's own features: of drawings
 *   of their captions, of their reconstructions, and of pictures that were learned from.
 * - `descriptions`: how many words descriptions of held-out pictures share with the pictures' captions
 *   (F₁); the same of pictures that were learned from, and of captions that belong to other pictures.
 *
 * @example
 * ```ts
 * import { Report } from "./report.ts";
 *
 * const report = Report.parse({ preset: "nano", seed: 0, device: "cpu", geneval: { single: 1 } });
 * if (report.pope !== undefined) throw new Error("Expected no POPE");
 * ```
 */
export const Report = z.object({
  preset: z.string(),
  seed: z.number().int(),
  device: z.string(),
  geneval: z.object({
    single: share,
    two: share,
    counting: share,
    colors: share,
    position: share,
    attribution: share,
    other: share,
    overall: share,
    ceiling: z.object({ truth: share, reconstructed: share }).partial(),
  }).partial(),
  pope: z.object({ random: PopeSplit, popular: PopeSplit, adversarial: PopeSplit }).partial(),
  probes: z.object({ concept: share, color: share, position: share }),
  reconstruction: z.object({
    featureCosine: z.number().min(-1).max(1),
    psnr: z.number(),
    codebookUse: share,
    perplexity: z.number().min(1),
  }).partial(),
  selfEnhancement: z.object({ before: share, after: share, agreement: share.optional() }),
  data: z.object({
    path: z.string(),
    pictures: count,
    captions: count,
    heldOut: count,
    /** Held-out captions whose words are all known, which alone can be drawn. */
    known: count,
    skipped: z.record(z.string(), count),
  }),
  retrieval: z.object({ captions: Recall, pictures: Recall, among: count }),
  distances: z.object({ drawn: z.number(), reconstructed: z.number(), learned: z.number() }),
  descriptions: z.object({ heldOut: share, learned: share, chance: share }),
  stages: z.array(z.object({
    name: z.string(),
    samples: count,
    seconds: z.number().nonnegative(),
    firstLoss: z.number(),
    lastLoss: z.number(),
  })),
  seconds: z.number().nonnegative(),
  peakMemoryBytes: count,
}).partial().required({ preset: true, seed: true, device: true });

export type Report = z.infer<typeof Report>;
