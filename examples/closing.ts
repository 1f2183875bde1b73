/** What a training says at its end. */

/**
 * Scores and where everything lies, a row each, and commands to go on with.
 *
 * @param rows a name and what is said of it; an empty row parts what stands above from what follows
 */
export function closing(rows: readonly (readonly string[])[], next: readonly string[]): string {
  return [
    ...rows.map(([name = "", value = ""]) => `${name.padEnd(14)}${value}`.trimEnd()),
    "",
    "next:",
    ...next.map((command) => `  ${command}`),
  ].join("\n");
}

/** Such as ".98"; a dash for what was not measured. */
export function share(value: number | undefined): string {
  return value?.toFixed(2).replace(/^0/, "") ?? "–";
}

/** Such as "9 min 5 s". */
export function minutes(seconds: number): string {
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
}
