/** Answers that mix words and pictures: the model says where a picture begins. */
import type { Row } from "./row.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** A part of such an answer: words, or a picture as its modality gives it. */
export type Interleaved =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "picture"; readonly content: unknown };

/**
 * Says words, and draws a picture wherever the model says `<picture>`, up to `<eos>` or to the limits.
 *
 * @param longest words and parts of words between two pictures, at most
 * @param pictures pictures, at most
 */
export async function* interleaved(
  row: Row,
  { vocabulary, text, draw }: UnifiedModel,
  { longest, pictures }: { readonly longest: number; readonly pictures: number },
): AsyncGenerator<void, Interleaved[]> {
  const parts: Interleaved[] = [];
  for (let drawn = 0;; drawn++) {
    const ends = drawn < pictures ? [vocabulary.eos, vocabulary.picture] : [vocabulary.eos];
    const { ids, end } = yield* text.generate(row, { longest, ends });
    if (ids.length > 0) parts.push({ kind: "text", text: vocabulary.decodeText(ids) });
    if (end !== vocabulary.picture) return parts;
    parts.push({ kind: "picture", content: yield* draw.generate(row) });
    row.feed({ id: vocabulary.endPicture });
  }
}
