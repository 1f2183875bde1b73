/** How the results of studies are kept: what models are measured by, how they were trained, all seeds. */
import { z } from "../lib/packages/zod.ts";
import type { DetailScores, ThinkingScores } from "../mod.ts";
import { EDIT_KINDS } from "../lib/worlds/emoji/mod.ts";

const share = z.number();

/** A share of none is none: JSON has null. */
const ofSome = z.number().nullable().transform((value) => value ?? NaN);

const Details: z.ZodType<DetailScores> = z.strictObject({
  /** None where it was not asked yet. */
  count: ofSome.default(NaN),
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

export const Distances = z.strictObject({ frechet: z.number(), kernel: z.number() });

const Illustrations = z.strictObject({ shown: ofSome, kept: ofSome, keptOverFour: ofSome });

const Stories = z.strictObject({
  ...Illustrations.shape,
  placed: ofSome,
  told: ofSome,
  captioned: ofSome,
  fulfilled: share,
  pictures: z.number(),
});

const Edits = z.strictObject({ done: share, kept: share, both: share });

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
  edits: z.strictObject({
    ...Edits.shape,
    /** Absent in results of before there were more than three kinds. */
    byKind: z.partialRecord(
      z.enum(EDIT_KINDS),
      z.strictObject({ ...Edits.shape, edits: z.number() }),
    ).optional(),
  }).optional(),
  diversity: z.strictObject({ layouts: z.number(), chance: z.number(), right: share }).optional(),
  /** Of those that learned to think. */
  thinking: z.strictObject({ drawn: Answers, imagined: Answers, pictures: share }).optional(),
  /** Of those that learned to tell stories: told, and true ones illustrated. */
  stories: Stories.optional(),
  illustrated: z.strictObject({ afterTrue: Illustrations, afterOwn: Illustrations }).optional(),
  /** Of those that learned to continue animations. */
  frames: z.strictObject({ next: share, previous: share, missing: share }).optional(),
});
export type Measured = z.infer<typeof Measured>;

/** How an arm was trained. */
export const Trained = z.strictObject({
  name: z.string(),
  samples: z.record(z.string(), z.number()),
  steps: z.number(),
  /** Of the arm's last stage. */
  seconds: z.number(),
  samplesPerSecond: z.number(),
  /** All that are not of what it sees and draws with from the beginning. */
  parameters: z.number(),
  /** Of the code that trained it. */
  commit: z.string(),
});

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

/** All of a study, seed by seed. */
export function reportOf<Result extends z.ZodType>(result: Result) {
  return z.strictObject({
    command: z.string(),
    commit: z.string(),
    date: z.string(),
    machine: z.string(),
    /** All that decides, beside seed and arm, what is found. */
    recipe: z.looseObject({}),
    runs: z.array(
      z.strictObject({ seed: z.number(), vision: VisionResult, arms: z.array(result) }),
    ),
  });
}

/** An arm's result with each seed that has it. */
export function resultsOf<Result extends { readonly name: string }>(
  runs: readonly { readonly arms: readonly Result[] }[],
  name: string,
): Result[] {
  return runs.flatMap(({ arms }) => arms.filter((arm) => arm.name === name));
}
