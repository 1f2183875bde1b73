/**
 * A model of people's own pictures with captions. Differs from what its recipe does in the emoji's world:
 *
 * - Things are as large as the pictures, not as patches: there are four times as many of these. That
 *   they see each other adds little beside (docs/LOG.md).
 * - There are captions and nothing else: what asks about pictures becomes their description, beside
 *   drawing; edits are left out. Stories are told where there are documents of text and pictures.
 * - The words are those of the captions and of the documents.
 * - The stages take as long as there are pictures to learn.
 */
import { type Budget, shortened } from "../optim/mod.ts";
import { checkNumber, COUNT } from "../runtime/mod.ts";
import { TextTokenizer } from "../text/mod.ts";
import { SPECIAL_TOKENS, type StagePlan } from "../unified/mod.ts";
import {
  type Preset,
  TOKENIZER_PRESETS,
  type TokenizerBudgets,
  type TokenizerConfig,
  VISUALIZER_BUDGETS,
} from "../vision/mod.ts";
import type { CaptionedDocuments } from "./captioned_documents.ts";
import { DREAMLLM_STAGES } from "./dreamllm.ts";
import { ILLUME_STAGES } from "./illume.ts";
import { METAMORPH_STAGES } from "./metamorph.ts";
import type { RecipeName } from "./model_files.ts";
import type { RecipePlan } from "./recipe.ts";
import { PROMPT_WORDS } from "./wording.ts";

/** Tokenizers for pictures of anything. */
export const OWN_TOKENIZER_PRESETS: Readonly<Record<Preset, TokenizerConfig>> = {
  nano: ownTokenizer("nano", 1024),
  small: ownTokenizer("small", 2048),
  base: ownTokenizer("base", 4096),
};

function ownTokenizer(preset: Preset, codes: number): TokenizerConfig {
  const quantizer = { kind: "vector", codes, codeSize: 32 } as const;
  return { ...TOKENIZER_PRESETS[preset], grid: 8, quantizer };
}

/** How many pictures the stages of a preset are made for. */
const PICTURES = 1500;
/** Fewer pictures take no less than this share of the steps, and more no more than its inverse. */
const LEAST = 1 / 4;

const OWN_TOKENIZER_BUDGETS: Readonly<Record<Preset, TokenizerBudgets>> = {
  nano: {
    encoder: { steps: 400, batchSize: 32, peakRate: 2e-3 },
    quantizer: { steps: 400, batchSize: 32, peakRate: 2e-3 },
    pixels: { steps: 1500, batchSize: 32, peakRate: 2e-3 },
  },
  small: {
    encoder: { steps: 1500, batchSize: 64, peakRate: 2e-3 },
    quantizer: { steps: 1500, batchSize: 64, peakRate: 2e-3 },
    pixels: { steps: 5000, batchSize: 64, peakRate: 2e-3 },
  },
  base: {
    encoder: { steps: 5000, batchSize: 256, peakRate: 1e-3 },
    quantizer: { steps: 5000, batchSize: 256, peakRate: 1e-3 },
    pixels: { steps: 15_000, batchSize: 256, peakRate: 1e-3 },
  },
};

/**
 * Of the language model's steps in the emoji's world, which has questions and edits to learn as well.
 * On 480 pictures (every third that `deno task write-emoji-pictures` writes, `--preset nano`) the loss
 * of the codes was down to 0.27 after twelve sights of each picture.
 */
const LANGUAGE_MODEL_SHARE = 0.6;

const STAGES = {
  illume: ILLUME_STAGES,
  metamorph: METAMORPH_STAGES,
  dreamllm: DREAMLLM_STAGES,
} as const;

/**
 * What pictures with captions give in place of each kind of document: what asks about pictures becomes
 * their description. What is not here is left out.
 * `captionedDocuments` makes them, and `interleavedDocuments` the stories.
 */
const INSTEAD: Readonly<Record<string, keyof CaptionedDocuments | "story" | undefined>> = {
  text: "text",
  describe: "describe",
  question: "describe",
  detail: "describe",
  draw: "draw",
  reconstruct: "reconstruct",
  story: "story",
};

/** Stages of these alone are left out: there is no more to descriptions than what is learned later. */
const ASKED: readonly string[] = ["question", "detail"];

function mixtureOf({ mixture }: StagePlan, documents: number): StagePlan["mixture"] {
  const own: Record<string, number> = {};
  for (const [kind, weight] of Object.entries(mixture)) {
    const instead = INSTEAD[kind];
    if (instead === undefined || (instead === "story" && documents === 0)) continue;
    own[instead] = (own[instead] ?? 0) + weight;
  }
  return own;
}

/**
 * What is learned of a number of pictures, and for how long: as long as a preset takes for 1,500, and
 * proportionally longer for more, up to four times, or shorter for fewer, down to a quarter.
 *
 * @param recipe whose stages the language model has; default ILLUME's
 * @param documents how many documents of text and pictures there are; a recipe that tells stories tells
 * these, and none where there are none
 * @throws RangeError for a number of pictures or documents that is none
 *
 * @example
 * ```ts
 * import { ownPicturesPlan } from "./own_pictures.ts";
 *
 * const [few, many] = [ownPicturesPlan("nano", 1500), ownPicturesPlan("nano", 3000)];
 * if (many.tokenizer.encoder.steps !== 2 * few.tokenizer.encoder.steps) throw new Error("Twice");
 * if ("question" in few.stages[2].mixture) throw new Error("Expected no questions");
 * ```
 */
export function ownPicturesPlan(
  preset: Preset,
  pictures: number,
  recipe: RecipeName = "illume",
  documents = 0,
): RecipePlan {
  checkNumber("pictures", pictures, COUNT);
  checkNumber("documents", documents, { min: 0, whole: true });
  const share = Math.min(1 / LEAST, Math.max(LEAST, pictures / PICTURES));
  const scaled = (budget: Budget) => shortened(budget, share);
  const { encoder, quantizer, pixels } = OWN_TOKENIZER_BUDGETS[preset];
  const { tokens, decoder } = VISUALIZER_BUDGETS[preset];
  return {
    tokenizer: {
      encoder: scaled(encoder),
      quantizer: scaled(quantizer),
      pixels: scaled(pixels),
    },
    visualizer: { tokens: scaled(tokens), decoder: scaled(decoder) },
    stages: STAGES[recipe][preset].filter(({ mixture }) =>
      !Object.keys(mixture).every((kind) => ASKED.includes(kind))
    ).map((plan) => ({
      ...plan,
      mixture: mixtureOf(plan, documents),
      budget: scaled(shortened(plan.budget, LANGUAGE_MODEL_SHARE)),
    })),
  };
}

/** Tokens of a text tokenizer of captions, at most. */
const VOCABULARY = 2048;

/**
 * A text tokenizer of captions, in the form in which they are learned.
 *
 * @example
 * ```ts
 * import { captionTokenizer } from "./own_pictures.ts";
 *
 * const tokenizer = captionTokenizer(["a red apple", "a green pear"]);
 * const ids = tokenizer.encode(" a red pear");
 * if (tokenizer.decode(ids) !== " a red pear") throw new Error(tokenizer.decode(ids));
 * ```
 */
export function captionTokenizer(captions: readonly string[]): TextTokenizer {
  const lines = [...captions, ...PROMPT_WORDS, ...PROMPT_WORDS].map((line) => ` ${line}`);
  return TextTokenizer.train(lines, { vocabularySize: VOCABULARY, specialTokens: SPECIAL_TOKENS });
}
