/** What `train` learns from: a folder of pictures with captions, or of documents of text and pictures. */
import {
  type CaptionedPictures,
  holdsDocuments,
  type InterleavedDocuments,
  type InterleavedFolder,
  interleavedFolder,
  PictureError,
  type PictureFolder,
  pictureFolder,
  skippedInWords,
} from "../mod.ts";
import { tell } from "./interrupt.ts";

/** Seconds from one word about the reading to the next. */
const TOLD_EVERY = 2;
/** The share that is held out, of pictures or of documents. */
const HELD_OUT = 0.1;

/** What is learned from, or what is held out. */
export interface OwnPart {
  readonly captioned: CaptionedPictures;
  /** What the pictures stand in, where the folder has documents. */
  readonly documents?: InterleavedDocuments;
}

export interface OwnData {
  readonly kind: "captions" | "documents";
  readonly folder: PictureFolder | InterleavedFolder;
  readonly learned: OwnPart;
  readonly heldOut: OwnPart;
}

/**
 * Reads a folder of either kind, says how far it is, and holds out a tenth.
 * @throws PictureError where there is no such folder, or nothing of either kind in it
 */
export async function readOwnData(
  path: string,
  { size, seed, signal }: {
    readonly size: number;
    readonly seed: number;
    readonly signal: AbortSignal;
  },
): Promise<OwnData> {
  let told = performance.now();
  const options = {
    size,
    signal,
    progress(done: number, total: number) {
      const now = performance.now();
      if (now - told < 1000 * TOLD_EVERY) return;
      told = now;
      tell(`pictures read: ${done}/${total}`);
    },
  };
  const isOfDocuments = await holdsDocuments(path);
  const folder = isOfDocuments
    ? await interleavedFolder(path, options)
    : await pictureFolder(path, options).catch(neitherKind);
  const unit = isOfDocuments ? "documents" : "captions";
  const found = `${folder.files.length} pictures with ${folder.size} ${unit}`;
  tell(`${path}: ${found}, ${skippedInWords(folder.skipped)}`);
  return parted(folder, seed);
}

function parted(folder: PictureFolder | InterleavedFolder, seed: number): OwnData {
  if (!("documents" in folder)) {
    const { training, heldOut } = folder.split({ share: HELD_OUT, seed });
    const [learned, held] = [training, heldOut].map((captioned) => ({ captioned }));
    return { kind: "captions", folder, learned, heldOut: held };
  }
  const { training, heldOut } = folder.split({ share: HELD_OUT, seed });
  // A picture that documents of both parts show is learned from.
  const known = new Set(training.files);
  const unknown = heldOut.captioned.only(({ file }) => !known.has(file));
  return {
    kind: "documents",
    folder,
    learned: { captioned: training.captioned, documents: training },
    heldOut: { captioned: unknown, documents: heldOut },
  };
}

function neitherKind(error: unknown): never {
  if (!(error instanceof PictureError)) throw error;
  throw new PictureError(
    `${error.message}; and no documents of text and pictures: unpacked .jsonl files with a ` +
      "text_list in their lines",
    { cause: error },
  );
}
