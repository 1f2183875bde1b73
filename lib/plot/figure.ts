import { extname } from "node:path";
import { writeFileAtomic } from "../nn/atomic_file.ts";
import { escapeMarkup } from "./markup.ts";

/** The method that a Deno notebook calls to show a value. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/**
 * A figure is a value: a notebook cell that ends in one shows it, and a script saves it. It is drawn
 * when it is first looked at, once.
 *
 * @example
 * ```ts
 * import { Figure } from "./figure.ts";
 * const dot = new Figure(
 *   "one dot",
 *   () => `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><circle r="4" cx="4" cy="4"/></svg>`,
 * );
 * if (!dot.svg().includes("circle")) throw new Error("no dot");
 * if ((await dot.png()).length === 0) throw new Error("no pixels");
 * ```
 */
export class Figure {
  readonly #draw: () => string;
  #svg?: string;

  /**
   * @param description What the figure shows, in words, for readers who cannot see it.
   * @param draw Gives the figure as a whole SVG document, with `xmlns`, width and height in pixels.
   */
  constructor(readonly description: string, draw: () => string) {
    this.#draw = draw;
  }

  /** The figure as an SVG document. */
  svg(): string {
    return this.#svg ??= this.#draw();
  }

  /** The figure as an HTML element that stands on its own in any page. */
  html(): string {
    const label = escapeMarkup(this.description);
    return `<figure class="illume" role="img" aria-label="${label}">${this.svg()}</figure>`;
  }

  /** The figure as the bytes of a PNG file, at twice its size in pixels for sharp print. */
  async png(): Promise<Uint8Array<ArrayBuffer>> {
    const { default: sharp } = await import("../packages/sharp.ts");
    const pixelsPerInch = 72;
    const png = await sharp(Buffer.from(this.svg()), { density: 2 * pixelsPerInch }).png()
      .toBuffer();
    return new Uint8Array(png);
  }

  /**
   * Writes the figure to `path` as what its ending says: `.svg`, `.png` or `.html`. Where anything
   * fails, an existing file stays as it was.
   *
   * @throws RangeError on any other ending.
   */
  async save(path: string): Promise<void> {
    await writeFileAtomic(path, await this.#encode(path));
  }

  /** What a Jupyter notebook shows. */
  [jupyterDisplay](): Record<string, string> {
    return { "image/svg+xml": this.svg(), "text/plain": this.description };
  }

  #encode(path: string): string | Promise<Uint8Array> {
    switch (extname(path).toLowerCase()) {
      case ".svg":
        return this.svg();
      case ".png":
        return this.png();
      case ".html":
        return `<!doctype html><meta charset="utf-8"><title>${
          escapeMarkup(this.description)
        }</title>${this.html()}\n`;
      default:
        throw new RangeError(`Expected a path that ends in .svg, .png or .html, but found ${path}`);
    }
  }
}
