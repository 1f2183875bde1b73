/** How well a tokenizer reconstructs, and the scores that its pictures allow at best. */
import type { SceneParser } from "../assessment/scene_parser.ts";
import type { EmojiScenes } from "../data/emoji_scenes.ts";
import type { Picture } from "../data/picture.ts";
import { sceneFor } from "../data/random_scenes.ts";
import { Random } from "../runtime/mod.ts";
import type { SemanticTokenizer } from "../tokenizer/mod.ts";
import { type EvaluatedCaption, judgeDrawings } from "./drawing.ts";
import type { GenevalScores } from "./geneval.ts";
import { codebookUse, featureCosine, perplexity, psnr } from "./reconstruction.ts";

export interface ReconstructionScores {
  readonly featureCosine: number;
  readonly psnr: number;
  readonly codebookUse: number;
  readonly perplexity: number;
}

/** Reconstructs pictures that were never trained on. */
export async function evaluateReconstruction(
  tokenizer: SemanticTokenizer,
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Promise<ReconstructionScores> {
  const random = new Random(seed, "reconstruction");
  const originals = Array.from({ length: pictures }, () => scenes.reading(random).picture);
  const encoded = await tokenizer.encode(originals);
  const ids = encoded.map((picture) => picture.ids);
  const features = await tokenizer.decodeFeatures(ids);
  const { featureSize, codes } = tokenizer.config;
  const allIds = ids.flatMap((picture) => [...picture]);
  const shown = Math.min(pictures, 256);
  const decoded = await tokenizer.decode(ids.slice(0, shown), { seed });
  return {
    featureCosine: mean(
      encoded.map((picture, i) => featureCosine(features[i], picture.features, featureSize)),
    ),
    psnr: mean(decoded.map((picture, i) => psnr(picture, originals[i]))),
    codebookUse: codebookUse(allIds, codes),
    perplexity: perplexity(allIds, codes),
  };
}

export interface Ceilings {
  /** GenEval of true scenes: what the parser can see at best. */
  readonly truth: GenevalScores;
  /** GenEval of true scenes after the tokenizer: what a drawing can reach at best. */
  readonly reconstructed: GenevalScores;
  readonly pictures: readonly { readonly picture: Picture; readonly reconstruction: Picture }[];
}

/** Scores true scenes of captions, before and after the tokenizer. */
export async function evaluateCeilings(
  tokenizer: SemanticTokenizer,
  scenes: EmojiScenes,
  parser: SceneParser,
  captions: readonly EvaluatedCaption[],
  { seed }: { seed: number },
): Promise<Ceilings> {
  const random = new Random(seed, "ceilings");
  const originals = captions.map(({ spec }) => scenes.draw(sceneFor(spec, scenes.world, random)));
  const encoded = await tokenizer.encode(originals);
  const decoded = await tokenizer.decode(encoded.map(({ ids }) => ids), { seed });
  return {
    truth: judgeDrawings(parser, captions, originals).scores,
    reconstructed: judgeDrawings(parser, captions, decoded).scores,
    pictures: originals.map((picture, i) => ({ picture, reconstruction: decoded[i] })),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
