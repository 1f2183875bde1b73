/** The sections of a report page that are written from the report alone. */
import { meanAccuracy } from "../evaluation/pope.ts";
import type { Report } from "../evaluation/report.ts";
import { escapeMarkup } from "../notebook/mod.ts";
import { popeScores, scores } from "./scores.ts";

/** The few numbers that say the most, as cards. */
export function factCards(report: Report): string {
  const { data, geneval, visualizer, stories, pope, retrieval, distances } = report;
  const { judging, editing, reconstruction, seconds, peakMemoryBytes } = report;
  const popeAccuracy = meanAccuracy(pope ?? {});
  const cards: [string, string | undefined][] = [
    ["pictures learned from", data?.pictures.toLocaleString("en")],
    ["GenEval, overall", share(geneval?.overall)],
    ["the same by codes", share(geneval?.byCodes?.overall)],
    ["ceiling, reconstructed", share(geneval?.ceiling?.reconstructed)],
    ["the visualizer, true tokens", share(visualizer?.overall)],
    ["pictures of stories, right", share(stories?.shown)],
    ["verdicts on near misses, right", share(judging?.verdict)],
    ["edits done that keep all else", share(editing?.both)],
    ["POPE accuracy, mean", popeAccuracy >= 0 ? share(popeAccuracy) : undefined],
    ["captions found first", share(retrieval?.captionsByPictures.recallAt1)],
    ["Fréchet distance", distances?.drawn.frechet.toFixed(3)],
    ["feature cosine", share(reconstruction?.featureCosine)],
    ["codebook in use", share(reconstruction?.codebookUse)],
    ["time", seconds === undefined ? undefined : duration(seconds)],
    ["peak memory", gibibytes(peakMemoryBytes)],
  ];
  const shown = cards.filter(([, value]) => value !== undefined);
  if (shown.length === 0) return "";
  const boxes = shown.map(([name, value]) => `<div><dt>${name}</dt><dd>${value}</dd></div>`);
  return `<dl>${boxes.join("")}</dl>`;
}

/** What was trained, stage by stage. */
export function stageSection({ stages = [] }: Report): string {
  if (stages.length === 0) return "";
  const rows = stages.map(({ name, samples, seconds, firstLoss, lastLoss }) => [
    name,
    samples.toLocaleString("en"),
    duration(seconds),
    firstLoss.toFixed(3),
    lastLoss.toFixed(3),
  ]);
  return section(
    "What was trained",
    table(["stage", "samples", "time", "first loss", "last loss"], rows),
  );
}

/** What a folder gave, and what was skipped in it. */
export function dataSection({ data }: Report): string {
  if (data === undefined) return "";
  const { documents } = data;
  const rows: [string, number][] = [
    ...(documents === undefined ? [] : [
      ["documents learned from", documents.learned],
      ["documents held out", documents.heldOut],
    ] satisfies [string, number][]),
    ["pictures learned from", data.pictures],
    ["their captions", data.captions],
    ["pictures held out", data.heldOut],
    ["of these with a caption whose words are all known", data.known],
    ...Object.entries(data.skipped).map(([reason, count]): [string, number] => [
      `skipped: ${reason}`,
      count,
    ]),
  ];
  const cells = rows.map(([name, count]) => [name, count.toLocaleString("en")]);
  return section("What was learned from", table([data.path, "count"], cells));
}

/** Every score of the report, as figures with their ceilings and as numbers. */
export function modelSection(report: Report): string {
  const { geneval, pope, probes, reconstruction, retrieval, distances, selfEnhancement } = report;
  const { descriptions, visualizer, stories } = report;
  const blocks: string[] = [];
  if (geneval !== undefined && hasScore(geneval)) {
    blocks.push(scores(geneval, {}, { title: "GenEval: drawing what the caption says" }).html());
  }
  if (pope !== undefined && Object.keys(pope).length > 0) {
    blocks.push(popeScores(pope, { title: "POPE: saying what a picture shows" }).html());
    const rows = Object.entries(pope).map(([split, { accuracy, f1, yesRatio }]) =>
      [split, accuracy, f1, yesRatio].map((cell) => typeof cell === "number" ? share(cell) : cell)
    );
    blocks.push(table(["POPE", "accuracy", "F1", "share of yes"], rows));
  }
  blocks.push(...abilityTables(report));
  const among = retrieval === undefined ? "" : `, of ${retrieval.among}`;
  const single: [string, string | undefined][] = [
    ["GenEval ceiling, true scenes", share(geneval?.ceiling?.truth)],
    ["GenEval ceiling, reconstructed scenes", share(geneval?.ceiling?.reconstructed)],
    ["GenEval by codes", share(geneval?.byCodes?.overall)],
    ["GenEval by codes, ceiling", share(geneval?.byCodes?.ceiling)],
    ["Drawings of which parser and codes say the same", share(geneval?.byCodes?.agreement)],
    ["GenEval of the visualizer, given true visual tokens", share(visualizer?.overall)],
    ["GenEval of the same scenes after the tokenizer", share(visualizer?.ceiling)],
    ["Stories: pictures where they belong, F1", share(stories?.placed)],
    ["Stories: pictures that show what is told", share(stories?.shown)],
    ["Stories: things that stay what they are, from picture to picture", share(stories?.kept)],
    ["Stories: things that stay what they are, over four pictures", share(stories?.keptOverFour)],
    ["Stories: texts that are understood, and may happen", share(stories?.told)],
    ["Stories: texts that say all that their picture is to show", share(stories?.captioned)],
    ["Stories about what was asked for", share(stories?.fulfilled)],
    ["GenEval before self-enhancement", share(selfEnhancement?.before)],
    ["GenEval after self-enhancement", share(selfEnhancement?.after)],
    ["GenEval by codes before self-enhancement", share(selfEnhancement?.byCodes?.before)],
    ["GenEval by codes after self-enhancement", share(selfEnhancement?.byCodes?.after)],
    ["Own verdicts that are the parser's", share(selfEnhancement?.agreement)],
    ["… beyond chance (κ)", share(selfEnhancement?.kappa)],
    ["Linear probe: what stands in a patch", share(probes?.concept)],
    ["Linear probe: in which colour", share(probes?.color)],
    ["Linear probe: whether anything does", share(probes?.position)],
    [
      `Captions found first by their pictures${among}`,
      share(retrieval?.captionsByPictures.recallAt1),
    ],
    [
      `Captions found among five by their pictures${among}`,
      share(retrieval?.captionsByPictures.recallAt5),
    ],
    [
      `Pictures found first by their captions${among}`,
      share(retrieval?.picturesByCaptions.recallAt1),
    ],
    [
      `Pictures found among five by their captions${among}`,
      share(retrieval?.picturesByCaptions.recallAt5),
    ],
    ["Fréchet distance of drawn and true pictures", distances?.drawn.frechet.toFixed(3)],
    ["Fréchet distance of reconstructed ones", distances?.reconstructed?.frechet.toFixed(3)],
    ["Fréchet distance of pictures that were learned from", distances?.learned?.frechet.toFixed(3)],
    ["Kernel distance of drawn and true pictures", distances?.drawn.kernel.toFixed(3)],
    ["Kernel distance of reconstructed ones", distances?.reconstructed?.kernel.toFixed(3)],
    ["Words of descriptions that are the captions', held out", share(descriptions?.heldOut)],
    ["The same of pictures that were learned from", share(descriptions?.learned)],
    ["The same of descriptions of other pictures", share(descriptions?.others)],
    ["Feature cosine of reconstructions", share(reconstruction?.featureCosine)],
    ["PSNR of reconstructions, dB", reconstruction?.psnr?.toFixed(1)],
    ["Codebook in use", share(reconstruction?.codebookUse)],
    ["Codebook perplexity", reconstruction?.perplexity?.toFixed(1)],
  ];
  const rows = single.flatMap(([name, value]) => value === undefined ? [] : [[name, value]]);
  if (rows.length > 0) blocks.push(table(["measure", "value"], rows));
  return blocks.length === 0 ? "" : section("Scores", blocks.join("\n"));
}

/** What a model answers, judges and edits. */
function abilityTables({ details, judging, editing }: Report): string[] {
  const of = (value: number | undefined) => share(value) ?? "–";
  const tables: string[] = [];
  if (details !== undefined) {
    const rows = Object.entries(details).map(([things, { count, color, where, what, yesNo }]) => [
      `${things} things`,
      ...[count, color, where, what, yesNo].map(of),
    ]);
    const asked = [
      ...["how many a?", "what color is a?", "where is a from b?"],
      ...["what is above a?", "is a above b?"],
    ];
    tables.push(table(["answered right", ...asked], rows));
  }
  if (judging !== undefined) {
    const { object, count, color, position, verdict, careless } = judging;
    const head = ["judged right", "object", "count", "color", "position", "verdict"];
    const row = [
      "true pictures and near misses",
      ...[object, count, color, position, verdict].map(of),
    ];
    tables.push(table(head, [row]));
    if (careless !== undefined) {
      tables.push(table(
        ["its drawings at temperature 1, without guidance", "right", "verdict the parser's", "κ"],
        [["", ...[careless.right, careless.agreement, careless.kappa].map(of)]],
      ));
    }
  }
  if (editing !== undefined) {
    const rows = Object.entries({ ...editing.byKind, all: editing }).map(([kind, own]) => [
      "edits" in own ? `${kind} (${own.edits})` : kind,
      ...[own.done, own.kept, own.both].map(of),
    ]);
    tables.push(table(["edits", "done", "kept all else", "both"], rows));
  }
  return tables;
}

const hasScore = (geneval: NonNullable<Report["geneval"]>) =>
  Object.values(geneval).some((value) => typeof value === "number");

function section(heading: string, content: string): string {
  return `<section><h2>${heading}</h2>${content}</section>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[]) =>
    `<tr>${row.map((cell) => `<${tag}>${escapeMarkup(cell)}</${tag}>`).join("")}</tr>`;
  const body = rows.map((row) => cells("td", row)).join("");
  return `<div class="wide"><table><thead>${
    cells("th", head)
  }</thead><tbody>${body}</tbody></table></div>`;
}

function share(value: number): string;
function share(value: number | undefined): string | undefined;
function share(value: number | undefined): string | undefined {
  return value?.toFixed(3);
}

function gibibytes(bytes: number | undefined): string | undefined {
  return bytes === undefined ? undefined : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

/** Seconds as people say them: "8 s", "9 min 05 s", "2 h 03 min". */
function duration(seconds: number): string {
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const minutes = Math.floor(Math.round(seconds) / 60);
  if (minutes < 60) return `${minutes} min ${`${Math.round(seconds) % 60}`.padStart(2, "0")} s`;
  return `${Math.floor(minutes / 60)} h ${`${minutes % 60}`.padStart(2, "0")} min`;
}
