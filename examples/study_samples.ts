/** How many samples of each kind a model of a study learns, and what these are. */
import type { EmojiDocuments } from "../mod.ts";

/** What may be learned, and the documents that it stands for, as many of each. */
const KINDS = {
  sentences: ["text"],
  drawing: ["draw"],
  reading: ["question", "detail", "describe"],
  questions: ["question"],
  details: ["detail"],
  descriptions: ["describe"],
  frames: ["frame"],
  thoughts: ["thought"],
  imagined: ["imagined"],
  edits: ["edit"],
  stories: ["story"],
  outcomes: ["outcome"],
} as const satisfies Readonly<Record<string, readonly (keyof EmojiDocuments)[]>>;

export type Kind = keyof typeof KINDS;

/** How many samples are learned of each kind. */
export type Samples = Readonly<Partial<Record<Kind, number>>>;

/** Such as "20k drawing, 32k reading". */
export function samplesInWords(samples: Samples): string {
  return Object.entries(samples).filter(([, count]) => count > 0)
    .map(([kind, count]) => `${inShort(count)} ${kind}`).join(", ");
}

/** "20k"; "200". */
export function inShort(count: number): string {
  return count < 1000 ? `${count}` : `${count / 1000}k`;
}

/** The samples of an arm, all kinds together. */
export function totalOf(samples: Samples): number {
  return Object.values(samples).reduce((sum, count) => sum + count, 0);
}

/** How often documents of each name come up. */
export function mixtureOf(samples: Samples): Record<string, number> {
  const mixture: Record<string, number> = {};
  for (const [kind, names] of Object.entries(KINDS)) {
    const count = samples[kind as Kind] ?? 0;
    for (const name of count > 0 ? names : []) {
      mixture[name] = (mixture[name] ?? 0) + count / names.length;
    }
  }
  return mixture;
}
