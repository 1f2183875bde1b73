/** What the demo says at its end. */
import { GENEVAL_TASKS, meanAccuracy, type Report } from "../mod.ts";
import { reportSchema } from "../lib/evaluation/report.ts";
import { closing, minutes, share } from "./closing.ts";
import { typed } from "./help.ts";
import { wordsOfModel } from "./recipe.ts";

/** What every demo measures. */
const Reported = reportSchema
  .pick({ recipe: true, geneval: true, pope: true, selfEnhancement: true, seconds: true })
  .required();

/** The scores of a report, where everything lies, and what can be done next. */
export function summary(report: Report, out: string): string {
  const { recipe, geneval, pope, selfEnhancement, seconds } = Reported.parse(report);
  const { visualizer, stories, judging, editing } = report;
  const from = wordsOfModel(out);
  const picture = "two_red_hearts.png";
  const rows = [
    ["recipe", recipe],
    ["GenEval", `${share(geneval.overall)} on captions that no stage has seen`],
    ...GENEVAL_TASKS.map((task) => [`  ${task}`, share(geneval[task])]),
    ["  ceiling", `${share(geneval.ceiling?.reconstructed)} where true scenes are reconstructed`],
    ["  by codes", `${share(geneval.byCodes?.overall)} by a judge that sees codes, not pixels`],
    ...(visualizer === undefined ? [] : [
      ["visualizer", `${share(visualizer.overall)} where it draws true visual tokens`],
    ]),
    ...(stories === undefined ? [] : [
      [
        "stories",
        `${share(stories.shown)} of their pictures show what is told, no less and no more`,
      ],
    ]),
    ["POPE", share(meanAccuracy(pope as Required<typeof pope>))],
    ...Object.entries(pope).map(([split, { accuracy }]) => [`  ${split}`, share(accuracy)]),
    ...(judging === undefined ? [] : [
      [
        "near misses",
        `${share(judging.verdict)} of its verdicts on true pictures and near misses are right`,
      ],
      ...(judging.careless?.kappa === undefined ? [] : [[
        "careless",
        `κ ${share(judging.careless.kappa)} of its verdicts on drawings at temperature 1, ` +
        `${share(1 - judging.careless.right)} of which are wrong`,
      ]]),
    ]),
    ...(editing === undefined ? [] : [
      [
        "edits",
        `${share(editing.done)} done, ${share(editing.kept)} keep all else, ${
          share(editing.both)
        } both`,
      ],
    ]),
    ["verdicts", `${share(selfEnhancement.agreement)} of its own on its drawings are the parser's`],
    ["time", minutes(seconds)],
    [],
    ["report", `${out}/report.html, report.json, metrics.jsonl`],
    ["pictures", `${out}/drawn.png, edited.png, reconstructed.png, scores.png`],
    ["model", out],
  ];
  const story = ["a story about a cat and three apples", "--to", "story.html"];
  const next = [
    typed("draw", "two red hearts", "--to", picture, ...from),
    typed("describe", picture, "--question", "how many hearts are there?", ...from),
    typed("edit", picture, "make the heart blue", ...from),
    ...(stories === undefined ? [] : [typed("compose", ...story, ...from)]),
  ];
  return closing(rows, next);
}
