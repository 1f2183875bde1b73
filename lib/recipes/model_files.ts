/**
 * A model of any recipe on disk: `config.json`, which names its recipe, its parts and its language;
 * `model.safetensors` with every parameter under its name; and `tokenizer.json`. What a recipe adds is
 * its `ModelFormat`.
 */
import { z } from "../packages/zod.ts";
import { brief } from "../graph/mod.ts";
import {
  CheckpointError,
  type CheckpointFormat,
  type ParameterSpec,
  readConfig,
  readParameters,
  saveCheckpoint,
  type SaveOptions,
  Scope,
} from "../nn/mod.ts";
import { type Device, expectDevice, openDevice, type StateStore } from "../runtime/mod.ts";
import type { Language } from "../text/language.ts";
import { knownLanguages, languageFrom } from "../text/languages.ts";
import { TextTokenizer } from "../text/mod.ts";
import {
  type LanguageModelConfig,
  sequenceOf,
  shapeOf,
  SPECIAL_TOKENS,
  unifiedLosses,
  type UnifiedModel,
  type Words,
} from "../unified/mod.ts";
import { languageModelSchema } from "../unified/config.ts";

/** A recipe, as configurations and commands name it. */
export type RecipeName = "illume" | "metamorph" | "dreamllm";

/** What the models of each recipe are called. */
export const RECIPE_CLASSES: Readonly<Record<RecipeName, string>> = {
  illume: "Illume",
  metamorph: "MetaMorph",
  dreamllm: "DreamLLM",
};

/** What the configuration of any model keeps, for a recipe to add its parts to. */
export function configOf<R extends RecipeName, V extends number>(recipe: R, version: V) {
  return {
    format: z.literal(recipe),
    version: z.literal(version),
    seed: z.int(),
    languageModel: languageModelSchema,
    /** Tokens of text, special ones included. */
    vocabulary: z.int().positive(),
    longestText: z.int().positive(),
    language: z.looseObject({ kind: z.string() }),
  };
}

/** What {@link configOf} describes. */
export interface ModelConfig {
  readonly format: RecipeName;
  readonly version: number;
  readonly seed: number;
  readonly languageModel: LanguageModelConfig;
  readonly vocabulary: number;
  readonly longestText: number;
  readonly language: { readonly kind: string };
}

/** How models of one recipe are kept. */
export interface ModelFormat<C extends ModelConfig> {
  readonly recipe: C["format"];
  readonly version: C["version"];
  readonly schema: z.ZodType<C>;
  /** The parameters of the parts that see and draw pictures. */
  readonly visionParameters: (config: C) => readonly ParameterSpec[];
  /** The unified model of a configuration, over words of which only the size counts. */
  readonly unified: (config: C, text: Words) => UnifiedModel;
}

/** What of any model is saved. */
export interface Saved {
  readonly store: StateStore;
  readonly seed: number;
  readonly text: TextTokenizer;
  readonly unified: UnifiedModel;
  readonly language: Language;
  readonly longestText: number;
}

/** What a model that was saved is made of again. */
export interface Loaded<C extends ModelConfig> {
  readonly device: Device;
  readonly store: StateStore;
  readonly config: C;
  readonly text: TextTokenizer;
  readonly language: Language;
  /** Takes what shall be freed with the model; the store is among it. */
  readonly owned: DisposableStack;
}

/** Where a model runs that is loaded. */
export interface LoadOptions {
  /** Where the model runs; default the CPU, which is then freed with the model. */
  readonly device?: Device;
}

/** How models of one recipe are written and read. */
export class ModelFiles<C extends ModelConfig> {
  readonly #format: ModelFormat<C>;
  readonly #checkpoint: CheckpointFormat<C>;

  constructor(format: ModelFormat<C>) {
    const { recipe, version, schema } = format;
    this.#format = format;
    this.#checkpoint = {
      name: `a configuration of a model of recipe "${recipe}", version ${version}`,
      schema,
      parameters: (config) => this.#parameters(config),
    };
  }

  /**
   * Writes a model's three files into a folder.
   *
   * @param parts what the configuration keeps of the recipe's own
   * @throws Error where they cannot be written; what was there before then stays as it was
   */
  async save(
    directory: string,
    { store, seed, text, unified, language, longestText }: Saved,
    parts: Omit<C, keyof ModelConfig>,
    options: SaveOptions = {},
  ): Promise<void> {
    const { recipe, version, schema } = this.#format;
    const config = schema.parse({
      format: recipe,
      version,
      seed,
      languageModel: unified.config,
      vocabulary: text.size,
      longestText,
      language: { ...language.settings },
      ...parts,
    });
    const more = { "tokenizer.json": JSON.stringify(text.toJSON(), null, 1) };
    await saveCheckpoint(directory, this.#checkpoint, { ...options, config, store, seed, more });
  }

  /**
   * Loads what {@link save} wrote.
   *
   * @param make a model, which frees what it owns
   * @throws CheckpointError for a missing, truncated or foreign file, another recipe, version or
   * language, or tensors of other names or shapes than the configuration asks for; TypeError where the
   * folder is no path or the device is none
   */
  async load<M>(
    directory: string,
    options: LoadOptions | undefined,
    make: (loaded: Loaded<C>) => M,
  ): Promise<M> {
    const { recipe } = this.#format;
    const given = deviceIn(options);
    const found = await recipeIn(directory);
    if (found !== recipe) {
      const advice = isRecipe(found)
        ? `: load it with ${RECIPE_CLASSES[found]}.load or loadModel`
        : "";
      throw CheckpointError.of(
        `a model of recipe "${recipe}" in ${directory}/config.json`,
        `${JSON.stringify(found)}${advice}`,
      );
    }
    const config = await readConfig(directory, this.#checkpoint);
    const language = languageIn(directory, config);
    const text = await readTokenizer(`${directory}/tokenizer.json`, config);
    const owned = new DisposableStack();
    try {
      const device = given ?? owned.use(await openDevice("cpu"));
      const store = owned.use(readParameters(directory, this.#checkpoint, config, device));
      return make({ device, store, config, text, language, owned });
    } catch (error) {
      owned[Symbol.dispose]();
      throw error;
    }
  }

  /** Every parameter of a model, found by tracing it. Its parts may share some. */
  #parameters(config: C): ParameterSpec[] {
    const { visionParameters, unified } = this.#format;
    const model = unified(config, {
      size: config.vocabulary,
      tokenId: () => 0,
      encode: () => [],
      decode: () => "",
    });
    const root = new Scope();
    const nothing = sequenceOf([{ ask: [], answer: [] }], [], model);
    unifiedLosses(root, model, shapeOf([nothing], 1, model));
    const specs = [...visionParameters(config), ...root.specs()];
    return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
  }
}

/**
 * What the configuration in a folder says that it is: a recipe, or another kind of model.
 * @throws CheckpointError where there is none
 */
export async function recipeIn(directory: string): Promise<string> {
  const anything = { schema: z.looseObject({ format: z.string() }), parameters: () => [] };
  return (await readConfig(directory, { name: "a model's configuration", ...anything })).format;
}

export function isRecipe(name: string): name is RecipeName {
  return Object.hasOwn(RECIPE_CLASSES, name);
}

/** Whoever gives a device itself would get another one, were it not refused. */
function deviceIn(options: LoadOptions = {}): Device | undefined {
  const isPlain = typeof options === "object" && options?.constructor === Object;
  if (!isPlain || Object.keys(options).some((name) => name !== "device")) {
    throw new TypeError(`Expected { device }, but found ${brief(options)}`);
  }
  const { device } = options;
  if (device !== undefined) expectDevice(device);
  return device;
}

function languageIn(directory: string, { language }: ModelConfig): Language {
  const known = knownLanguages();
  const expected = `a language of a known kind (${known.join(", ")}) in ${directory}/config.json`;
  if (!known.includes(language.kind)) throw CheckpointError.of(expected, `"${language.kind}"`);
  try {
    return languageFrom(language);
  } catch (error) {
    throw CheckpointError.refused(expected, error);
  }
}

async function readTokenizer(path: string, { vocabulary }: ModelConfig): Promise<TextTokenizer> {
  const expected = `a text tokenizer of ${vocabulary} tokens in ${path}`;
  let text: TextTokenizer;
  try {
    text = TextTokenizer.fromJSON(JSON.parse(await Deno.readTextFile(path)));
    for (const token of SPECIAL_TOKENS) text.tokenId(token);
  } catch (error) {
    throw CheckpointError.refused(expected, error);
  }
  if (text.size !== vocabulary) throw CheckpointError.of(expected, `${text.size} tokens`);
  return text;
}
