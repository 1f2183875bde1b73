/** Pictures on a terminal: each character is two pixels, one above the other. */
/** Bytes of red, green and blue, row by row. */
interface Pixels {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Columns, at most. */
const WIDEST = 32;

/**
 * The picture in half blocks, in 24-bit colours: at most 32 columns wide, where pixels are means of
 * squares of the picture's.
 */
export function halfBlocks({ width, height, data }: Pixels): string {
  const times = Math.max(1, Math.ceil(Math.max(width, height) / WIDEST));
  const [columns, rows] = [Math.ceil(width / times), Math.ceil(height / times)];
  const color = (column: number, row: number): string => {
    const sums = [0, 0, 0];
    let count = 0;
    for (let y = row * times; y < Math.min((row + 1) * times, height); y++) {
      for (let x = column * times; x < Math.min((column + 1) * times, width); x++, count++) {
        for (let i = 0; i < 3; i++) sums[i] += data[3 * (y * width + x) + i];
      }
    }
    return sums.map((sum) => Math.round(sum / count)).join(";");
  };
  const line = (row: number): string => {
    let before = "";
    const cells = Array.from({ length: columns }, (_, column) => {
      const below = row + 1 < rows ? `;48;2;${color(column, row + 1)}` : "";
      const pen = `\x1b[38;2;${color(column, row)}${below}m`;
      const isSame = pen === before;
      before = pen;
      return isSame ? "▀" : `${pen}▀`;
    });
    return `${cells.join("")}\x1b[0m`;
  };
  return Array.from({ length: Math.ceil(rows / 2) }, (_, i) => line(2 * i)).join("\n");
}
