/** Connected regions of a mask. */
import type { Box } from "../../../assessment/seen.ts";

/** A set of neighbouring pixels, by index into the mask. */
export interface Region {
  readonly pixels: readonly number[];
  readonly box: Box;
}

/**
 * The regions of a `[side, side]` mask whose pixels touch along an edge or a corner, largest first;
 * those below `smallest` pixels are specks and are left out.
 */
export function regionsOf(mask: Uint8Array, side: number, smallest: number): Region[] {
  const left = Uint8Array.from(mask);
  const regions: Region[] = [];
  for (let start = 0; start < left.length; start++) {
    if (left[start] === 0) continue;
    const pixels = flood(left, side, start);
    if (pixels.length >= smallest) regions.push({ pixels, box: boxOf(pixels, side) });
  }
  return regions.sort((a, b) => b.pixels.length - a.pixels.length);
}

/** Takes the region around `start` out of `left`. */
function flood(left: Uint8Array, side: number, start: number): number[] {
  const pixels = [start];
  left[start] = 0;
  for (let next = 0; next < pixels.length; next++) {
    const x = pixels[next] % side, y = Math.floor(pixels[next] / side);
    for (let v = Math.max(0, y - 1); v <= Math.min(side - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(side - 1, x + 1); u++) {
        const neighbour = v * side + u;
        if (left[neighbour] === 0) continue;
        left[neighbour] = 0;
        pixels.push(neighbour);
      }
    }
  }
  return pixels;
}

/** The smallest box around pixels. */
export function boxOf(pixels: readonly number[], side: number): Box {
  let [x0, y0, x1, y1] = [side, side, 0, 0];
  for (const pixel of pixels) {
    const x = pixel % side, y = Math.floor(pixel / side);
    x0 = Math.min(x0, x);
    y0 = Math.min(y0, y);
    x1 = Math.max(x1, x);
    y1 = Math.max(y1, y);
  }
  return { x: x0, y: y0, width: x1 - x0 + 1, height: y1 - y0 + 1 };
}
