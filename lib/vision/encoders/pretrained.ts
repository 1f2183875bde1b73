/** Published vision towers from Hugging Face's files. */
import type { Picture } from "../../data/picture.ts";
import { input, toOnnx } from "../../graph/mod.ts";
import { Scope } from "../../nn/mod.ts";
import { type Device, Program, StateStore } from "../../runtime/mod.ts";
import { inBatches } from "../in_batches.ts";
import { checkPreprocessing, preprocess, type Preprocessing } from "./preprocessing.ts";
import { EncoderError, type VisionEncoder } from "./vision_encoder.ts";
import { readTowerConfig } from "./tower_config.ts";
import { readTowerPreprocessing } from "./tower_preprocessing.ts";
import { readTowerTensors } from "./tower_tensors.ts";
import { gridOf, visionTower } from "./vision_tower.ts";

const BATCH = 8;

/**
 * A CLIP or SigLIP vision tower from a folder as it is published: `config.json`;
 * `model.safetensors`, or shards with `model.safetensors.index.json`; `preprocessor_config.json` or
 * `processor_config.json`. What they leave out is as in `transformers`: the sizes, CLIP's mean and
 * deviation or SigLIP's of .5, CLIP's crop or SigLIP's stretch, cubic interpolation. Only the
 * tower's own tensors are read.
 *
 * @param back how many blocks before the last the features come from: 0 is the last, whose features
 * pass SigLIP's last norm; DreamLLM (arXiv 2309.11499) takes CLIP's of 1
 * @param fit how a picture that is no square becomes one, in place of the tower's own way
 * @throws EncoderError for missing or damaged files, other models, tensors of other shapes;
 * RangeError for another `fit`
 *
 * @example
 * ```ts
 * import { openDevice } from "../../runtime/mod.ts";
 * import { encoderFromSafetensors } from "./pretrained.ts";
 *
 * using device = await openDevice("cpu");
 * using encoder = await encoderFromSafetensors("tests/fixtures/clip_vision", { device, back: 1 });
 * const picture = { width: 24, height: 24, data: new Uint8Array(24 * 24 * 3) };
 * const [features] = await encoder.encode([picture]);
 * if (features.length !== 4 * 4 * 32) throw new Error(`${features.length}`);
 * ```
 */
export async function encoderFromSafetensors(
  folder: string,
  { device, back = 0, fit }: { device: Device; back?: number; fit?: Preprocessing["fit"] },
): Promise<VisionEncoder> {
  const config = await readTowerConfig(folder);
  if (!Number.isInteger(back) || back < 0 || back >= config.layers) {
    throw new EncoderError(`Expected back from 0 to ${config.layers - 1}, but found ${back}`);
  }
  const scope = new Scope();
  const { pictureSize, hiddenSize } = config;
  const pixels = input("pixels", "float32", [BATCH, pictureSize, pictureSize, 3]);
  const features = visionTower(scope, pixels, config, back);
  const store = new StateStore(device);
  try {
    await readTowerTensors(folder, scope.specs(), store);
    const own = await readTowerPreprocessing(folder, config);
    const preprocessing = fit === undefined ? own : { ...own, fit };
    checkPreprocessing(preprocessing);
    const program = await Program.compile(device, toOnnx({ features }), store);
    const grid = gridOf(config);
    const length = grid ** 2 * hiddenSize;
    return {
      grid,
      featureSize: hiddenSize,
      encode: (pictures: readonly Picture[]) =>
        inBatches(pictures, BATCH, async (batch) => {
          const { features } = await program.run({ pixels: preprocess(batch, preprocessing) });
          const values = features as Float32Array;
          return batch.map((_, i) => values.slice(i * length, (i + 1) * length));
        }),
      [Symbol.dispose]() {
        program[Symbol.dispose]();
        store[Symbol.dispose]();
      },
    };
  } catch (error) {
    store[Symbol.dispose]();
    throw error;
  }
}
