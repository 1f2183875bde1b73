/**
 * A model on disk: `config.json`, `model.safetensors` with every parameter under its name, and
 * `tokenizer.json`.
 */
import { z } from "../packages/zod.ts";
import { worldOf } from "../worlds/emoji/world.ts";
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
import { PictureTokenizer, TokenizerConfig, tokenizerParameters } from "../vision/mod.ts";
import { TextTokenizer } from "../text/mod.ts";
import { nextTokenLosses, SPECIAL_TOKENS, UnifiedConfig } from "../unified/mod.ts";
import { Illume } from "./illume.ts";

const VERSION = 5;

const Config = z.strictObject({
  format: z.literal("illume"),
  version: z.literal(VERSION),
  preset: z.enum(["nano", "small", "base"]),
  seed: z.int(),
  tokenizer: TokenizerConfig,
  languageModel: UnifiedConfig,
}).superRefine(({ tokenizer, languageModel }, context) => {
  // What the tensors' shapes do not tell.
  const shared = { quantizer: tokenizer.quantizer, pictureTokens: tokenizer.grid ** 2 };
  for (const field of ["quantizer", "pictureTokens"] as const) {
    const expected = JSON.stringify(shared[field]);
    if (JSON.stringify(languageModel[field]) === expected) continue;
    const message = `Expected the tokenizer's ${expected}`;
    context.addIssue({ code: "custom", path: ["languageModel", field], message });
  }
});
type Config = z.infer<typeof Config>;

const FORMAT: CheckpointFormat<Config> = {
  name: `a configuration of an Illume model of version ${VERSION}`,
  schema: Config,
  parameters: parametersOf,
};

/**
 * Writes the model's three files into a folder.
 * @throws Error where they cannot be written; what was there before then stays as it was
 */
export async function saveIllume(model: Illume, directory: string): Promise<void> {
  if (!(model instanceof Illume)) {
    throw new TypeError(`Expected a model and a folder, but found ${brief(model)} first`);
  }
  const { store, tokenizer, vocabulary, world, seed } = model;
  await saveCheckpoint<Config>(directory, FORMAT, {
    config: {
      format: "illume",
      version: VERSION,
      preset: world.preset,
      seed,
      tokenizer: tokenizer.config,
      languageModel: model.config,
    },
    store,
    seed,
    more: { "tokenizer.json": JSON.stringify(vocabulary.text.toJSON(), null, 1) },
  });
}

/**
 * Loads what {@link saveIllume} wrote.
 * @throws CheckpointError for a missing, truncated or foreign file, another version, or tensors of
 * other names or shapes than the configuration asks for; TypeError where the folder is no path or the
 * device is none
 */
export async function loadIllume(directory: string, device: Device): Promise<Illume> {
  expectPath(directory);
  expectDevice(device);
  const config = await readConfig(directory, FORMAT);
  const text = await readTokenizer(`${directory}/tokenizer.json`, config);
  const store = readParameters(directory, FORMAT, config, device);
  const { seed } = config;
  const tokenizer = new PictureTokenizer({ device, store, config: config.tokenizer, seed });
  return new Illume({
    tokenizer,
    text,
    world: worldOf(config.preset),
    config: config.languageModel,
    seed,
  });
}

async function readTokenizer(path: string, { languageModel }: Config): Promise<TextTokenizer> {
  const size = languageModel.textVocabulary;
  const expected = `a text tokenizer of ${size} tokens in ${path}`;
  let text: TextTokenizer;
  try {
    text = TextTokenizer.fromJSON(JSON.parse(await Deno.readTextFile(path)));
    for (const token of SPECIAL_TOKENS) text.tokenId(token);
  } catch (error) {
    throw CheckpointError.refused(expected, error);
  }
  if (text.size !== size) throw CheckpointError.of(expected, `${text.size} tokens`);
  return text;
}

/** Every parameter of a model, found by tracing it. Its parts share the codebook. */
function parametersOf({ tokenizer, languageModel }: Config): ParameterSpec[] {
  const scope = new Scope();
  nextTokenLosses(scope, languageModel, { batch: 1, length: 1, learned: 1, pictures: 1 });
  const specs = [...tokenizerParameters(tokenizer), ...scope.specs()];
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}
