/** GenEval's and POPE's scores as bars, with ceilings. */
import { GENEVAL_TASKS, type GenevalTask } from "../assessment/geneval_words.ts";
import { POPE_SPLITS } from "../evaluation/pope.ts";
import type { Report } from "../evaluation/report.ts";
import { type Bar, bars } from "./bars.ts";
import { headed, sheet } from "./drawing.ts";
import { Figure } from "./figure.ts";

/** A task of GenEval (arXiv 2310.11513), or the mean of all six. */
export type ScoredTask = GenevalTask | "overall";

const TASKS: readonly ScoredTask[] = [...GENEVAL_TASKS, "overall"];

/** What the parser itself scores, task by task: no drawing can be expected to score more. */
export interface Ceilings {
  /** On true scenes. */
  readonly truth?: Readonly<Partial<Record<ScoredTask, number>>>;
  /** On scenes that went through the tokenizer and back. */
  readonly reconstructed?: Readonly<Partial<Record<ScoredTask, number>>>;
}

/** How scores are drawn. */
export interface ScoresOptions {
  /** What stands above them. */
  readonly title?: string;
}

const NAMES: Readonly<Record<ScoredTask, string>> = {
  single: "single object",
  two: "two objects",
  counting: "counting",
  colors: "colors",
  position: "position",
  attribution: "color attribution",
  overall: "overall",
};

/**
 * GenEval task by task and overall, with the ceilings as ticks. Scores are shares from 0 to 1; a task
 * without a score is left out. The overall ceilings are those of `geneval` unless `ceilings` says
 * otherwise.
 *
 * @throws RangeError when there is no score at all.
 *
 * @example
 * ```ts
 * import { scores } from "./scores.ts";
 * const figure = scores({ single: 0.9, overall: 0.7, ceiling: { truth: 0.99 } });
 * if (!figure.svg().includes("0.90")) throw new Error("the score is missing");
 * ```
 */
export function scores(
  geneval: NonNullable<Report["geneval"]>,
  ceilings: Ceilings = {},
  { title }: ScoresOptions = {},
): Figure {
  const rows = TASKS.flatMap((task): Bar[] => {
    const value = geneval[task];
    if (value === undefined) return [];
    const overall = task === "overall" ? geneval.ceiling : undefined;
    const ticks = {
      "ceiling: true scenes": ceilings.truth?.[task] ?? overall?.truth,
      "ceiling: reconstructed scenes": ceilings.reconstructed?.[task] ?? overall?.reconstructed,
    };
    return [{
      label: NAMES[task],
      value,
      ticks,
      strong: task === "overall",
    }];
  });
  return barFigure("GenEval", rows, title);
}

/**
 * POPE (arXiv 2305.10355) split by split: accuracy as bars, F1 and the share of "yes" as ticks.
 *
 * @throws RangeError when there is no split at all.
 *
 * @example
 * ```ts
 * import { popeScores } from "./scores.ts";
 * const figure = popeScores({ random: { accuracy: 0.95, f1: 0.94, yesRatio: 0.48 } });
 * if (!figure.svg().includes("0.95")) throw new Error("the accuracy is missing");
 * ```
 */
export function popeScores(
  pope: NonNullable<Report["pope"]>,
  { title }: ScoresOptions = {},
): Figure {
  const rows = POPE_SPLITS.flatMap((split): Bar[] => {
    const measured = pope[split];
    if (measured === undefined) return [];
    const { accuracy, f1, yesRatio } = measured;
    return [{ label: split, value: accuracy, ticks: { "F1": f1, "share of yes": yesRatio } }];
  });
  return barFigure("POPE accuracy", rows, title);
}

function barFigure(name: string, rows: readonly Bar[], title?: string): Figure {
  if (rows.length === 0) throw new RangeError(`Expected scores of ${name}, but found none`);
  const values = rows.map(({ label, value }) => `${label} ${value.toFixed(2)}`).join(", ");
  const description = `${title ?? name}: ${values}`;
  return new Figure(description, () => sheet(headed(title, bars(rows)), description));
}
