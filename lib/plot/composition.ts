/** Words and pictures in turn, as a model tells them (DreamLLM, arXiv 2309.11499): shown and saved. */
import { basename, dirname, extname, join } from "node:path";
import type { Segment } from "../data/document.ts";
import { encodePng, type Picture } from "../data/picture.ts";
import { writeFileAtomic } from "../files/atomic_file.ts";
import {
  type Bundle,
  type Display,
  escapeMarkup,
  inspect,
  jupyterDisplay,
  notebookDisplay,
} from "../notebook/mod.ts";

import { pngDataUri } from "./png.ts";
import { reportStyle } from "./report_style.ts";

/** How wide pictures stand among words, in pixels. */
const SIDE = 160;

/** How many times as wide and as tall the pictures are written that stand beside a Markdown file. */
const SCALE = 4;

/**
 * What was told so far. A notebook shows it, a script saves it; it is readable at any time.
 *
 * @example
 * ```ts
 * import { Composition } from "./composition.ts";
 * const white = { width: 8, height: 8, data: new Uint8Array(8 * 8 * 3).fill(255) };
 * const story = new Composition("a white story");
 * story.push({ kind: "text", text: "it" });
 * story.push({ kind: "text", text: " snows" });
 * story.push({ kind: "picture", picture: white });
 * if (!story.html().includes("<p>it snows</p>")) throw new Error(story.html());
 * if (`${Deno.inspect(story)}` !== "a white story: it snows [picture 1]") throw new Error();
 * ```
 */
export class Composition {
  readonly #parts: Segment[] = [];

  /**
   * A composition without words and pictures as yet.
   * @param title what it is about
   */
  constructor(readonly title: string) {}

  /** Words and pictures, in order; words that came piece by piece are one. */
  get parts(): readonly Segment[] {
    return this.#parts;
  }

  /** The pictures alone, in order. */
  get pictures(): Picture[] {
    return this.#parts.flatMap((part) => part.kind === "picture" ? [part.picture] : []);
  }

  /** Adds some words, or a picture. */
  push(part: Segment): void {
    const last = this.#parts.at(-1);
    if (part.kind === "text" && last?.kind === "text") {
      this.#parts[this.#parts.length - 1] = { kind: "text", text: last.text + part.text };
    } else this.#parts.push(part);
  }

  /** An HTML element that stands on its own in any page. */
  html(): string {
    const body = this.#parts.map((part, i) =>
      part.kind === "text"
        ? `<p>${escapeMarkup(part.text)}</p>`
        : `<img src="${pngDataUri(part.picture)}" width="${SIDE}" alt="${
          escapeMarkup(this.#wordsBefore(i))
        }" style="image-rendering: pixelated; display: block; margin: 0 0 1em">`
    );
    return `<article class="illume">${body.join("\n")}</article>`;
  }

  /**
   * Markdown, with pictures by their addresses.
   * @param address of each picture, by its number, from 1
   */
  markdown(address: (number: number) => string): string {
    let number = 0;
    const body = this.#parts.map((part, i) =>
      part.kind === "text"
        ? escapeMarkup(part.text)
        : `![${escapeMarkup(this.#wordsBefore(i)).replaceAll(/[[\]]/g, "")}](${address(++number)})`
    );
    return [`# ${escapeMarkup(this.title)}`, ...body].join("\n\n") + "\n";
  }

  /**
   * Writes it as what the ending says: one `.html` file, or an `.md` file with its pictures as PNG in a
   * folder beside it (`story.md`, `story_pictures/1.png`).
   *
   * @throws RangeError on any other ending
   */
  async save(path: string): Promise<void> {
    switch (extname(path).toLowerCase()) {
      case ".html":
        return await writeFileAtomic(path, this.#page());
      case ".md": {
        const folder = `${basename(path, extname(path))}_pictures`;
        const beside = join(dirname(path), folder);
        await Deno.mkdir(beside, { recursive: true });
        for (const [i, picture] of this.pictures.entries()) {
          const file = join(beside, `${i + 1}.png`);
          await writeFileAtomic(file, await encodePng(picture, { scale: SCALE }));
        }
        const address = (number: number) => encodeURI(`${folder}/${number}.png`);
        return await writeFileAtomic(path, this.markdown(address));
      }
      default:
        throw new RangeError(`Expected a path that ends in .html or .md, but found ${path}`);
    }
  }

  /** What a Jupyter notebook shows. */
  [jupyterDisplay](): Bundle {
    return { "text/html": this.html(), "text/plain": this[inspect]() };
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    let number = 0;
    const said = this.#parts.map((part) =>
      part.kind === "text" ? part.text : `[picture ${++number}]`
    );
    return `${this.title}: ${said.join(" ")}`;
  }

  #page(): string {
    const title = escapeMarkup(this.title);
    return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${reportStyle}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${this.html()}
</main>
</body>
</html>
`;
  }

  /** What a picture shows, for those who do not see it: the words that it follows on. */
  #wordsBefore(index: number): string {
    const before = this.#parts[index - 1];
    return before?.kind === "text" ? before.text : "";
  }
}

/**
 * Listens to what is told, and shows it in the output of a notebook's cell as it comes. Outside of a
 * notebook nothing is shown.
 *
 * @example
 * ```ts
 * import { liveComposition } from "./composition.ts";
 * async function* told() {
 *   yield { kind: "text", text: "a cat has two apples" } as const;
 * }
 * const story = await liveComposition("a story about a cat", told());
 * if (story.parts.length !== 1) throw new Error(`${story.parts.length}`);
 * ```
 */
export async function liveComposition(
  title: string,
  told: AsyncIterable<Segment>,
  display: Display | undefined = notebookDisplay(),
): Promise<Composition> {
  const composition = new Composition(title);
  for await (const part of told) {
    composition.push(part);
    await display?.(composition[jupyterDisplay]());
  }
  return composition;
}
