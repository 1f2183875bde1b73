/** A person's own pictures, with captions beside them. */
import { createHash } from "node:crypto";
import { type Bundle, inspect, jupyterDisplay, short } from "../notebook/mod.ts";
import { samplesBundle } from "./samples_shown.ts";
import { checkNumber, COUNT, expectPath } from "../runtime/mod.ts";
import type { Captioned, DataSet } from "./data_set.ts";
import { type DecodeOptions, decodePictures } from "./decoded_pictures.ts";
import { folderCaptions } from "./folder_captions.ts";
import { type FolderFile, folderFiles } from "./folder_files.ts";
import { splitByName } from "./held_out.ts";
import { type Picture, PictureError } from "./picture.ts";
import { type Skipped, skippedInWords, writeSkipped } from "./skipped.ts";

/** A picture of a folder, and one of its captions. */
export interface FolderSample {
  /** The picture's path below the folder. */
  readonly file: string;
  /** One of those that it has. */
  readonly caption: string;
}

/** How the pictures of a folder are read. */
export type PictureFolderOptions = DecodeOptions;

/** Pictures with captions: some of a folder's, or all. One sample a caption. */
export class CaptionedPictures implements DataSet<Captioned> {
  /** Some samples, and what gives their pictures. */
  constructor(
    /** In order: those of one picture stand together. */
    readonly samples: readonly FolderSample[],
    private readonly pictures: (file: string) => Picture | Promise<Picture>,
  ) {}

  get size(): number {
    return this.samples.length;
  }

  /** What the console and a REPL show. */
  [inspect](): string {
    return `CaptionedPictures of ${short(this.size)} captions`;
  }

  /** What a cell shows: the first samples. */
  [jupyterDisplay](): Promise<Bundle> {
    return samplesBundle(this, undefined, this[inspect]());
  }

  /** The paths of the pictures, each once, in order. */
  get files(): string[] {
    return [...new Set(this.samples.map(({ file }) => file))];
  }

  /**
   * A sample.
   * @throws RangeError for an index that is none; PictureError where a picture that is not kept in
   * memory has become unreadable
   */
  async at(index: number): Promise<Captioned> {
    const sample = this.samples[index];
    if (sample !== undefined) {
      return { picture: await this.pictures(sample.file), caption: sample.caption };
    }
    throw new RangeError(`Expected an index below ${this.size}, but found ${index}`);
  }

  /**
   * Two parts: what is learned from, and what is held out. A picture's name decides where it goes,
   * with all its captions: pictures that are added or taken away move no others.
   */
  split(
    { share = 0.1, seed = 0 }: { readonly share?: number; readonly seed?: number } = {},
  ): { readonly training: CaptionedPictures; readonly heldOut: CaptionedPictures } {
    const { training, heldOut } = splitByName(this.samples, ({ file }) => file, { share, seed });
    return {
      training: new CaptionedPictures(training, this.pictures),
      heldOut: new CaptionedPictures(heldOut, this.pictures),
    };
  }

  /** Only some of the samples. */
  only(isWanted: (sample: FolderSample, index: number) => boolean): CaptionedPictures {
    return new CaptionedPictures(this.samples.filter(isWanted), this.pictures);
  }

  /** The first sample of each picture. */
  oneEach(): CaptionedPictures {
    return this.only(({ file }, i) => this.samples[i - 1]?.file !== file);
  }
}

/** A folder of pictures with captions. */
export class PictureFolder extends CaptionedPictures {
  /** Use `pictureFolder`. */
  constructor(
    /** Where it lies. */
    readonly path: string,
    /** Width and height of its pictures, in pixels. */
    readonly pictureSize: number,
    samples: readonly FolderSample[],
    pictures: (file: string) => Picture | Promise<Picture>,
    /** What gives no sample, and why. */
    readonly skipped: readonly Skipped[],
    /** SHA-256 of all that is learned from: names, captions and pixels. */
    readonly fingerprint: string,
    /** Whether the pictures stay in memory; else each is decoded again whenever it is needed. */
    readonly isKept: boolean,
  ) {
    super(samples, pictures);
  }

  /** What the console and a REPL show. */
  override [inspect](): string {
    const { files, size, path, pictureSize, skipped, isKept } = this;
    return `PictureFolder ${path}: ${short(files.length)} pictures with ${short(size)} captions, ` +
      `${pictureSize} × ${pictureSize} pixels${isKept ? "" : ", decoded when needed"}; ` +
      skippedInWords(skipped);
  }

  /**
   * Writes what gives no sample, one JSON object a line: `file`, `reason` and `found`.
   * @throws Error where it cannot be written
   */
  writeSkipped(path: string): Promise<void> {
    return writeSkipped(path, this.skipped);
  }
}

/**
 * Reads a folder of pictures with captions, with its sub-folders, sorted by name. Pictures are what
 * {@link readPicture} reads; each becomes a square of `size × size` pixels: its short side is scaled
 * to that, and what stands out of the long one is cut off evenly at both ends; what is transparent
 * becomes white.
 *
 * A picture's captions are the lines of the `.txt` of its stem (`cat.jpg`, `cat.txt`), and the records
 * of a `captions.jsonl` (`{"file_name": "cat.jpg", "text": "a cat"}`; Hugging Face's name
 * `metadata.jsonl` will do) in its folder or in one above. Each is a sample.
 *
 * What cannot be read or has no partner is skipped and listed. Every picture is decoded once; up to
 * 512 MiB of pixels stay in memory, and where there are more each picture is decoded again whenever
 * it is needed.
 *
 * @throws {PictureError} where there is no such folder, or nothing in it that can be used; RangeError
 * for a line of a `captions.jsonl` that is no record, naming it, and for a size that is none
 *
 * @example
 * ```ts
 * import { encodePng } from "./picture.ts";
 * import { pictureFolder } from "./picture_folder.ts";
 *
 * const path = await Deno.makeTempDir();
 * const red = { width: 3, height: 2, data: new Uint8Array(18).fill(200) };
 * await Deno.writeFile(`${path}/grey.png`, await encodePng(red));
 * await Deno.writeTextFile(`${path}/grey.txt`, "a grey field\nnothing but grey\n");
 * await Deno.writeTextFile(`${path}/lost.txt`, "a picture that is gone");
 *
 * const folder = await pictureFolder(path, { size: 2 });
 * const { picture, caption } = await folder.at(1);
 * if (picture.width !== 2 || caption !== "nothing but grey") throw new Error(caption);
 * if (folder.skipped[0].reason !== "no picture") throw new Error("Expected lost.txt to be skipped");
 * await Deno.remove(path, { recursive: true });
 * ```
 */
export async function pictureFolder(
  path: string,
  options: PictureFolderOptions,
): Promise<PictureFolder> {
  const { size } = options;
  expectPath(path);
  checkNumber("size", size, COUNT);
  const { pictures: found, skipped: captions } = await folderCaptions(await filesIn(path));
  const skipped = [...captions];
  const hash = createHash("sha256");
  const samples: FolderSample[] = [];
  const captionsOf = new Map(found.map(({ file, captions }) => [file, captions]));
  const { pictures, isKept } = await decodePictures(
    found.map(({ file }) => file),
    options,
    (file, picture) => {
      if (typeof picture === "string") {
        skipped.push({ file: file.name, reason: "unreadable picture", found: picture });
        return;
      }
      const captions = captionsOf.get(file)!;
      samples.push(...captions.map((caption) => ({ file: file.name, caption })));
      hash.update(JSON.stringify([file.name, captions])).update(picture.data);
    },
  );
  if (samples.length === 0) {
    throw new PictureError(
      `Expected pictures with captions beside them in ${path}, but found none that can be used: ` +
        skippedInWords(skipped),
    );
  }
  const digest = hash.digest("hex");
  return new PictureFolder(path, size, samples, pictures, skipped, digest, isKept);
}

/** @throws PictureError where there is no such folder, or none that may be read */
export async function filesIn(path: string): Promise<FolderFile[]> {
  try {
    return await folderFiles(path);
  } catch (error) {
    const reason = error instanceof Deno.errors.NotFound
      ? "no such folder"
      : error instanceof Deno.errors.NotADirectory
      ? "a file"
      : (error as Error).message;
    throw new PictureError(`Expected a folder of pictures at ${path}, but found ${reason}`, {
      cause: error,
    });
  }
}
