/**
 * A share of the peak rate: linear warm-up over `warmup` of all steps, then half a cosine down to
 * `floor` of the peak.
 *
 * @param step 0 … steps − 1
 *
 * @example
 * ```ts
 * import { warmupCosine } from "./schedule.ts";
 *
 * if (warmupCosine(10, 100, { warmup: 0.1 }) !== 1) throw new Error("Expected the peak");
 * ```
 */
export function warmupCosine(
  step: number,
  steps: number,
  { warmup = 0.05, floor = 0.05 }: { warmup?: number; floor?: number } = {},
): number {
  const rising = warmup * steps;
  if (step < rising) return (step + 1) / (rising + 1);
  const progress = Math.min(1, (step - rising) / Math.max(1, steps - rising));
  return floor + (1 - floor) * 0.5 * (1 + Math.cos(Math.PI * progress));
}
