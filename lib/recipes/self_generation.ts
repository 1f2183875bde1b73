/**
 * What a model draws of captions that it was trained on, and what a judge says of it: steps one and
 * two of self-enhancing alignment (ILLUME, arXiv 2412.06673, section 3.4), in a folder.
 * `drawings.jsonl` has a line for each drawing, with its picture as PNG; `settings.json` says how they
 * came about.
 */
import { isDeepStrictEqual } from "node:util";
import { z } from "../packages/zod.ts";
import { type Assessment, assessmentSchema } from "../assessment/assessment.ts";
import type { Judge, Judgement } from "../assessment/judge.ts";
import { encodePng, type Picture, readPicture } from "../data/picture.ts";
import {
  FolderLock,
  JsonLines,
  type LineFormat,
  readJsonLines,
  removeLeftOvers,
  writeFileAtomic,
} from "../files/mod.ts";
import { listenForInterrupt, stopIfInterrupted } from "../notebook/mod.ts";
import { checkNumber, COUNT, expectPath, Random } from "../runtime/mod.ts";
import type { Drawn } from "./drawn.ts";
import type { PictureModel } from "./picture_model.ts";

/** A picture that a model drew, and what was found about it. */
export interface AssessedDrawing {
  /** What it was drawn for. */
  readonly caption: string;
  /** The drawing. */
  readonly picture: Picture;
  /** Its codes, where it was drawn of codes. */
  readonly ids?: readonly number[];
  /** What was said of it beside its own caption. */
  readonly assessment: Assessment;
  /** The same beside near misses of the caption. */
  readonly misses: readonly { readonly caption: string; readonly assessment: Assessment }[];
}

const Held = z.strictObject({
  against: z.string(),
  assessment: assessmentSchema.optional(),
  /** The judge's words, where they are no assessment. */
  said: z.string().optional(),
});

const Line = z.strictObject({
  caption: z.string(),
  /** Which of the pictures of this caption. */
  sample: z.int().nonnegative(),
  ids: z.array(z.int().nonnegative()).optional(),
  png: z.base64(),
  /** What was said of the picture beside its own caption, and beside near misses. */
  held: z.array(Held),
});
type Line = z.infer<typeof Line>;
const LINES: LineFormat<Line> = { what: "an assessed drawing", schema: Line };

/** Captions that may be trained on, and such that say nearly the same. */
export interface AskedCaptions {
  /** One of them, by chance. */
  caption(random: Random): string;
  /** Different captions that a picture of this one does not show, `most` of them or fewer. */
  misses(caption: string, most: number, random: Random): string[];
}

/** What is drawn and judged, and where it is written. */
export interface SelfGenerationOptions {
  /** Made if it is missing. While drawings are made in it, none else can be. */
  readonly directory: string;
  /** What is drawn. */
  readonly asked: AskedCaptions;
  /** How many captions are drawn. */
  readonly captions: number;
  /** Pictures of each caption; default 1. */
  readonly samples?: number;
  /** Of the captions and of the drawings. */
  readonly seed: number;
  /** Stops after the pictures at hand. What was written stays. */
  readonly signal?: AbortSignal;
}

/** Near misses that a drawing is held against, at most. */
const MISSES = 5;

/** Drawings that are drawn, judged and written at a time. */
const CHUNK = 64;

/** A drawing that is kept, with its codes where it has some. */
export interface Kept extends Drawn {
  /** As the tokenizer numbers them. */
  readonly ids?: ArrayLike<number>;
}

/** How the model draws what is assessed: freely, since there is more to learn from mistakes. */
const VARIED = { temperature: 1, guidance: 1 } as const;

/**
 * Draws training captions, and has each picture judged beside its caption and beside near misses;
 * says from time to time how many of all are done. A folder that was begun is gone on with: the same
 * drawings come out, however often it was stopped.
 *
 * The paper has pictures judged beside their own captions alone. `nano` then learned which captions
 * it draws badly, and did not look (docs/LOG.md).
 *
 * @throws RangeError naming the option that is not as expected
 * @throws FolderInUseError where drawings are being made in the folder already
 * @throws RangeError where the folder was begun with other settings or its files are damaged; they then
 * stay as they are
 */
export async function* selfGenerate(
  model: Pick<PictureModel<Kept>, "drawAll">,
  judge: Judge,
  { directory, asked, captions: count, samples = 1, seed, signal }: SelfGenerationOptions,
): AsyncGenerator<{ readonly done: number; readonly total: number }, void> {
  expectPath(directory);
  checkNumber("captions", count, COUNT);
  checkNumber("samples", samples, COUNT);
  checkNumber("seed", seed, { whole: true });
  using _lock = await FolderLock.take(directory);
  using _ = listenForInterrupt();
  await begin(directory, { captions: count, samples, seed });
  const path = `${directory}/drawings.jsonl`;
  const before = await Deno.stat(path).then(() => readJsonLines(path, LINES), () => []);
  const total = count * samples;
  const chunks = Math.ceil(total / CHUNK);
  // A chunk that was cut off is drawn again: what is sampled depends on the place in the chunk.
  const first = before.length === total ? chunks : Math.floor(before.length / CHUNK);
  const kept = Math.min(first * CHUNK, total);
  using lines = before.length === 0
    ? await JsonLines.create(path, LINES)
    : await JsonLines.resume(path, LINES, kept);
  yield { done: kept, total };

  const random = new Random(seed, "self-generation");
  const captions = Array.from({ length: count }, () => asked.caption(random));
  for (let chunk = first; chunk < chunks; chunk++) {
    signal?.throwIfAborted();
    stopIfInterrupted(`after ${chunk * CHUNK} of ${total} drawings`);
    const start = chunk * CHUNK;
    const places = Array.from({ length: Math.min(CHUNK, total - start) }, (_, i) => start + i);
    const chosen = places.map((place) => captions[Math.floor(place / samples)]);
    const random = new Random(seed, "self-generation", chunk);
    const drawn = await model.drawAll(chosen, { seed: random.integer(2 ** 31), ...VARIED });
    const held = chosen.map((caption) => [caption, ...asked.misses(caption, MISSES, random)]);
    const judgements = await judge.judge(
      drawn.flatMap(({ picture }, i) => held[i].map((caption) => ({ picture, caption }))),
    );
    const files = await Promise.all(drawn.map(({ picture }) => encodePng(picture)));
    let next = 0;
    lines.write(...drawn.map(({ ids }, i) => ({
      caption: chosen[i],
      sample: places[i] % samples,
      ids: ids && Array.from(ids),
      png: files[i].toBase64(),
      held: held[i].map((against) => ({ against, ...told(judgements[next++]) })),
    })));
    await lines.sync();
    yield { done: lines.lines, total };
  }
}

/** What a line keeps of a judgement. */
function told(judgement: Judgement): Omit<z.infer<typeof Held>, "against"> {
  const { assessment } = judgement;
  return assessment === undefined ? { said: judgement.said } : { assessment };
}

/** Writes down how a folder came about, or compares. */
async function begin(
  directory: string,
  settings: { captions: number; samples: number; seed: number },
): Promise<void> {
  const path = `${directory}/settings.json`;
  for (const own of [path, `${directory}/drawings.jsonl`]) await removeLeftOvers(own);
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  });
  if (text === undefined) {
    const isTaken = await Deno.stat(`${directory}/drawings.jsonl`).then(() => true, () => false);
    if (!isTaken) return await writeFileAtomic(path, JSON.stringify(settings));
    throw new Error(`Expected the settings of drawings.jsonl in ${path}, but found no such file`);
  }
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    throw new RangeError(`Expected the settings of ${directory} in ${path}, but found no JSON`);
  }
  if (isDeepStrictEqual(found, settings)) return;
  throw new RangeError(
    `Expected the settings that ${directory} was begun with, ${text}, ` +
      `but found ${JSON.stringify(settings)}`,
  );
}

/** What is in a folder of drawings. */
export interface Drawings {
  /** What the judge assessed beside its own caption. */
  readonly drawings: readonly AssessedDrawing[];
  /** Pictures that were left out because the same one of the same caption was there before. */
  readonly duplicates: number;
  /** Times that the judge said something that is no assessment. */
  readonly unjudged: number;
}

/** Reads what {@link selfGenerate} wrote. */
export async function readDrawings(directory: string): Promise<Drawings> {
  expectPath(directory);
  const lines = await readJsonLines(`${directory}/drawings.jsonl`, LINES);
  const unique = new Map(
    lines.map((line) => [`${line.caption}: ${line.ids?.join() ?? line.png}`, line]),
  );
  const drawings: AssessedDrawing[] = [];
  for (const { caption, ids, png, held: [own, ...others] } of unique.values()) {
    const { assessment } = own;
    if (assessment === undefined) continue;
    const misses = others.flatMap(({ against, assessment }) =>
      assessment === undefined ? [] : [{ caption: against, assessment }]
    );
    const picture = await readPicture(Uint8Array.fromBase64(png));
    drawings.push({ caption, picture, ids, assessment, misses });
  }
  const said = [...unique.values()].flatMap(({ held }) => held.filter(({ said }) => said));
  return { drawings, duplicates: lines.length - unique.size, unjudged: said.length };
}
