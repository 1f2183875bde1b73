/** Tables of what only some arms of `deno task metamorph` are measured by, a row a measure. */
import { RECIPES } from "../mod.ts";
import { type Arm, arm, LOSSES, PARTNER, THINKING } from "./metamorph_arms.ts";
import type { ArmResult, StudyRun } from "./metamorph_results.ts";
import { resultsOf } from "./study_results.ts";
import { average, interval, markdownTable, points } from "./table_words.ts";

type Runs = readonly StudyRun[];
type Row = readonly [name: string, values: readonly number[]];

/** What the visualizer draws of true tokens, beside what the tokenizer's codes allow. */
export function visionTable(runs: readonly Pick<StudyRun, "vision">[]): string {
  const all = runs.map(({ vision }) => vision);
  const frechet = (of: keyof typeof all[number]["distances"]) =>
    all.map(({ distances }) => distances[of].frechet);
  return byMeasure("of true pictures", [
    ["GenEval, drawn of their visual tokens", all.map(({ visualizer }) => visualizer.overall)],
    ["GenEval, drawn of their codes: the ceiling", all.map((one) => one.reconstructed)],
    ["GenEval, as they are", all.map(({ truth }) => truth)],
    [
      "share of the ceiling",
      all.map(({ visualizer, reconstructed }) => visualizer.overall / reconstructed),
    ],
    ["Fréchet distance on own features, of visual tokens", frechet("visualized")],
    ["… of codes", frechet("reconstructed")],
    ["… of other true pictures", frechet("others")],
  ]);
}

/** Two recipes side by side. */
export function comparedTable(runs: Runs, arms: readonly Arm[]): string {
  const results = arms.map(({ name }) => resultsOf(runs, name));
  if (results.every(({ length }) => length === 0)) return "";
  const row = (name: string, value: (result: ArmResult) => number) => [
    name,
    ...results.map((own) => own.length === 0 ? "–" : interval(own.map((one) => [value(one)]))),
  ];
  const THINGS = [2, 3, 4];
  const FORMS = { color: "colours", where: "where", what: "what is where", yesNo: "yes or no" };
  const mean = (result: ArmResult, form: keyof typeof FORMS) =>
    THINGS.reduce((sum, things) => sum + (result.details?.[things]?.[form] ?? NaN), 0) /
    THINGS.length;
  const whole = (value: (result: ArmResult) => number) =>
    results.map((own) => own.map((one) => Math.round(value(one)).toLocaleString("en")).join(" "));
  return markdownTable(["measure", ...arms.map(({ recipe }) => RECIPES[recipe].title)], [
    [
      "GenEval",
      ...results.map((own) =>
        own.length === 0 ? "–" : interval(own.map((one) => [...one.drawings].map(Number)))
      ),
    ],
    row("POPE", ({ pope }) => pope),
    row("nats read of descriptions", ({ nats }) => nats),
    ...Object.entries(FORMS).map(([form, words]) =>
      rowOfSome(`details: ${words}`, results, (one) => mean(one, form as keyof typeof FORMS))
    ),
    row("edits done", ({ edits }) => edits?.done ?? NaN),
    row("edits that keep the rest", ({ edits }) => edits?.kept ?? NaN),
    rowOfSome("layouts of right drawings", results, ({ diversity }) => diversity?.layouts ?? NaN),
    rowOfSome("… by chance", results, ({ diversity }) => diversity?.chance ?? NaN),
    ["samples a second, by seed", ...whole(({ samplesPerSecond }) => samplesPerSecond)],
    ["parameters", ...whole(({ parameters }) => parameters)],
  ]);
}

/** The mean over seeds of what some have none of. */
function rowOfSome(
  name: string,
  results: readonly (readonly ArmResult[])[],
  value: (result: ArmResult) => number,
): string[] {
  return [name, ...results.map((own) => average(own.map(value)))];
}

/** Answers with a picture drawn first and without, and frames of those that learned to draw them. */
export function thinkingTable(runs: Runs): string {
  const thought = resultsOf(runs, arm(THINKING).name)
    .flatMap(({ thinking }) => thinking === undefined ? [] : [thinking]);
  const framing = arm({ drawing: PARTNER.drawing, frames: PARTNER.partner }).name;
  const frames = resultsOf(runs, framing)
    .flatMap(({ frames }) => frames === undefined ? [] : [frames]);
  const kinds = ["position", "counting", "color", "changed", "all"] as const;
  const parts: string[] = [];
  if (thought.length > 0) {
    const share = (values: readonly number[]) =>
      `${average(values)} (${values.map(points).join(" ")})`;
    parts.push(markdownTable(
      ["answers right: mean (by seed)", "drawn first", "at once"],
      kinds.map((kind) => [
        kind,
        share(thought.map(({ drawn }) => drawn[kind])),
        share(thought.map(({ imagined }) => imagined[kind])),
      ]),
    ));
    parts.push(byMeasure("drawings", [
      ["show what the instruction leads to", thought.map(({ pictures }) => pictures)],
    ]));
  }
  if (frames.length > 0) {
    parts.push(byMeasure(`frames right, ${framing}`, [
      ["next", frames.map(({ next }) => next)],
      ["previous", frames.map(({ previous }) => previous)],
      ["missing", frames.map(({ missing }) => missing)],
    ]));
  }
  return parts.join("\n\n");
}

/** By position, the means over seeds. */
export function cosinesTable(runs: Runs): string {
  const cosines = resultsOf(runs, arm(LOSSES).name)
    .flatMap(({ cosines }) => cosines === undefined ? [] : [cosines]);
  if (cosines.length === 0) return "";
  const positions = cosines[0].afterTruth.map((_, i) => i);
  const row = (name: string, of: keyof typeof cosines[number]) => [
    name,
    ...positions.map((i) => average(cosines.map((one) => one[of][i]))),
  ];
  return markdownTable([arm(LOSSES).name, ...positions.map((i) => `${i + 1}`)], [
    row("after true tokens", "afterTruth"),
    row("after its own", "afterOwn"),
  ]);
}

function byMeasure(head: string, rows: readonly Row[]): string {
  if (rows.every(([, values]) => values.length === 0)) return "";
  return markdownTable(
    [head, "mean", "by seed"],
    rows.map(([name, values]) => [name, average(values), values.map(points).join(" ")]),
  );
}
