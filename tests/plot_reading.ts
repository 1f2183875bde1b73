/** What tests of figures share: small pictures, and reading a figure back. */
import assert from "node:assert/strict";
import sharp from "../lib/packages/sharp.ts";
import { linkedom } from "../lib/packages/observable_plot.ts";
import type { Picture } from "../lib/data/picture.ts";
import type { Figure } from "../lib/plot/mod.ts";

/** A picture of one colour. */
export function plain(red: number, green: number, blue: number, size = 8): Picture {
  const data = new Uint8Array(size * size * 3);
  for (let at = 0; at < data.length; at += 3) data.set([red, green, blue], at);
  return { width: size, height: size, data };
}

/** An element of a page or a figure: a DOM object, whose types Deno leaves out. */
export interface PageElement {
  readonly textContent: string;
  getAttribute(name: string): string | null;
}

/** The elements of `html` that a CSS selector finds. */
export function find(html: string, selector: string): PageElement[] {
  const page: unknown = linkedom.parseHTML(html);
  const { document } = page as {
    document: { querySelectorAll(selector: string): Iterable<PageElement> };
  };
  return [...document.querySelectorAll(selector)];
}

/** The elements of the figure that a CSS selector finds. */
export function elements(figure: Figure, selector: string): PageElement[] {
  return find(`<html><body>${figure.svg()}</body></html>`, selector);
}

/** The texts that the figure writes, in order. */
export function texts(figure: Figure): string[] {
  return elements(figure, "text").map(({ textContent }) => textContent);
}

/**
 * Draws the figure's pixels, which fails where the SVG is not well-formed, and checks that they have
 * the size that the SVG speaks of.
 */
export async function pixels(figure: Figure) {
  const [svg] = elements(figure, "svg");
  const { data, info } = await sharp(await figure.png()).removeAlpha().raw()
    .toBuffer({ resolveWithObject: true });
  assert.equal(info.width, Math.round(2 * Number(svg.getAttribute("width"))));
  assert.equal(info.height, Math.round(2 * Number(svg.getAttribute("height"))));
  return {
    /** Red, green and blue at a point given in the figure's own pixels. */
    at: (x: number, y: number) => [...data.subarray((2 * y * info.width + 2 * x) * 3).slice(0, 3)],
  };
}
