/**
 * The arms of `deno task metamorph`, as data: what each model learns, in samples of each kind. Up to
 * there the arms of a seed share everything. Each arm is known by its name, which says all of it.
 */
import type { Illume, MetaMorph } from "../mod.ts";
import { armsIn, type Experiment } from "./study_experiments.ts";
import { type Samples, samplesInWords, totalOf } from "./study_samples.ts";

/** What is compared. */
export type Studied = Illume | MetaMorph;

/** A model that is trained, and what it differs in from MetaMorph with a cosine loss. */
export interface Arm {
  readonly name: string;
  readonly samples: Samples;
  readonly recipe: Studied["recipe"];
  /** Of MetaMorph alone. */
  readonly loss: "cosine" | "l1";
}

/** Such as "20k drawing, 32k reading, l1". */
export function arm(
  samples: Samples,
  { recipe = "metamorph", loss = "cosine" }: Partial<Pick<Arm, "recipe" | "loss">> = {},
): Arm {
  const others = [recipe === "metamorph" ? [] : recipe, loss === "cosine" ? [] : loss].flat();
  return { name: [samplesInWords(samples), ...others].join(", "), samples, recipe, loss };
}

/** Experiment 1: samples of drawing, alone and beside READING of reading; the most telling first. */
export const DRAWING = [5000, 20_000, 1000, 50_000, 200];
export const READING = 32_000;

/** Experiment 2: all of these beside all of those. */
export const GRID = { drawing: [0, 1000, 5000, 20_000], reading: [0, 2000, 8000, 32_000] };

/** The same beside reading, but without pictures: whether it is drawing that helps, or more words. */
export const CONTROL = { reading: 2000, sentences: 20_000 };

/** Experiment 3: samples of drawing, and of one other kind beside them. */
export const PARTNERS = [
  "sentences",
  "questions",
  "details",
  "descriptions",
  "frames",
  "thoughts",
] as const;
export const PARTNER = { drawing: 5000, partner: 16_000 };

/** Experiment 4: by each loss. */
export const LOSSES = { drawing: 20_000, reading: READING };

/** Experiment 5: by each recipe. */
export const RECIPE_SAMPLES = { ...LOSSES, edits: 8000 };

/** Experiment 6. */
export const THINKING = { drawing: 5000, reading: 8000, thoughts: 8000, imagined: 8000 };

/** By number. */
export const EXPERIMENTS: Readonly<Record<string, Experiment<Arm>>> = {
  1: {
    title: "Drawing with few samples, alone and beside reading",
    about:
      "Samples of drawing, alone and with 32k of reading each time. The paper: with 200K samples " +
      "an FID of 19 beside all other data, and 110 alone.",
    arms: DRAWING.flatMap((drawing) => [arm({ drawing }), arm({ drawing, reading: READING })]),
  },
  2: {
    title: "Reading beside drawing",
    about:
      "Each number of samples of the one beside each of the other; gains are of 32k of reading, and of " +
      "20k of drawing. The paper: both help each other, " +
      "and reading helps drawing more.",
    arms: GRID.drawing.flatMap((drawing) => GRID.reading.map((reading) => ({ drawing, reading })))
      .filter((samples) => totalOf(samples) > 0).map((samples) => arm(samples)).concat(
        arm(CONTROL),
      ),
  },
  3: {
    title: "What else helps drawing",
    about:
      "As many samples of one kind beside drawing, from what helps drawing most. Sentences are the same " +
      "captions, questions and answers without a picture. What is asked in POPE is learned from " +
      "questions alone.",
    arms: [
      arm({ drawing: PARTNER.drawing }),
      ...PARTNERS.map((kind) => arm({ drawing: PARTNER.drawing, [kind]: PARTNER.partner })),
    ],
  },
  4: {
    title: "Cosine and L1",
    about: "What the vision head learns by; the paper takes the cosine.",
    arms: [arm(LOSSES), arm(LOSSES, { loss: "l1" })],
  },
  5: {
    title: "ILLUME and MetaMorph",
    about:
      "The same world, tokenizer, size of the language model and samples: 20k of drawing, 32k of " +
      "reading, 8k of edits.",
    arms: [arm(RECIPE_SAMPLES), arm(RECIPE_SAMPLES, { recipe: "illume" })],
  },
  6: {
    title: "Visual thinking",
    about:
      "Questions about what comes of an instruction, answered after a drawing of it and at once; 8k " +
      "samples of each, beside 8k of reading and 5k of drawing. What an instruction says itself can be " +
      "told without a picture; where things stand afterwards it does not say.",
    arms: [arm(THINKING)],
  },
};

/** The order in which they are trained: what tells most with the fewest arms comes first. */
const ORDER = ["1", "4", "5", "6", "3", "2"];

/** The arms of some experiments, each once. */
export function armsOf(experiments: readonly string[]): Arm[] {
  return armsIn(EXPERIMENTS, ORDER, experiments);
}
