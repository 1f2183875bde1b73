/**
 * How well a model draws: GenEval (arXiv 2310.11513) on captions of a world, with a scene parser as
 * its detector, and with a second judge that sees codes and no pixels.
 */
import type { Seen } from "../../../assessment/seen.ts";
import type { CodedDrawing, Drawing, Draws, Sampled } from "../../../evaluation/abilities.ts";
import { geneval, type GenevalScores, genevalScores } from "../../../evaluation/geneval.ts";
import { short, shown } from "../../../notebook/mod.ts";
import { PLURALS } from "../axes.ts";
import type { CaptionSpec, Sentence } from "../captions.ts";
import { seenIn } from "../parser/parsed_scene.ts";
import type { SceneParser } from "../parser/scene_parser.ts";
import { requirementsOf } from "../requirements.ts";
import type { CodeReader } from "./code_reader.ts";

/** What a caption asks for, in one of the six templates or in none. */
export type Asked = CaptionSpec | Sentence;

/** A caption to draw, and what it asks for. */
export interface EvaluatedCaption<A extends Asked = CaptionSpec> {
  /** What is drawn. */
  readonly caption: string;
  /** What it asks for, as data. */
  readonly spec: A;
}

/** A drawing, and whether it shows its caption. */
export type JudgedDrawing<A extends Asked = CaptionSpec, D extends Drawing = Drawing> =
  & D
  & EvaluatedCaption<A>
  & {
    readonly correct: boolean;
    /** What speaks against it. */
    readonly reason: string;
  };

/** How well a model draws, and every drawing that says so. */
export interface DrawingScores<A extends Asked = CaptionSpec, D extends Drawing = Drawing> {
  /** GenEval, task by task. */
  readonly scores: GenevalScores;
  /** In the order of the captions. */
  readonly drawings: readonly JudgedDrawing<A, D>[];
}

/** Judges one drawing for each caption. The parser sees the picture before the caption. */
export function judgeDrawings<A extends Asked, D extends Drawing>(
  parser: SceneParser,
  captions: readonly EvaluatedCaption<A>[],
  drawn: readonly D[],
): DrawingScores<A, D> {
  const drawings = captions.map(({ caption, spec }, i) => {
    const seen = parser.parse(drawn[i].picture);
    return shown(
      { ...drawn[i], caption, spec, ...judged(spec, seen) },
      ({ caption, correct, reason }) => `"${caption}": ${correct ? "right" : reason}`,
    );
  });
  return shown({ scores: scoresOf(drawings), drawings }, ({ scores, drawings }) => {
    const told = Object.entries(scores).map(([task, score]) => `${task} ${short(score)}`);
    return `GenEval of ${short(drawings.length)} drawings: ${told.join(", ")}`;
  });
}

/**
 * Draws each caption once, and judges it by what the parser sees.
 *
 * The parser also labels drawings for self-enhancement: of a model that learned from them its score
 * says how well it draws what the parser takes for right. `evaluateDrawingByCodes` scores the same
 * drawings without it.
 */
export async function evaluateDrawing<
  A extends Asked,
  Options extends Sampled = Sampled,
  D extends Drawing = Drawing,
>(
  model: Draws<Options, D>,
  parser: SceneParser,
  captions: readonly EvaluatedCaption<A>[],
  options?: Options,
): Promise<DrawingScores<A, D>> {
  const drawn = await model.drawAll(captions.map(({ caption }) => caption), options);
  return judgeDrawings(parser, captions, drawn);
}

/** GenEval by codes, and whether both judges say the same. */
export interface CodeScores {
  /** GenEval, task by task. */
  readonly scores: GenevalScores;
  /** The share of drawings of which the codes say what the parser says: right, or wrong. */
  readonly agreement: number;
}

/**
 * Scores drawings that a parser judged once more, by what their codes say that they show. The reader
 * never sees pixels and had no part in the labels of self-enhancement: where a model learned to
 * please the parser, its codes do not say so. It is as good as codes are pure (`evaluatePurity`).
 *
 * @throws RangeError where there are none
 */
export function evaluateDrawingByCodes<A extends Asked>(
  drawings: readonly JudgedDrawing<A, CodedDrawing>[],
  read: CodeReader,
): CodeScores {
  const byCodes = drawings.map(({ spec, ids }) => ({ spec, ...judged(spec, seenIn(read(ids))) }));
  const agreeing = drawings.filter(({ correct }, i) => correct === byCodes[i].correct);
  return { scores: scoresOf(byCodes), agreement: agreeing.length / drawings.length };
}

function judged(spec: Asked, seen: Seen) {
  return geneval(requirementsOf(spec), seen, PLURALS);
}

function scoresOf(judged: readonly { readonly spec: Asked; readonly correct: boolean }[]) {
  return genevalScores(judged.map(({ spec, correct }) => ({
    task: "task" in spec ? spec.task : "other" as const,
    correct,
  })));
}
