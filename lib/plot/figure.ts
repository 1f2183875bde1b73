/** A figure: shown in a notebook, saved from a script, described in words. */
import { extname } from "node:path";
import sharp from "../packages/sharp.ts";
import { writeFileAtomic } from "../files/atomic_file.ts";
import { type Bundle, escapeMarkup, inspect, jupyterDisplay } from "../notebook/mod.ts";

/** Of an SVG document. */
const PIXELS_PER_INCH = 72;

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
   * A figure that is drawn when somebody looks at it.
   *
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
    const png = await sharp(Buffer.from(this.svg()), { density: 2 * PIXELS_PER_INCH }).png()
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

  /**
   * What a Jupyter notebook shows. The picture in pixels is for a notebook that somebody else ran:
   * JupyterLab shows no SVG before it is trusted. 256 colours keep it small.
   */
  async [jupyterDisplay](): Promise<Bundle> {
    const png = await sharp(Buffer.from(this.svg()), { density: PIXELS_PER_INCH })
      .png({ palette: true, compressionLevel: 9 }).toBuffer();
    return {
      "image/svg+xml": this.svg(),
      "image/png": new Uint8Array(png).toBase64(),
      "text/plain": this.description,
    };
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    return `${this.constructor.name} of ${this.description}`;
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
