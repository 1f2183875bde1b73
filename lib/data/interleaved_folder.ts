/** Documents of text and pictures from files, in the shape of MMC4: what DreamLLM learns from. */
import { createHash } from "node:crypto";
import { type Bundle, inspect, jupyterDisplay, short } from "../notebook/mod.ts";
import { samplesBundle } from "./samples_shown.ts";
import { checkNumber, COUNT, expectPath } from "../runtime/mod.ts";
import { firstWords, lastWords } from "../text/nearest_words.ts";
import type { DataSet } from "./data_set.ts";
import { decodePictures } from "./decoded_pictures.ts";
import { picture, type Segment, text } from "./document.ts";
import type { FolderFile } from "./folder_files.ts";
import { splitByName } from "./held_out.ts";
import { readShards } from "./interleaved_shards.ts";
import { interleave } from "./mmc4.ts";
import { type Picture, PictureError } from "./picture.ts";
import {
  CaptionedPictures,
  filesIn,
  type FolderSample,
  type PictureFolderOptions,
} from "./picture_folder.ts";
import { type Skipped, skippedInWords, writeSkipped } from "./skipped.ts";

/** DreamLLM's, as its paper has it; in its code the filter is commented out. */
const LEAST_SIMILARITY = 0.25;

/**
 * Words of a picture's caption, at most: as many as a long caption has that people wrote for a picture.
 * A text between two pictures is often a whole page, most of which neither of them shows.
 */
const CAPTION_WORDS = 16;

/** A document: texts and pictures as one reads them. */
export interface InterleavedDocument {
  /** In reading order. */
  readonly parts: readonly Segment[];
}

/** A document of a folder: its texts, and the files of its pictures. */
export interface FolderDocument {
  /** Its address on the web; where it has none, its shard and line. */
  readonly name: string;
  /** Its texts, and the files of its pictures, in reading order. */
  readonly parts: readonly (
    | { readonly kind: "text"; readonly text: string }
    /** By its path below the folder. */
    | { readonly kind: "picture"; readonly picture: string }
  )[];
}

/** How a folder of documents is read. */
export interface InterleavedFolderOptions extends PictureFolderOptions {
  /** Of a picture to its text, from -1 to 1; default 0.25. Where a shard says none, all are taken. */
  readonly leastSimilarity?: number;
}

/** Documents of text and pictures: some of a folder's, or all. */
export class InterleavedDocuments implements DataSet<InterleavedDocument> {
  /** Some documents, and what gives their pictures. */
  constructor(
    readonly documents: readonly FolderDocument[],
    /** A picture, by its path below the folder. */
    readonly pictures: (file: string) => Picture | Promise<Picture>,
  ) {}

  get size(): number {
    return this.documents.length;
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    return `InterleavedDocuments of ${short(this.size)} documents`;
  }

  /** What a cell shows: the first samples. */
  [jupyterDisplay](): Promise<Bundle> {
    return samplesBundle(this, undefined, this[inspect]());
  }

  /** The paths of the pictures, each once, in order. */
  get files(): string[] {
    const all = this.documents.flatMap(({ parts }) =>
      parts.flatMap((part) => part.kind === "picture" ? [part.picture] : [])
    );
    return [...new Set(all)];
  }

  /**
   * The pictures by themselves. A picture's captions are the texts that it follows on in its documents,
   * or comes before where there are none: the 16 words nearest to it, in the form of `plainCaption`.
   */
  get captioned(): CaptionedPictures {
    const captionsOf = new Map<string, Set<string>>();
    for (const { file, caption } of this.documents.flatMap(captionedIn)) {
      captionsOf.set(file, (captionsOf.get(file) ?? new Set()).add(caption));
    }
    const samples = [...captionsOf].flatMap(([file, captions]) =>
      [...captions].map((caption) => ({ file, caption }))
    );
    return new CaptionedPictures(samples, this.pictures);
  }

  /**
   * A document.
   * @throws RangeError for an index that is none; PictureError where a picture that is not kept in
   * memory has become unreadable
   */
  async at(index: number): Promise<InterleavedDocument> {
    const document = this.documents[index];
    if (document === undefined) {
      throw new RangeError(`Expected an index below ${this.size}, but found ${index}`);
    }
    const parts = document.parts.map(async (part) =>
      part.kind === "text" ? text(part.text) : picture(await this.pictures(part.picture))
    );
    return { parts: await Promise.all(parts) };
  }

  /**
   * Two parts: what is learned from, and what is held out. A document's address decides where it goes
   * (its shard and line, where it has none): documents of one address stay together, and those that
   * are added or taken away move no others. A picture that two addresses show may be in both parts.
   */
  split(
    { share = 0.1, seed = 0 }: { readonly share?: number; readonly seed?: number } = {},
  ): { readonly training: InterleavedDocuments; readonly heldOut: InterleavedDocuments } {
    const { training, heldOut } = splitByName(this.documents, ({ name }) => name, { share, seed });
    return {
      training: new InterleavedDocuments(training, this.pictures),
      heldOut: new InterleavedDocuments(heldOut, this.pictures),
    };
  }
}

/** Pictures with the words that each follows on, or else comes before; none where there are no words. */
function captionedIn({ parts }: FolderDocument): FolderSample[] {
  let before = "";
  return parts.flatMap((part, i) => {
    if (part.kind === "text") {
      before = lastWords(part.text, CAPTION_WORDS) || before;
      return [];
    }
    const caption = before || wordsFrom(parts.slice(i));
    return caption === "" ? [] : [{ file: part.picture, caption }];
  });
}

/** The first words of the first text that has any. */
function wordsFrom(parts: FolderDocument["parts"]): string {
  for (const part of parts) {
    const words = part.kind === "text" ? firstWords(part.text, CAPTION_WORDS) : "";
    if (words !== "") return words;
  }
  return "";
}

/** A folder of documents. */
export class InterleavedFolder extends InterleavedDocuments {
  /** Use `interleavedFolder`. */
  constructor(
    /** Where it lies. */
    readonly path: string,
    /** Width and height of its pictures, in pixels. */
    readonly pictureSize: number,
    documents: readonly FolderDocument[],
    pictures: (file: string) => Picture | Promise<Picture>,
    /** What is left out, and why. */
    readonly skipped: readonly Skipped[],
    /** SHA-256 of all that is learned from: names, texts and pixels. */
    readonly fingerprint: string,
    /** Whether the pictures stay in memory; else each is decoded again whenever it is needed. */
    readonly isKept: boolean,
  ) {
    super(documents, pictures);
  }

  /** What the console and a REPL show. */
  override [inspect](): string {
    const { files, size, path, pictureSize, skipped, isKept } = this;
    return `InterleavedFolder ${path}: ${short(size)} documents with ${short(files.length)} ` +
      `pictures, ${pictureSize} × ${pictureSize} pixels${isKept ? "" : ", decoded when needed"}; ` +
      skippedInWords(skipped);
  }

  /**
   * Writes what is left out, one JSON object a line: `file`, `reason` and `found`.
   * @throws Error where it cannot be written
   */
  writeSkipped(path: string): Promise<void> {
    return writeSkipped(path, this.skipped);
  }
}

/**
 * Reads a folder of documents in the shape of MMC4, with its sub-folders: every line of a `.jsonl`
 * file is one, such as
 * `{"text_list": ["A cat."], "image_info": [{"image_name": "x.jpg", "matched_text_index": 0,
 * "matched_sim": 0.31}], "url": "…"}`; `matched_sim` and `url` may be missing. A document's parts are
 * all texts up to the one that a picture is matched to, then the picture, and so on; pictures of one
 * text keep their order.
 *
 * Pictures lie by their names in `docs_images/` or `docs/` (for `docs.jsonl`), beside the shard, or
 * elsewhere in the folder. They become squares of `size × size` pixels as in {@link pictureFolder},
 * and up to 512 MiB of pixels stay in memory; where there are more each picture is decoded again
 * whenever it is needed.
 *
 * What cannot be used is skipped and listed: a line, a text or a picture alone, and a document that
 * is left without text or without pictures. Packed shards are listed too, and not unpacked.
 *
 * @throws {PictureError} where there is no such folder, or nothing in it that can be used; RangeError
 * for an option that is none
 *
 * @example
 * ```ts
 * import { interleavedFolder } from "./interleaved_folder.ts";
 * import { encodePng } from "./picture.ts";
 *
 * const path = await Deno.makeTempDir();
 * const grey = { width: 3, height: 2, data: new Uint8Array(18).fill(200) };
 * await Deno.writeFile(`${path}/grey.png`, await encodePng(grey));
 * const image_info = [
 *   { image_name: "grey.png", matched_text_index: 1, matched_sim: 0.3 },
 *   { image_name: "gone.png", matched_text_index: 0, matched_sim: 0.3 },
 * ];
 * const line = { text_list: ["A field.", "All is grey.", "The end."], image_info };
 * await Deno.writeTextFile(`${path}/docs.jsonl`, JSON.stringify(line));
 *
 * const folder = await interleavedFolder(path, { size: 2 });
 * const { parts: [before, picture, after] } = await folder.at(0);
 * if (before.kind !== "text" || before.text !== "A field. All is grey.") throw new Error("No text");
 * if (picture.kind !== "picture" || after.kind !== "text") throw new Error("No picture in it");
 * const [{ file, reason }] = folder.skipped;
 * if (file !== "docs.jsonl, line 1: gone.png" || reason !== "missing picture") throw new Error(file);
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function interleavedFolder(
  path: string,
  { leastSimilarity = LEAST_SIMILARITY, ...options }: InterleavedFolderOptions,
): Promise<InterleavedFolder> {
  const { size, signal } = options;
  expectPath(path);
  checkNumber("size", size, COUNT);
  checkNumber("leastSimilarity", leastSimilarity, { min: -1, max: 1 });
  const shards = await readShards(await filesIn(path), leastSimilarity, signal);
  const skipped = [...shards.skipped];

  const hash = createHash("sha256");
  const unreadable = new Map<FolderFile, string>();
  const shown = shards.documents.flatMap(({ pictures }) => pictures.map(({ picture }) => picture));
  const files = [...new Set(shown)];
  const { pictures, isKept } = await decodePictures(files, options, (file, picture) => {
    if (typeof picture === "string") unreadable.set(file, picture);
    else hash.update(JSON.stringify(file.name)).update(picture.data);
  });

  const documents: FolderDocument[] = [];
  for (const { name, where, texts, pictures } of shards.documents) {
    const readable = pictures.filter(({ picture }) => {
      const found = unreadable.get(picture);
      if (found === undefined) return true;
      skipped.push({ file: `${where}: ${picture.name}`, reason: "unreadable picture", found });
      return false;
    });
    if (readable.length === 0) {
      skipped.push({ file: where, reason: "no picture left", found: "" });
      continue;
    }
    const named = readable.map(({ picture, index }) => ({ picture: picture.name, index }));
    const document = { name, parts: interleave(texts, named) };
    hash.update(JSON.stringify(document));
    documents.push(document);
  }
  if (documents.length === 0) {
    throw new PictureError(
      `Expected documents of text and pictures in ${path}, but found none that can be used: ` +
        skippedInWords(skipped),
    );
  }
  const digest = hash.digest("hex");
  return new InterleavedFolder(
    path,
    size,
    documents,
    pictures,
    skipped,
    digest,
    isKept,
  );
}
