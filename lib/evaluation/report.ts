/** The schema of `report.json` and of what `evaluate` prints, but for files of GenEval and POPE. */
import { z } from "../packages/zod.ts";

const share = z.number().min(0).max(1);
const count = z.number().int().nonnegative();

const tasks = {
  single: share,
  two: share,
  counting: share,
  colors: share,
  position: share,
  attribution: share,
  other: share,
  overall: share,
};

const PopeSplit = z.object({ accuracy: share, f1: share, yesRatio: share });

const Details = z.object({
  count: share,
  color: share,
  where: share,
  what: share,
  yesNo: share,
}).partial();
const Editing = z.object({ done: share, kept: share, both: share });

const Recall = z.object({ recallAt1: share, recallAt5: share });
const Distances = z.object({ frechet: z.number(), kernel: z.number() });

/**
 * Everything a run or an evaluation measured. What was not run is absent, never zero. Scores
 * are shares from 0 to 1, PSNR is in decibels, durations are in seconds, memory in bytes.
 *
 * - `recipe`: what was trained; reports from before there were several have none.
 * - `geneval`: the accuracies of the six tasks, and of `other` captions; `overall` is their unweighted
 *   mean; `ceiling` the overall score on true scenes and on scenes that went through the tokenizer.
 *   `byCodes` is the same of the same drawings by a second judge, which reads their codes and sees no
 *   pixels; `agreement` says of how many drawings both judges say the same.
 * - `visualizer`: GenEval of what MetaMorph's visualizer draws of the visual tokens of true scenes;
 *   `ceiling` of the same scenes after the tokenizer.
 * - `stories`: of stories about held-out things: `placed` the F1 of where pictures stand, `shown` the
 *   share of pictures that show all that is told and nothing else, `kept` the share of things that the
 *   words leave alone and the next picture has as they were, `keptOverFour` the same over four pictures,
 *   `told` the share of texts that are understood and may happen, `captioned` the share of those with a
 *   picture that end with all that is there then, `fulfilled` the share of stories that are about what
 *   was asked for, `pictures` how many a story has.
 * - `pope`: one entry a way of choosing the absent objects.
 * - `details`: of pictures of two, three and four tinted things, by that number, the share of questions
 *   that are answered right, word for word: "how many a are there" (`count`; not in reports from before
 *   it was asked), "what color is a", "where is a from b", "what is above a" (`what`), "is a above b"
 *   (`yesNo`).
 * - `judging`: of true pictures and near misses, beside held-out captions, the share of which the model
 *   says rightly whether each axis is as asked, and its verdict.
 * - `editing`: the share of random edits that are done, that keep all else, and that do both; in all,
 *   and by kind, with the number of each.
 * - `probes`: what one linear layer reads from the feature of a patch: what stands there, in which
 *   colour, and whether anything does.
 * - `selfEnhancement`: GenEval before and after it; `agreement` is the share of the model's verdicts on
 *   its own drawings that are the parser's, `kappa` how much more than chance that is (Cohen 1960).
 * - `retrieval`: among how many a picture finds its caption, and a caption its picture.
 * - `distances`: how far drawn pictures are from true ones by the tokenizer's own features, and, to
 *   compare, how far reconstructed ones are, and others that were learned from.
 * - `data`: of a folder of pictures: how many pictures and captions were learned from, how many
 *   pictures were held out, and what was skipped, by reason; of a folder of documents of text and
 *   pictures also how many of these were learned from and held out.
 * - `descriptions`: how many words descriptions of held-out pictures share with the pictures' captions
 *   (F₁), those of pictures that were learned from, and descriptions of other pictures, which says how
 *   much depends on what is seen.
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
  recipe: z.string(),
  preset: z.string(),
  seed: z.number().int(),
  device: z.string(),
  geneval: z.object({
    ...tasks,
    ceiling: z.object({ truth: share, reconstructed: share }).partial(),
    byCodes: z.object({ ...tasks, agreement: share, ceiling: share }).partial(),
  }).partial(),
  visualizer: z.object({ ...tasks, ceiling: share }).partial(),
  stories: z.object({
    placed: share,
    shown: share,
    kept: share,
    keptOverFour: share,
    told: share,
    captioned: share,
    fulfilled: share,
    pictures: z.number().nonnegative(),
  }).partial(),
  pope: z.object({ random: PopeSplit, popular: PopeSplit, adversarial: PopeSplit }).partial(),
  details: z.record(z.string(), Details),
  judging: z.object({
    object: share,
    count: share,
    color: share,
    position: share,
    verdict: share,
  }).partial(),
  editing: Editing.extend({ byKind: z.record(z.string(), Editing.extend({ edits: count })) }),
  probes: z.object({ concept: share, color: share, position: share }),
  reconstruction: z.object({
    featureCosine: z.number().min(-1).max(1),
    psnr: z.number(),
    codebookUse: share,
    perplexity: z.number().min(1),
  }).partial(),
  selfEnhancement: z.object({
    before: share,
    after: share,
    agreement: share.optional(),
    kappa: z.number().min(-1).max(1).optional(),
    byCodes: z.object({ before: share, after: share }).optional(),
  }),
  retrieval: z.object({ among: count, captionsByPictures: Recall, picturesByCaptions: Recall }),
  distances: z.object({
    pictures: count,
    drawn: Distances,
    reconstructed: Distances.optional(),
    learned: Distances.optional(),
  }),
  data: z.object({
    path: z.string(),
    pictures: count,
    captions: count,
    heldOut: count,
    /** Held-out pictures with a caption whose words are all known: only these can be drawn. */
    known: count,
    documents: z.object({ learned: count, heldOut: count }).optional(),
    skipped: z.record(z.string(), count),
  }),
  descriptions: z.object({ heldOut: share, learned: share, others: share }),
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
