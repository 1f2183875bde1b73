/** What `deno task compare-tokenizers` found, as curves. */
import { plot } from "../mod.ts";

/** Scores of one run, after a number of samples. */
export interface ComparedRun {
  readonly kind: string;
  readonly seed: number;
  readonly looks: readonly {
    readonly samples: number;
    readonly drawing: number;
    readonly answers: number;
  }[];
}

/** The curves of all kinds of token, with bands over seeds. */
export function comparisonFigure(runs: readonly ComparedRun[]): plot.Figure {
  const points = runs.flatMap(({ kind, seed, looks }) =>
    looks.flatMap(({ samples, drawing, answers }) => [
      { name: kind, task: "drawing (GenEval)", samples, seed, score: drawing },
      { name: kind, task: "questions and descriptions", samples, seed, score: answers },
    ])
  );
  return plot.alignmentCurves(points, {
    title: "One language model on three kinds of token, held-out captions and new pictures",
  });
}
