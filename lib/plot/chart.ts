/** Observable Plot, in the colours and letters of all figures. */
import { linkedom, Plot, type PlotLibrary, type PlotOptions } from "../packages/observable_plot.ts";
import type { Drawing } from "./drawing.ts";
import { theme } from "./theme.ts";

interface SvgElement {
  readonly innerHTML: string;
  getAttribute(name: string): string | null;
  querySelector(selector: string): { remove(): void } | null;
}

/** What Plot draws in. */
let page: object | undefined;

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
  page ??= newPage();
  const options = describe(Plot);
  const svg: SvgElement = Plot.plot({
    style: { color: theme.ink, fontSize: "11px" },
    ...options,
    title: undefined,
    figure: false,
    document: page,
  });
  svg.querySelector("style")?.remove();
  const width = Number(svg.getAttribute("width"));
  const height = Number(svg.getAttribute("height"));
  return { width, height, body: `<g font-size="11" text-anchor="middle">${svg.innerHTML}</g>` };
}

/** An empty document: a DOM object, whose types Deno leaves out. */
function newPage(): object {
  const window: unknown = linkedom.parseHTML("<html><body></body></html>");
  return (window as { document: object }).document;
}
