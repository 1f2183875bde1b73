/** Numbers that callers give, checked where they come in: to the compiler NaN is a number too. */

/** Which numbers are allowed. */
export interface NumberLimits {
  /** The least that is allowed. */
  readonly min?: number;
  /** The most that is allowed. */
  readonly max?: number;
  /** What it has to be more than. */
  readonly above?: number;
  /** Whether it has to be whole; default not. */
  readonly whole?: boolean;
}

/** A count: one, two, three … */
export const COUNT: NumberLimits = { whole: true, min: 1 };

/**
 * Checks an option.
 *
 * @throws RangeError naming the option, what was expected and what was found
 *
 * @example
 * ```ts
 * import { checkNumber } from "./numbers.ts";
 *
 * let said = "";
 * try {
 *   checkNumber("temperature", NaN, { min: 0 });
 * } catch (error) {
 *   said = (error as Error).message;
 * }
 * const expected = "Expected temperature to be a number from 0 on, but found NaN";
 * if (said !== expected) throw new Error(said);
 * ```
 */
export function checkNumber(name: string, found: unknown, limits: NumberLimits = {}): void {
  const { min = -Infinity, max = Infinity, above = -Infinity, whole = false } = limits;
  const isNumber = whole ? Number.isSafeInteger(found) : Number.isFinite(found);
  const value = found as number;
  if (isNumber && value >= min && value <= max && value > above) return;
  const range = above > -Infinity
    ? ` above ${above}`
    : min === -Infinity
    ? ""
    : max === Infinity
    ? ` from ${min} on`
    : ` from ${min} to ${max}`;
  const kind = whole ? "whole " : Math.abs(value) === Infinity ? "finite " : "";
  const told = typeof found === "string" ? JSON.stringify(found) : String(found);
  throw new RangeError(
    `Expected ${name} to be a ${kind}number${range}, but found ${told}`,
  );
}

/**
 * Checks measured values: names the first that is not finite.
 *
 * @param place where the value at an index stands, such as "row 2, column 0 of the queries"; rows and
 * columns count from 0
 * @throws RangeError naming the place of the value and what was found
 *
 * @example
 * ```ts
 * import { checkNumbers } from "./numbers.ts";
 *
 * let said = "";
 * try {
 *   checkNumbers([1, 2, NaN], (i) => `score ${i}`);
 * } catch (error) {
 *   said = (error as Error).message;
 * }
 * if (said !== "Expected score 2 to be a number, but found NaN") throw new Error(said);
 * ```
 */
export function checkNumbers(values: ArrayLike<number>, place: (index: number) => string): void {
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) checkNumber(place(i), values[i]);
  }
}
