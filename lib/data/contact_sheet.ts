/** Many pictures as one. */
import { expectPictures, type Picture, pictureOf } from "./picture.ts";

/**
 * Pictures of one size side by side in rows of `columns`, with `gap` white pixels between them.
 *
 * @throws {RangeError} for no pictures, for pictures of different sizes, or for no columns.
 * @throws {TypeError} for what is no list of pictures.
 *
 * @example
 * ```ts
 * import { contactSheet } from "./contact_sheet.ts";
 *
 * const black = { width: 2, height: 2, data: new Uint8Array(12) };
 * const sheet = contactSheet([black, black, black], 2, 1);
 * if (sheet.width !== 5 || sheet.height !== 5) throw new Error("Expected two rows of two");
 * ```
 */
export function contactSheet(pictures: readonly Picture[], columns: number, gap = 2): Picture {
  expectPictures(pictures);
  const [first] = pictures;
  if (first === undefined || columns < 1) {
    throw new RangeError(
      `Expected pictures and columns, but found ${pictures.length} and ${columns}`,
    );
  }
  const across = Math.min(columns, pictures.length);
  const width = across * (first.width + gap) - gap;
  const height = Math.ceil(pictures.length / across) * (first.height + gap) - gap;
  const data = new Uint8Array(width * height * 3).fill(255);
  pictures.forEach((picture, i) => {
    if (picture.width !== first.width || picture.height !== first.height) {
      throw new RangeError(
        `Expected pictures of ${first.width} × ${first.height} pixels, ` +
          `but found ${picture.width} × ${picture.height} at ${i}`,
      );
    }
    const left = (i % across) * (first.width + gap);
    const top = Math.floor(i / across) * (first.height + gap);
    for (let y = 0; y < first.height; y++) {
      const row = picture.data.subarray(y * first.width * 3, (y + 1) * first.width * 3);
      data.set(row, ((top + y) * width + left) * 3);
    }
  });
  return pictureOf({ width, height, data });
}
