/** A contrast picture that drawings are compared with, and taken out of. */
import type { Rgb } from "../world.ts";
import type { Shape, Tint } from "./templates.ts";

/** How far a drawing may differ from its template in colour as a whole, per channel. */
const COLOR_SHIFT = 48;

/** How well a drawing accounts for what is seen; see `Field.compare`. */
export interface Comparison {
  readonly exact: number;
  readonly shifted: number;
  readonly shift: Rgb;
}

/** What is left of a picture's difference from its background; see `Contrast`. */
export class Field {
  readonly #energy: Float64Array;

  constructor(readonly side: number, readonly difference: Float32Array, readonly rgb: Rgb) {
    this.#energy = summedSquares(difference, side);
  }

  /** Σ |difference|² in the square with this corner. */
  energy(x: number, y: number, side: number): number {
    const row = this.side + 1;
    const at = (u: number, v: number) => this.#energy[v * row + u];
    return at(x + side, y + side) - at(x, y + side) - at(x + side, y) + at(x, y);
  }

  /** Σ alpha · difference of each channel, with the shape's corner at (x, y). */
  silhouette({ alpha, side }: Shape, x: number, y: number): Rgb {
    let [r, g, b] = [0, 0, 0];
    for (let v = 0, i = 0; v < side; v++) {
      let at = ((y + v) * this.side + x) * 3;
      for (let u = 0; u < side; u++, i++, at += 3) {
        const a = alpha[i];
        r += a * this.difference[at];
        g += a * this.difference[at + 1];
        b += a * this.difference[at + 2];
      }
    }
    return [r, g, b];
  }

  /**
   * What taking the drawing out of the field changes: Σ |difference − drawing|² − Σ |difference|²,
   * below zero for a likeness. `exact` is for the drawing as it is, `shifted` for the drawing after
   * the best `shift` of its colour as a whole, which leaves its outline and its pattern of light and
   * shade to be compared. `covered` is its silhouette's sum here.
   */
  compare(shape: Shape, tint: Tint, x: number, y: number, covered: Rgb): Comparison {
    const seen = this.#overlap(shape.side, tint.paint, x, y);
    const shift: [number, number, number] = [0, 0, 0];
    let exact = 0;
    let gain = 0;
    for (let c = 0; c < 3; c++) {
      const b = this.rgb[c];
      exact += tint.paintPaint[c] - 2 * b * tint.paintAlpha[c] + b * b * shape.alphaAlpha -
        2 * (seen[c] - b * covered[c]);
      const missing = this.#missing(shape, tint, c, covered);
      shift[c] = Math.max(-COLOR_SHIFT, Math.min(COLOR_SHIFT, missing / shape.alphaAlpha));
      gain += shift[c] * (2 * missing - shift[c] * shape.alphaAlpha);
    }
    return { exact, shifted: exact - gain, shift };
  }

  /** Σ paint · difference of each channel. */
  #overlap(side: number, paint: Float32Array, x: number, y: number): Rgb {
    let [r, g, b] = [0, 0, 0];
    for (let v = 0, i = 0; v < side; v++) {
      let at = ((y + v) * this.side + x) * 3;
      for (let u = 0; u < side; u++, i += 3, at += 3) {
        r += paint[i] * this.difference[at];
        g += paint[i + 1] * this.difference[at + 1];
        b += paint[i + 2] * this.difference[at + 2];
      }
    }
    return [r, g, b];
  }

  /** The tints whose colour as a whole is nearest to what the silhouette covers, nearest first. */
  nearestTints(shape: Shape, covered: Rgb, count: number): Tint[] {
    const far = shape.tints.map((tint) => {
      let sum = 0;
      for (let c = 0; c < 3; c++) sum += this.#missing(shape, tint, c, covered) ** 2;
      return sum;
    });
    return Array.from({ length: count }, () => {
      const nearest = far.indexOf(Math.min(...far));
      far[nearest] = Infinity;
      return shape.tints[nearest];
    });
  }

  /** Σ alpha · (difference − drawing) of one channel. */
  #missing(shape: Shape, tint: Tint, channel: number, covered: Rgb): number {
    return covered[channel] - tint.paintAlpha[channel] + this.rgb[channel] * shape.alphaAlpha;
  }

  /** The field without a drawing. */
  without(shape: Shape, tint: Tint, x: number, y: number): Field {
    const difference = Float32Array.from(this.difference);
    for (let i = 0; i < shape.alpha.length; i++) {
      const at = ((y + Math.floor(i / shape.side)) * this.side + x + i % shape.side) * 3;
      for (let c = 0; c < 3; c++) {
        difference[at + c] -= tint.paint[3 * i + c] - shape.alpha[i] * this.rgb[c];
      }
    }
    return new Field(this.side, difference, this.rgb);
  }
}

/** Sums of |difference|² over all pixels above and to the left: `[side + 1, side + 1]`. */
function summedSquares(difference: Float32Array, side: number): Float64Array {
  const row = side + 1;
  const sums = new Float64Array(row * row);
  for (let y = 0; y < side; y++) {
    let line = 0;
    for (let x = 0; x < side; x++) {
      const i = (y * side + x) * 3;
      line += difference[i] ** 2 + difference[i + 1] ** 2 + difference[i + 2] ** 2;
      sums[(y + 1) * row + x + 1] = sums[y * row + x + 1] + line;
    }
  }
  return sums;
}
