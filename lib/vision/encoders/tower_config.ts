/** What `config.json` says of a vision tower; what it leaves out is as in `transformers`. */
import { z } from "../../packages/zod.ts";
import { readJson } from "./json_file.ts";
import { EncoderError } from "./vision_encoder.ts";
import { ACTIVATION_NAMES, gridOf, type VisionTowerConfig } from "./vision_tower.ts";

type Family = VisionTowerConfig["family"];

const size = z.int().positive();
/** One number, or a height and a width that are equal. */
const side = z.union([
  size,
  z.tuple([size, size]).refine(([height, width]) => height === width).transform(([width]) => width),
], "expected one number, or two that are equal");

/** The defaults of CLIPVisionConfig and SiglipVisionConfig, which published files leave out. */
const schemaOf = (family: Family) =>
  z.object({
    hidden_size: size.default(768),
    intermediate_size: size.default(3072),
    num_hidden_layers: size.default(12),
    num_attention_heads: size.default(12),
    num_channels: z.literal(3).default(3),
    image_size: side.default(224),
    patch_size: side.default(family === "clip" ? 32 : 16),
    hidden_act: z.enum(ACTIVATION_NAMES)
      .default(family === "clip" ? "quick_gelu" : "gelu_pytorch_tanh"),
    layer_norm_eps: z.number().positive().default(family === "clip" ? 1e-5 : 1e-6),
  });

const part = z.record(z.string(), z.unknown()).nullish();
/** A model of pictures and text has its tower inside; older files a second time, which then holds. */
const Config = z.looseObject({
  model_type: z.string(),
  vision_config: part,
  vision_config_dict: part,
});

/**
 * The tower of a folder's `config.json`, which is its own or that of the whole model.
 * @throws EncoderError for files that are missing or damaged, other models, impossible sizes
 */
export async function readTowerConfig(folder: string): Promise<VisionTowerConfig> {
  const path = `${folder}/config.json`;
  const whole = await readJson(path, Config);
  const tower = whole.vision_config ?? whole.vision_config_dict
    ? { model_type: whole.model_type, ...whole.vision_config, ...whole.vision_config_dict }
    : whole;
  const refused = (found: string) =>
    new EncoderError(`Expected a CLIP or SigLIP vision tower in ${path}, but found ${found}`);
  const family = familyOf(tower.model_type);
  if (family === undefined) throw refused(`model_type ${JSON.stringify(tower.model_type)}`);
  const parsed = schemaOf(family).safeParse(tower);
  if (!parsed.success) {
    const { path: [field], message } = parsed.error.issues[0];
    const value = JSON.stringify((tower as Record<PropertyKey, unknown>)[field]);
    throw refused(`${String(field)} ${value}: ${message}`);
  }
  const { data } = parsed;
  const config = {
    family,
    hiddenSize: data.hidden_size,
    intermediateSize: data.intermediate_size,
    layers: data.num_hidden_layers,
    heads: data.num_attention_heads,
    pictureSize: data.image_size,
    patchSize: data.patch_size,
    activation: data.hidden_act,
    epsilon: data.layer_norm_eps,
  };
  if (config.hiddenSize % config.heads !== 0) {
    throw refused(
      `num_attention_heads ${config.heads}, which does not divide hidden_size ${config.hiddenSize}`,
    );
  }
  if (gridOf(config) === 0) {
    throw refused(`patch_size ${config.patchSize} larger than image_size ${config.pictureSize}`);
  }
  return config;
}

/** `siglip` also where SigLIP 2 takes pictures of one size. */
function familyOf(modelType: unknown): Family | undefined {
  const match = /^(clip|siglip)(_vision_model)?$/.exec(String(modelType));
  return match?.[1] as Family | undefined;
}
