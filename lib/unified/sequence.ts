/** Documents as sequences of rows. */
import type { Document, Segment } from "../data/document.ts";
import type { Picture } from "../data/picture.ts";
import { type Sequence, SequenceWriter } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/**
 * `<bos>` and, for each turn, what is asked, `<answer>`, what is answered and `<eos>`.
 *
 * @param contents of each picture, in order, as its modality takes it
 */
export function sequenceOf(
  document: Document,
  contents: readonly unknown[],
  model: UnifiedModel,
): Sequence {
  const { vocabulary } = model;
  const writer = new SequenceWriter();
  let next = 0;
  const write = (segment: Segment, learned: boolean) => {
    if (segment.kind === "text") model.text.write(writer, segment.text, learned);
    else (learned ? model.draw : model.read).write(writer, contents[next++], learned);
  };
  writer.token(vocabulary.bos);
  for (const { ask, answer } of document) {
    for (const segment of ask) write(segment, false);
    writer.token(vocabulary.answer);
    for (const segment of answer) write(segment, true);
    writer.token(vocabulary.eos, { learned: true });
  }
  return writer;
}

/** What is asked, up to and including `<answer>`, one list of segments for each prompt. */
export async function promptsOf(
  asked: readonly (readonly Segment[])[],
  model: UnifiedModel,
): Promise<Sequence[]> {
  const sequences = await sequencesOf(asked.map((ask) => [{ ask, answer: [] }]), model);
  return sequences.map(({ rows, targets }) => ({ rows: rows.slice(0, -1), targets }));
}

/** The pictures of a document in order, and whether they are drawn. */
export function picturesOf(
  document: Document,
): { readonly picture: Picture; readonly drawn: boolean }[] {
  const pictures = (segments: readonly Segment[], drawn: boolean) =>
    segments.flatMap((segment) =>
      segment.kind === "picture" ? [{ picture: segment.picture, drawn }] : []
    );
  return document.flatMap((
    { ask, answer },
  ) => [...pictures(ask, false), ...pictures(answer, true)]);
}

/** Documents as sequences. Each modality prepares all of its pictures at once, the same one once. */
export async function sequencesOf(
  documents: readonly Document[],
  model: UnifiedModel,
): Promise<Sequence[]> {
  const pictures = documents.flatMap(picturesOf);
  const prepared = async (drawn: boolean) => {
    const own = pictures.filter((picture) => picture.drawn === drawn);
    const different = [...new Set(own.map(({ picture }) => picture))];
    if (different.length === 0) return new Map<Picture, unknown>();
    const contents = await (drawn ? model.draw : model.read).prepare(different);
    return new Map(different.map((picture, i) => [picture, contents[i]]));
  };
  const [read, drawn] = [await prepared(false), await prepared(true)];
  return documents.map((document) => {
    const contents = picturesOf(document)
      .map((one) => (one.drawn ? drawn : read).get(one.picture));
    return sequenceOf(document, contents, model);
  });
}

/** A document as a sequence of the same length, without a look at its pictures. */
export function blankSequence(document: Document, model: UnifiedModel): Sequence {
  const contents = picturesOf(document)
    .map(({ drawn }) => (drawn ? model.draw : model.read).blank());
  return sequenceOf(document, contents, model);
}
