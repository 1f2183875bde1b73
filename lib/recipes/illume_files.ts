/**
 * A model on disk: `config.json`, `model.safetensors` with every parameter under its name, and
 * `tokenizer.json`.
 */
import { z } from "zod";
import { worldOf } from "../data/world.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  type ParameterSpec,
  SafetensorsError,
  Scope,
  writeFileAtomic,
} from "../nn/mod.ts";
import { type Device, StateStore } from "../runtime/mod.ts";
import { SemanticTokenizer, TokenizerConfig, tokenizerParameters } from "../tokenizer/mod.ts";
import { TextTokenizer } from "../text/mod.ts";
import { nextTokenLosses, UnifiedConfig } from "../unified/mod.ts";
import { Illume } from "./illume.ts";

const VERSION = 1;

const Config = z.strictObject({
  format: z.literal("illume"),
  version: z.literal(VERSION),
  preset: z.enum(["nano", "small"]),
  seed: z.int(),
  tokenizer: TokenizerConfig,
  languageModel: UnifiedConfig,
});

/** A checkpoint that cannot be loaded: one line that says which file, what was expected and found. */
export class CheckpointError extends Error {
  override name = "CheckpointError";
}

/** Writes the model's three files into a folder, each whole or not at all. */
export async function saveIllume(model: Illume, directory: string): Promise<void> {
  await Deno.mkdir(directory, { recursive: true });
  const config: z.infer<typeof Config> = {
    format: "illume",
    version: VERSION,
    preset: model.world.preset,
    seed: model.seed,
    tokenizer: model.tokenizer.config,
    languageModel: model.config,
  };
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape } of parametersOf(config.tokenizer, config.languageModel)) {
    tensors.set(name, { shape, data: await model.store.read(name) as Float32Array });
  }
  await writeFileAtomic(`${directory}/model.safetensors`, encodeSafetensors(tensors));
  await writeFileAtomic(
    `${directory}/tokenizer.json`,
    JSON.stringify(model.vocabulary.text.toJSON(), null, 1),
  );
  await writeFileAtomic(`${directory}/config.json`, JSON.stringify(config, null, 2));
}

/**
 * Loads what {@link saveIllume} wrote.
 * @throws CheckpointError for a missing, truncated or foreign file, another version, or tensors of
 * other names or shapes than the configuration asks for
 */
export async function loadIllume(directory: string, device: Device): Promise<Illume> {
  const config = await readConfig(`${directory}/config.json`);
  const text = await TextTokenizer.load(`${directory}/tokenizer.json`);
  const path = `${directory}/model.safetensors`;
  const tensors = readTensors(path);
  const store = new StateStore(device);
  for (const { name, dtype, shape } of parametersOf(config.tokenizer, config.languageModel)) {
    const found = tensors.get(name);
    const shown = found ? `[${found.shape.join(", ")}]` : "none";
    if (found === undefined || found.shape.join() !== shape.join()) {
      throw new CheckpointError(
        `Expected tensor "${name}" of shape [${shape.join(", ")}] in ${path}, but found ${shown}`,
      );
    }
    store.add(name, { dtype, shape }, found.data);
  }
  const { seed } = config;
  const tokenizer = new SemanticTokenizer({ device, store, config: config.tokenizer, seed });
  return new Illume({
    tokenizer,
    text,
    world: worldOf(config.preset),
    config: config.languageModel,
    seed,
  });
}

async function readConfig(path: string): Promise<z.infer<typeof Config>> {
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const found = error instanceof Deno.errors.NotFound ? "no such file" : (error as Error).message;
    throw new CheckpointError(`Expected a model's configuration in ${path}, but found ${found}`);
  }
  const parsed = Config.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path: where, message } = parsed.error.issues[0];
  throw new CheckpointError(
    `Expected a configuration of an Illume model of version ${VERSION} in ${path}, but found ` +
      `${where.join(".") || "its content"}: ${message}`,
  );
}

function readTensors(path: string): ReadonlyMap<string, NamedTensor> {
  try {
    return decodeSafetensors(path).tensors;
  } catch (error) {
    if (!(error instanceof SafetensorsError || error instanceof Deno.errors.NotFound)) throw error;
    throw new CheckpointError(`Expected a model's parameters in ${path}: ${error.message}`);
  }
}

/** Every parameter of a model, found by tracing it. */
function parametersOf(tokenizer: TokenizerConfig, config: UnifiedConfig): ParameterSpec[] {
  const scope = new Scope();
  nextTokenLosses(scope, config, { batch: 1, length: 1, learned: 1, pictures: 1 });
  return [...tokenizerParameters(tokenizer), ...scope.specs()];
}
