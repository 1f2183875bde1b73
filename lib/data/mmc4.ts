/**
 * Documents of MMC4 (Zhu et al. 2023, arXiv 2304.06939; github.com/allenai/mmc4): sentences, and
 * pictures that are matched to them. A shard is a file of such documents, one JSON object a line.
 */
import { z } from "../packages/zod.ts";
import type { Skipped } from "./skipped.ts";

/** Further fields are let pass. */
const Line = z.object({
  url: z.string().optional(),
  text_list: z.array(z.string()),
  /** Each is read on its own: one that is broken spoils no other. */
  image_info: z.array(z.unknown()),
});

const PictureRecord = z.object({
  image_name: z.string().min(1),
  /** Whether there is such a text is asked later. */
  matched_text_index: z.number(),
  /** Of CLIP's features. Data that others made in this shape may have none. */
  matched_sim: z.number().optional(),
});

/** A picture that follows a text. */
export interface MatchedPicture<P> {
  readonly picture: P;
  /** The text's place in the list. */
  readonly index: number;
}

export interface Mmc4Document {
  /** Its address on the web, or else where it was read. */
  readonly name: string;
  /** Without white space at their ends; empty ones keep their place. */
  readonly texts: readonly string[];
  /** By their names, in the order in which they are shown. */
  readonly pictures: readonly MatchedPicture<string>[];
}

/**
 * Reads a line of a shard. What cannot be used of it is skipped and listed; no document is left where
 * the line is none, or has no text.
 *
 * @param where what the line is called in the list, such as `docs.jsonl, line 3`
 * @param leastSimilarity of a picture to its text, where the line says it
 *
 * @example
 * ```ts
 * import { mmc4Document } from "./mmc4.ts";
 *
 * const image = { image_name: "x.jpg", matched_text_index: 1, matched_sim: 0.31 };
 * const line = { text_list: ["A cat sat.", ""], image_info: [image, { ...image, image_name: 7 }] };
 * const { document, skipped } = mmc4Document(JSON.stringify(line), "a.jsonl, line 1", 0.25);
 * if (document?.pictures[0].picture !== "x.jpg") throw new Error("Expected a picture");
 * const reasons = skipped.map(({ reason }) => reason).join();
 * if (reasons !== "empty text,unreadable record") throw new Error(reasons);
 * ```
 */
export function mmc4Document(
  line: string,
  where: string,
  leastSimilarity: number,
): { readonly document?: Mmc4Document; readonly skipped: readonly Skipped[] } {
  const read = readLine(line);
  if (typeof read === "string") {
    return { skipped: [{ file: where, reason: "no document", found: read }] };
  }
  const skipped: Skipped[] = [];
  const texts = read.text_list.map((written, i) => {
    const text = written.trim();
    const found = `${JSON.stringify(written)} at text_list.${i}`;
    if (text === "") skipped.push({ file: where, reason: "empty text", found });
    return text;
  });
  const pictures = new Map<string, number>();
  read.image_info.forEach((info, i) => {
    const record = PictureRecord.safeParse(info);
    if (!record.success) {
      const found = issueOf(record.error, ["image_info", i]);
      skipped.push({ file: where, reason: "unreadable record", found });
      return;
    }
    const { image_name: name, matched_text_index: index, matched_sim: similarity } = record.data;
    const skip = (reason: Skipped["reason"], found: string) =>
      skipped.push({ file: `${where}: ${name}`, reason, found });
    if (!(index in texts)) {
      skip("no such text", `matched_text_index ${index}, text_list.length ${texts.length}`);
    } else if (similarity !== undefined && similarity < leastSimilarity) {
      skip("unlike picture", `matched_sim ${similarity}`);
    } else if (pictures.has(name)) {
      skip("repeated picture", `image_info.${i}`);
    } else pictures.set(name, index);
  });
  if (texts.every((text) => text === "")) {
    const found = `text_list.length ${texts.length}`;
    return { skipped: [...skipped, { file: where, reason: "no text", found }] };
  }
  // Sorting keeps the order of those that have the same text.
  const matched = [...pictures].map(([picture, index]) => ({ picture, index }))
    .sort((a, b) => a.index - b.index);
  return { document: { name: read.url || where, texts, pictures: matched }, skipped };
}

/**
 * Texts and pictures as one reads them, as DreamLLM joins them (arXiv 2309.11499): all texts up to the
 * one that a picture is matched to, with spaces between, and then the picture.
 *
 * @param pictures in the order of their indices
 *
 * @example
 * ```ts
 * import { interleave } from "./mmc4.ts";
 *
 * const parts = interleave(["A cat.", "", "It sleeps.", "End."], [{ picture: "x.jpg", index: 2 }]);
 * const said = parts.map((part) => part.kind === "text" ? part.text : part.picture).join("|");
 * if (said !== "A cat. It sleeps.|x.jpg|End.") throw new Error(said);
 * ```
 */
export function interleave<P>(
  texts: readonly string[],
  pictures: readonly MatchedPicture<P>[],
): ({ kind: "text"; text: string } | { kind: "picture"; picture: P })[] {
  const parts: ReturnType<typeof interleave<P>> = [];
  let said = 0;
  const sayUpTo = (end: number) => {
    const text = texts.slice(said, end).filter((text) => text !== "").join(" ");
    if (text !== "") parts.push({ kind: "text", text });
    said = end;
  };
  for (const { picture, index } of pictures) {
    sayUpTo(index + 1);
    parts.push({ kind: "picture", picture });
  }
  sayUpTo(texts.length);
  return parts;
}

/** What a line holds, or what was found in its place. */
function readLine(line: string): z.infer<typeof Line> | string {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch (error) {
    return (error as SyntaxError).message;
  }
  const read = Line.safeParse(json);
  return read.success ? read.data : issueOf(read.error);
}

/** The first thing that is not as expected, and its key. */
function issueOf(error: z.ZodError, above: readonly PropertyKey[] = []): string {
  const { path, message } = error.issues[0];
  const key = [...above, ...path].join(".");
  return key === "" ? message : `${message} at ${key}`;
}
