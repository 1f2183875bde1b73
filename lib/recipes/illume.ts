/**
 * ILLUME (arXiv 2412.06673) on a page: continuous pictures in, discrete semantic tokens out. One
 * causal language model reads pictures as features of a semantic encoder, draws them as codes of a
 * semantic tokenizer, and judges what it drew (`self_enhancement.ts`).
 *
 * Differs from the paper:
 *
 * - The language model learns from nothing. A stage of plain text stands in for the trained one: the
 *   first stage would otherwise fit an adapter to a random network.
 * - Questions come in a stage of their own before drawing: beside it, where things stand was learned
 *   later (docs/LOG.md, 2026-11-29).
 * - Token shift (`embedding.ts`): a small transformer is slow to find out which colour is whose.
 * - Places in a picture have embeddings: features of patches say what is seen, not where.
 * - Codes are embedded and predicted through a projection of the tokenizer's codebook, with a part of
 *   their own: a rare code learns from those like it.
 * - Muon for matrices: fewer steps than AdamW at this size.
 * - The encoder learns here, against captions, and sees each patch by itself where things are as small
 *   as patches; in the paper it is a trained one (UNIT), and sees the whole picture.
 * - Pictures come from a small diffusion decoder on decoded features, instead of Stable Diffusion's.
 * - The paper's wording is unpublished: `wording.ts` is ours.
 * - Captions of drawings are dropped now and then, for guidance: ILLUME+ (arXiv 2504.01934).
 */
import type { SaveOptions } from "../nn/mod.ts";
import { inspect, short } from "../notebook/mod.ts";
import type { Picture } from "../data/picture.ts";
import type { Budget, Rates, Stage } from "../optim/mod.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Document } from "../data/document.ts";
import { z } from "../packages/zod.ts";
import type { Language } from "../text/language.ts";
import type { TextTokenizer } from "../text/mod.ts";
import {
  ADAPTER,
  codesModality,
  type LanguageModelConfig,
  readModality,
  type StagePlan,
  textModality,
  UnifiedModel,
  unifiedStages,
  VISION_EMBEDDINGS,
  VISION_HEAD,
  Vocabulary,
  type Words,
} from "../unified/mod.ts";
import {
  featureSizeOf,
  PictureTokenizer,
  type Preset,
  quantizerOf,
  type TokenizerConfig,
  tokenizerParameters,
} from "../vision/mod.ts";
import { tokenizerSchema } from "../vision/config.ts";
import { shownDrawing } from "./drawn.ts";
import { languageModelOf } from "./language_models.ts";
import { configOf, type LoadOptions, ModelFiles } from "./model_files.ts";
import { PictureModel } from "./picture_model.ts";

/** A picture that the model drew, and its codes. */
export interface DrawnPicture {
  /** What was drawn. */
  readonly picture: Picture;
  /** The tokenizer's codes of it: `[grid² · depth]`. */
  readonly ids: Int32Array;
}

export interface IllumeParts {
  readonly tokenizer: PictureTokenizer;
  readonly text: TextTokenizer;
  readonly language: Language;
  readonly config: LanguageModelConfig;
  readonly seed: number;
  readonly longestText: number;
  readonly owned?: Disposable;
}

/**
 * What enters an ILLUME, and what leaves it.
 *
 * @param encode features and codes of pictures, by a tokenizer of that configuration
 */
export function illumeModalities(
  { tokenizer, text, config, encode }: {
    readonly tokenizer: TokenizerConfig;
    readonly text: Words;
    readonly config: LanguageModelConfig;
    readonly encode: PictureTokenizer["encode"];
  },
): UnifiedModel {
  const vocabulary = new Vocabulary(text);
  const { hiddenSize } = config;
  const tokens = tokenizer.grid ** 2;
  return new UnifiedModel({
    config,
    vocabulary,
    text: textModality(vocabulary, hiddenSize),
    read: readModality(vocabulary, {
      hiddenSize,
      tokens,
      featureSize: featureSizeOf(tokenizer),
      encode: async (pictures) => (await encode(pictures)).map(({ features }) => features),
    }),
    draw: codesModality(vocabulary, {
      hiddenSize,
      tokens,
      quantizer: quantizerOf(tokenizer.quantizer),
      encode: async (pictures) => (await encode(pictures)).map(({ ids }) => ids),
    }),
  });
}

const Config = z.strictObject({ ...configOf("illume", 7), tokenizer: tokenizerSchema })
  .refine(({ tokenizer, languageModel }) => languageModel.grid === tokenizer.grid, {
    // What the tensors' shapes do not tell: what is read stands in places, too.
    path: ["languageModel", "grid"],
    error: "Expected the tokenizer's grid",
  });

const FILES = new ModelFiles<z.infer<typeof Config>>({
  recipe: "illume",
  version: 7,
  schema: Config,
  visionParameters: ({ tokenizer }) => tokenizerParameters(tokenizer),
  unified: ({ tokenizer, languageModel: config }, text) =>
    illumeModalities({ tokenizer, text, config, encode: () => Promise.resolve([]) }),
});

/** ILLUME (arXiv 2412.06673): a language model reads features of pictures, and says their codes. */
export class Illume extends PictureModel<DrawnPicture> {
  /** Its name among recipes. */
  readonly recipe = "illume";
  /** What makes features and codes of pictures, and pictures of codes. */
  readonly tokenizer: PictureTokenizer;
  /** What makes tokens of text. */
  readonly text: TextTokenizer;

  /** A model of these parts. Use `init` or `load`. */
  constructor(parts: IllumeParts) {
    const { tokenizer } = parts;
    super({
      device: tokenizer.device,
      store: tokenizer.store,
      seed: parts.seed,
      unified: illumeModalities({
        ...parts,
        tokenizer: tokenizer.config,
        encode: (pictures) => tokenizer.encode(pictures),
      }),
      language: parts.language,
      longestText: parts.longestText,
      pictureSize: tokenizer.config.pictureSize,
      lastStage: { ...ILLUME_STAGES.nano.at(-1)!, rates: RATES },
      owned: parts.owned,
      sample: (
        inference,
        { asked, unconditional, begun },
        { seed = 0, guidance = 1.25, temperature = 0.3, topK = 64 },
      ) => {
        const guided = { scale: guidance, unconditional };
        const options = { seed, temperature, topK, begun, guidance: guided };
        return inference.draw(asked, options);
      },
      async paint(contents, { seed = 0 }) {
        const drawn = contents as readonly Int32Array[];
        const pictures = await tokenizer.decode(drawn, { seed });
        return drawn.map((ids, i) => shownDrawing({ ids, picture: pictures[i] }));
      },
    });
    this.tokenizer = tokenizer;
    this.text = parts.text;
  }

  /** A model that has learned nothing yet, on the tokenizer's device. */
  static init(
    { tokenizer, text, language, preset = "nano", seed = 0, longestText = 32 }: {
      readonly tokenizer: PictureTokenizer;
      readonly text: TextTokenizer;
      readonly language: Language;
      readonly preset?: Preset;
      readonly seed?: number;
      /** Tokens of text in a question, and in an answer, at most; default 32. */
      readonly longestText?: number;
    },
  ): Illume {
    const config = languageModelOf(preset, tokenizer.config.grid);
    return new Illume({ tokenizer, text, language, config, seed, longestText });
  }

  /**
   * Loads what {@link save} wrote. Disposing of the model frees its parameters and its tokenizer.
   *
   * @throws CheckpointError for a missing, truncated or foreign file, another recipe, version or
   * language, or tensors of other names or shapes than the configuration asks for; TypeError where the
   * folder is no path or the device is none
   */
  static load(directory: string, options?: LoadOptions): Promise<Illume> {
    return FILES.load(directory, options, ({ config, owned, ...parts }) => {
      const { seed, longestText, languageModel } = config;
      const { device, store } = parts;
      const tokenizer = owned.use(
        new PictureTokenizer({ device, store, config: config.tokenizer, seed }),
      );
      return new Illume({ ...parts, tokenizer, config: languageModel, seed, longestText, owned });
    });
  }

  /**
   * Writes the model's three files into a folder.
   * @throws Error where they cannot be written; what was there before then stays as it was
   */
  save(directory: string, options?: SaveOptions): Promise<void> {
    return FILES.save(directory, this, { tokenizer: this.tokenizer.config }, options);
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { layers, hiddenSize } = this.unified.config;
    return `Illume on ${this.device.name}: ${layers} layers of width ${hiddenSize}, ` +
      `${short(this.text.size)} tokens of text, ` +
      `${short(this.tokenizer.quantizer.codes)} codes`;
  }
}

/** By default all learns but the codebook, which the language model has from the vision tokenizer. */
const RATES: Rates = { "": 1, "quantizer.": 0 };

/** The paper's three stages (section 3.3), one before and one between. */
function stagesOf(budgets: {
  readonly language: Budget;
  readonly embedding: Budget;
  readonly reading: Budget;
  readonly alignment: Budget;
  readonly fineTuning: Budget;
}): StagePlan[] {
  return [
    { name: "language", mixture: { text: 1 }, budget: budgets.language },
    {
      name: "visual embedding initialization",
      rates: { "": 0, [ADAPTER]: 1, [VISION_EMBEDDINGS]: 1, [VISION_HEAD]: 1 },
      mixture: { reconstruct: 1, describe: 1 },
      budget: budgets.embedding,
    },
    { name: "reading", mixture: { question: 1, detail: 2 }, budget: budgets.reading },
    {
      name: "image-text alignment",
      mixture: { describe: 2, draw: 8, question: 1, detail: 3, edit: 4 },
      budget: budgets.alignment,
    },
    {
      name: "fine-tuning",
      mixture: { draw: 12, question: 1, detail: 5, describe: 1, edit: 6, reconstruct: 1 },
      budget: budgets.fineTuning,
    },
  ];
}

/** The stages of a preset. */
export const ILLUME_STAGES: Readonly<Record<Preset, readonly StagePlan[]>> = {
  nano: stagesOf({
    language: { steps: 200, batchSize: 32, peakRate: 3e-3 },
    embedding: { steps: 150, batchSize: 32, peakRate: 3e-3 },
    reading: { steps: 1000, batchSize: 32, peakRate: 2.5e-3 },
    alignment: { steps: 1700, batchSize: 32, peakRate: 2.5e-3 },
    fineTuning: { steps: 1100, batchSize: 32, peakRate: 2e-3 },
  }),
  small: stagesOf({
    language: { steps: 300, batchSize: 32, peakRate: 2e-3 },
    embedding: { steps: 150, batchSize: 32, peakRate: 2e-3 },
    reading: { steps: 2500, batchSize: 32, peakRate: 2e-3 },
    alignment: { steps: 6000, batchSize: 32, peakRate: 2e-3 },
    fineTuning: { steps: 2200, batchSize: 32, peakRate: 1.5e-3 },
  }),
  base: stagesOf({
    language: { steps: 1000, batchSize: 128, peakRate: 1e-3 },
    embedding: { steps: 500, batchSize: 128, peakRate: 1e-3 },
    reading: { steps: 5000, batchSize: 128, peakRate: 1e-3 },
    alignment: { steps: 20_000, batchSize: 128, peakRate: 1e-3 },
    fineTuning: { steps: 6000, batchSize: 128, peakRate: 5e-4 },
  }),
};

/**
 * Stages of a model, ready to run.
 *
 * @param documents to mix, by the names that the plans use
 * @throws RangeError where a plan mixes documents that are not there
 */
export function illumeStages(
  model: Illume,
  documents: Readonly<Record<string, DataSet<Document>>>,
  plans: readonly StagePlan[] = ILLUME_STAGES.nano,
): Stage[] {
  return unifiedStages(
    model,
    documents,
    plans.map((plan) => ({ ...plan, rates: plan.rates ?? RATES })),
  );
}
