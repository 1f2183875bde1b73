/** Pictures with captions as documents: to draw, to describe, to draw again, and the words alone. */
import { type Captioned, type DataSet, drawnFrom, endless } from "./data_set.ts";
import { type Document, picture, type Segment, text } from "./document.ts";
import type { Picture } from "./picture.ts";

/** What is said to a model that is shown pictures with captions. */
export interface CaptionWording {
  draw(caption: string): readonly Segment[];
  /** To draw what it likes: what guidance leads away from. */
  drawAnything(): readonly Segment[];
  describe(picture: Picture): readonly Segment[];
  reconstruct(picture: Picture): readonly Segment[];
}

/** Share of drawings whose caption is left out, so that guidance has its opposite. */
const CAPTION_DROP = 0.1;

export type CaptionedDocuments = Readonly<
  Record<"text" | "describe" | "draw" | "reconstruct", DataSet<Document>>
>;

/**
 * Endless documents over a data set, each kind with its own random streams.
 *
 * @example
 * ```ts
 * import { captionedDocuments } from "./captioned_documents.ts";
 * import { listed } from "./data_set.ts";
 * import { inWords, picture, text } from "./document.ts";
 *
 * const black = { width: 1, height: 1, data: new Uint8Array(3) };
 * const documents = captionedDocuments(listed([{ picture: black, caption: "night" }]), {
 *   draw: (caption) => [text(`draw ${caption}`)],
 *   drawAnything: () => [text("draw")],
 *   describe: (shown) => [picture(shown), text("describe")],
 *   reconstruct: (shown) => [picture(shown), text("reconstruct")],
 * }, { seed: 0 });
 * const said = inWords(await documents.describe.at(0));
 * if (said !== "<picture> describe night") throw new Error(said);
 * ```
 */
export function captionedDocuments(
  captioned: DataSet<Captioned>,
  wording: CaptionWording,
  { seed }: { readonly seed: number },
): CaptionedDocuments {
  const over = (
    name: string,
    make: (sample: Captioned, chance: number) => Document,
  ): DataSet<Document> =>
    endless(seed, name, async (random) => {
      const chance = random.uniform();
      return make(await drawnFrom(captioned, random), chance);
    });
  return {
    text: over("text", ({ caption }) => [{ ask: [], answer: [text(caption)] }]),
    describe: over("describe", (sample) => [
      { ask: wording.describe(sample.picture), answer: [text(sample.caption)] },
    ]),
    draw: over("draw", (sample, chance) => [{
      ask: chance < CAPTION_DROP ? wording.drawAnything() : wording.draw(sample.caption),
      answer: [picture(sample.picture)],
    }]),
    reconstruct: over("reconstruct", (sample) => [
      { ask: wording.reconstruct(sample.picture), answer: [picture(sample.picture)] },
    ]),
  };
}
