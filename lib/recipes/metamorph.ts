/**
 * MetaMorph (arXiv 2412.14164) on a page: visual-predictive instruction tuning. One causal language model
 * predicts words and continuous visual tokens; pictures are read and drawn as the same tokens; a diffusion
 * decoder that never sees the language model, the visualizer, draws them.
 *
 * Differs from the paper:
 *
 * - The language model learns from nothing. A stage of plain text stands in for the trained one.
 * - Visual tokens are the patches that stand out, in the order of reading, trained to say captions; the
 *   paper's are SigLIP's patches, resampled. A regression gives the mean of what could come: of all patches,
 *   where captions leave places open, that is background (docs/LOG.md).
 * - Of pictures that are read each token comes with the place of its patch; of those that are drawn nobody
 *   knows it, and the visualizer settles it.
 * - The visualizer is a diffusion over the tokenizer's codes, begun from nothing; the paper's is Stable
 *   Diffusion, tuned. It sees tokens with noise, since those that are predicted are not exact, and drops
 *   fewer of them: .15 in place of .7, as it has no unconditional model to keep.
 * - Token shift (`embedding.ts`), and Muon for matrices: a small model learns sooner.
 * - Frames and visual thinking are left to mixtures of one's own (`deno task metamorph`): `nano`'s minutes
 *   go to drawing and reading.
 * - Captions of drawings are dropped now and then, as for ILLUME; nothing is guided by it here.
 */
import type { SaveOptions } from "../nn/mod.ts";
import { inspect, short } from "../notebook/mod.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Document } from "../data/document.ts";
import type { Budget, Stage } from "../optim/mod.ts";
import { z } from "../packages/zod.ts";
import type { Language } from "../text/language.ts";
import type { TextTokenizer } from "../text/mod.ts";
import {
  ADAPTER,
  type FeatureLoss,
  featuresModality,
  type LanguageModelConfig,
  seenFeaturesModality,
  type StagePlan,
  textModality,
  UnifiedModel,
  unifiedStages,
  Vocabulary,
  type Words,
} from "../unified/mod.ts";
import {
  type PictureTokenizer,
  type Preset,
  type Visualized,
  Visualizer,
  type VisualizerConfig,
  visualizerParameters,
} from "../vision/mod.ts";
import { visualizerSchema } from "../vision/visualizer.ts";
import { shownDrawing } from "./drawn.ts";
import { languageModelOf } from "./language_models.ts";
import { configOf, type LoadOptions, ModelFiles } from "./model_files.ts";
import { PictureModel } from "./picture_model.ts";

/** A picture that the model drew, its visual tokens, and the codes that the visualizer made of them. */
export interface MorphedPicture extends Visualized {
  /** The visual tokens that were said: `[tokens, tokenSize]` of the visualizer. */
  readonly tokens: Float32Array;
}

export interface MetaMorphParts {
  readonly visualizer: Visualizer;
  readonly text: TextTokenizer;
  readonly language: Language;
  readonly config: LanguageModelConfig;
  readonly seed: number;
  readonly longestText: number;
  /** Default cosine, as in the paper. */
  readonly loss?: FeatureLoss;
  readonly owned?: Disposable;
}

/** Where in a picture that is read a token may stand; and, in one that is drawn, which one it is. */
function placesOf({ tokenizer, tokens }: VisualizerConfig): number {
  return tokenizer.grid ** 2 + tokens;
}

/**
 * What enters a MetaMorph, and what leaves it: the same visual tokens, of which one knows where they stand
 * where a picture is at hand.
 *
 * @param see visual tokens of pictures, by a visualizer of that configuration
 */
export function metamorphModalities(
  { visualizer, text, config, loss, see }: {
    readonly visualizer: VisualizerConfig;
    readonly text: Words;
    readonly config: LanguageModelConfig;
    readonly loss?: FeatureLoss;
    readonly see: Visualizer["see"];
  },
): UnifiedModel {
  const vocabulary = new Vocabulary(text);
  const { hiddenSize } = config;
  const { tokens, tokenSize, tokenizer } = visualizer;
  const draw = featuresModality(vocabulary, {
    hiddenSize,
    tokens,
    tokenSize,
    loss,
    firstPlace: 1 + tokenizer.grid ** 2,
    encode: async (pictures) => (await see(pictures)).map(({ tokens }) => tokens),
  });
  return new UnifiedModel({
    config,
    vocabulary,
    text: textModality(vocabulary, hiddenSize),
    read: seenFeaturesModality(vocabulary, draw, { see }),
    draw,
  });
}

const Config = z.strictObject({
  ...configOf("metamorph", 2),
  visualizer: visualizerSchema,
  loss: z.enum(["cosine", "l1"]),
}).refine(({ visualizer, languageModel }) => languageModel.grid === visualizer.tokenizer.grid, {
  path: ["languageModel", "grid"],
  error: "Expected the grid of the visualizer's tokenizer",
}).refine(({ visualizer, languageModel }) => languageModel.places === placesOf(visualizer), {
  // What the tensors' shapes do not tell.
  path: ["languageModel", "places"],
  error: "Expected the grid² of the visualizer's tokenizer, and its tokens",
});

const FILES = new ModelFiles<z.infer<typeof Config>>({
  recipe: "metamorph",
  version: 2,
  schema: Config,
  visionParameters: ({ visualizer }) => visualizerParameters(visualizer),
  unified: ({ visualizer, languageModel: config, loss }, text) =>
    metamorphModalities({ visualizer, text, config, loss, see: () => Promise.resolve([]) }),
});

/** MetaMorph (arXiv 2412.14164): a language model reads and says continuous visual tokens. */
export class MetaMorph extends PictureModel<MorphedPicture> {
  /** Its name among recipes. */
  readonly recipe = "metamorph";
  /** What makes visual tokens of pictures, and pictures of visual tokens. */
  readonly visualizer: Visualizer;
  /** What makes tokens of text. */
  readonly text: TextTokenizer;
  /** What is learned of visual tokens: their direction, or each of their numbers. */
  readonly loss: FeatureLoss;

  /** A model of these parts. Use `init` or `load`. */
  constructor(parts: MetaMorphParts) {
    const { visualizer } = parts;
    super({
      device: visualizer.device,
      store: visualizer.store,
      seed: parts.seed,
      unified: metamorphModalities({
        ...parts,
        visualizer: visualizer.config,
        see: (pictures) => visualizer.see(pictures),
      }),
      language: parts.language,
      longestText: parts.longestText,
      pictureSize: visualizer.config.tokenizer.pictureSize,
      lastStage: METAMORPH_STAGES.nano.at(-1)!,
      owned: parts.owned,
      // Nothing is sampled by the language model: chance comes in with the visualizer.
      sample: (inference, { asked, begun }, { seed = 0 }) =>
        inference.draw(asked, { begun, seed, temperature: 0, topK: 1 }),
      async paint(contents, { seed = 0, guidance, temperature }) {
        const tokens = contents as readonly Float32Array[];
        const drawn = await visualizer.draw(tokens, { seed, guidance, temperature });
        return drawn.map((one, i) => shownDrawing({ ...one, tokens: tokens[i] }));
      },
    });
    this.visualizer = visualizer;
    this.text = parts.text;
    this.loss = parts.loss ?? "cosine";
  }

  /** What the visualizer sees pictures with, and of whose codes it draws. */
  get tokenizer(): PictureTokenizer {
    return this.visualizer.tokenizer;
  }

  /** A model that has learned nothing yet, on the visualizer's device. */
  static init(
    { visualizer, text, language, preset = "nano", seed = 0, longestText = 32, loss }: {
      readonly visualizer: Visualizer;
      readonly text: TextTokenizer;
      readonly language: Language;
      readonly preset?: Preset;
      readonly seed?: number;
      /** Tokens of text in a question, and in an answer, at most; default 32. */
      readonly longestText?: number;
      /** Default cosine, as in the paper. */
      readonly loss?: FeatureLoss;
    },
  ): MetaMorph {
    const { tokenizer, tokens } = visualizer.config;
    const config = languageModelOf(preset, tokenizer.grid, tokens);
    return new MetaMorph({ visualizer, text, language, config, seed, longestText, loss });
  }

  /**
   * Loads what {@link save} wrote. Disposing of the model frees its parameters and its visualizer.
   *
   * @throws CheckpointError for a missing, truncated or foreign file, another recipe, version or
   * language, or tensors of other names or shapes than the configuration asks for; TypeError where the
   * folder is no path or the device is none
   */
  static load(directory: string, options?: LoadOptions): Promise<MetaMorph> {
    return FILES.load(directory, options, ({ config, owned, ...parts }) => {
      const { seed, longestText, languageModel, loss } = config;
      const { device, store } = parts;
      const visualizer = owned.use(
        new Visualizer({ device, store, config: config.visualizer, seed }),
      );
      const sizes = { config: languageModel, seed, longestText, loss };
      return new MetaMorph({ ...parts, ...sizes, visualizer, owned });
    });
  }

  /**
   * Writes the model's three files into a folder.
   * @throws Error where they cannot be written; what was there before then stays as it was
   */
  save(directory: string, options?: SaveOptions): Promise<void> {
    const { visualizer: { config }, loss } = this;
    return FILES.save(directory, this, { visualizer: config, loss }, options);
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    const { layers, hiddenSize } = this.unified.config;
    const { tokens } = this.visualizer.config;
    return `MetaMorph on ${this.device.name}: ${layers} layers of width ${hiddenSize}, ` +
      `${short(this.text.size)} tokens of text, ${tokens} visual tokens a picture`;
  }
}

/** The paper's two stages (section 3.2) and one before. */
function stagesOf(budgets: {
  readonly language: Budget;
  readonly adapter: Budget;
  readonly tuning: Budget;
}): StagePlan[] {
  return [
    { name: "language", mixture: { text: 1 }, budget: budgets.language },
    {
      name: "adapter",
      rates: { "": 0, [ADAPTER]: 1 },
      mixture: { describe: 1 },
      budget: budgets.adapter,
    },
    {
      name: "instruction tuning",
      mixture: { draw: 2, describe: 2, question: 3, detail: 1, edit: 1 },
      budget: budgets.tuning,
    },
  ];
}

/** The stages of a preset. */
export const METAMORPH_STAGES: Readonly<Record<Preset, readonly StagePlan[]>> = {
  nano: stagesOf({
    language: { steps: 200, batchSize: 32, peakRate: 3e-3 },
    adapter: { steps: 100, batchSize: 32, peakRate: 3e-3 },
    tuning: { steps: 2500, batchSize: 32, peakRate: 2.5e-3 },
  }),
  small: stagesOf({
    language: { steps: 300, batchSize: 32, peakRate: 2e-3 },
    adapter: { steps: 100, batchSize: 32, peakRate: 2e-3 },
    tuning: { steps: 8000, batchSize: 32, peakRate: 2e-3 },
  }),
  base: stagesOf({
    language: { steps: 1000, batchSize: 128, peakRate: 1e-3 },
    adapter: { steps: 500, batchSize: 128, peakRate: 1e-3 },
    tuning: { steps: 26_000, batchSize: 128, peakRate: 1e-3 },
  }),
};

/**
 * Stages of a model, ready to run.
 *
 * @param documents to mix, by the names that the plans use
 * @throws RangeError where a plan mixes documents that are not there
 */
export function metamorphStages(
  model: MetaMorph,
  documents: Readonly<Record<string, DataSet<Document>>>,
  plans: readonly StagePlan[] = METAMORPH_STAGES.nano,
): Stage[] {
  return unifiedStages(model, documents, plans);
}
