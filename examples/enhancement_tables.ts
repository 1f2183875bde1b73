/** What `deno task self-enhancement` found, as tables in Markdown. */
import { GENEVAL_TASKS } from "../mod.ts";
import {
  type Arms,
  enhancementGains,
  type EnhancementRun,
  type JudgeResult,
} from "./enhancement_results.ts";
import { average, interval, markdownTable, points, signed } from "./table_words.ts";

/** How the parser judges other pictures than drawings, a result for each seed. */
export type ParserResults = Readonly<Record<string, readonly JudgeResult[]>>;

/**
 * What a model can do after each arm (as in table 7 of ILLUME, arXiv 2412.06673), what each change
 * gains, how far its own judgement can be trusted, and how far the parser's.
 */
export function enhancementTables(
  runs: readonly EnhancementRun[],
  arms: Arms,
  parsed: ParserResults = {},
): string {
  const count = runs.length;
  return [
    `Means over ${count} seeds, intervals of 95 % (bootstrap over seeds, and captions of drawings).`,
    abilitiesTable(runs, arms),
    gainsTable(runs),
    judgementTable(runs),
    parserTable({
      ...parsed,
      "drawn (truth: their codes)": runs.map((run) => run.parserOnDrawings),
    }),
    tasksTable(runs),
  ].join("\n\n") + "\n";
}

const AXES = ["object", "count", "color", "position"] as const;

function abilitiesTable(runs: readonly EnhancementRun[], arms: Arms): string {
  const rows = [
    ...(["base", "ordinary", "assessments"] as const).map((arm) =>
      [arms[arm], runs.map((run) => run.arms[arm])] as const
    ),
    ...(["reading alone", "drawing alone", "both"] as const).map((name) =>
      [`${name} (alignment)`, runs.map((run) => run.alone[name])] as const
    ),
  ];
  return markdownTable(
    ["learned", "GenEval", ...GENEVAL_TASKS, "POPE", "questions and descriptions"],
    rows.map(([name, able]) => [
      name,
      interval(able.map(({ drawing }) => [...drawing.drawings].map(Number))),
      ...GENEVAL_TASKS.map((task) => average(able.map(({ drawing }) => drawing.geneval[task]))),
      interval(able.map(({ reading }) => [reading.pope])),
      interval(able.map(({ reading }) => [reading.answers])),
    ]),
  );
}

function gainsTable(runs: readonly EnhancementRun[]): string {
  return markdownTable(
    ["gain", "mean", "by seed"],
    enhancementGains(runs).map(({ name, values, interval: { mean, low, high } }) => [
      name,
      `${signed(mean)} [${signed(low)}, ${signed(high)}]`,
      values.map(signed).join(" "),
    ]),
  );
}

function judgementTable(runs: readonly EnhancementRun[]): string {
  const seen = runs.map(({ selfAssessed }) => selfAssessed);
  const rows: [string, number[]][] = [
    ["AUROC, own drawings", seen.map(({ calibration }) => calibration.auroc)],
    ["κ, own drawings", seen.map(({ calibration }) => calibration.kappa)],
    ["verdicts right, own drawings", seen.map(({ calibration }) => calibration.accuracy)],
    ["expected error of its confidence", seen.map(({ calibration }) => calibration.expectedError)],
    ["verdicts right, near misses", seen.map(({ nearMisses }) => nearMisses.verdict.accuracy)],
    ...AXES.map((axis): [string, number[]] => [
      `${axis}, near misses`,
      seen.map(({ nearMisses }) => nearMisses.axes[axis]?.accuracy ?? NaN),
    ]),
  ];
  return markdownTable(
    ["own judgement", "mean", "by seed"],
    rows.map(([name, values]) => [name, average(values), values.map(points).join(" ")]),
  );
}

/** A column for each kind of picture: the mean over seeds, and the least of them. */
function parserTable(results: ParserResults): string {
  const kinds = Object.entries(results);
  const cell = (values: readonly number[]) => `${average(values)} (${points(Math.min(...values))})`;
  const row = (name: string, accuracy: (result: JudgeResult) => number) => [
    name,
    ...kinds.map(([, found]) => cell(found.map(accuracy))),
  ];
  return markdownTable(["the parser, by axis: mean (least seed)", ...kinds.map(([name]) => name)], [
    ...AXES.map((axis) => row(axis, ({ axes }) => axes[axis]?.accuracy ?? NaN)),
    row("verdict", ({ verdict }) => verdict.accuracy),
  ]);
}

function tasksTable(runs: readonly EnhancementRun[]): string {
  const of = (task: string) => runs.map(({ selfAssessed }) => selfAssessed.byTask[task]);
  return markdownTable(
    ["own drawings, by task", "AUROC", "κ"],
    GENEVAL_TASKS.map((task) => [
      task,
      of(task).map(({ auroc }) => points(auroc)).join(" "),
      of(task).map(({ kappa }) => points(kappa)).join(" "),
    ]),
  );
}
