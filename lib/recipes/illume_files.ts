/**
 * A model on disk: `config.json`, which names its recipe, its parts and its language;
 * `model.safetensors` with every parameter under its name; and `tokenizer.json`.
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
  Scope,
} from "../nn/mod.ts";
import { type Device, expectDevice, expectPath } from "../runtime/mod.ts";
import type { Language } from "../text/language.ts";
import { TextTokenizer } from "../text/mod.ts";
import {
  LanguageModelConfig,
  sequenceOf,
  shapeOf,
  SPECIAL_TOKENS,
  unifiedLosses,
} from "../unified/mod.ts";
import { PictureTokenizer, TokenizerConfig, tokenizerParameters } from "../vision/mod.ts";
import { Illume, illumeModalities } from "./illume.ts";

const VERSION = 6;

const Config = z.strictObject({
  format: z.literal("illume"),
  version: z.literal(VERSION),
  seed: z.int(),
  tokenizer: TokenizerConfig,
  languageModel: LanguageModelConfig,
  /** Tokens of text, special ones included. */
  vocabulary: z.int().positive(),
  longestText: z.int().positive(),
  language: z.looseObject({ kind: z.string() }),
}).refine(({ tokenizer, languageModel }) => languageModel.places === tokenizer.grid ** 2, {
  // What the tensors' shapes do not tell: what is read stands in places, too.
  path: ["languageModel", "places"],
  error: "Expected the tokenizer's grid²",
});
type Config = z.infer<typeof Config>;

const FORMAT: CheckpointFormat<Config> = {
  name: `a configuration of an Illume model of version ${VERSION}`,
  schema: Config,
  parameters: parametersOf,
};

/** Languages by kind: from what a configuration keeps of one to the language. */
export type Languages = Readonly<Record<string, (settings: unknown) => Language>>;

/**
 * Writes the model's three files into a folder.
 * @throws Error where they cannot be written; what was there before then stays as it was
 */
export async function saveIllume(model: Illume, directory: string): Promise<void> {
  if (!(model instanceof Illume)) {
    throw new TypeError(`Expected a model and a folder, but found ${brief(model)} first`);
  }
  const { store, tokenizer, text, unified, language, longestText, seed } = model;
  await saveCheckpoint<Config>(directory, FORMAT, {
    config: {
      format: "illume",
      version: VERSION,
      seed,
      tokenizer: tokenizer.config,
      languageModel: unified.config,
      vocabulary: text.size,
      longestText,
      language: { ...language.settings },
    },
    store,
    seed,
    more: { "tokenizer.json": JSON.stringify(text.toJSON(), null, 1) },
  });
}

/**
 * Loads what {@link saveIllume} wrote. Disposing of the model frees its parameters and its tokenizer.
 *
 * @param languages which kinds of languages are known
 * @throws CheckpointError for a missing, truncated or foreign file, another version or language, or
 * tensors of other names or shapes than the configuration asks for; TypeError where the folder is no
 * path or the device is none
 */
export async function loadIllume(
  directory: string,
  device: Device,
  languages: Languages,
): Promise<Illume> {
  expectPath(directory);
  expectDevice(device);
  const config = await readConfig(directory, FORMAT);
  const language = languageOf(config, languages, directory);
  const text = await readTokenizer(`${directory}/tokenizer.json`, config);
  const store = readParameters(directory, FORMAT, config, device);
  const { seed, longestText } = config;
  const tokenizer = new PictureTokenizer({ device, store, config: config.tokenizer, seed });
  const owned = new DisposableStack();
  owned.use(store);
  owned.use(tokenizer);
  return new Illume({
    tokenizer,
    text,
    language,
    config: config.languageModel,
    seed,
    longestText,
    owned,
  });
}

function languageOf({ language }: Config, languages: Languages, directory: string): Language {
  const known = Object.keys(languages).join(", ");
  const expected = `a language of a known kind (${known}) in ${directory}/config.json`;
  if (!Object.hasOwn(languages, language.kind)) {
    throw CheckpointError.of(expected, `"${language.kind}"`);
  }
  try {
    return languages[language.kind](language);
  } catch (error) {
    throw CheckpointError.refused(expected, error);
  }
}

async function readTokenizer(path: string, { vocabulary }: Config): Promise<TextTokenizer> {
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

/** Every parameter of a model, found by tracing it. Its parts share the codebook. */
function parametersOf({ tokenizer, languageModel, vocabulary }: Config): ParameterSpec[] {
  const model = illumeModalities({
    tokenizer,
    // Of the words only the size counts, and of pictures nothing.
    text: { size: vocabulary, tokenId: () => 0, encode: () => [], decode: () => "" },
    config: languageModel,
    encode: () => Promise.resolve([]),
  });
  const root = new Scope();
  unifiedLosses(root, model, shapeOf([sequenceOf([{ ask: [], answer: [] }], [], model)], 1, model));
  const specs = [...tokenizerParameters(tokenizer), ...root.specs()];
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}
