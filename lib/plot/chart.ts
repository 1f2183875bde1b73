import { createRequire } from "node:module";
import type { PlotOptions } from "@observablehq/plot";
import type { Drawing } from "./drawing.ts";
import { theme } from "./theme.ts";

type PlotLibrary = typeof import("@observablehq/plot");

/** Observable Plot, and a document for it to draw in: a DOM object, whose types Deno leaves out. */
interface Tools {
  readonly Plot: PlotLibrary;
  readonly document: object;
}

interface SvgElement {
  readonly innerHTML: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): { remove(): void } | null;
}

let tools: Tools | undefined;

/** Loads Plot when the first chart is drawn: a third of a second that other programs need not wait. */
function load(): Tools {
  if (tools === undefined) {
    const require = createRequire(import.meta.url);
    const { parseHTML }: { parseHTML(html: string): { document: object } } = require("linkedom");
    const Plot: PlotLibrary = require("@observablehq/plot");
    tools = { Plot, document: parseHTML("<html><body></body></html>").document };
  }
  return tools;
}

/**
 * Draws a chart with Observable Plot, whose options `describe` gives. The drawing carries no style
 * sheet of its own, so that it can be placed into a larger one.
 *
 * @example
 * ```ts
 * import { chart } from "./chart.ts";
 * const { body } = chart((Plot) => ({ width: 200, height: 90, marks: [Plot.dot([[1, 2], [3, 4]])] }));
 * if (body.split("<circle").length !== 3) throw new Error("two dots were asked for");
 * ```
 */
export function chart(describe: (Plot: PlotLibrary) => PlotOptions): Drawing {
  const { Plot, document } = load();
  const options = describe(Plot);
  const svg: SvgElement = Plot.plot({
    style: { color: theme.ink, fontSize: "11px" },
    ...options,
    title: undefined,
    figure: false,
    document,
  });
  svg.querySelector("style")?.remove();
  const width = Number(svg.getAttribute("width"));
  const height = Number(svg.getAttribute("height"));
  return { width, height, body: `<g font-size="11" text-anchor="middle">${svg.innerHTML}</g>` };
}
