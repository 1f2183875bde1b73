/** Published vision towers from Hugging Face's files. */
import { z } from "../../packages/zod.ts";
import type { Picture } from "../../data/picture.ts";
import { input, toOnnx } from "../../graph/mod.ts";
import { decodeSafetensors, type NamedTensor, Scope } from "../../nn/mod.ts";
import { type Device, Program, StateStore } from "../../runtime/mod.ts";
import { inBatches } from "../in_batches.ts";
import { preprocess, type Preprocessing, type Teacher, TeacherError } from "./teacher.ts";
import { visionTower, type VisionTowerConfig } from "./vision_tower.ts";

const BATCH = 8;

const size = z.int().positive();
const Tower = z.object({
  model_type: z.string(),
  hidden_size: size,
  intermediate_size: size,
  num_hidden_layers: size,
  num_attention_heads: size,
  image_size: size,
  patch_size: size,
  hidden_act: z.enum(["quick_gelu", "gelu_pytorch_tanh"]).optional(),
  layer_norm_eps: z.number().positive().optional(),
});
/** A model of pictures and text has its tower's sizes inside. */
const Config = z.looseObject({
  model_type: z.string(),
  vision_config: z.looseObject({}).optional(),
});

const rgb = z.tuple([z.number(), z.number(), z.number()]);
const PreprocessorConfig = z.object({ image_mean: rgb, image_std: rgb });

/** What differs between the families, where files do not say. */
const FAMILIES = {
  clip: {
    activation: "quick_gelu",
    epsilon: 1e-5,
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
  },
  siglip: {
    activation: "gelu_pytorch_tanh",
    epsilon: 1e-6,
    mean: [0.5, 0.5, 0.5],
    std: [0.5, 0.5, 0.5],
  },
} as const;

/**
 * A CLIP or SigLIP vision tower from a folder with `config.json`, `model.safetensors` and, if there
 * is one, `preprocessor_config.json`, as they are published; the text tower beside it is not read.
 *
 * @param back how many blocks before the last the features come from: 0 is the last, whose features
 * pass SigLIP's last norm; DreamLLM (arXiv 2309.11499) takes CLIP's of 1
 * @throws TeacherError for missing or damaged files, other models, tensors of other shapes
 *
 * @example
 * ```ts
 * import { openDevice } from "../../runtime/mod.ts";
 * import { encoderFromSafetensors } from "./pretrained.ts";
 *
 * using device = await openDevice("cpu");
 * using teacher = await encoderFromSafetensors("tests/fixtures/clip_vision", { device, back: 1 });
 * const picture = { width: 24, height: 24, data: new Uint8Array(24 * 24 * 3) };
 * const [features] = await teacher.encode([picture]);
 * if (features.length !== 4 * 4 * 32) throw new Error(`${features.length}`);
 * ```
 */
export async function encoderFromSafetensors(
  folder: string,
  { device, back = 0 }: { device: Device; back?: number },
): Promise<Teacher> {
  const config = towerOf(await readJson(`${folder}/config.json`, Config), folder);
  if (!Number.isInteger(back) || back < 0 || back >= config.layers) {
    throw new TeacherError(`Expected back from 0 to ${config.layers - 1}, but found ${back}`);
  }
  const preprocessing = await preprocessingOf(folder, config);
  const scope = new Scope();
  const { pictureSize, patchSize, hiddenSize } = config;
  const pixels = input("pixels", "float32", [BATCH, pictureSize, pictureSize, 3]);
  const features = visionTower(scope, pixels, config, back);
  const tensors = readTensors(`${folder}/model.safetensors`);
  const store = new StateStore(device);
  for (const spec of scope.specs()) {
    const found = tensors.get(spec.name);
    if (`${found?.shape}` !== `${spec.shape}`) {
      store[Symbol.dispose]();
      throw new TeacherError(
        `Expected ${spec.name} [${spec.shape.join(", ")}] in ${folder}/model.safetensors, ` +
          `but found ${found ? `[${found.shape.join(", ")}]` : "none"}`,
      );
    }
    store.add(spec.name, spec, found!.data);
  }
  const program = await Program.compile(device, toOnnx({ features }), store);
  const grid = pictureSize / patchSize;
  const length = grid ** 2 * hiddenSize;
  return {
    grid,
    featureSize: hiddenSize,
    encode: (pictures: readonly Picture[]) =>
      inBatches(pictures, BATCH, async (batch) => {
        const { features } = await program.run({ pixels: await preprocess(batch, preprocessing) });
        return batch.map((_, i) => (features as Float32Array).slice(i * length, (i + 1) * length));
      }),
    [Symbol.dispose]() {
      program[Symbol.dispose]();
      store[Symbol.dispose]();
    },
  };
}

function towerOf(config: z.infer<typeof Config>, folder: string): VisionTowerConfig {
  const inner = Tower.safeParse({ ...config, ...config.vision_config });
  const expected = `Expected a CLIP or SigLIP vision tower in ${folder}/config.json`;
  if (!inner.success) {
    const { path, message } = inner.error.issues[0];
    throw new TeacherError(`${expected}, but found ${path.join(".")}: ${message}`);
  }
  const tower = inner.data;
  const family = /^(clip|siglip)(_vision_model)?$/.exec(tower.model_type)?.[1];
  if (family !== "clip" && family !== "siglip") {
    throw new TeacherError(`${expected}, but found model_type "${tower.model_type}"`);
  }
  if (tower.image_size % tower.patch_size !== 0) {
    throw new TeacherError(
      `${expected} whose image_size is a multiple of patch_size, ` +
        `but found ${tower.image_size} and ${tower.patch_size}`,
    );
  }
  return {
    family,
    hiddenSize: tower.hidden_size,
    intermediateSize: tower.intermediate_size,
    layers: tower.num_hidden_layers,
    heads: tower.num_attention_heads,
    pictureSize: tower.image_size,
    patchSize: tower.patch_size,
    activation: tower.hidden_act ?? FAMILIES[family].activation,
    epsilon: tower.layer_norm_eps ?? FAMILIES[family].epsilon,
  };
}

async function preprocessingOf(
  folder: string,
  { family, pictureSize }: VisionTowerConfig,
): Promise<Preprocessing> {
  const path = `${folder}/preprocessor_config.json`;
  const exists = await Deno.stat(path).then(() => true, () => false);
  if (!exists) return { size: pictureSize, mean: FAMILIES[family].mean, std: FAMILIES[family].std };
  const { image_mean: mean, image_std: std } = await readJson(path, PreprocessorConfig);
  return { size: pictureSize, mean, std };
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  let json: unknown;
  try {
    json = JSON.parse(await Deno.readTextFile(path));
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "no JSON" : oneLine(cause);
    throw new TeacherError(`Expected a JSON file at ${path}, but found ${why}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const { path: field, message } = parsed.error.issues[0];
  throw new TeacherError(
    `Expected the configuration of an encoder in ${path}, but found ${field.join(".")}: ${message}`,
  );
}

/** The vision tower's tensors, by the names that they have in a file of the tower alone. */
function readTensors(path: string): Map<string, NamedTensor> {
  let tensors: Map<string, NamedTensor>;
  try {
    tensors = decodeSafetensors(path).tensors;
  } catch (cause) {
    throw new TeacherError(`Expected tensors in ${path}, but found: ${oneLine(cause)}`, { cause });
  }
  return new Map([...tensors].map(([name, tensor]) => [
    name.replace(/^(model\.)?vision_model\./, ""),
    tensor,
  ]));
}

function oneLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return message.replace(/\s+/g, " ").trim();
}
