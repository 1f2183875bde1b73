/** How well a model draws: GenEval (arXiv 2310.11513) with a scene parser as its detector. */
import { requirementsOf } from "../assessment/requirements.ts";
import type { SceneParser } from "../assessment/scene_parser.ts";
import type { CaptionSpec } from "../data/captions.ts";
import type { Picture } from "../data/picture.ts";
import { short, shown } from "../notebook/mod.ts";
import type { DrawOptions, Illume } from "../recipes/mod.ts";
import { geneval, type GenevalScores, genevalScores } from "./geneval.ts";

/** A caption to draw, and what it asks for. */
export interface EvaluatedCaption {
  readonly caption: string;
  readonly spec: CaptionSpec;
}

/** A picture, and whether it shows its caption. */
export interface JudgedDrawing extends EvaluatedCaption {
  readonly picture: Picture;
  readonly correct: boolean;
  /** What speaks against it. */
  readonly reason: string;
}

export interface DrawingScores {
  readonly scores: GenevalScores;
  readonly drawings: readonly JudgedDrawing[];
}

/**
 * Judges one picture for each caption. The parser sees the picture before the caption.
 */
export function judgeDrawings(
  parser: SceneParser,
  captions: readonly EvaluatedCaption[],
  pictures: readonly Picture[],
): DrawingScores {
  const drawings = captions.map(({ caption, spec }, i) => {
    const seen = parser.parse(pictures[i]);
    return shown(
      { caption, spec, picture: pictures[i], ...geneval(requirementsOf(spec), seen) },
      ({ caption, correct, reason }) => `"${caption}": ${correct ? "right" : reason}`,
    );
  });
  const results = drawings.map(({ spec, correct }) => ({ task: spec.task, correct }));
  return shown({ scores: genevalScores(results), drawings }, ({ scores, drawings }) => {
    const told = Object.entries(scores).map(([task, score]) => `${task} ${short(score)}`);
    return `GenEval of ${short(drawings.length)} drawings: ${told.join(", ")}`;
  });
}

/** Draws each caption once, and judges it. */
export async function evaluateDrawing(
  model: Illume,
  parser: SceneParser,
  captions: readonly EvaluatedCaption[],
  options: DrawOptions = {},
): Promise<DrawingScores> {
  const drawn = await model.drawAll(captions.map(({ caption }) => caption), options);
  return judgeDrawings(parser, captions, drawn.map(({ picture }) => picture));
}
