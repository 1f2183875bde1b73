/** Small pieces of SVG, as strings, and the sheet that holds them. Lengths are in pixels. */
import type { Picture } from "../data/picture.ts";
import { escapeMarkup } from "../notebook/mod.ts";
import { pngDataUri } from "./png.ts";
import { theme } from "./theme.ts";

/** How wide a letter is in the widest font that a reader may have, as a share of the font size. */
const LETTER_WIDTH = 0.6;
const BOLD_LETTER_WIDTH = 0.64;
const XMLNS = "http://www.w3.org/2000/svg";

export interface TextStyle {
  readonly size?: number;
  readonly color?: string;
  readonly weight?: number;
  readonly anchor?: "start" | "middle" | "end";
}

/** A drawing with its size, which can be placed into another. */
export interface Drawing {
  readonly width: number;
  readonly height: number;
  readonly body: string;
}

/** One line of text whose baseline starts, is centred or ends at `(x, y)`. */
export function text(x: number, y: number, content: string, style: TextStyle = {}): string {
  const { size = 12, color = theme.ink, weight = 400, anchor = "start" } = style;
  return `<text x="${x}" y="${y}" font-size="${size}" fill="${color}" font-weight="${weight}" ` +
    `text-anchor="${anchor}">${escapeMarkup(content)}</text>`;
}

/** `picture` in a box, its pixels enlarged smoothly. */
export function image(x: number, y: number, width: number, height: number, picture: Picture) {
  return `<image x="${x}" y="${y}" width="${width}" height="${height}" ` +
    `preserveAspectRatio="none" href="${pngDataUri(picture)}"/>`;
}

/** `drawing` moved to `(x, y)`. What stands out of its size is not cut off. */
export function place(x: number, y: number, drawing: Drawing): string {
  return `<svg x="${x}" y="${y}" width="${drawing.width}" height="${drawing.height}" ` +
    `viewBox="0 0 ${drawing.width} ${drawing.height}" overflow="visible">${drawing.body}</svg>`;
}

/** A mark that says whether something is right, for eyes that see no colour too. */
export function verdictMark(x: number, y: number, verdict: "good" | "bad"): string {
  const path = verdict === "good" ? "M-3.6,0.3 L-1,3 L4,-2.8" : "M-3,-3 L3,3 M3,-3 L-3,3";
  return `<g class="mark-${verdict}" transform="translate(${x},${y})">` +
    `<circle r="7.5" fill="${theme[verdict]}"/><path d="${path}" fill="none" stroke="white" ` +
    `stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round"/></g>`;
}

/**
 * Words above columns, centred on each: columns that are `width` wide and `gap` apart, the first of
 * which begins at `x`. Their baseline is at `y`.
 */
export function columnHeads(
  x: number,
  y: number,
  heads: readonly string[],
  width: number,
  gap: number,
): string {
  return heads.map((head, column) =>
    text(x + column * (width + gap) + width / 2, y, head, {
      size: 11.5,
      color: theme.quiet,
      anchor: "middle",
    })
  ).join("");
}

/**
 * `content` broken into lines that fit `width` at font size `size`; at most `lines` of them, the last
 * shortened with an ellipsis where there was more to say.
 */
export function wrap(content: string, width: number, size: number, lines: number): string[] {
  const letters = Math.max(4, Math.floor(width / (size * LETTER_WIDTH)));
  const broken: string[] = [];
  let line = "";
  for (const word of content.split(/\s+/).filter((word) => word !== "")) {
    for (const piece of word.match(new RegExp(`.{1,${letters}}`, "gu")) ?? []) {
      if (line !== "" && line.length + 1 + piece.length > letters) {
        broken.push(line);
        line = piece;
      } else {
        line = line === "" ? piece : `${line} ${piece}`;
      }
    }
  }
  if (line !== "") broken.push(line);
  if (broken.length <= lines) return broken;
  const last = broken[lines - 1].slice(0, letters - 1).trimEnd();
  return [...broken.slice(0, lines - 1), `${last}…`];
}

/** `drawing` under a heading, and as wide as it; `drawing` itself where there is none. */
export function headed(heading: string | undefined, drawing: Drawing): Drawing {
  if (heading === undefined) return drawing;
  const body = text(16, 25, heading, { size: 15, weight: 600 }) + place(0, 30, drawing);
  const needed = Math.ceil(2 * 16 + 15 * BOLD_LETTER_WIDTH * heading.length);
  return { width: Math.max(drawing.width, needed), height: drawing.height + 30, body };
}

/** A whole SVG document on white paper. It shrinks where the page is narrower than it. */
export function sheet({ width, height, body }: Drawing, description: string): string {
  return `<svg xmlns="${XMLNS}" width="${width}" height="${height}" ` +
    `viewBox="0 0 ${width} ${height}" font-family="${theme.font}" fill="${theme.ink}" ` +
    `style="max-width:100%;height:auto;background:${theme.paper}">` +
    `<title>${escapeMarkup(description)}</title>` +
    `<rect width="${width}" height="${height}" fill="${theme.paper}"/>${body}</svg>`;
}
