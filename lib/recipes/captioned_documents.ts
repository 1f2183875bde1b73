/** Pictures with captions as documents: to draw, to describe, to draw again, and the words alone. */
import { type Captioned, type DataSet, drawnFrom, endless } from "../data/data_set.ts";
import type { Document } from "../data/document.ts";
import { CAPTION_DROP, documents } from "./wording.ts";

/** A data set of documents for each thing that is learned of pictures with captions. */
export type CaptionedDocuments = Readonly<
  Record<"text" | "describe" | "draw" | "reconstruct", DataSet<Document>>
>;

/**
 * Endless documents over a data set, each kind with its own random streams.
 *
 * @example
 * ```ts
 * import { inWords, listed } from "../data/mod.ts";
 * import { captionedDocuments } from "./captioned_documents.ts";
 *
 * const black = { width: 1, height: 1, data: new Uint8Array(3) };
 * const { describe } = captionedDocuments(listed([{ picture: black, caption: "night" }]), 0);
 * const said = inWords(await describe.at(0));
 * if (said !== "<picture> describe night") throw new Error(said);
 * ```
 */
export function captionedDocuments(
  captioned: DataSet<Captioned>,
  seed: number,
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
    text: over("text", ({ caption }) => documents.plainText(caption)),
    describe: over("describe", ({ picture, caption }) => documents.described(picture, caption)),
    draw: over(
      "draw",
      ({ picture, caption }, chance) =>
        documents.drawn(chance < CAPTION_DROP ? undefined : caption, picture),
    ),
    reconstruct: over("reconstruct", ({ picture }) => documents.reconstructed(picture)),
  };
}
