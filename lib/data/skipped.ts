/** What was left out of a data set, and why. */
import { writeFileAtomic } from "../files/mod.ts";

/** Why a file gives no sample. */
export type SkipReason =
  | "no caption"
  | "no picture"
  | "unreadable picture"
  | "unreadable caption"
  | "empty caption"
  | "long caption"
  | "same name"
  | "packed shard"
  | "unreadable shard"
  | "no document"
  | "empty text"
  | "no text"
  | "unreadable record"
  | "no such text"
  | "unlike picture"
  | "repeated picture"
  | "missing picture"
  | "no picture left";

/** The same in words. */
export const REASONS: Readonly<Record<SkipReason, string>> = {
  "no caption": "pictures without a caption",
  "no picture": "captions without a picture",
  "unreadable picture": "pictures that cannot be read",
  "unreadable caption": "captions that cannot be read",
  "empty caption": "captions without words",
  "long caption": "captions that are too long",
  "same name": "pictures of a name that another has",
  "packed shard": "shards that have to be unpacked first",
  "unreadable shard": "shards that cannot be read",
  "no document": "lines that are no document",
  "empty text": "empty texts",
  "no text": "documents without text",
  "unreadable record": "records of pictures that cannot be read",
  "no such text": "pictures of a text that is not there",
  "unlike picture": "pictures too unlike their text",
  "repeated picture": "pictures that a document names again",
  "missing picture": "pictures that are not there",
  "no picture left": "documents without a picture",
};

/** Something that was left out. */
export interface Skipped {
  /** Its path below the folder; of a record, the file that it stands in and its number or line. */
  readonly file: string;
  /** Why it was left out. */
  readonly reason: SkipReason;
  /** What was found in place of what was expected. */
  readonly found: string;
}

/**
 * How many there are, by reason, in one line.
 *
 * @example
 * ```ts
 * import { skippedInWords } from "./skipped.ts";
 *
 * const words = skippedInWords([{ file: "a.png", reason: "no caption", found: "" }]);
 * if (words !== "1 skipped (pictures without a caption: 1)") throw new Error(words);
 * ```
 */
export function skippedInWords(skipped: readonly Skipped[]): string {
  if (skipped.length === 0) return "none skipped";
  const counts = Object.entries(countsByReason(skipped))
    .map(([reason, count]) => `${REASONS[reason as SkipReason]}: ${count}`);
  return `${skipped.length} skipped (${counts.join("; ")})`;
}

/**
 * How many there are of each reason that there is.
 *
 * @example
 * ```ts
 * import { countsByReason } from "./skipped.ts";
 *
 * const counts = countsByReason([{ file: "a.png", reason: "no caption", found: "" }]);
 * if (counts["no caption"] !== 1) throw new Error("Expected one");
 * ```
 */
export function countsByReason(
  skipped: readonly Skipped[],
): { readonly [reason in Skipped["reason"]]?: number } {
  const counts: { [reason in Skipped["reason"]]?: number } = {};
  for (const { reason } of skipped) counts[reason] = (counts[reason] ?? 0) + 1;
  return counts;
}

/**
 * Writes them to a file, one JSON object a line.
 * @throws Error where it cannot be written
 */
export async function writeSkipped(path: string, skipped: readonly Skipped[]): Promise<void> {
  await writeFileAtomic(path, skipped.map((each) => `${JSON.stringify(each)}\n`).join(""));
}
