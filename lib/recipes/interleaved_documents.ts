/**
 * Documents of text and pictures as stories to tell (DreamLLM, arXiv 2309.11499, section 3.3, which
 * learns MMC4 whole): what a document is about is asked for, and its texts and pictures are the answer.
 * Small models see short rows, so that texts are cut to the words beside their pictures, and long
 * documents to some pictures in a row.
 */
import { type DataSet, endless } from "../data/data_set.ts";
import type { Document } from "../data/document.ts";
import type { FolderDocument, InterleavedDocuments } from "../data/interleaved_folder.ts";
import type { Random } from "../runtime/mod.ts";
import { firstWords, lastWords } from "../text/mod.ts";
import { documents as wordings } from "./wording.ts";

/** Words that say what a document is about: of a page of the web about as many as its title has. */
const ABOUT_WORDS = 8;

/** Words beside a picture, at most: a sentence or two. */
const WORDS = 24;

/** Pictures of a story, at most: as many as `compose` draws. */
const PICTURES = 6;

/** A document as it is told. */
export interface DocumentStory {
  /** Its first words. */
  readonly about: string;
  /** Words, "" where a picture has none before it, and a picture by its path, but for closing words. */
  readonly parts: readonly { readonly text: string; readonly picture?: string }[];
}

/**
 * A document's words as they are asked and answered, in the form of `plainCaption`: before each picture
 * the 24 nearest to it, and as many after the last. None where it has no words or no pictures.
 *
 * @example
 * ```ts
 * import { storyOf } from "./interleaved_documents.ts";
 *
 * const words = { kind: "text", text: "A cat has two apples!" } as const;
 * const picture = { kind: "picture", picture: "x.jpg" } as const;
 * const story = storyOf({ name: "docs.jsonl, line 1", parts: [words, picture, picture] });
 * const told = story?.parts.map(({ text, picture }) => `${text} [${picture}]`).join();
 * if (told !== "a cat has two apples [x.jpg], [x.jpg]") throw new Error(told);
 * ```
 */
export function storyOf({ parts }: FolderDocument): DocumentStory | undefined {
  const said = parts.map((part) => part.kind === "text" ? part.text : "").join(" ");
  const about = firstWords(said, ABOUT_WORDS);
  if (about === "" || parts.every(({ kind }) => kind === "text")) return undefined;
  const told: { text: string; picture?: string }[] = [];
  let before = "";
  for (const part of parts) {
    if (part.kind === "text") before = `${before} ${part.text}`;
    else {
      told.push({ text: lastWords(before, WORDS), picture: part.picture });
      before = "";
    }
  }
  const closing = firstWords(before, WORDS);
  return { about, parts: closing === "" ? told : [...told, { text: closing }] };
}

/**
 * Endless stories over documents, for the kind "story" of a mixture. Of a document with more than six
 * pictures each is six in a row, by chance, with their words.
 *
 * @throws RangeError where no document has words and pictures
 *
 * @example
 * ```ts
 * import { InterleavedDocuments, inWords } from "../data/mod.ts";
 * import { interleavedDocuments } from "./interleaved_documents.ts";
 *
 * const black = { width: 1, height: 1, data: new Uint8Array(3) };
 * const words = { kind: "text", text: "It is night." } as const;
 * const picture = { kind: "picture", picture: "night.png" } as const;
 * const document = { name: "night.html", parts: [words, picture] };
 * const stories = interleavedDocuments(new InterleavedDocuments([document], () => black), 0);
 * const said = inWords(await stories.at(0));
 * if (said !== "tell it is night it is night <picture>") throw new Error(said);
 * ```
 */
export function interleavedDocuments(
  documents: InterleavedDocuments,
  seed: number,
): DataSet<Document> {
  const stories = documents.documents.flatMap((document) => storyOf(document) ?? []);
  if (stories.length === 0) {
    throw new RangeError("Expected documents with words and pictures, but found none");
  }
  return endless(seed, "story", async (random) => {
    const { about, parts } = random.pick(stories);
    const shown = inARow(parts, random).map(async ({ text, picture }) => ({
      text,
      picture: picture === undefined ? undefined : await documents.pictures(picture),
    }));
    return wordings.composed(about, await Promise.all(shown));
  });
}

/** As many parts in a row as may have pictures, and the closing words where they reach the end. */
function inARow(parts: DocumentStory["parts"], random: Random): DocumentStory["parts"] {
  const pictures = parts.filter(({ picture }) => picture !== undefined).length;
  const start = random.integer(Math.max(0, pictures - PICTURES) + 1);
  return parts.slice(start, start + PICTURES < pictures ? start + PICTURES : undefined);
}
