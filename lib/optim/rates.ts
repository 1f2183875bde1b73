/** A learning rate for each group of parameters. */
import { checkNumber } from "../runtime/mod.ts";

/**
 * Shares of the peak rate, by the beginnings of parameters' names. The longest beginning that fits a
 * name decides: `{ "": 1, "quantizer.": 0 }` trains all but the quantizer.
 */
export type Rates = Readonly<Record<string, number>>;

/** Everything learns at the peak rate. */
export const ALL: Rates = { "": 1 };

/**
 * Each parameter's share of the peak rate; 0 keeps it as it is.
 *
 * @param stage who asks, for errors
 * @throws RangeError naming a group that no parameter is in, a parameter that is in no group, or a
 * share that is no number from 0 on; and where nothing would learn
 *
 * @example
 * ```ts
 * import { rateByGroup } from "./rates.ts";
 *
 * const names = ["model.norm.weight", "model.embed.weight", "lm_head.weight"];
 * const rateOf = rateByGroup({ "model.": 1, "model.embed.": 0.1, "lm_head.": 0 }, names, "reading");
 * if (rateOf("model.embed.weight") !== 0.1) throw new Error("Expected the longest beginning");
 * ```
 */
export function rateByGroup(
  rates: Rates,
  names: readonly string[],
  stage: string,
): (name: string) => number {
  const groups = Object.entries(rates).sort(([a], [b]) => b.length - a.length);
  for (const [group, share] of groups) {
    checkNumber(`rate of "${group}" in stage "${stage}"`, share, { min: 0 });
  }
  const groupOf = (name: string) => groups.find(([group]) => name.startsWith(group));
  const used = new Set(names.map((name) => groupOf(name)?.[0]));
  const missed = names.find((name) => groupOf(name) === undefined);
  const shown = groups.map(([group]) => `"${group}"`).join(", ") || "none";
  if (missed !== undefined) {
    throw new RangeError(
      `Expected a rate for each parameter of stage "${stage}", but found none for "${missed}" ` +
        `among the groups ${shown}`,
    );
  }
  const empty = groups.find(([group]) => !used.has(group));
  if (empty !== undefined) {
    throw new RangeError(
      `Expected each group of stage "${stage}" to have parameters of its own, but found none in ` +
        `"${empty[0]}"`,
    );
  }
  if (groups.every(([, share]) => share === 0)) {
    throw new RangeError(
      `Expected something to learn in stage "${stage}", but found no rate above 0`,
    );
  }
  return (name) => groupOf(name)![1];
}
