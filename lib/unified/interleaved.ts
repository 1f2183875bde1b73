/** Answers that mix words and pictures: the model says where a picture begins. */
import type { Picture } from "../data/picture.ts";
import type { Row } from "./row.ts";
import { SequenceWriter } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** What was made of a picture as its modality gives it. */
export interface Painted {
  /** As it is shown. */
  readonly picture: Picture;
}

/** A part of such an answer: words, or a picture as its modality gives it, and as it was painted. */
export type Interleaved<P extends Painted = Painted> =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "picture"; readonly content: unknown; readonly painted?: P };

/** How long such an answer may be, and what paints its pictures. */
export interface InterleavedOptions<P extends Painted> {
  /** Words and parts of words between two pictures, at most. */
  readonly longest: number;
  /** Pictures, at most. */
  readonly pictures: number;
  /** Paints what was drawn, before the answer goes on. A model that reads it again has to have it. */
  readonly paint?: (content: unknown) => Promise<P>;
  /** Told all that comes as it comes: words piece by piece. */
  readonly tell?: (part: Interleaved<P>) => void;
}

/**
 * Says words, and draws a picture wherever the model says `<picture>`, up to `<eos>` or to the limits.
 * Where a modality's rows say nothing of the picture that was drawn, the model says after them whether
 * it goes on: it then reads what it drew itself, in place of the true picture that it learned with.
 */
export async function* interleaved<P extends Painted>(
  row: Row,
  model: UnifiedModel,
  { longest, pictures, paint, tell }: InterleavedOptions<P>,
): AsyncGenerator<void, Interleaved<P>[]> {
  const { vocabulary, text, draw } = model;
  const parts: Interleaved<P>[] = [];
  for (let drawn = 0;; drawn++) {
    const ends = drawn < pictures ? [vocabulary.eos, vocabulary.picture] : [vocabulary.eos];
    const pieces = tell && piecesTo(tell, (ids) => vocabulary.decodeText(ids));
    const { ids, end } = yield* text.generate(row, { longest, ends, tell: pieces?.grow });
    pieces?.end(ids);
    if (ids.length > 0) parts.push({ kind: "text", text: vocabulary.decodeText(ids) });
    if (end !== vocabulary.picture) return parts;
    const content = yield* draw.generate(row);
    row.feed({ id: vocabulary.endPicture });
    const part = { kind: "picture", content, painted: await paint?.(content) } as const;
    tell?.(part);
    parts.push(part);
    if (!draw.readAgain) continue;
    yield;
    const { eos, picture } = vocabulary;
    const sign = row.sample(0, vocabulary.text.size, (id) => id === eos || id === picture);
    if (sign === eos) return parts;
    await readAgain(row, model, part.painted);
  }
}

/** Enters a picture that was drawn as one that is read. */
async function readAgain(
  row: Row,
  { read }: UnifiedModel,
  painted: Painted | undefined,
): Promise<void> {
  if (painted === undefined) throw new Error("Expected what is read again to be painted");
  const [content] = await read.prepare([painted.picture]);
  const writer = new SequenceWriter();
  read.write(writer, content, false);
  for (const { id, given, place } of writer.rows) {
    row.feed(given === undefined ? { id, place } : { given, place });
  }
}

/** Tells words as they come, each piece once it is whole: ids may end within a letter. */
function piecesTo(
  tell: (part: { readonly kind: "text"; readonly text: string }) => void,
  decode: (ids: readonly number[]) => string,
) {
  let told = "";
  const upTo = (all: string) => {
    if (all === told) return;
    tell({ kind: "text", text: all.slice(told.length) });
    told = all;
  };
  return {
    grow(ids: readonly number[]) {
      const all = decode(ids);
      if (!all.endsWith("\uFFFD")) upTo(all);
    },
    end: (ids: readonly number[]) => upTo(decode(ids)),
  };
}
