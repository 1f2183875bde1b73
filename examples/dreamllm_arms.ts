/** The arms of `deno task dreamllm`, as data: what each model learns, and with how many queries it dreams. */
import { QUERIES_OF, type RecipeName } from "../mod.ts";
import { armsIn, type Experiment } from "./study_experiments.ts";
import { type Samples, samplesInWords } from "./study_samples.ts";
import { PRESET } from "./study_setting.ts";

/** A model that is trained. */
export interface Arm {
  readonly name: string;
  readonly samples: Samples;
  readonly recipe: RecipeName;
  /** Of a DreamLLM: how many queries it dreams with. */
  readonly queries: number;
  /** Whether its dreams are drawn to the features of the picture as well. */
  readonly aligned: boolean;
}

/** The queries of the preset. */
export const OWN_QUERIES = QUERIES_OF[PRESET];

/** Such as "40k drawing, 16 queries"; what is as in the preset is not said. */
export function arm(
  samples: Samples,
  { recipe = "dreamllm", queries = OWN_QUERIES, aligned = false }: Partial<
    Pick<Arm, "recipe" | "queries" | "aligned">
  > = {},
): Arm {
  const others = [
    ...(queries === OWN_QUERIES ? [] : [`${queries} queries`]),
    ...(aligned ? ["aligned"] : []),
    ...(recipe === "dreamllm" ? [] : [recipe]),
  ];
  return {
    name: [samplesInWords(samples), ...others].join(", "),
    samples,
    recipe,
    queries,
    aligned,
  };
}

/** Experiment 1: numbers of queries, the most telling first. */
export const QUERIES = [OWN_QUERIES, 64, 16, 4, 32];
export const DRAWING = { drawing: 40_000 };

/** Experiment 2: as much drawing, and all else beside it. */
export const JOINT = { ...DRAWING, reading: 16_000, stories: 3000, outcomes: 3000 };

/** Experiment 3: the same, and four times the stories. */
export const STORIES = { ...JOINT, stories: 12_000, outcomes: 12_000 };

/** Experiment 5. */
export const RECIPE_SAMPLES = {
  drawing: 20_000,
  reading: 32_000,
  edits: 8000,
  stories: 2000,
  outcomes: 2000,
};
export const RECIPES_COMPARED: readonly RecipeName[] = ["illume", "metamorph", "dreamllm"];

/** By number. */
export const EXPERIMENTS: Readonly<Record<string, Experiment<Arm>>> = {
  1: {
    title: "How many queries",
    about:
      "40k samples of drawing, with more and fewer dream queries, which share the numbers that the " +
      "decoder draws from. The paper: an FID of 9.56 with 32, 8.46 with 64 and 14.24 with 128.",
    arms: QUERIES.map((queries) => arm(DRAWING, { queries })),
  },
  2: {
    title: "Drawing alone and beside all else",
    about:
      "As many samples of drawing each, alone and beside reading and stories; stories draw more pictures. " +
      "The paper: an FID of 8.50 with creation alone, 8.46 with all.",
    arms: [arm(DRAWING), arm(JOINT)],
  },
  3: {
    title: "Words and pictures in turn",
    about:
      "Stories and how-tos about things that no training has together: does a picture stand where one " +
      "belongs (F1), does it show what is there then, and do things stay what they are over two pictures " +
      "and over four. One model learned 3k stories, one 12k, and as many single sentences with what " +
      "comes of them. Below, true stories that are illustrated, with the true words, after the true " +
      "pictures before, as in training, and after those that the model drew itself.",
    arms: [arm(JOINT), arm(STORIES)],
  },
  4: {
    title: "Drawn to the picture's features as well",
    about:
      "Beside the denoising loss, the mean of the dreamt states is drawn to the mean feature of the " +
      "picture (cosine). The paper: with such a loss training collapses.",
    arms: [arm(DRAWING), arm(DRAWING, { aligned: true })],
  },
  5: {
    title: "ILLUME, MetaMorph and DreamLLM",
    about:
      "The same world, tokenizer, size of the language model and samples: 20k of drawing, 32k of " +
      "reading, 8k of edits, 2k of stories, 2k sentences of stories with what comes of them. " +
      "MetaMorph's and DreamLLM's visualizer has learned 128k pictures before.",
    arms: RECIPES_COMPARED.map((recipe) => arm(RECIPE_SAMPLES, { recipe })),
  },
};

/** The order in which they are trained: what tells most with the fewest arms comes first. */
const ORDER = ["3", "2", "5", "4", "1"];

/** The arms of some experiments, each once. */
export function armsOf(experiments: readonly string[]): Arm[] {
  return armsIn(EXPERIMENTS, ORDER, experiments);
}
