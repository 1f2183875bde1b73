/**
 * DreamLLM (arXiv 2309.11499) on a page: one causal language model reads pictures as features, and where it
 * says `<picture>`, learned queries enter it, whose last states a diffusion decoder draws from. The
 * decoder's loss goes back into projector, queries and language model; words and pictures may follow one
 * another as they like, and what was drawn is read before the answer goes on.
 *
 * Differs from the paper:
 *
 * - The language model learns from nothing. A stage of plain text stands in for the trained one.
 * - Where a story's pictures are known, its words say all that each shows before it is drawn: "a dog
 *   takes one apple: a cat, a dog and an apple". Without that fewer pictures are right (docs/LOG.md).
 * - The decoder is MetaMorph's: a diffusion over the tokenizer's codes that has learned to draw of visual
 *   tokens (`visualizer.ts`), without captions. It is frozen, as the paper's, which is Stable Diffusion;
 *   a stage whose rates say `{ "visualizer.": 1 }` trains it along (docs/LOG.md says what comes of that).
 * - Its noise hides codes, so that the denoising error is a cross-entropy, and counts once, not ten times.
 * - It takes as many numbers whatever the number of queries: each query says its share of them.
 * - A condition is dropped by zeros, in a tenth of the pictures; in the paper's code the queries are left
 *   out, and by default nothing is dropped.
 * - `<picture>` begins what is dreamt, and what is read: there is no sign of its own for dreams.
 * - Conditions are brought to length 1: without it nothing was drawn after 400 steps of one trial.
 * - Features enter through two layers; the paper's through one.
 * - Token shift (`embedding.ts`), and Muon for matrices: a small model learns sooner.
 */
import type { SaveOptions } from "../nn/mod.ts";
import { inspect, short } from "../notebook/mod.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Document } from "../data/document.ts";
import type { Budget, Rates, Stage } from "../optim/mod.ts";
import { z } from "../packages/zod.ts";
import type { Language } from "../text/language.ts";
import type { TextTokenizer } from "../text/mod.ts";
import {
  ADAPTER,
  dreamsModality,
  type LanguageModelConfig,
  PROJECTOR,
  QUERIES,
  readModality,
  type StagePlan,
  textModality,
  UnifiedModel,
  unifiedStages,
  Vocabulary,
  type Words,
} from "../unified/mod.ts";
import {
  codeEntries,
  DECODER,
  diffusionOf,
  featureSizeOf,
  LatentDecoder,
  type LatentDecoderConfig,
  latentDecoderParameters,
  type PictureTokenizer,
  type Preset,
  type Visualized,
} from "../vision/mod.ts";
import { latentDecoderSchema } from "../vision/latent_decoder.ts";
import { shownDrawing } from "./drawn.ts";
import { languageModelOf } from "./language_models.ts";
import { configOf, type LoadOptions, ModelFiles } from "./model_files.ts";
import { PictureModel } from "./picture_model.ts";

/** A picture that the model drew, the conditions that it was drawn from, and its codes. */
export interface DreamtPicture extends Visualized {
  /** The conditions that were drawn of: `[conditions, conditionSize]` of the decoder. */
  readonly conditions: Float32Array;
}

export interface DreamLLMParts {
  readonly decoder: LatentDecoder;
  /** How many queries are dreamt with. */
  readonly queries: number;
  readonly text: TextTokenizer;
  readonly language: Language;
  readonly config: LanguageModelConfig;
  readonly seed: number;
  readonly longestText: number;
  readonly owned?: Disposable;
}

/**
 * What enters a DreamLLM, and what leaves it.
 *
 * @param encode features and codes of pictures, by the decoder's tokenizer
 */
export function dreamllmModalities(
  { decoder, queries, text, config, encode }: {
    readonly decoder: LatentDecoderConfig;
    readonly queries: number;
    readonly text: Words;
    readonly config: LanguageModelConfig;
    readonly encode: PictureTokenizer["encode"];
  },
): UnifiedModel {
  const vocabulary = new Vocabulary(text);
  const { hiddenSize } = config;
  const { tokenizer } = decoder;
  return new UnifiedModel({
    config,
    vocabulary,
    text: textModality(vocabulary, hiddenSize),
    read: readModality(vocabulary, {
      hiddenSize,
      tokens: tokenizer.grid ** 2,
      featureSize: featureSizeOf(tokenizer),
      encode: async (pictures) => (await encode(pictures)).map(({ features }) => features),
    }),
    draw: dreamsModality(vocabulary, {
      hiddenSize,
      diffusion: diffusionOf(decoder),
      queries,
      entries: (root) => codeEntries(root, tokenizer),
      encode: async (pictures) => (await encode(pictures)).map(({ ids }) => ids),
    }),
  });
}

const Config = z.strictObject({
  ...configOf("dreamllm", 3),
  decoder: latentDecoderSchema,
  queries: z.int().positive(),
}).refine(({ decoder, languageModel }) => languageModel.grid === decoder.tokenizer.grid, {
  // What the tensors' shapes do not tell.
  path: ["languageModel", "grid"],
  error: "Expected the grid of the decoder's tokenizer",
}).refine(({ decoder, queries }) => decoder.conditions * decoder.conditionSize % queries === 0, {
  path: ["queries"],
  error: "Expected queries that share the numbers of the decoder's conditions evenly",
});

const FILES = new ModelFiles<z.infer<typeof Config>>({
  recipe: "dreamllm",
  version: 3,
  schema: Config,
  visionParameters: ({ decoder }) => latentDecoderParameters(decoder),
  unified: ({ decoder, queries, languageModel: config }, text) =>
    dreamllmModalities({ decoder, queries, text, config, encode: () => Promise.resolve([]) }),
});

/**
 * DreamLLM (arXiv 2309.11499): dream queries of a language model become conditions of a diffusion.
 */
export class DreamLLM extends PictureModel<DreamtPicture> {
  /** Its name among recipes. */
  readonly recipe = "dreamllm";
  /** What draws pictures of conditions. */
  readonly decoder: LatentDecoder;
  /** How many queries are dreamt with. */
  readonly queries: number;
  /** What makes tokens of text. */
  readonly text: TextTokenizer;

  /** A model of these parts. Use `init` or `load`. */
  constructor(parts: DreamLLMParts) {
    const { decoder } = parts;
    super({
      device: decoder.device,
      store: decoder.store,
      seed: parts.seed,
      unified: dreamllmModalities({
        ...parts,
        decoder: decoder.config,
        encode: (pictures) => decoder.tokenizer.encode(pictures),
      }),
      language: parts.language,
      longestText: parts.longestText,
      pictureSize: decoder.config.tokenizer.pictureSize,
      lastStage: { ...DREAMLLM_STAGES.nano.at(-1)!, rates: withDecoderFrozen() },
      owned: parts.owned,
      // Nothing is sampled by the language model: chance comes in with the decoder.
      sample: (inference, { asked, begun }, { seed = 0 }) =>
        inference.draw(asked, { begun, seed, temperature: 0, topK: 1 }),
      async paint(contents, { seed = 0, guidance, temperature }) {
        const conditions = contents as readonly Float32Array[];
        const drawn = await decoder.draw(conditions, { seed, guidance, temperature });
        return drawn.map((one, i) => shownDrawing({ ...one, conditions: conditions[i] }));
      },
    });
    this.decoder = decoder;
    this.queries = parts.queries;
    this.text = parts.text;
  }

  /** What it sees pictures with, and of whose codes it draws. */
  get tokenizer(): PictureTokenizer {
    return this.decoder.tokenizer;
  }

  /**
   * A model that has learned nothing yet, on the decoder's device.
   * @throws RangeError for queries that do not share the numbers of the decoder's conditions evenly
   */
  static init(
    {
      decoder,
      text,
      language,
      preset = "nano",
      queries = QUERIES_OF[preset],
      seed = 0,
      longestText = 32,
    }: {
      readonly decoder: LatentDecoder;
      readonly text: TextTokenizer;
      readonly language: Language;
      readonly preset?: Preset;
      /** Default that of the preset, in `QUERIES_OF`. */
      readonly queries?: number;
      readonly seed?: number;
      /** Tokens of text in a question, and in an answer, at most; default 32. */
      readonly longestText?: number;
    },
  ): DreamLLM {
    const config = languageModelOf(preset, decoder.config.tokenizer.grid);
    return new DreamLLM({ decoder, queries, text, language, config, seed, longestText });
  }

  /**
   * Loads what {@link save} wrote. Disposing of the model frees its parameters and its decoder.
   *
   * @throws CheckpointError for a missing, truncated or foreign file, another recipe, version or
   * language, or tensors of other names or shapes than the configuration asks for; TypeError where the
   * folder is no path or the device is none
   */
  static load(directory: string, options?: LoadOptions): Promise<DreamLLM> {
    return FILES.load(directory, options, ({ config, owned, ...parts }) => {
      const { seed, longestText, languageModel, queries } = config;
      const { device, store } = parts;
      const decoder = owned.use(
        new LatentDecoder({ device, store, config: config.decoder, seed }),
      );
      const sizes = { config: languageModel, queries, seed, longestText };
      return new DreamLLM({ ...parts, ...sizes, decoder, owned });
    });
  }

  /**
   * Writes the model's three files into a folder.
   * @throws Error where they cannot be written; what was there before then stays as it was
   */
  save(directory: string, options?: SaveOptions): Promise<void> {
    const { decoder: { config }, queries } = this;
    return FILES.save(directory, this, { decoder: config, queries }, options);
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { layers, hiddenSize } = this.unified.config;
    return `DreamLLM on ${this.device.name}: ${layers} layers of width ${hiddenSize}, ` +
      `${short(this.text.size)} tokens of text, ${this.queries} dream queries`;
  }
}

/** Queries by size; the paper's most telling number is 64. */
export const QUERIES_OF: Readonly<Record<Preset, number>> = { nano: 8, small: 16, base: 64 };

/** What draws stays as it is, unless a stage's own rates say otherwise; what codes stand for always does. */
const withDecoderFrozen = (rates?: Rates): Rates => ({
  "": 1,
  [DECODER]: 0,
  ...rates,
  "quantizer.": 0,
});

/** The paper's three stages (section 3.3) and one before. */
function stagesOf(budgets: {
  readonly language: Budget;
  readonly alignment: Budget;
  readonly pretraining: Budget;
  readonly tuning: Budget;
}): StagePlan[] {
  return [
    { name: "language", mixture: { text: 1 }, budget: budgets.language },
    {
      name: "alignment",
      rates: { "": 0, [ADAPTER]: 1, [QUERIES]: 1, [PROJECTOR]: 1 },
      mixture: { describe: 1, draw: 1 },
      budget: budgets.alignment,
    },
    {
      name: "interleaved pretraining",
      mixture: { draw: 7, describe: 2, question: 5, story: 1, outcome: 3 },
      budget: budgets.pretraining,
    },
    {
      name: "instruction tuning",
      mixture: { draw: 11, describe: 1, question: 5, detail: 1, edit: 1, story: 4, outcome: 2 },
      budget: budgets.tuning,
    },
  ];
}

/** The stages of a preset. */
export const DREAMLLM_STAGES: Readonly<Record<Preset, readonly StagePlan[]>> = {
  nano: stagesOf({
    language: { steps: 100, batchSize: 32, peakRate: 3e-3 },
    alignment: { steps: 100, batchSize: 32, peakRate: 2.5e-3 },
    pretraining: { steps: 400, batchSize: 32, peakRate: 2.5e-3 },
    tuning: { steps: 1350, batchSize: 32, peakRate: 2.5e-3 },
  }),
  small: stagesOf({
    language: { steps: 300, batchSize: 32, peakRate: 2e-3 },
    alignment: { steps: 100, batchSize: 32, peakRate: 2e-3 },
    pretraining: { steps: 6000, batchSize: 32, peakRate: 2e-3 },
    tuning: { steps: 4000, batchSize: 32, peakRate: 1.5e-3 },
  }),
  base: stagesOf({
    language: { steps: 1000, batchSize: 128, peakRate: 1e-3 },
    alignment: { steps: 500, batchSize: 128, peakRate: 1e-3 },
    pretraining: { steps: 20_000, batchSize: 128, peakRate: 1e-3 },
    tuning: { steps: 10_000, batchSize: 128, peakRate: 5e-4 },
  }),
};

/**
 * Stages of a model, ready to run.
 *
 * @param documents to mix, by the names that the plans use
 * @throws RangeError where a plan mixes documents that are not there
 */
export function dreamllmStages(
  model: DreamLLM,
  documents: Readonly<Record<string, DataSet<Document>>>,
  plans: readonly StagePlan[] = DREAMLLM_STAGES.nano,
): Stage[] {
  return unifiedStages(
    model,
    documents,
    plans.map((plan) => ({ ...plan, rates: withDecoderFrozen(plan.rates) })),
  );
}
