/** Rows of a batch, each by itself, and the batch that they are. */
type Numbers = Float32Array | Int32Array;

/** The numbers of a row, or of a whole batch, by the names of inputs or outputs. */
export type Named = Readonly<Record<string, Numbers>>;

/**
 * Rows that have the same names and lengths, one after the other.
 *
 * @example
 * ```ts
 * import { stacked } from "./stacked.ts";
 *
 * const { x } = stacked([{ x: Float32Array.of(1, 2) }, { x: Float32Array.of(3, 4) }]);
 * if (x.join() !== "1,2,3,4") throw new Error(x.join());
 * ```
 */
export function stacked(rows: readonly Named[]): Named {
  const stack = (name: string, first: Numbers) => {
    const all = first instanceof Int32Array
      ? new Int32Array(rows.length * first.length)
      : new Float32Array(rows.length * first.length);
    rows.forEach((row, i) => all.set(row[name], i * first.length));
    return all;
  };
  return Object.fromEntries(
    Object.entries(rows[0]).map(([name, first]) => [name, stack(name, first)]),
  );
}

/** The opposite of {@link stacked}: `count` rows. */
export function unstacked(batch: Named, count: number): Named[] {
  return Array.from({ length: count }, (_, row) =>
    Object.fromEntries(
      Object.entries(batch).map(([name, all]) => {
        const length = all.length / count;
        return [name, all.slice(row * length, (row + 1) * length)];
      }),
    ));
}
