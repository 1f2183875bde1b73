/** What cells show beside pictures and figures: tables, and pictures among words. */
import { escapeMarkup } from "./markup.ts";
import type { Bundle } from "./shown.ts";

/** HTML that stands for itself, beside the same in words. */
export function htmlBundle(html: string, words: string): Bundle {
  return { "text/html": html, "text/plain": words };
}

/** HTML to be put into a cell of a {@link htmlTable} as it is. */
export interface Html {
  readonly html: string;
}

/**
 * A table. Numbers stand to the right, words are escaped, and HTML is left as it is.
 *
 * @param head words over the columns; none where absent
 *
 * @example
 * ```ts
 * import { htmlTable } from "./html.ts";
 * const table = htmlTable([["a < b", 3]], ["what", "how many"]);
 * if (!table.includes("a &lt; b")) throw new Error(table);
 * ```
 */
export function htmlTable(
  rows: readonly (readonly (string | number | Html)[])[],
  head?: readonly string[],
): string {
  const row = (cells: string[]) => `<tr>${cells.join("")}</tr>`;
  const body = rows.map((cells) => row(cells.map(cellOf)));
  const top = head === undefined
    ? ""
    : `<thead>${row(head.map((name, column) => headOf(name, rows[0]?.[column])))}</thead>`;
  return `<table>${top}<tbody>${body.join("")}</tbody></table>`;
}

const LEFT = "text-align:left";
const RIGHT = "text-align:right";

/** A name over a column stands where the column's first value stands. */
function headOf(name: string, first: string | number | Html | undefined): string {
  return `<th style="${typeof first === "number" ? RIGHT : LEFT}">${escapeMarkup(name)}</th>`;
}

function cellOf(value: string | number | Html): string {
  if (typeof value === "number") {
    return `<td style="${RIGHT}">${value.toLocaleString("en")}</td>`;
  }
  const html = typeof value === "string" ? escapeMarkup(value) : value.html;
  return `<td style="${LEFT}">${html}</td>`;
}

/**
 * A picture among words, with pixels that stay sharp.
 * @param png the bytes of a PNG file
 * @param width in pixels of the screen
 */
export function htmlPicture(png: Uint8Array, width: number, words: string): string {
  return `<img alt="${escapeMarkup(words)}" width="${width}" ` +
    `src="data:image/png;base64,${png.toBase64()}" ` +
    `style="image-rendering:pixelated;vertical-align:middle">`;
}

/** A paragraph in bold over what follows. */
export function htmlTitle(words: string): string {
  return `<div style="font-weight:bold">${escapeMarkup(words)}</div>`;
}
