/** What the demo leaves behind besides the model: report.json, report.html and sample grids. */
import process from "node:process";
import {
  type Assessment,
  type Calibration,
  type Ceilings,
  type CodeScores,
  type DrawingScores,
  type EditedScene,
  type JudgedDrawing,
  plot,
  readMetrics,
  type Recipe,
  type RecipeModel,
  Report,
  type StageSummary,
  type VisualizerScores,
  writeFileAtomic,
} from "../mod.ts";
import { spread } from "./spread.ts";
import { storyFigures } from "./told_stories.ts";

export interface Findings {
  readonly recipe: Recipe<RecipeModel>;
  readonly preset: string;
  readonly seed: number;
  readonly device: string;
  /** GenEval overall before self-enhancement, by both judges. */
  readonly before: { readonly byParser: number; readonly byCodes: number };
  readonly drawing: DrawingScores;
  /** The same drawings by their codes. */
  readonly byCodes: CodeScores;
  readonly ceilings: Ceilings;
  /** Of MetaMorph. */
  readonly visualized?: VisualizerScores;
  readonly abilities: Pick<Report, "details" | "judging" | "editing" | "stories">;
  /** Some edits, and whether each is right. */
  readonly edited: readonly (EditedScene & { readonly right: boolean })[];
  /** Of what DreamLLM told. */
  readonly told?: readonly plot.Composition[];
  readonly ceilingByCodes: CodeScores;
  readonly reconstruction: NonNullable<Report["reconstruction"]>;
  readonly probes: NonNullable<Report["probes"]>;
  readonly pope: NonNullable<Report["pope"]>;
  /** Scores while it learned, on a part of the captions and pictures. */
  readonly curve: readonly plot.ScorePoint[];
  readonly stages: readonly StageSummary[];
  /** Of what sees and draws pictures, by name. */
  readonly visionStages: readonly string[];
  /** What the language model's loss is made of. */
  readonly lossParts: readonly string[];
  readonly seconds: number;
  /** How the model's own judgements of its drawings agree with the parser's. */
  readonly calibration: Calibration;
  /** The drawings with the model's own assessments, where it wrote any. */
  readonly assessed: readonly (JudgedDrawing & { readonly assessment?: Assessment })[];
  readonly reconstructed: Parameters<typeof plot.reconstructions>[0];
}

/** Writes everything into a folder. */
export async function writeReport(out: string, findings: Findings): Promise<Report> {
  const { drawing, byCodes, ceilings, before, calibration, preset, seed, device } = findings;
  const { recipe, visualized, abilities } = findings;
  const report = Report.parse({
    recipe: recipe.name,
    preset,
    seed,
    device,
    geneval: {
      ...drawing.scores,
      ceiling: {
        truth: ceilings.truth.overall,
        reconstructed: ceilings.reconstructed.overall,
      },
      byCodes: {
        ...byCodes.scores,
        agreement: byCodes.agreement,
        ceiling: findings.ceilingByCodes.scores.overall,
      },
    },
    visualizer: visualized && visualizerReport(visualized),
    ...abilities,
    pope: findings.pope,
    probes: findings.probes,
    reconstruction: findings.reconstruction,
    selfEnhancement: {
      before: before.byParser,
      after: drawing.scores.overall,
      agreement: calibration.accuracy,
      // Where all drawings are right there is nothing to agree about.
      ...(Number.isFinite(calibration.kappa) ? { kappa: calibration.kappa } : {}),
      byCodes: { before: before.byCodes, after: byCodes.scores.overall },
    },
    stages: [...findings.stages],
    seconds: findings.seconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  });
  const figures = await figuresOf(out, findings);
  const page = plot.reportPage({
    title: `${recipe.title}, ${preset}`,
    description:
      "One model that reads pictures, draws them and judges what it drew, trained from nothing on " +
      "scenes of emoji. Scores are on captions that no stage of training has seen; the ceilings say " +
      "what the scene parser that scores them, and the tokenizer, allow at best. The parser also " +
      "wrote the labels of self-enhancement: a second judge, which reads a drawing's codes and sees " +
      "none of its pixels, had no part in them.",
    report,
    figures,
  });
  await writeFileAtomic(`${out}/report.json`, JSON.stringify(report, null, 2));
  await writeFileAtomic(`${out}/report.html`, page);
  const pictures = [
    ["scores.png", "Scores over minutes"],
    ["drawn.png", "Drawn"],
    ["edited.png", "Edited"],
    ["reconstructed.png", "Reconstructed"],
  ];
  for (const [file, heading] of pictures) {
    await figures.find((figure) => figure.heading === heading)!.figure.save(`${out}/${file}`);
  }
  return report;
}

/** What a report keeps of a visualizer. */
export function visualizerReport({ drawn, ceilings }: VisualizerScores): Report["visualizer"] {
  return { ...drawn, ceiling: ceilings.reconstructed.overall };
}

async function figuresOf(
  out: string,
  { drawing, visualized, told = [], edited, assessed, reconstructed, ...learned }: Findings,
): Promise<plot.ReportFigure[]> {
  const metrics = await readMetrics(`${out}/metrics.jsonl`);
  const points = metrics.map(({ stage, samples, loss, parts }) => ({
    stage,
    samples,
    loss,
    ...parts,
  }));
  const { visionStages, lossParts, curve } = learned;
  const isUnified = ({ stage }: { stage: string }) => !visionStages.includes(stage);
  return [
    {
      heading: "Scores over minutes",
      text: "Measured while it learned, on a part of the captions and questions.",
      figure: plot.scoreOverTime(curve, { targets: { GenEval: 0.6, POPE: 0.9 } }),
    },
    {
      heading: "Alignment curves",
      text: "The one loss of the language model over the samples it saw, and its parts, by stage.",
      figure: plot.lossCurve(points.filter(isUnified), { parts: lossParts }),
    },
    {
      heading: "The tokenizer's losses",
      figure: plot.lossCurve(points.filter((point) => !isUnified(point))),
    },
    {
      heading: "Reconstructed",
      text: "A scene, its semantic tokens coloured by code, and what the decoder makes of them.",
      figure: plot.reconstructions(reconstructed),
    },
    ...(visualized === undefined ? [] : [{
      heading: "Visualized",
      text:
        "True scenes, and what the visualizer makes of their visual tokens: where things stand " +
        "is left to chance.",
      figure: plot.pictureGrid(
        spread([...visualized.drawings.entries()], 12).flatMap(([i, { picture, correct }]) => [
          { picture: visualized.ceilings.pictures[i].picture },
          { picture, mark: correct ? "good" as const : "bad" as const },
        ]),
        { columns: 6 },
      ),
    }]),
    ...storyFigures(told),
    {
      heading: "Drawn",
      text: "Held-out captions, each drawn once, with the parser's verdict.",
      figure: plot.pictureGrid(
        spread(drawing.drawings, 36).map(({ picture, caption, correct }) => ({
          picture,
          title: caption,
          mark: correct ? "good" as const : "bad" as const,
        })),
        { columns: 6 },
      ),
    },
    {
      heading: "Edited",
      text:
        "A picture and what the model made of it, told what stands above; with the parser's verdict.",
      figure: plot.pictureGrid(
        edited.flatMap(({ before, instruction, edited, right }) => [
          { picture: before },
          { picture: edited, title: instruction, mark: right ? "good" as const : "bad" as const },
        ]),
        { columns: 6 },
      ),
    },
    ...spread(assessed, 6).flatMap(({ picture, caption, correct, assessment }) =>
      assessment === undefined ? [] : [{
        heading: `Its own verdict on "${caption}"`,
        text: `The parser's: ${correct ? "good" : "bad"}.`,
        figure: plot.assessment(picture, assessment),
      }]
    ),
  ];
}
