/**
 * A model on disk: `config.json`, `model.safetensors` with every parameter under its name, and
 * `tokenizer.json`.
 */
import { z } from "zod";
import { worldOf } from "../data/world.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  ensureParameters,
  type NamedTensor,
  type ParameterSpec,
  Scope,
  writeFilesAtomic,
} from "../nn/mod.ts";
import { type Device, StateStore } from "../runtime/mod.ts";
import { PictureTokenizer, TokenizerConfig, tokenizerParameters } from "../tokenizer/mod.ts";
import { TextTokenizer } from "../text/mod.ts";
import { nextTokenLosses, SPECIAL_TOKENS, UnifiedConfig } from "../unified/mod.ts";
import { Illume } from "./illume.ts";

const VERSION = 3;

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

/** A checkpoint that cannot be loaded: one line that says which file, what was expected and found. */
export class CheckpointError extends Error {
  override name = "CheckpointError";
}

/**
 * Writes the model's three files into a folder.
 * @throws Error where they cannot be written; what was there before then stays as it was
 */
export async function saveIllume(model: Illume, directory: string): Promise<void> {
  const { store, tokenizer, vocabulary, seed } = model;
  const config = Config.parse({
    format: "illume",
    version: VERSION,
    preset: model.world.preset,
    seed,
    tokenizer: tokenizer.config,
    languageModel: model.config,
  });
  const specs = parametersOf(config);
  ensureParameters(store, specs, seed);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape } of specs) {
    tensors.set(name, { shape, data: await store.read(name) as Float32Array });
  }
  await Deno.mkdir(directory, { recursive: true });
  await writeFilesAtomic({
    [`${directory}/model.safetensors`]: encodeSafetensors(tensors),
    [`${directory}/tokenizer.json`]: JSON.stringify(vocabulary.text.toJSON(), null, 1),
    [`${directory}/config.json`]: JSON.stringify(config, null, 2),
  });
}

/**
 * Loads what {@link saveIllume} wrote.
 * @throws CheckpointError for a missing, truncated or foreign file, another version, or tensors of
 * other names or shapes than the configuration asks for
 */
export async function loadIllume(directory: string, device: Device): Promise<Illume> {
  const { config, specs } = await readConfig(`${directory}/config.json`);
  const text = await readTokenizer(`${directory}/tokenizer.json`, config);
  const tensors = readTensors(`${directory}/model.safetensors`, specs);
  const store = new StateStore(device);
  for (const { name, dtype, shape } of specs) {
    store.add(name, { dtype, shape }, tensors.get(name)!.data);
  }
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

/** The configuration, and the parameters that a model of its sizes has. */
async function readConfig(path: string): Promise<{ config: Config; specs: ParameterSpec[] }> {
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    throw refused(`a model's configuration in ${path}`, error);
  }
  const expected = `a configuration of an Illume model of version ${VERSION} in ${path}`;
  const parsed = Config.safeParse(json);
  if (!parsed.success) throw new CheckpointError(line(expected, issueOf(parsed.error, json)));
  try {
    return { config: parsed.data, specs: parametersOf(parsed.data) };
  } catch (error) {
    throw refused(expected, error);
  }
}

async function readTokenizer(path: string, { languageModel }: Config): Promise<TextTokenizer> {
  const size = languageModel.textVocabulary;
  const expected = `a text tokenizer of ${size} tokens in ${path}`;
  let text: TextTokenizer;
  try {
    text = TextTokenizer.fromJSON(JSON.parse(await Deno.readTextFile(path)));
    for (const token of SPECIAL_TOKENS) text.tokenId(token);
  } catch (error) {
    throw refused(expected, error);
  }
  if (text.size !== size) throw new CheckpointError(line(expected, `${text.size} tokens`));
  return text;
}

/** The tensors of a file, which are the parameters, neither more nor fewer. */
function readTensors(
  path: string,
  specs: readonly ParameterSpec[],
): ReadonlyMap<string, NamedTensor> {
  let tensors: ReadonlyMap<string, NamedTensor>;
  try {
    tensors = decodeSafetensors(Deno.readFileSync(path)).tensors;
  } catch (error) {
    throw refused(`a model's parameters in ${path}`, error);
  }
  const shown = (shape?: readonly number[]) => shape ? `[${shape.join(", ")}]` : "none";
  for (const { name, shape } of specs) {
    const found = tensors.get(name)?.shape;
    if (shown(found) === shown(shape)) continue;
    const expected = `tensor "${name}" of shape ${shown(shape)} in ${path}`;
    throw new CheckpointError(line(expected, shown(found)));
  }
  const known = new Set(specs.map(({ name }) => name));
  for (const name of tensors.keys()) {
    if (known.has(name)) continue;
    const expected = `the tensors that config.json asks for in ${path}`;
    throw new CheckpointError(line(expected, `"${name}" too`));
  }
  return tensors;
}

/** Every parameter of a model, found by tracing it. Its parts share the codebook. */
function parametersOf({ tokenizer, languageModel }: Config): ParameterSpec[] {
  const scope = new Scope();
  nextTokenLosses(scope, languageModel, { batch: 1, length: 1, learned: 1, pictures: 1 });
  const specs = [...tokenizerParameters(tokenizer), ...scope.specs()];
  return [...new Map(specs.map((spec) => [spec.name, spec])).values()];
}

function line(expected: string, found: string): string {
  return `Expected ${expected}, but found ${found}`.replaceAll(/\s+/g, " ");
}

function refused(expected: string, cause: unknown): CheckpointError {
  const found = cause instanceof Deno.errors.NotFound
    ? "no such file"
    : cause instanceof SyntaxError
    ? "no JSON"
    : `an error: ${(cause as Error).message}`;
  return new CheckpointError(line(expected, found), { cause });
}

/** What is first found wrong, and why. */
function issueOf({ issues: [{ path, message }] }: z.ZodError, json: unknown): string {
  if (path.length === 0) return message;
  let value = json;
  for (const key of path) value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  const where = path.join(".");
  if (value === undefined) return `no ${where}`;
  return `${where} ${JSON.stringify(value).slice(0, 40)}: ${message}`;
}
