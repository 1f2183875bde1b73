/** What `deno task metamorph` finds: its form in `docs/results/metamorph.json`. */
import { z } from "../lib/packages/zod.ts";
import type { DetailScores, ThinkingScores } from "../mod.ts";

const share = z.number();

/** A share of none is none: JSON has null. */
const ofSome = z.number().nullable().transform((value) => value ?? NaN);

const Details: z.ZodType<DetailScores> = z.strictObject({
  color: ofSome,
  where: ofSome,
  what: ofSome,
  yesNo: ofSome,
});

const Answers: z.ZodType<ThinkingScores["drawn"]> = z.strictObject({
  all: ofSome,
  changed: ofSome,
  position: ofSome,
  counting: ofSome,
  color: ofSome,
});

/** Mean cosines of said and true visual tokens, by position. */
const Cosines = z.strictObject({
  afterTruth: z.array(z.number()),
  afterOwn: z.array(z.number()),
});

/** What a model can do. */
export const Measured = z.strictObject({
  /** GenEval, by task and in the mean. */
  geneval: z.record(z.string(), share),
  /** Of each evaluation caption, in order, "1" where its drawing is right and "0" where it is not. */
  drawings: z.string(),
  /** Mean accuracy over POPE's three samplings. */
  pope: share,
  /** What descriptions tell of their pictures, and a model reads there: `evaluateDescribing`. */
  nats: z.number(),
  /** Of a MetaMorph that learned to draw. */
  cosines: Cosines.optional(),
  /** Of those that learned to edit: pictures of two, three and four things; edits; layouts. */
  details: z.record(z.string(), Details).optional(),
  edits: z.strictObject({ done: share, kept: share, both: share }).optional(),
  diversity: z.strictObject({ layouts: z.number(), chance: z.number(), right: share }).optional(),
  /** Of those that learned to think. */
  thinking: z.strictObject({ drawn: Answers, imagined: Answers, pictures: share }).optional(),
  /** Of those that learned to continue animations. */
  frames: z.strictObject({ next: share, previous: share, missing: share }).optional(),
});
export type Measured = z.infer<typeof Measured>;

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

const Distances = z.strictObject({ frechet: z.number(), kernel: z.number() });

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
