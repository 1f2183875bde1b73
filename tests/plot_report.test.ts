/** Scores as figures, and the report as a page. */
import assert from "node:assert/strict";
import { lossCurve, popeScores, reportPage, scores } from "../lib/plot/mod.ts";
import { elements, find, pixels, texts } from "./plot_reading.ts";

const tasks = { single: 0.92, two: 0.61, counting: 0.55, colors: 0.8, position: 0.33 };
const geneval = {
  ...tasks,
  attribution: 0.97,
  overall: 0.7,
  ceiling: { truth: 0.99, reconstructed: 0.91 },
};
const split = { accuracy: 0.9, f1: 0.85, yesRatio: 0.5 };

Deno.test("GenEval has a bar a task and, overall, a tick a ceiling", async () => {
  const figure = scores(geneval);
  assert.equal(elements(figure, `g[aria-label="bar"] path, g[aria-label="bar"] rect`).length, 7);
  assert.equal(elements(figure, `g[aria-label="tick"] line`).length, 2);
  for (const value of ["0.92", "0.61", "0.55", "0.80", "0.33", "0.97", "0.70"]) {
    assert.ok(texts(figure).includes(value), `${value} is missing`);
  }
  await pixels(figure);
});

Deno.test("ceilings task by task stand at each bar that has one", () => {
  const figure = scores(geneval, { truth: { single: 1, two: 0.98, overall: 0.95 } });
  assert.equal(elements(figure, `g[aria-label="tick"] line`).length, 4);
});

Deno.test("a task that was not run has no bar, and a ceiling that was not taken no entry", () => {
  const figure = scores({ single: 0.5 });
  assert.ok(!texts(figure).some((text) => /counting|ceiling/.test(text)));
  assert.throws(() => scores({}), /Expected scores of GenEval, but found none/);
});

Deno.test("POPE has a bar a split", async () => {
  const figure = popeScores({ random: split, adversarial: split });
  assert.deepEqual(texts(figure).filter((text) => text === "0.90").length, 2);
  assert.ok(!texts(figure).includes("popular"));
  await pixels(figure);
});

const whole = {
  preset: "nano",
  seed: 3,
  device: "cpu",
  geneval,
  pope: { random: split, popular: split, adversarial: split },
  reconstruction: { featureCosine: 0.93, psnr: 27.3, codebookUse: 0.84, perplexity: 211 },
  selfEnhancement: {
    before: 0.58,
    after: 0.64,
    agreement: 0.861,
    kappa: 0.623,
    byCodes: { before: 0.571, after: 0.572 },
  },
  retrieval: {
    among: 150,
    captionsByPictures: { recallAt1: 0.411, recallAt5: 0.811 },
    picturesByCaptions: { recallAt1: 0.422, recallAt5: 0.822 },
  },
  distances: {
    pictures: 150,
    drawn: { frechet: 3.456, kernel: 0.123 },
    reconstructed: { frechet: 1.234, kernel: 0.012 },
  },
  details: {
    2: { count: 0.951, color: 0.991, where: 0.871, what: 0.971, yesNo: 0.821 },
    3: { color: 0.981 },
  },
  judging: { object: 0.972, count: 0.772, position: 0.802, verdict: 0.912 },
  editing: {
    ...{ done: 0.751, kept: 0.391, both: 0.371 },
    byKind: { remove: { edits: 37, done: 0.861, kept: 0.511, both: 0.501 } },
  },
  stages: [{ name: "alignment", samples: 34_000, seconds: 210, firstLoss: 3.2, lastLoss: 0.9 }],
  seconds: 573,
  peakMemoryBytes: 2 ** 31,
};
const curve = lossCurve([{ stage: "a", step: 1, loss: 2 }, { stage: "a", step: 2, loss: 1 }]);

const headings = (page: string) => find(page, "h2").map(({ textContent }) => textContent);
const bodyText = (page: string) => find(page, "body")[0].textContent;

Deno.test("a report page holds what was trained, the figures in order, and every score", () => {
  const page = reportPage({
    title: "A run",
    description: "One.\n\nTwo.",
    report: whole,
    figures: [
      { heading: "Alignment curves", text: "Down is good.", figure: curve },
      { heading: "Once more", figure: curve },
    ],
  });
  assert.deepEqual(headings(page), ["What was trained", "Alignment curves", "Once more", "Scores"]);
  assert.equal(find(page, "figure").length, 4);
  for (
    const words of ["alignment", "34,000", "3 min 30 s", "3.200", "0.910", "0.580", "0.640", "27.3"]
      .concat("0.571", "0.572", "0.411", "0.811", "0.422", "0.822", "of 150", "3.456", "1.234")
      .concat("9 min 33 s", "2.0 GiB", "211.0", "Down is good.", "seed 3")
      .concat("0.861", "0.623", "2 things0.9510.9910.8710.9710.821", "3 things–0.981–––")
      .concat("0.9720.772–0.8020.912", "remove (37)0.8610.5110.501", "all0.7510.3910.371")
  ) assert.ok(bodyText(page).includes(words), `${words} is missing`);
});

Deno.test("a report page says what a folder gave, what was skipped, and how well it is described", () => {
  const { geneval: _geneval, pope: _pope, selfEnhancement: _enhancement, ...rest } = whole;
  const page = reportPage({
    title: "Own pictures",
    description: "",
    report: {
      ...rest,
      data: {
        path: "my/pictures",
        pictures: 1423,
        captions: 2541,
        heldOut: 171,
        known: 96,
        skipped: { "unreadable picture": 7 },
      },
      descriptions: { heldOut: 0.345, learned: 0.678, others: 0.123 },
    },
    figures: [],
  });
  assert.deepEqual(headings(page), ["What was learned from", "What was trained", "Scores"]);
  for (
    const words of ["my/pictures", "1,423", "2,541", "171", "96", "skipped: unreadable picture7"]
      .concat("0.345", "0.678", "0.123", "0.411")
  ) assert.ok(bodyText(page).includes(words), `${words} is missing`);
});

Deno.test("a report page leaves out what the report lacks, and writes no zero for it", () => {
  const report = { preset: "nano", seed: 0, device: "cpu" };
  const page = reportPage({ title: "A run", description: "", report, figures: [] });
  assert.deepEqual(headings(page), []);
  assert.doesNotMatch(bodyText(page), /GenEval|POPE|NaN|undefined|0\.000/);
});

Deno.test("a report page needs no script and no network, and takes titles as text", () => {
  const figures = [{ heading: "<script>alert(1)</script>", figure: curve }];
  const page = reportPage({ title: "<b>", description: "<i>&", report: whole, figures });
  assert.equal(find(page, "script, link, iframe, b, i").length, 0);
  const addresses = page.match(/\b(?:href|src)="(?!data:)|url\(|@import/g);
  assert.equal(addresses, null);
});
