/** How values show themselves: in words on the console, in a REPL and in a cell, or as more than that. */

/** A method of this name gives what the console prints. */
export const inspect: unique symbol = Symbol.for("Deno.customInspect");

/** A method of this name gives what a cell shows that ends in the value: a {@link Bundle}. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** The same thing in several formats, by MIME type; a notebook shows the richest that it can. */
export type Bundle = Record<string, string>;

/** How something is looked at on the console. */
export interface Looking {
  /** Whether there are colours: on a terminal. */
  readonly colors: boolean;
  /** How deep inside of other values it stands. */
  readonly currentDepth: number;
}

/**
 * The value, which from now on shows itself. Nothing else about it changes: it is equal to what it
 * was, and copies and JSON are without.
 *
 * @example
 * ```ts
 * import { shown } from "./shown.ts";
 * const point = shown({ x: 3, y: 4 }, ({ x, y }) => `(${x}, ${y})`);
 * if (Deno.inspect([point]) !== "[ (3, 4) ]") throw new Error(Deno.inspect([point]));
 * ```
 */
export function shown<T extends object>(
  value: T,
  words: (value: T, looking: Looking) => string,
  bundle?: (value: T) => Bundle | Promise<Bundle>,
): T {
  const inWords = (_: unknown, looking: Looking = PLAIN) => words(value, looking);
  Object.defineProperty(value, inspect, { value: inWords, configurable: true });
  if (bundle !== undefined) {
    Object.defineProperty(value, jupyterDisplay, {
      value: () => bundle(value),
      configurable: true,
    });
  }
  return value;
}

const PLAIN: Looking = { colors: false, currentDepth: 0 };

/** A number as it is read: four digits, or more where it is whole. */
export function short(number: number): string {
  return Number.isInteger(number)
    ? number.toLocaleString("en")
    : String(Number(number.toPrecision(4)));
}
