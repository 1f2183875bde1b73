/** What the demo leaves behind besides the model: report.json, report.html and sample grids. */
import process from "node:process";
import {
  type Assessment,
  type Ceilings,
  type CodeScores,
  type DrawingScores,
  type JudgedDrawing,
  plot,
  readMetrics,
  Report,
  type StageSummary,
  writeFileAtomic,
} from "../mod.ts";
import { spread } from "./spread.ts";

export interface Findings {
  readonly preset: string;
  readonly seed: number;
  readonly device: string;
  /** GenEval overall before self-enhancement, by both judges. */
  readonly before: { readonly byParser: number; readonly byCodes: number };
  readonly drawing: DrawingScores;
  /** The same drawings by their codes. */
  readonly byCodes: CodeScores;
  readonly ceilings: Ceilings;
  readonly ceilingByCodes: CodeScores;
  readonly reconstruction: NonNullable<Report["reconstruction"]>;
  readonly probes: NonNullable<Report["probes"]>;
  readonly pope: NonNullable<Report["pope"]>;
  /** Scores while it learned, on a part of the captions and pictures. */
  readonly curve: readonly plot.ScorePoint[];
  readonly stages: readonly StageSummary[];
  readonly seconds: number;
  /** The drawings with the model's own assessments, where it wrote any. */
  readonly assessed: readonly (JudgedDrawing & { readonly assessment?: Assessment })[];
  readonly reconstructed: Parameters<typeof plot.reconstructions>[0];
}

/** Writes everything into a folder. */
export async function writeReport(out: string, findings: Findings): Promise<Report> {
  const { drawing, byCodes, ceilings, before, assessed, preset, seed, device } = findings;
  const report = Report.parse({
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
    pope: findings.pope,
    probes: findings.probes,
    reconstruction: findings.reconstruction,
    selfEnhancement: {
      before: before.byParser,
      after: drawing.scores.overall,
      agreement: agreement(assessed),
      byCodes: { before: before.byCodes, after: byCodes.scores.overall },
    },
    stages: [...findings.stages],
    seconds: findings.seconds,
    peakMemoryBytes: process.resourceUsage().maxRSS * 1024,
  });
  const figures = await figuresOf(out, findings);
  const page = plot.reportPage({
    title: `ILLUME, ${preset}`,
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
    ["reconstructed.png", "Reconstructed"],
  ];
  for (const [file, heading] of pictures) {
    await figures.find((figure) => figure.heading === heading)!.figure.save(`${out}/${file}`);
  }
  return report;
}

async function figuresOf(
  out: string,
  { drawing, assessed, reconstructed, stages, curve }: Findings,
): Promise<plot.ReportFigure[]> {
  const metrics = await readMetrics(`${out}/metrics.jsonl`);
  const unified = stages.slice(3).map(({ name }) => name);
  const points = metrics.map(({ stage, samples, loss, parts }) => ({
    stage,
    samples,
    loss,
    ...parts,
  }));
  const isUnified = ({ stage }: { stage: string }) => unified.includes(stage);
  return [
    {
      heading: "Scores over minutes",
      text: "Measured while it learned, on a part of the captions and questions.",
      figure: plot.scoreOverTime(curve, { targets: { GenEval: 0.6, POPE: 0.9 } }),
    },
    {
      heading: "Alignment curves",
      text: "The one next-token loss of the language model over the samples it saw, by stage.",
      figure: plot.lossCurve(points.filter(isUnified), { parts: ["loss", "text", "codes"] }),
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
    ...spread(assessed, 6).flatMap(({ picture, caption, assessment }) =>
      assessment === undefined ? [] : [{
        heading: `Its own verdict on "${caption}"`,
        figure: plot.assessment(picture, assessment),
      }]
    ),
  ];
}

/** How often the model's verdict on a drawing is the parser's; no verdict is a wrong one. */
function agreement(assessed: Findings["assessed"]): number {
  const agreeing = assessed.filter(({ correct, assessment }) =>
    assessment?.verdict === (correct ? "good" : "bad")
  );
  return agreeing.length / assessed.length;
}
