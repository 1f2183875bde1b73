/** The scores that a tokenizer and its judges allow at best. */
import type { Picture } from "../../../data/picture.ts";
import type { GenevalScores } from "../../../evaluation/geneval.ts";
import { redrawn } from "../../../evaluation/reconstruction.ts";
import { Random } from "../../../runtime/mod.ts";
import type { PictureTokenizer } from "../../../vision/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { sceneFor } from "../random_scenes.ts";
import { type Asked, type EvaluatedCaption, type JudgedDrawing, judgeDrawings } from "./drawing.ts";

/** A true scene, its codes, and what the tokenizer draws from them. */
export interface ReconstructedScene {
  /** The true scene. */
  readonly picture: Picture;
  /** The tokenizer's codes of it: `[grid² · depth]`. */
  readonly ids: Int32Array;
  /** What is drawn of these codes. */
  readonly reconstruction: Picture;
}

/** The scores that the parser and the tokenizer allow at best. */
export interface Ceilings<A extends Asked = Asked> {
  /** GenEval of true scenes: what the parser can see at best. */
  readonly truth: GenevalScores;
  /** GenEval of true scenes after the tokenizer: what a drawing can reach at best. */
  readonly reconstructed: GenevalScores;
  /** What was measured, scene by scene. */
  readonly pictures: readonly ReconstructedScene[];
  /** The reconstructions as drawings of their captions: for `evaluateDrawingByCodes`. */
  readonly drawings: readonly JudgedDrawing<A, { picture: Picture; ids: Int32Array }>[];
}

/** Scores true scenes of captions, before and after the tokenizer. */
export async function evaluateCeilings<A extends Asked>(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  parser: SceneParser,
  captions: readonly EvaluatedCaption<A>[],
  { seed }: { seed: number },
): Promise<Ceilings<A>> {
  const random = new Random(seed, "ceilings");
  const originals = captions.map(({ spec }) => scenes.draw(sceneFor(spec, scenes.world, random)));
  const encoded = await tokenizer.encode(originals);
  const decoded = await redrawn(tokenizer, encoded.map(({ ids }) => ids), { seed });
  const reconstructed = decoded.map((picture, i) => ({ picture, ids: encoded[i].ids }));
  const truth = judgeDrawings(parser, captions, originals.map((picture) => ({ picture })));
  const after = judgeDrawings(parser, captions, reconstructed);
  return {
    truth: truth.scores,
    reconstructed: after.scores,
    pictures: originals.map((picture, i) => ({
      picture,
      ids: encoded[i].ids,
      reconstruction: decoded[i],
    })),
    drawings: after.drawings,
  };
}
