/** A vision tower's tensors in a folder: in one file, or in shards that an index names. */
import { z } from "../../packages/zod.ts";
import { SafetensorsFile } from "../../files/mod.ts";
import type { ParameterSpec } from "../../nn/mod.ts";
import type { StateStore } from "../../runtime/mod.ts";
import { exists, oneLine, readJson } from "./json_file.ts";
import { EncoderError } from "./vision_encoder.ts";

/** What stands before a tower's names where the file holds more than the tower. */
const PREFIXES = ["vision_model.", "model.vision_model.", ""];
/** The types of weights; a needed tensor of another is not what it seems. */
const WEIGHTS = ["F32", "F16", "BF16", "F64"];

const fileName = z.string().regex(/^[^/\\]+\.safetensors$/, "expected the name of a file beside");
const Index = z.object({ weight_map: z.record(z.string(), fileName) });

/**
 * Reads the tensors that a tower needs, one after the other, into a store. The others in the files
 * are not read, whatever they are.
 *
 * @throws EncoderError for files that are missing or damaged, and tensors that are missing or of
 * other shapes or types
 */
export async function readTowerTensors(
  folder: string,
  specs: readonly ParameterSpec[],
  store: StateStore,
): Promise<void> {
  using opened = new DisposableStack();
  const files = new Map<string, SafetensorsFile>();
  const open = (path: string) => {
    const file = files.get(path) ?? opened.use(openFile(path));
    files.set(path, file);
    return file;
  };
  const { source, names, pathOf } = await readNames(folder, open);
  const found = specs.map((spec) => {
    const name = PREFIXES.map((prefix) => prefix + spec.name).find((name) => names.has(name));
    if (name === undefined) throw mismatch(spec.name, spec, source, "none");
    const path = pathOf(name);
    const entry = open(path).tensors.get(name);
    if (entry === undefined) throw mismatch(name, spec, path, "none");
    if (`${entry.shape}` !== `${spec.shape}`) {
      throw mismatch(name, spec, path, `[${entry.shape.join(", ")}]`);
    }
    if (!WEIGHTS.includes(entry.dtype)) {
      throw new EncoderError(
        `Expected ${name} in ${path} to have dtype ${WEIGHTS.join(", ")}, but found ${entry.dtype}`,
      );
    }
    return { spec, name, path };
  });
  for (const { spec, name, path } of found) store.add(spec.name, spec, open(path).read(name));
}

/** The names of all tensors in the folder, and the files that they are in. */
async function readNames(folder: string, open: (path: string) => SafetensorsFile): Promise<{
  readonly source: string;
  readonly names: { has(name: string): boolean };
  readonly pathOf: (name: string) => string;
}> {
  const whole = `${folder}/model.safetensors`;
  if (await exists(whole)) {
    return { source: whole, names: open(whole).tensors, pathOf: () => whole };
  }
  const source = `${whole}.index.json`;
  if (!await exists(source)) {
    throw new EncoderError(
      `Expected tensors in ${whole} or, in shards, ${source}, but found neither file`,
    );
  }
  const shards = new Map(Object.entries((await readJson(source, Index)).weight_map));
  return { source, names: shards, pathOf: (name) => `${folder}/${shards.get(name)}` };
}

function openFile(path: string): SafetensorsFile {
  try {
    return SafetensorsFile.open(path);
  } catch (cause) {
    throw new EncoderError(`Expected tensors in ${path}, but found: ${oneLine(cause)}`, { cause });
  }
}

function mismatch(name: string, { shape }: ParameterSpec, path: string, found: string) {
  return new EncoderError(
    `Expected ${name} [${shape.join(", ")}], as config.json or its model's defaults say, ` +
      `in ${path}, but found ${found}`,
  );
}
