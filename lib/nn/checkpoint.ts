/**
 * A model on disk: `config.json`, which says what it is and how large, and `model.safetensors`,
 * with every parameter under its name. Nothing in them is believed before it is checked.
 */
import { isAbsolute } from "node:path";
import { brief } from "../graph/mod.ts";
import type { Schema, SchemaError } from "../packages/zod.ts";
import { type Device, expectPath, StateStore } from "../runtime/mod.ts";
import { writeFilesAtomic } from "../files/atomic_file.ts";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../files/safetensors.ts";
import type { ParameterSpec } from "./scope.ts";
import { ensureParameters } from "./state.ts";

/** A checkpoint that cannot be loaded: one line that says which file, what was expected and found. */
export class CheckpointError extends Error {
  /** What tells it from other errors. */
  override name = "CheckpointError";

  /** Expected …, but found …: one line, and what led to it. */
  static of(expected: string, found: string, options?: ErrorOptions): CheckpointError {
    const line = `Expected ${expected}, but found ${found}`.replaceAll(/\s+/g, " ");
    return new CheckpointError(line, options);
  }

  /** Expected …, but reading it failed. */
  static refused(expected: string, cause: unknown): CheckpointError {
    const found = cause instanceof Deno.errors.NotFound
      ? "no such file"
      : cause instanceof SyntaxError
      ? "no JSON"
      : `an error: ${(cause as Error).message}`;
    return CheckpointError.of(expected, found, { cause });
  }
}

/** How a model is written. */
export interface SaveOptions {
  /** What numbers are kept as; default "float32". "float16" takes half the space, and rounds. */
  readonly dtype?: "float32" | "float16";
}

/** A kind of model: how its files are checked. */
export interface CheckpointFormat<C> {
  /** What its configuration is called in errors, such as "a configuration of an Illume model". */
  readonly name: string;
  /** Checks a configuration. */
  readonly schema: Schema<C>;
  /** Every parameter of a model of this configuration. */
  readonly parameters: (config: C) => readonly ParameterSpec[];
}

/**
 * Writes a model's files into a folder, which is made if it is missing.
 *
 * @param more further files, by name
 * @throws Error where they cannot be written; what was there before then stays as it was
 */
export async function saveCheckpoint<C>(
  directory: string,
  { schema, parameters }: CheckpointFormat<C>,
  { config, store, seed, more = {}, dtype = "float32" }: {
    readonly config: C;
    readonly store: StateStore;
    /** For parameters that nothing has used yet. */
    readonly seed: number;
    readonly more?: Readonly<Record<string, string>>;
  } & SaveOptions,
): Promise<void> {
  expectPath(directory);
  if (dtype !== "float32" && dtype !== "float16") {
    throw new TypeError(`Expected dtype "float32" or "float16", but found ${brief(dtype)}`);
  }
  const checked = schema.parse(config);
  const specs = parameters(checked);
  ensureParameters(store, specs, seed);
  const tensors = new Map<string, NamedTensor>();
  for (const { name, shape } of specs) {
    tensors.set(name, { shape, data: await store.read(name) as Float32Array });
  }
  await Deno.mkdir(directory, { recursive: true });
  const others = Object.entries(more).map(([name, text]) => [`${directory}/${name}`, text]);
  await writeFilesAtomic({
    [`${directory}/model.safetensors`]: encodeSafetensors(
      tensors,
      undefined,
      dtype === "float16" ? "F16" : "F32",
    ),
    ...Object.fromEntries(others),
    [`${directory}/config.json`]: JSON.stringify(checked, null, 2),
  });
}

/**
 * The configuration in a folder.
 * @throws CheckpointError for a missing, truncated or foreign file
 */
export async function readConfig<C>(
  directory: string,
  { name, schema, parameters }: CheckpointFormat<C>,
): Promise<C> {
  expectPath(directory);
  const path = `${directory}/config.json`;
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(path));
  } catch (error) {
    const from = isAbsolute(path) ? "" : `, sought from ${Deno.cwd()}`;
    throw CheckpointError.refused(`a model's configuration in ${path}${from}`, error);
  }
  const expected = `${name} in ${path}`;
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw CheckpointError.of(expected, issueOf(parsed.error, json));
  try {
    parameters(parsed.data);
  } catch (error) {
    throw CheckpointError.refused(expected, error);
  }
  return parsed.data;
}

/**
 * The parameters in a folder, on a device.
 * @throws CheckpointError for a missing, truncated or foreign file, and for tensors of other names or
 * shapes than the configuration asks for
 */
export function readParameters<C>(
  directory: string,
  { parameters }: CheckpointFormat<C>,
  config: C,
  device: Device,
): StateStore {
  const specs = parameters(config);
  const tensors = readTensors(`${directory}/model.safetensors`, specs);
  const store = new StateStore(device);
  for (const { name, dtype, shape } of specs) {
    store.add(name, { dtype, shape }, tensors.get(name)!.data);
  }
  return store;
}

/** The tensors of a file, which are the parameters, neither more nor fewer. */
function readTensors(
  path: string,
  specs: readonly ParameterSpec[],
): ReadonlyMap<string, NamedTensor> {
  let tensors: ReadonlyMap<string, NamedTensor>;
  try {
    tensors = decodeSafetensors(Deno.readFileSync(path)).tensors;
    for (const { name } of specs) void tensors.get(name)?.data; // throws where it cannot be read
  } catch (error) {
    throw CheckpointError.refused(`a model's parameters in ${path}`, error);
  }
  const shown = (shape?: readonly number[]) => shape ? `[${shape.join(", ")}]` : "none";
  for (const { name, shape } of specs) {
    const found = tensors.get(name)?.shape;
    if (shown(found) === shown(shape)) continue;
    throw CheckpointError.of(`tensor "${name}" of shape ${shown(shape)} in ${path}`, shown(found));
  }
  const known = new Set(specs.map(({ name }) => name));
  for (const name of tensors.keys()) {
    if (known.has(name)) continue;
    throw CheckpointError.of(`the tensors that config.json asks for in ${path}`, `"${name}" too`);
  }
  return tensors;
}

/** What is first found wrong, and why. */
function issueOf({ issues: [{ path, message }] }: SchemaError, json: unknown): string {
  if (path.length === 0) return message;
  let value = json;
  for (const key of path) value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  const where = path.join(".");
  if (value === undefined) return `no ${where}`;
  return `${where} ${JSON.stringify(value).slice(0, 40)}: ${message}`;
}
