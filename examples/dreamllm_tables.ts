/** What `deno task dreamllm` found, as tables in Markdown: `docs/dreamllm.md`. */
import { RECIPES } from "../mod.ts";
import { type Arm, arm, armsOf, DRAWING, EXPERIMENTS, QUERIES } from "./dreamllm_arms.ts";
import type { DreamReport, DreamResult, DreamRun } from "./dreamllm_results.ts";
import { visionTable } from "./metamorph_more_tables.ts";
import { resultsOf } from "./study_results.ts";
import { inShort } from "./study_samples.ts";
import { interval, markdownTable, paragraph, points } from "./table_words.ts";

type Runs = readonly DreamRun[];
type Row = readonly [name: string, value: (result: DreamResult) => number];

/** Numbers of queries from the fewest on. */
export const QUERIES_IN_ORDER = QUERIES.toSorted((a, b) => a - b);

/** What all models are compared by: shares, more is better. */
export const SHARES: readonly Row[] = [
  ["GenEval", ({ geneval }) => geneval.overall],
  ["POPE", ({ pope }) => pope],
  ["colour of a thing", ({ details }) => ofThings(details, "color")],
  ["where is a from b", ({ details }) => ofThings(details, "where")],
  ["edits done", ({ edits }) => edits?.done ?? NaN],
  ["edits that keep the rest", ({ edits }) => edits?.kept ?? NaN],
  ["stories: pictures placed (F1)", ({ stories }) => stories?.placed ?? NaN],
  ["stories: what is told is shown", ({ stories }) => stories?.shown ?? NaN],
  ["stories: kept over four pictures", ({ stories }) => stories?.keptOverFour ?? NaN],
];

/** The rest of what recipes are compared by. */
const OTHERS: readonly Row[] = [
  ["nats read of descriptions", ({ nats }) => nats],
  ["layouts of 16 drawings", ({ diversity }) => diversity?.layouts ?? NaN],
  ["… by chance", ({ diversity }) => diversity?.chance ?? NaN],
  ["Fréchet distance", ({ distances }) => distances.drawn.frechet],
  ["… of true pictures", ({ distances }) => distances.true.frechet],
];

/** All tables, experiment by experiment; what is not there yet is left out. */
export function dreamTables({ runs, machine }: Pick<DreamReport, "runs" | "machine">): string {
  const tables: Readonly<Record<string, readonly string[]>> = {
    1: [queriesTable(runs)],
    2: [byArm(runs, EXPERIMENTS[2].arms, [...SHARES.slice(0, 2), ...OTHERS.slice(3)])],
    3: [storiesTable(runs), illustratedTable(runs)],
    4: [byArm(runs, EXPERIMENTS[4].arms, [SHARES[0], ...OTHERS.slice(3)])],
    5: [recipesTable(runs)],
  };
  return [
    "# DreamLLM's experiments",
    ...aboutAll(runs, machine).map(paragraph),
    ...(runs.length === 0
      ? []
      : ["## What all share: tokenizer and visualizer", visionTable(runs)]),
    ...Object.entries(tables).flatMap(([number, parts]) => {
      const filled = parts.filter((part) => part !== "");
      const { title, about } = EXPERIMENTS[number];
      return filled.length === 0 ? [] : [`## ${number}. ${title}`, paragraph(about), ...filled];
    }),
  ].join("\n\n") + "\n";
}

function aboutAll(runs: Runs, machine: string): string[] {
  const missing = armsOf(Object.keys(EXPERIMENTS)).flatMap(({ name }) => {
    const without = runs.filter((run) => resultsOf([run], name).length === 0);
    return without.length === 0
      ? []
      : [`${name} (${without.map(({ seed }) => `seed ${seed}`).join(", ")})`];
  });
  const minutes = runs.map(({ vision, arms }) => {
    const seconds = arms.reduce((sum, { seconds }) => sum + seconds, vision.seconds);
    return Math.round(seconds / 60);
  });
  return [
    "By `deno task dreamllm`; `deno task figures` writes this page from `results/dreamllm.json`. " +
    `Preset \`nano\`, seeds ${runs.map(({ seed }) => seed).join(", ")}, on ${machine}; ` +
    `${
      minutes.join(", ")
    } minutes of training. Means over seeds, intervals of 95 % (bootstrap over ` +
    "seeds, and over the held-out captions of drawings). Fréchet distances are by the tokenizer's own " +
    "features, of 1,024 drawings from as many true pictures of other captions; smaller is nearer.",
    ...(missing.length === 0 ? [] : [`Not trained yet: ${missing.join("; ")}.`]),
  ];
}

/** A value of each seed with its interval; drawings are resampled, too. A dash where there is none. */
function cell(results: readonly DreamResult[], [name, value]: Row): string {
  const clusters = results.map((one) =>
    name === "GenEval" ? [...one.drawings].map(Number) : [value(one)]
  );
  const known = clusters.filter((own) => own.every(Number.isFinite));
  return known.length === 0 ? "–" : interval(known);
}

function byArm(runs: Runs, arms: readonly Arm[], rows: readonly Row[]): string {
  const results = arms.map(({ name }) => resultsOf(runs, name));
  if (results.every(({ length }) => length === 0)) return "";
  return markdownTable(
    ["measure", ...arms.map(({ name }) => name)],
    rows.map((row) => [row[0], ...results.map((own) => cell(own, row))]),
  );
}

function queriesTable(runs: Runs): string {
  const found = QUERIES_IN_ORDER.map((queries) =>
    [queries, resultsOf(runs, arm(DRAWING, { queries }).name)] as const
  ).filter(([, results]) => results.length > 0);
  if (found.length === 0) return "";
  const rows = [SHARES[0], OTHERS[3]];
  return markdownTable(
    ["queries", ...rows.map(([name]) => name), "GenEval by seed", "samples a second, by seed"],
    found.map(([queries, results]) => [
      `${queries}`,
      ...rows.map((row) => cell(results, row)),
      results.map(({ geneval }) => points(geneval.overall)).join(" "),
      results.map(({ samplesPerSecond }) => samplesPerSecond).join(" "),
    ]),
  );
}

function storiesTable(runs: Runs): string {
  const arms = toldArms(runs);
  if (arms.length === 0) return "";
  const rows: readonly Row[] = [
    ["pictures stand where they belong (F1)", ({ stories }) => stories!.placed],
    ["a picture shows what is there then", ({ stories }) => stories!.shown],
    ["things stay what they are, over two pictures", ({ stories }) => stories!.kept],
    ["… over four", ({ stories }) => stories!.keptOverFour],
    ["what is told may happen", ({ stories }) => stories!.told],
    ["its words say all that a picture is to show", ({ stories }) => stories!.captioned],
    ["it is about what was asked for", ({ stories }) => stories!.fulfilled],
    ["pictures in one", ({ stories }) => stories!.pictures],
  ];
  return markdownTable(
    ["told", ...arms.flatMap(({ title }) => [title, "by seed"])],
    rows.map((row) => [
      row[0],
      ...arms.flatMap(({ results }) => [
        cell(results, row),
        results.map((one) => points(row[1](one))).join(" "),
      ]),
    ]),
  );
}

function illustratedTable(runs: Runs): string {
  const arms = toldArms(runs);
  if (arms.length === 0) return "";
  const rows = [
    ["a picture shows what is there then", "shown"],
    ["things stay what they are, over two pictures", "kept"],
    ["… over four", "keptOverFour"],
  ] as const;
  return markdownTable(
    ["illustrated", "learned", "after true pictures", "after its own", "the drop, by seed"],
    rows.flatMap(([name, measure]) =>
      arms.map(({ title, results }) => [
        name,
        title,
        cell(results, [name, ({ illustrated }) => illustrated!.afterTrue[measure]]),
        cell(results, [name, ({ illustrated }) => illustrated!.afterOwn[measure]]),
        results.map(({ illustrated }) =>
          points(illustrated!.afterTrue[measure] - illustrated!.afterOwn[measure])
        ).join(" "),
      ])
    ),
  );
}

/** The models of experiment 3 that are there. */
function toldArms(runs: Runs) {
  return EXPERIMENTS[3].arms.map(({ name, samples: { stories = 0 } }) => ({
    title: `${inShort(stories)} stories`,
    results: resultsOf(runs, name),
  })).filter(({ results }) => results.length > 0);
}

function recipesTable(runs: Runs): string {
  const { arms } = EXPERIMENTS[5];
  const results = arms.map(({ name }) => resultsOf(runs, name));
  if (results.every(({ length }) => length === 0)) return "";
  const whole = (value: (result: DreamResult) => number) =>
    results.map((own) => own.map((one) => Math.round(value(one)).toLocaleString("en")).join(" "));
  return markdownTable(["measure", ...arms.map(({ recipe }) => RECIPES[recipe].title)], [
    ...[...SHARES, ...OTHERS].map((row) => [row[0], ...results.map((own) => cell(own, row))]),
    ["samples a second, by seed", ...whole(({ samplesPerSecond }) => samplesPerSecond)],
    ["parameters", ...whole(({ parameters }) => parameters)],
  ]);
}

/** Answers about two, three and four things, in the mean. */
function ofThings(details: DreamResult["details"], form: "color" | "where"): number {
  const things = Object.values(details ?? {});
  return things.reduce((sum, own) => sum + own[form], 0) / things.length;
}
