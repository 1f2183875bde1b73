/** What `deno task metamorph` found, as tables in Markdown: `docs/metamorph.md`. */
import { GENEVAL_TASKS, type plot } from "../mod.ts";
import {
  type Arm,
  arm,
  armsOf,
  EXPERIMENTS,
  GRID,
  PARTNER,
  PARTNERS,
  READING,
} from "./metamorph_arms.ts";
import {
  DRAWING_IN_ORDER,
  type Measure,
  studyEffects,
  unlocked,
  valuesOf,
} from "./metamorph_effects.ts";
import {
  comparedTable,
  cosinesTable,
  thinkingTable,
  visionTable,
} from "./metamorph_more_tables.ts";
import type { StudyReport, StudyRun } from "./metamorph_results.ts";
import { resultsOf } from "./study_results.ts";
import { inShort } from "./study_samples.ts";
import { average, interval, markdownTable, paragraph, points, signed } from "./table_words.ts";

type Runs = readonly StudyRun[];

const SHARED = "What all share: tokenizer and visualizer";
const COSINES = "Cosines of said and true visual tokens";
const ABOUT: Readonly<Record<string, string>> = {
  [SHARED]:
    "Trained once a seed, and frozen. What the visualizer draws of the visual tokens of true " +
    "scenes is judged by their captions; distances are of unseen pictures, smaller is nearer.",
  [COSINES]:
    "Of held-out captions, each beside a picture of it, by position. What a caption leaves " +
    "open, such as what comes first in the order of reading, can only be guessed; after the last thing " +
    "of a picture a token says that there is none.",
};

/** All tables, experiment by experiment; what is not there yet is left out. */
export function studyTables({ runs, machine }: Pick<StudyReport, "runs" | "machine">): string {
  const effects = studyEffects(runs);
  const sections: [title: string, ...parts: string[]][] = [
    [SHARED, visionTable(runs)],
    ["1", unlockedTable(runs), gainsTable(effects[1]), soonerTable(runs)],
    ["2", grid(runs, "GenEval"), grid(runs, "POPE"), grid(runs, "nats"), gainsTable(effects[2])],
    ["3", partnersTable(runs), gainsTable(effects[3])],
    ["4", armsTable(runs, EXPERIMENTS[4].arms), gainsTable(effects[4])],
    ["5", comparedTable(runs, EXPERIMENTS[5].arms), gainsTable(effects[5])],
    ["6", thinkingTable(runs), gainsTable(effects[6])],
    [COSINES, cosinesTable(runs)],
  ];
  return [
    "# MetaMorph's experiments",
    ...aboutAll(runs, machine).map(paragraph),
    ...sections.flatMap(([name, ...parts]) => {
      const filled = parts.filter((part) => part !== "");
      if (filled.length === 0) return [];
      const { title, about } = EXPERIMENTS[name] ?? { title: undefined, about: ABOUT[name] };
      return [
        `## ${title === undefined ? name : `${name}. ${title}`}`,
        paragraph(about),
        ...filled,
      ];
    }),
  ].join("\n\n") + "\n";
}

function aboutAll(runs: Runs, machine: string): string[] {
  const seeds = runs.map(({ seed }) => seed);
  const missing = armsOf(Object.keys(EXPERIMENTS)).flatMap(({ name }) => {
    const without = runs.filter((run) => resultsOf([run], name).length === 0);
    return without.length === 0 ? [] : [`${name} (${seedsInWords(without.map((r) => r.seed))})`];
  });
  const seconds = runs.map(({ vision, arms }) =>
    arms.reduce((sum, { seconds }) => sum + seconds, vision.seconds)
  );
  const minutes = seconds.map((all) => Math.round(all / 60)).join(", ");
  return [
    "By `deno task metamorph`; `deno task figures` writes this page from `results/metamorph.json`. " +
    `Preset \`nano\`, ${
      seedsInWords(seeds)
    }, on ${machine}; ${minutes} minutes of training. Means ` +
    "over seeds, intervals of 95 % (bootstrap over seeds, and over the held-out captions of " +
    "drawings). Nats are how much of what descriptions say a model reads from their pictures. " +
    "Reading is questions, details and descriptions, as many of each. A sample is a " +
    "picture with its caption, its description, or several questions; each is seen once; their numbers hold in the mean, as what a batch is of is drawn.",
    ...(missing.length === 0 ? [] : [`Not trained yet: ${missing.join("; ")}.`]),
  ];
}

function seedsInWords(seeds: readonly number[]): string {
  return `${seeds.length === 1 ? "seed" : "seeds"} ${seeds.join(", ")}`;
}

/** A measure of an arm with its interval; a dash where no seed has it. */
function score(runs: Runs, { name }: Arm, measure: Measure): string {
  const results = resultsOf(runs, name);
  return results.length === 0 ? "–" : interval(results.map((one) => valuesOf(one, measure)));
}

/** The arms of a list that some seed has. */
function found(runs: Runs, arms: readonly Arm[]): Arm[] {
  return arms.filter(({ name }) => resultsOf(runs, name).length > 0);
}

function unlockedTable(runs: Runs): string {
  const arms = DRAWING_IN_ORDER.map((drawing) =>
    [drawing, arm({ drawing }), arm({ drawing, reading: READING })] as const
  ).filter(([, ...both]) => found(runs, both).length > 0);
  if (arms.length === 0) return "";
  return markdownTable(
    ["drawing", "GenEval, alone", `beside ${inShort(READING)} reading`, "POPE", "nats"],
    arms.map(([drawing, alone, joint]) => [
      inShort(drawing),
      score(runs, alone, "GenEval"),
      score(runs, joint, "GenEval"),
      score(runs, joint, "POPE"),
      score(runs, joint, "nats"),
    ]),
  );
}

/** With how many samples drawing beside reading is as good as drawing alone ever was. */
function soonerTable(runs: Runs): string {
  const all = unlocked(runs);
  if (all.length === 0) return "";
  return markdownTable(
    ["seed", "best GenEval, alone", "with samples", "as good beside reading", "share"],
    all.map(({ seed, best, alone, joint }) => [
      `${seed}`,
      points(best),
      inShort(alone),
      joint === undefined ? "never" : `${Math.round(joint)}`,
      joint === undefined ? "–" : points(joint / alone),
    ]),
  );
}

/** Means over seeds: reading downwards, drawing across. */
function grid(runs: Runs, measure: Measure): string {
  if (found(runs, EXPERIMENTS[2].arms).length === 0) return "";
  return markdownTable(
    [`${measure}: reading \\ drawing`, ...GRID.drawing.map(inShort)],
    GRID.reading.map((reading) => [
      inShort(reading),
      ...GRID.drawing.map((drawing) => {
        const results = resultsOf(runs, arm({ drawing, reading }).name);
        if (results.length === 0) return "–";
        return average(results.flatMap((one) => mean(valuesOf(one, measure))));
      }),
    ]),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, x) => sum + x, 0) / values.length;
}

/** From what helps drawing most to what helps least. */
function partnersTable(runs: Runs): string {
  const partners = PARTNERS.map((kind) => {
    return { kind, arm: arm({ drawing: PARTNER.drawing, [kind]: PARTNER.partner }) };
  });
  const all = [{ kind: "none", arm: arm({ drawing: PARTNER.drawing }) }, ...partners]
    .filter(({ arm }) => found(runs, [arm]).length > 0);
  if (all.length === 0) return "";
  const drawn = (arm: Arm) =>
    mean(resultsOf(runs, arm.name).map((one) => mean(valuesOf(one, "GenEval"))));
  return markdownTable(
    [`beside ${inShort(PARTNER.drawing)} drawing`, "GenEval", ...GENEVAL_TASKS, "POPE", "nats"],
    all.toSorted((a, b) => drawn(b.arm) - drawn(a.arm)).map(({ kind, arm }) => [
      kind === "none" ? kind : `${inShort(PARTNER.partner)} ${kind}`,
      score(runs, arm, "GenEval"),
      ...GENEVAL_TASKS.map((task) =>
        average(resultsOf(runs, arm.name).map(({ geneval }) => geneval[task]))
      ),
      score(runs, arm, "POPE"),
      score(runs, arm, "nats"),
    ]),
  );
}

function armsTable(runs: Runs, arms: readonly Arm[]): string {
  const rows = found(runs, arms);
  if (rows.length === 0) return "";
  return markdownTable(
    ["learned", "GenEval", ...GENEVAL_TASKS, "POPE", "nats"],
    rows.map((arm) => [
      arm.name,
      score(runs, arm, "GenEval"),
      ...GENEVAL_TASKS.map((task) =>
        average(resultsOf(runs, arm.name).map(({ geneval }) => geneval[task]))
      ),
      score(runs, arm, "POPE"),
      score(runs, arm, "nats"),
    ]),
  );
}

function gainsTable(gains: readonly plot.Difference[]): string {
  if (gains.length === 0) return "";
  return markdownTable(
    ["gain", "mean", "by seed"],
    gains.map(({ name, values, interval: { mean, low, high } }) => [
      name,
      `${signed(mean)} [${signed(low)}, ${signed(high)}]`,
      values.map(signed).join(" "),
    ]),
  );
}
