/** What a cell and a console show of data sets, of samples and of documents. */
import {
  type Bundle,
  escapeMarkup,
  type Html,
  htmlBundle,
  htmlPicture,
  htmlTable,
  htmlTitle,
  type Looking,
  short,
  shown,
} from "../notebook/mod.ts";
import type { Document, Segment, Turn } from "./document.ts";
import { encodePng, isPicture } from "./picture.ts";

/** Samples of a data set that are shown. */
const SAMPLES = 6;

/** Width of a picture among words, in pixels of the screen. */
const WIDTH = 72;

/** Lines of a document on the console, at most. */
const LINES = 4;

/** Samples by index. */
interface Samples {
  readonly size: number;
  at(index: number): unknown;
}

/** The data set, which from now on shows itself: in a cell its first samples. */
export function shownSet<S extends Samples>(set: S, name?: string): S {
  return shown(set, (set) => setInWords(set, name), (set) => samplesBundle(set, name));
}

function setInWords({ size }: Samples, name?: string): string {
  const named = name === undefined ? "DataSet" : `DataSet "${name}"`;
  return size === Infinity ? `${named} without end` : `${named} of ${short(size)} samples`;
}

/** What a cell shows of a data set. */
export async function samplesBundle(
  set: Samples,
  name?: string,
  words: string = setInWords(set, name),
): Promise<Bundle> {
  const indices = Array.from({ length: Math.min(set.size, SAMPLES) }, (_, i) => i);
  const samples = await Promise.all(indices.map((i) => set.at(i)));
  const rows = await Promise.all(
    samples.map(async (sample, i) => {
      if (!isDocument(sample)) return [[i, { html: await sampleHtml(sample) }]];
      return (await turnRows(sample)).map((row, turn) => [turn === 0 ? i : "", ...row]);
    }),
  );
  const head = samples.some(isDocument) ? SIDES : [""];
  return htmlBundle(htmlTitle(words) + htmlTable(rows.flat(), ["sample", ...head]), words);
}

/** The document, which from now on shows itself: its turns with their pictures. */
export function shownDocument(document: Document): Document {
  return shown(
    document as Turn[],
    documentInWords,
    async (document) => htmlBundle(await documentHtml(document), documentInWords(document)),
  );
}

/** A line for each of the first turns; how many there are, inside of other values. */
function documentInWords(
  document: Document,
  { currentDepth }: Pick<Looking, "currentDepth"> = { currentDepth: 0 },
): string {
  const words = `Document of ${document.length === 1 ? "a turn" : `${document.length} turns`}`;
  if (currentDepth > 0) return words;
  const said = (segments: readonly Segment[]) =>
    segments.map((segment) => segment.kind === "text" ? segment.text : "<picture>").join(" ");
  const lines = document.map(({ ask, answer }) => `  ${said(ask)} → ${said(answer)}`);
  if (lines.length > LINES) {
    lines.splice(LINES - 1, Infinity, `  and ${lines.length - LINES + 1} more`);
  }
  return [words, ...lines].join("\n");
}

/** What stands over the two sides of a turn. */
const SIDES = ["asked", "answered"];

async function documentHtml(document: Document): Promise<string> {
  return htmlTable(await turnRows(document), SIDES);
}

/** A row for each turn. */
function turnRows(document: Document): Promise<Html[][]> {
  const sideHtml = async (side: readonly Segment[]) => {
    const parts = await Promise.all(side.map(sampleHtml));
    const isPictured = ({ kind }: Segment) => kind !== "text";
    // A story has a line for each of its pictures.
    const isStory = side.filter(isPictured).length > 1;
    const ends = side.map((segment) => isStory && isPictured(segment) ? "<br>" : " ");
    return { html: parts.map((part, i) => part + ends[i]).join("") };
  };
  return Promise.all(
    document.map(({ ask, answer }) => Promise.all([sideHtml(ask), sideHtml(answer)])),
  );
}

/** Any sample: words, pictures, and values that are made of them. */
async function sampleHtml(sample: unknown): Promise<string> {
  if (isPicture(sample)) {
    const words = `Picture ${sample.width} × ${sample.height}`;
    return htmlPicture(await encodePng(sample), WIDTH, words);
  }
  if (typeof sample !== "object" || sample === null) return escapeMarkup(String(sample));
  if (isDocument(sample)) return await documentHtml(sample);
  if (Array.isArray(sample)) return (await Promise.all(sample.map(sampleHtml))).join(" ");
  // Of a segment what it holds, without its kind.
  const parts = Object.entries(sample).filter(([name, value]) =>
    name !== "kind" && typeof value !== "function" && !ArrayBuffer.isView(value)
  );
  return (await Promise.all(parts.map(([, value]) => sampleHtml(value)))).join(" ");
}

function isDocument(value: unknown): value is Document {
  return Array.isArray(value) && value.length > 0 &&
    value.every((turn) => Array.isArray(turn?.ask) && Array.isArray(turn?.answer));
}
