/** What a published vision tower's own files say of its pictures. */
import { z } from "../../packages/zod.ts";
import { exists, readJson } from "./json_file.ts";
import type { Preprocessing } from "./preprocessing.ts";
import { EncoderError } from "./vision_encoder.ts";
import type { VisionTowerConfig } from "./vision_tower.ts";

/** What the image processor of each family does where no file says otherwise. */
const FAMILIES = {
  clip: {
    mean: [0.48145466, 0.4578275, 0.40821073],
    std: [0.26862954, 0.26130258, 0.27577711],
    crops: true,
  },
  siglip: { mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5], crops: false },
} as const;

/** Pillow's numbers of the interpolations that we know. */
const RESAMPLE = { 2: "linear", 3: "cubic" } as const;

const side = z.int().positive();
const rectangle = z.object({ height: side, width: side });
const square = side.transform((side) => ({ height: side, width: side }));
/** One number is the shorter side's. */
const resized = z.union([
  side.transform((shorter) => ({ shorter })),
  z.object({ shortest_edge: side, longest_edge: z.null().optional() }).transform((
    { shortest_edge },
  ) => ({ shorter: shortest_edge })),
  rectangle,
]);
const rgb = z.tuple([z.number(), z.number(), z.number()]);
/** Fields that are null are as good as left out. */
const ImageProcessor = z.object({
  size: resized.nullish(),
  crop_size: z.union([square, rectangle]).nullish(),
  do_center_crop: z.boolean().nullish(),
  resample: z.union([z.literal(2), z.literal(3)]).nullish(),
  do_rescale: z.literal(true).nullish(),
  rescale_factor: z.number().refine((factor) => Math.abs(255 * factor - 1) < 1e-6, "expected 1/255")
    .nullish(),
  do_normalize: z.boolean().nullish(),
  image_mean: rgb.nullish(),
  image_std: rgb.refine((std) => std.every((value) => value > 0), "expected positive numbers")
    .nullish(),
});
const Processor = z.object({ image_processor: ImageProcessor.nullish() });

/**
 * The preprocessing of a folder's tower: that inside `processor_config.json`, or else
 * `preprocessor_config.json`, or else the family's own.
 *
 * @throws EncoderError for damaged files, and for pictures of another size than the tower's
 */
export async function readTowerPreprocessing(
  folder: string,
  { family, pictureSize: size }: VisionTowerConfig,
): Promise<Preprocessing> {
  const { path, processor } = await readProcessor(folder);
  const own = FAMILIES[family];
  const crops = processor.do_center_crop ?? own.crops;
  const scaled = processor.size ?? (crops ? { shorter: size } : { height: size, width: size });
  const isScaledEvenly = "shorter" in scaled;
  const shorterSide = isScaledEvenly ? scaled.shorter : size;
  const whole = isScaledEvenly ? { height: shorterSide, width: shorterSide } : scaled;
  const cropped = crops ? processor.crop_size ?? { height: size, width: size } : whole;
  const isOther = ({ height, width }: typeof whole) => height !== size || width !== size;
  const odd = isOther(cropped) ? cropped : whole;
  if (isOther(odd) && (odd === cropped || !isScaledEvenly || shorterSide < size)) {
    throw new EncoderError(
      `Expected pictures of ${size} × ${size} pixels, the image_size of config.json, in ${path}, ` +
        `but found ${odd.height} × ${odd.width}`,
    );
  }
  const normalizes = processor.do_normalize ?? true;
  return {
    size,
    mean: normalizes ? processor.image_mean ?? own.mean : [0, 0, 0],
    std: normalizes ? processor.image_std ?? own.std : [1, 1, 1],
    fit: isScaledEvenly ? "crop" : "stretch",
    shorterSide,
    interpolation: RESAMPLE[processor.resample ?? 3],
  };
}

async function readProcessor(
  folder: string,
): Promise<{ path: string; processor: z.infer<typeof ImageProcessor> }> {
  const inner = `${folder}/processor_config.json`;
  if (await exists(inner)) {
    const { image_processor: processor } = await readJson(inner, Processor);
    if (processor) return { path: inner, processor };
  }
  const path = `${folder}/preprocessor_config.json`;
  return { path, processor: await exists(path) ? await readJson(path, ImageProcessor) : {} };
}
