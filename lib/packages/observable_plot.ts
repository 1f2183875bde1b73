// deno-lint-ignore-file no-import-prefix
/**
 * Charts, and a document to draw them in. Both are loaded at their first use: a third of a second
 * that other programs need not wait.
 */
import defer * as Plot from "npm:@observablehq/plot@0.6.17";
import defer * as linkedom from "npm:linkedom@0.18.12";

export { linkedom, Plot };
export type { PlotOptions } from "npm:@observablehq/plot@0.6.17";
export type PlotLibrary = typeof Plot;
