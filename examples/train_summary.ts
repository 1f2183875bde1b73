/** What `train` says at its end. */
import type { Report } from "../mod.ts";
import { reportSchema } from "../lib/evaluation/report.ts";
import { closing, minutes, share } from "./closing.ts";
import { typed } from "./help.ts";

const Trained = reportSchema.required({
  recipe: true,
  data: true,
  retrieval: true,
  reconstruction: true,
  descriptions: true,
  seconds: true,
});

/**
 * The scores of a report, where everything lies, and what can be done next.
 *
 * @param asked what the model can be asked for: a drawing, and a story where it tells any
 */
export function trainSummary(
  report: Report,
  out: string,
  { caption, subject }: { readonly caption: string; readonly subject?: string },
): string {
  const { recipe, data, retrieval, reconstruction, descriptions, distances, seconds } = Trained
    .parse(
      report,
    );
  const { captionsByPictures, picturesByCaptions, among } = retrieval;
  const skipped = Object.values(data.skipped).reduce((sum, count) => sum + count, 0);
  const rows = [
    ["recipe", recipe],
    ...(data.documents === undefined ? [] : [
      ["documents", `${data.documents.learned} learned from, ${data.documents.heldOut} held out`],
    ]),
    ["pictures", `${data.pictures} learned from, ${data.heldOut} held out`],
    ...(skipped === 0 ? [] : [["skipped", `${skipped}, listed in ${out}/skipped.jsonl`]]),
    ["tokenizer", `${reconstruction.psnr?.toFixed(1)} dB on held-out pictures`],
    [
      "captions",
      `${share(captionsByPictures.recallAt1)} found by their pictures, among ${among} held out`,
    ],
    ["", `${share(picturesByCaptions.recallAt1)} of the pictures found by their captions`],
    ["descriptions", `${share(descriptions.heldOut)} of the words right for held-out pictures`],
    ["", `${share(descriptions.learned)} for pictures that it learned from`],
    ["", `${share(descriptions.others)} if each is given another's description`],
    ...(distances === undefined ? [] : [
      ["drawings", `${distances.drawn.frechet.toPrecision(3)} from held-out pictures (Fréchet)`],
      ["", `${distances.reconstructed?.frechet.toPrecision(3)} if they are reconstructed`],
    ]),
    ["time", minutes(seconds)],
    [],
    ["report", `${out}/report.html, report.json, metrics.jsonl`],
    ["pictures", `${out}/drawn.png, reconstructed.png`],
    ["model", out],
  ];
  const picture = "picture.png";
  const next = [
    ...(subject === undefined ? [] : [
      typed("compose", subject, "--to", "story.html", "--from", out),
    ]),
    typed("draw", caption, "--to", picture, "--from", out),
    typed("describe", picture, "--from", out),
  ];
  return closing(rows, next);
}
