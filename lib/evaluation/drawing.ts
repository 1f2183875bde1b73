/** How well a model draws: GenEval (arXiv 2310.11513) with a scene parser as its detector. */
import { requirementsOf } from "../worlds/emoji/requirements.ts";
import type { SceneParser } from "../worlds/emoji/parser/scene_parser.ts";
import type { CaptionSpec, Sentence } from "../worlds/emoji/captions.ts";
import type { Picture } from "../data/picture.ts";
import { short, shown } from "../notebook/mod.ts";
import type { DrawOptions, Illume } from "../recipes/mod.ts";
import { geneval, type GenevalScores, genevalScores } from "./geneval.ts";

/** What a caption asks for, in one of the six templates or in none. */
type Asked = CaptionSpec | Sentence;

/** A caption to draw, and what it asks for. */
export interface EvaluatedCaption<A extends Asked = CaptionSpec> {
  readonly caption: string;
  readonly spec: A;
}

/** A picture, and whether it shows its caption. */
export interface JudgedDrawing<A extends Asked = CaptionSpec> extends EvaluatedCaption<A> {
  readonly picture: Picture;
  readonly correct: boolean;
  /** What speaks against it. */
  readonly reason: string;
}

export interface DrawingScores<A extends Asked = CaptionSpec> {
  readonly scores: GenevalScores;
  readonly drawings: readonly JudgedDrawing<A>[];
}

/**
 * Judges one picture for each caption. The parser sees the picture before the caption.
 */
export function judgeDrawings<A extends Asked>(
  parser: SceneParser,
  captions: readonly EvaluatedCaption<A>[],
  pictures: readonly Picture[],
): DrawingScores<A> {
  const drawings = captions.map(({ caption, spec }, i) => {
    const seen = parser.parse(pictures[i]);
    return shown(
      { caption, spec, picture: pictures[i], ...geneval(requirementsOf(spec), seen) },
      ({ caption, correct, reason }) => `"${caption}": ${correct ? "right" : reason}`,
    );
  });
  const results = drawings.map(({ spec, correct }) => ({
    task: "task" in spec ? spec.task : "other" as const,
    correct,
  }));
  return shown({ scores: genevalScores(results), drawings }, ({ scores, drawings }) => {
    const told = Object.entries(scores).map(([task, score]) => `${task} ${short(score)}`);
    return `GenEval of ${short(drawings.length)} drawings: ${told.join(", ")}`;
  });
}

/** Draws each caption once, and judges it. */
export async function evaluateDrawing<A extends Asked>(
  model: Illume,
  parser: SceneParser,
  captions: readonly EvaluatedCaption<A>[],
  options: DrawOptions = {},
): Promise<DrawingScores<A>> {
  const drawn = await model.drawAll(captions.map(({ caption }) => caption), options);
  return judgeDrawings(parser, captions, drawn.map(({ picture }) => picture));
}
