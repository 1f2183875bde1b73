/** A whole report as one HTML file. */
import type { Report } from "../evaluation/report.ts";
import { escapeMarkup } from "../notebook/mod.ts";
import type { Figure } from "./figure.ts";
import { dataSection, factCards, modelSection, stageSection } from "./report_sections.ts";
import { reportStyle } from "./report_style.ts";

/** A figure of a report under its heading. */
export interface ReportFigure {
  /** What stands above it. */
  readonly heading: string;
  /** What to see in it; paragraphs are parted by empty lines. */
  readonly text?: string;
  /** What is shown. */
  readonly figure: Figure;
}

/** What a page shows. */
export interface ReportPage {
  /** What stands at its top. */
  readonly title: string;
  /** What was done, in a few sentences; paragraphs are parted by empty lines. */
  readonly description: string;
  /** Its numbers. */
  readonly report: Report;
  /** In the order in which they stand. */
  readonly figures: readonly ReportFigure[];
}

/**
 * A whole report as one HTML file that needs no script and no network: what was trained, then
 * `figures` in their order, then every score that `report` holds, with its ceilings. What a report
 * lacks, the page leaves out.
 *
 * @example
 * ```ts
 * import { reportPage } from "./report.ts";
 * const page = reportPage({
 *   title: "A small run",
 *   description: "One stage.",
 *   report: { preset: "nano", seed: 0, device: "cpu", geneval: { single: 0.9 } },
 *   figures: [],
 * });
 * if (!page.includes("single object")) throw new Error("the score is missing");
 * ```
 */
export function reportPage({ title, description, report, figures }: ReportPage): string {
  const { preset, seed, device } = report;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeMarkup(title)}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${escapeMarkup(title)}</h1>
<p class="made">${escapeMarkup(`preset ${preset} · seed ${seed} · device ${device}`)}</p>
${paragraphs(description)}
${factCards(report)}
${dataSection(report)}
${stageSection(report)}
${figures.map(figureSection).join("\n")}
${modelSection(report)}
</main>
</body>
</html>
`;
}

function figureSection({ heading, text = "", figure }: ReportFigure): string {
  return `<section><h2>${escapeMarkup(heading)}</h2>${paragraphs(text)}${figure.html()}</section>`;
}

function paragraphs(text: string): string {
  return text.split(/\n\s*\n/).map((paragraph) => paragraph.trim())
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `<p>${escapeMarkup(paragraph)}</p>`).join("\n");
}
