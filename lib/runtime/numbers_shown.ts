/** What a cell and a console show of a tensor's numbers: how many, from where to where, how spread. */
import { show, type TensorType } from "../../kernels/tensor_type.ts";
import { type Bundle, htmlBundle, htmlTable, short } from "../notebook/mod.ts";
import type { TensorData } from "./tensor_data.ts";

const BINS = 32;
const BARS = "▁▂▃▄▅▆▇█";

/** Of a bar of the histogram, in pixels. */
const [WIDTH, HEIGHT] = [8, 48];

/** Such as `float32[3, 4], from -1 to 2, mean 0.1 ▁▃█▂`. */
export function numbersInWords(type: TensorType, data: TensorData): string {
  const found = statistics(data);
  if (found === undefined) return `${show(type)} without numbers`;
  const { least, most, mean, strange, counts } = found;
  const range = least === most ? `all ${short(least)}` : `from ${short(least)} to ${short(most)}`;
  const others = strange === 0 ? "" : `, ${short(strange)} not finite`;
  const highest = Math.max(...counts);
  const bars = counts.map((count) => BARS[Math.ceil((BARS.length - 1) * count / highest)]).join("");
  return `${show(type)}, ${range}, mean ${short(mean)}${others} ${bars}`;
}

/** What a cell shows of numbers: the same, with the histogram as a picture. */
export function numbersBundle(type: TensorType, data: TensorData): Bundle {
  const words = numbersInWords(type, data);
  const found = statistics(data);
  if (found === undefined) return { "text/plain": words };
  const { least, most, mean, deviation, strange, counts } = found;
  const rows = [
    ["tensor", show(type)],
    ["least", short(least)],
    ["most", short(most)],
    ["mean", short(mean)],
    ["standard deviation", short(deviation)],
    ...(strange === 0 ? [] : [["not finite", short(strange)]]),
  ];
  return htmlBundle(htmlTable(rows) + histogram(counts, least, most), words);
}

/** Of the numbers that are finite; undefined where none is. */
function statistics(data: TensorData) {
  let [least, most, sum, squares, count] = [Infinity, -Infinity, 0, 0, 0];
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i]);
    if (!Number.isFinite(x)) continue;
    least = Math.min(least, x);
    most = Math.max(most, x);
    sum += x;
    squares += x * x;
    count++;
  }
  if (count === 0) return undefined;
  const counts = new Array<number>(least === most ? 1 : BINS).fill(0);
  for (let i = 0; i < data.length; i++) {
    const x = Number(data[i]);
    if (!Number.isFinite(x)) continue;
    const bin = least === most ? 0 : Math.floor(BINS * (x - least) / (most - least));
    counts[Math.min(bin, BINS - 1)]++;
  }
  const mean = sum / count;
  const deviation = Math.sqrt(Math.max(0, squares / count - mean ** 2));
  return { least, most, mean, deviation, strange: data.length - count, counts };
}

function histogram(counts: readonly number[], least: number, most: number): string {
  const highest = Math.max(...counts);
  const bars = counts.map((count, i) => {
    const height = HEIGHT * count / highest;
    return `<rect x="${i * WIDTH}" y="${HEIGHT - height}" width="${
      WIDTH - 1
    }" height="${height}"/>`;
  });
  const width = counts.length * WIDTH;
  const label = `y="${HEIGHT + 14}" font-size="11" font-family="sans-serif"`;
  return `<svg width="${width}" height="${HEIGHT + 18}" fill="currentColor" role="img" ` +
    `aria-label="histogram">${bars.join("")}<text x="0" ${label}>${short(least)}</text>` +
    `<text x="${width}" ${label} text-anchor="end">${short(most)}</text></svg>`;
}
