/** Documents as sequences of rows. */
import type { Document, Segment } from "../data/document.ts";
import type { Picture } from "../data/picture.ts";
import type { Random } from "../runtime/mod.ts";
import { type Sequence, SequenceWriter } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** A picture of a document, in the roles that it has there. */
export interface PictureInDocument {
  /** What it shows. */
  readonly picture: Picture;
  /** Whether it is an answer. */
  readonly drawn: boolean;
  /** Whether its features stand there: it is asked about, or it was drawn and something follows. */
  readonly read: boolean;
}

/** A picture as the modalities take it. */
export interface PictureContents {
  /** As it is asked about; absent where it is not. */
  readonly read?: unknown;
  /** As it is answered; absent where it is not. */
  readonly drawn?: unknown;
}

/**
 * `<bos>` and, for each turn, what is asked, `<answer>`, what is answered and `<eos>`.
 *
 * @param contents of each picture, in order, in the roles that {@link picturesOf} says
 * @param random what targets leave to chance
 */
export function sequenceOf(
  document: Document,
  contents: readonly PictureContents[],
  model: UnifiedModel,
  random?: Random,
): Sequence {
  const { vocabulary } = model;
  const roles = picturesOf(document, model);
  const writer = new SequenceWriter(random);
  let next = 0;
  const write = (segment: Segment, learned: boolean, goesOn = false) => {
    if (segment.kind === "text") return model.text.write(writer, segment.text, learned);
    const { drawn, read } = roles[next];
    const content = contents[next++];
    if (drawn) model.draw.write(writer, content.drawn, learned);
    // That an answer goes on after what it drew, the model says by the sign of what it reads again.
    if (read) model.read.write(writer, content.read, goesOn);
  };
  writer.token(vocabulary.bos);
  for (const { ask, answer } of document) {
    for (const segment of ask) write(segment, false);
    writer.token(vocabulary.answer);
    answer.forEach((segment, i) => write(segment, true, i < answer.length - 1));
    writer.token(vocabulary.eos, { learned: true });
  }
  return writer;
}

/**
 * What is asked, up to and including `<answer>`, one list of segments for each prompt.
 *
 * @param begun for each the segments that its answer begins with; none where absent
 */
export async function promptsOf(
  asked: readonly (readonly Segment[])[],
  model: UnifiedModel,
  begun: readonly (readonly Segment[])[] = [],
): Promise<Sequence[]> {
  const sequences = await sequencesOf(
    asked.map((ask, i) => [{ ask, answer: begun[i] ?? [] }]),
    model,
  );
  return sequences.map(({ rows, targets }) => ({ rows: rows.slice(0, -1), targets }));
}

/** The pictures of a document in order. */
export function picturesOf(
  document: Document,
  { draw: { readAgain = false } }: Pick<UnifiedModel, "draw">,
): PictureInDocument[] {
  const segments = document.flatMap(({ ask, answer }) => [
    ...ask.map((segment) => ({ segment, drawn: false })),
    ...answer.map((segment) => ({ segment, drawn: true })),
  ]);
  return segments.flatMap(({ segment, drawn }, i) =>
    segment.kind === "text" ? [] : [{
      picture: segment.picture,
      drawn,
      read: !drawn || (readAgain && i < segments.length - 1),
    }]
  );
}

/**
 * Documents as sequences. Each modality prepares all of its pictures at once, the same one once.
 *
 * @param randoms what targets leave to chance, by document
 */
export async function sequencesOf(
  documents: readonly Document[],
  model: UnifiedModel,
  randoms: readonly Random[] = [],
): Promise<Sequence[]> {
  const pictures = documents.map((document) => picturesOf(document, model));
  const prepared = async (role: "read" | "drawn") => {
    const own = pictures.flat().filter((picture) => picture[role]);
    const different = [...new Set(own.map(({ picture }) => picture))];
    if (different.length === 0) return new Map<Picture, unknown>();
    const contents = await model[role === "drawn" ? "draw" : "read"].prepare(different);
    return new Map(different.map((picture, i) => [picture, contents[i]]));
  };
  const [read, drawn] = [await prepared("read"), await prepared("drawn")];
  return documents.map((document, i) => {
    const contents = pictures[i].map(({ picture }) => ({
      read: read.get(picture),
      drawn: drawn.get(picture),
    }));
    return sequenceOf(document, contents, model, randoms[i]);
  });
}

/** A document as a sequence of the same length, without a look at its pictures. */
export function blankSequence(document: Document, model: UnifiedModel): Sequence {
  const { read, draw } = model;
  const contents = picturesOf(document, model)
    .map(() => ({ read: read.blank(), drawn: draw.blank() }));
  return sequenceOf(document, contents, model);
}
