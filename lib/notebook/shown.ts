/** How values show themselves: in words on the console, in a REPL and in a cell, or as more than that. */

/** A method of this name gives what the console prints. */
export const inspect: unique symbol = Symbol.for("Deno.customInspect");

/** A method of this name gives what a cell shows that ends in the value: a {@link Bundle}. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display");

/** The same thing in several formats, by MIME type; a notebook shows the richest that it can. */
export type Bundle = Record<string, string>;

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
  words: (value: T) => string,
  bundle?: (value: T) => Bundle | Promise<Bundle>,
): T {
  Object.defineProperty(value, inspect, { value: () => words(value), configurable: true });
  if (bundle !== undefined) {
    Object.defineProperty(value, jupyterDisplay, {
      value: () => bundle(value),
      configurable: true,
    });
  }
  return value;
}

/** A number as it is read: four digits, or more where it is whole. */
export function short(number: number): string {
  return Number.isInteger(number)
    ? number.toLocaleString("en")
    : String(Number(number.toPrecision(4)));
}
