/** The schema of `report.json` and of what `evaluate` prints, but for files of GenEval and POPE. */
import { type Schema, z } from "../packages/zod.ts";
import { shownReport } from "./report_shown.ts";

/** The accuracy of each of GenEval's tasks, and `overall`, the unweighted mean of those. */
export interface ReportedTasks {
  /** One thing. */
  readonly single?: number;
  /** Two things. */
  readonly two?: number;
  /** Two to four of one thing. */
  readonly counting?: number;
  /** A thing in a colour. */
  readonly colors?: number;
  /** A thing beside, above or below another. */
  readonly position?: number;
  /** Two things, each in a colour of its own. */
  readonly attribution?: number;
  /** Captions that are in none of the six tasks. */
  readonly other?: number;
  /** The unweighted mean of the tasks that there are. */
  readonly overall?: number;
}

/** POPE's scores of one way of choosing the objects that are absent. */
export interface ReportedPope {
  /** The share of questions that are answered right. */
  readonly accuracy: number;
  /** Of "yes". */
  readonly f1: number;
  /** The share of questions that are answered with yes. */
  readonly yesRatio: number;
}

/** Shares of questions that are answered right, word for word, by what they ask. */
export interface ReportedDetails {
  /** "how many a are there"; not in reports from before it was asked. */
  readonly count?: number;
  /** "what color is a" */
  readonly color?: number;
  /** "where is a from b" */
  readonly where?: number;
  /** "what is above a" */
  readonly what?: number;
  /** "is a above b" */
  readonly yesNo?: number;
}

/** Shares of edits. */
export interface ReportedEdits {
  /** That do what is asked. */
  readonly done: number;
  /** That keep all else. */
  readonly kept: number;
  /** That do both. */
  readonly both: number;
}

/** How often the right one is found. */
export interface ReportedRecall {
  /** First of all. */
  readonly recallAt1: number;
  /** Among the first five. */
  readonly recallAt5: number;
}

/** How far one set of pictures is from another, by features. */
export interface ReportedDistances {
  /** The Fréchet distance. */
  readonly frechet: number;
  /** The kernel distance. */
  readonly kernel: number;
}

/**
 * Everything a run or an evaluation measured. What was not run is absent, never zero. Scores
 * are shares from 0 to 1, PSNR is in decibels, durations are in seconds, memory in bytes.
 */
export interface Report {
  /** What was trained; reports from before there were several have none. */
  readonly recipe?: string;
  /** The size of the model: "nano", "small" or "base". */
  readonly preset: string;
  /** Of the initial weights and of the order of samples. */
  readonly seed: number;
  /** On which it ran, such as "cpu". */
  readonly device: string;
  /** GenEval of drawings. */
  readonly geneval?: ReportedTasks & {
    /** The overall score of true scenes, and of scenes that went through the tokenizer. */
    readonly ceiling?: { readonly truth?: number; readonly reconstructed?: number };
    /**
     * The same of the same drawings by a second judge, which reads their codes and sees no pixels;
     * `agreement` says of how many drawings both judges say the same.
     */
    readonly byCodes?: ReportedTasks & { readonly agreement?: number; readonly ceiling?: number };
  };
  /**
   * GenEval of what MetaMorph's visualizer draws of the visual tokens of true scenes; `ceiling` of
   * the same scenes after the tokenizer.
   */
  readonly visualizer?: ReportedTasks & { readonly ceiling?: number };
  /** Of stories about held-out things. */
  readonly stories?: {
    /** The F1 of where pictures stand. */
    readonly placed?: number;
    /** The share of pictures that show all that is told and nothing else. */
    readonly shown?: number;
    /** The share of things that words leave alone and the next picture has as they were. */
    readonly kept?: number;
    /** The same over four pictures. */
    readonly keptOverFour?: number;
    /** The share of texts that are understood and may happen. */
    readonly told?: number;
    /** The share of those with a picture that end with all that is there then. */
    readonly captioned?: number;
    /** The share of stories that are about what was asked for. */
    readonly fulfilled?: number;
    /** How many pictures a story has, on average. */
    readonly pictures?: number;
  };
  /** One entry a way of choosing the absent objects. */
  readonly pope?: {
    readonly random?: ReportedPope;
    readonly popular?: ReportedPope;
    readonly adversarial?: ReportedPope;
  };
  /** Of pictures of two, three and four tinted things, by that number. */
  readonly details?: Readonly<Record<string, ReportedDetails>>;
  /**
   * Of true pictures and near misses, beside held-out captions, the share of which the model says
   * rightly whether each axis is as asked, and its verdict.
   */
  readonly judging?: {
    readonly object?: number;
    readonly count?: number;
    readonly color?: number;
    readonly position?: number;
    readonly verdict?: number;
    /**
     * The same of its own drawings at temperature 1 without guidance, of which more are wrong: the
     * share that is `right`, of how many its verdict is the parser's, and how much more than chance that
     * is (Cohen 1960); absent where none is wrong.
     */
    readonly careless?: {
      readonly right: number;
      readonly agreement: number;
      readonly kappa?: number;
    };
  };
  /** Of random edits; in all, and by kind, with the number of each. */
  readonly editing?: ReportedEdits & {
    readonly byKind: Readonly<Record<string, ReportedEdits & { readonly edits: number }>>;
  };
  /**
   * What one linear layer reads from the feature of a patch: what stands there, in which colour,
   * and whether anything does.
   */
  readonly probes?: {
    readonly concept: number;
    readonly color: number;
    readonly position: number;
  };
  /** What the tokenizer keeps of pictures. */
  readonly reconstruction?: {
    /** −1 to 1: of the features that are encoded and those made of codes. */
    readonly featureCosine?: number;
    /** In decibels. */
    readonly psnr?: number;
    /** The share of codes that are used. */
    readonly codebookUse?: number;
    /** As many codes, used equally often, would tell as much: 1 or more. */
    readonly perplexity?: number;
  };
  /** GenEval before and after self-enhancement. */
  readonly selfEnhancement?: {
    readonly before: number;
    readonly after: number;
    /** The share of the model's verdicts on its own drawings that are the parser's. */
    readonly agreement?: number;
    /** How much more than chance that is (Cohen 1960): −1 to 1. */
    readonly kappa?: number;
    /** The same, judged by the drawings' codes. */
    readonly byCodes?: { readonly before: number; readonly after: number };
  };
  /** Among how many a picture finds its caption, and a caption its picture. */
  readonly retrieval?: {
    readonly among: number;
    readonly captionsByPictures: ReportedRecall;
    readonly picturesByCaptions: ReportedRecall;
  };
  /**
   * How far drawn pictures are from true ones by the tokenizer's own features, and, to compare, how
   * far reconstructed ones are, and others that were learned from.
   */
  readonly distances?: {
    readonly pictures: number;
    readonly drawn: ReportedDistances;
    readonly reconstructed?: ReportedDistances;
    readonly learned?: ReportedDistances;
  };
  /** Of a folder of pictures, or of documents of text and pictures. */
  readonly data?: {
    readonly path: string;
    /** Pictures that were learned from. */
    readonly pictures: number;
    /** Captions that were learned from. */
    readonly captions: number;
    /** Pictures that were held out. */
    readonly heldOut: number;
    /** Held-out pictures with a caption whose words are all known: only these can be drawn. */
    readonly known: number;
    /** How many documents were learned from, and held out. */
    readonly documents?: { readonly learned: number; readonly heldOut: number };
    /** How much was skipped, by reason. */
    readonly skipped: Readonly<Record<string, number>>;
  };
  /**
   * How many words descriptions of held-out pictures share with the pictures' captions (F₁), those
   * of pictures that were learned from, and descriptions of other pictures, which says how much
   * depends on what is seen.
   */
  readonly descriptions?: {
    readonly heldOut: number;
    readonly learned: number;
    readonly others: number;
  };
  /** Of the training, in order. */
  readonly stages?: readonly {
    readonly name: string;
    readonly samples: number;
    readonly seconds: number;
    readonly firstLoss: number;
    readonly lastLoss: number;
  }[];
  /** How long all of it took. */
  readonly seconds?: number;
  /** The most that the process held at once. */
  readonly peakMemoryBytes?: number;
}

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

/** For schemas of reports that have more or less. */
export const reportSchema = z.object({
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
    careless: z.object({
      right: share,
      agreement: share,
      kappa: z.number().min(-1).max(1).optional(),
    }),
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

/**
 * Checks a report.
 *
 * @example
 * ```ts
 * import { Report } from "./report.ts";
 *
 * const report = Report.parse({ preset: "nano", seed: 0, device: "cpu", geneval: { single: 1 } });
 * if (report.pope !== undefined) throw new Error("Expected no POPE");
 * ```
 */
export const Report: Schema<Report> = {
  parse: (value) => shownReport(reportSchema.parse(value)),
  safeParse(value) {
    const read = reportSchema.safeParse(value);
    return read.success ? { success: true, data: shownReport(read.data) } : read;
  },
};
