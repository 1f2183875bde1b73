/** What a cell and a console show of a stage. */
import { htmlTable, htmlTitle, short } from "../notebook/mod.ts";
import type { StepMemory } from "./memory.ts";

/** What of a stage is shown. */
interface Shown {
  readonly name: string;
  readonly steps: number;
  readonly batchSize: number;
  readonly settings?: unknown;
  memory(): Promise<StepMemory>;
}

/** A line; where it stands alone, others for what it learns from and what learns. */
export function stageInWords(
  { name, steps, batchSize, settings }: Shown,
  { currentDepth } = { currentDepth: 0 },
): string {
  const words = `Stage "${name}": ${short(steps)} steps of ${short(batchSize)} samples`;
  if (currentDepth > 0) return words;
  return [words, ...linesOf(settings).map(([what, told]) => `  ${what}: ${told}`)].join("\n");
}

/** The same with the memory that a step needs. */
export async function stageInTable(stage: Shown): Promise<string> {
  const { name, steps, batchSize, settings } = stage;
  const { total } = await stage.memory();
  return htmlTitle(`Stage "${name}"`) + htmlTable([
    ["steps", short(steps)],
    ["samples in a step", short(batchSize)],
    ...linesOf(settings),
    ["memory", `${short(Math.ceil(total / 2 ** 20))} MiB`],
  ]);
}

/** What is learned from, in which shares, and what learns how fast. */
function linesOf(settings: unknown): [string, string][] {
  const { mixture, rates, peakRate } = (settings ?? {}) as {
    mixture?: Record<string, number>;
    rates?: Record<string, number>;
    peakRate?: number;
  };
  const listed = (numbers: Record<string, number>, nameless: string) =>
    Object.entries(numbers).map(([name, number]) => `${name || nameless} ${short(number)}`)
      .join(", ");
  return [
    ...(mixture === undefined ? [] : [["mixture", listed(mixture, "")] as [string, string]]),
    ...(peakRate === undefined ? [] : [["peak rate", short(peakRate)] as [string, string]]),
    ...(rates === undefined ? [] : [["rates", listed(rates, "all")] as [string, string]]),
  ];
}
