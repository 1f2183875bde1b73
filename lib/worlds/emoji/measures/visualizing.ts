/**
 * How well a visualizer draws what its visual tokens say: true scenes as tokens, and pictures again
 * (MetaMorph, arXiv 2412.14164, section 3.3).
 */
import type { GenevalScores } from "../../../evaluation/geneval.ts";
import type { Visualized, Visualizer } from "../../../vision/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { type Ceilings, evaluateCeilings } from "./ceilings.ts";
import { type Asked, type EvaluatedCaption, type JudgedDrawing, judgeDrawings } from "./drawing.ts";

/** How much of scenes visual tokens keep, as a visualizer draws them. */
export interface VisualizerScores<A extends Asked = Asked> {
  /** GenEval of pictures that are drawn of the visual tokens of true scenes. */
  readonly drawn: GenevalScores;
  /** The same scenes, true and after the tokenizer of whose codes the visualizer draws. */
  readonly ceilings: Ceilings<A>;
  /** What was drawn; the scenes are the pictures of the ceilings. */
  readonly drawings: readonly JudgedDrawing<A, Visualized>[];
}

/**
 * Draws true scenes of captions from their visual tokens, and judges the pictures by the captions:
 * where things stand is left to chance, but for what a caption says.
 */
export async function evaluateVisualizer<A extends Asked>(
  visualizer: Visualizer,
  scenes: EmojiScenes,
  parser: SceneParser,
  captions: readonly EvaluatedCaption<A>[],
  { seed }: { seed: number },
): Promise<VisualizerScores<A>> {
  const ceilings = await evaluateCeilings(visualizer.tokenizer, scenes, parser, captions, { seed });
  const tokens = await visualizer.encode(ceilings.pictures.map(({ picture }) => picture));
  const { scores, drawings } = judgeDrawings(
    parser,
    captions,
    await visualizer.draw(tokens, { seed }),
  );
  return { drawn: scores, ceilings, drawings };
}
