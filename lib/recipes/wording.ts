/**
 * What is said to a model and what it answers. ILLUME's own wording is unpublished; these are short
 * forms of ILLUME+'s templates (arXiv 2504.01934), whose unconditional prompts, for guidance, are the
 * same words without their content. Frames and thoughts are MetaMorph's (arXiv 2412.14164), and what
 * is composed of words and pictures is DreamLLM's (arXiv 2309.11499), in words as short.
 */
import { type Document, picture, type Segment, text } from "../data/document.ts";
import type { Picture } from "../data/picture.ts";
import { shownDocument } from "../data/samples_shown.ts";

/** What is asked for each kind of answer. */
export const ask = {
  draw: (caption: string): Segment[] => [text(`draw ${caption}`)],
  drawAnything: (): Segment[] => [text("draw")],
  describe: (shown: Picture): Segment[] => [picture(shown), text("describe")],
  question: (shown: Picture, question: string): Segment[] => [picture(shown), text(question)],
  further: (question: string): Segment[] => [text(question)],
  /** The instruction comes first: rows of the picture then know what is to become of them. */
  edit: (before: Picture, instruction: string): Segment[] => [text(instruction), picture(before)],
  reconstruct: (shown: Picture): Segment[] => [text("reconstruct"), picture(shown)],
  /** The frame after those of an animation. */
  next: (shown: readonly Picture[]): Segment[] => [...shown.map(picture), text("next")],
  /** The frame before them. */
  previous: (shown: readonly Picture[]): Segment[] => [...shown.map(picture), text("previous")],
  /** The frame between two. */
  missing: (shown: readonly Picture[]): Segment[] => [...shown.map(picture), text("between")],
  /** What is so after an instruction; the picture of it is drawn before the answer. */
  thought: (shown: Picture, instruction: string, question: string): Segment[] => [
    picture(shown),
    text(`think ${instruction}. ${question}`),
  ],
  /** The same, to be answered at once. */
  imagined: (shown: Picture, instruction: string, question: string): Segment[] => [
    picture(shown),
    text(`${instruction}. ${question}`),
  ],
  /** Words and pictures in turn: "a story about a cat and three apples". */
  compose: (about: string): Segment[] => [text(`tell ${about}`)],
} as const;

/** The frames of an animation that may be asked for. */
export const ASKED_FRAMES = ["next", "previous", "missing"] as const satisfies AskedFrame[];
/** Which frame of an animation is asked for. */
export type AskedFrame = "next" | "previous" | "missing";

/** The words above that no caption, question or instruction has. */
export const PROMPT_WORDS = [
  "draw",
  "describe",
  "reconstruct",
  "next",
  "previous",
  "between",
  "think",
  "tell",
] as const;

/** Share of documents to draw whose caption is left out, so that guidance has its opposite. */
export const CAPTION_DROP = 0.1;

/** A question, and its answer. */
export interface Answered {
  /** What is asked. */
  readonly question: string;
  /** What is right. */
  readonly answer: string;
}

/** A question about what comes of an instruction, and its answer. */
export interface AnsweredThought extends Answered {
  /** What changes the picture before the question is asked. */
  readonly instruction: string;
}

/** Words of what is composed, "" for none, and the picture after them; absent after closing words. */
export interface ComposedPart {
  /** What is said before the picture. */
  readonly text: string;
  /** All that the picture shows, to be said before it is drawn; where nobody knows it it is absent. */
  readonly caption?: string;
  /** What is shown after the words. */
  readonly picture?: Picture;
}

/** Such as "a dog takes one apple: a cat, a dog and an apple". */
export function withCaption({ text, caption }: Pick<ComposedPart, "text" | "caption">): string {
  return caption === undefined ? text : `${text}: ${caption}`;
}

/**
 * What `withCaption` put together.
 *
 * @example
 * ```ts
 * import { withCaption, withoutCaption } from "./wording.ts";
 *
 * const said = withCaption({ text: "the cat leaves", caption: "a dog" });
 * const { text, caption } = withoutCaption(said);
 * if (`${said} | ${text} | ${caption}` !== "the cat leaves: a dog | the cat leaves | a dog") {
 *   throw new Error(said);
 * }
 * ```
 */
export function withoutCaption(said: string): Pick<ComposedPart, "text" | "caption"> {
  const [text, caption] = said.split(": ", 2);
  return caption === undefined ? { text } : { text, caption };
}

/** Documents to learn from. They show themselves. */
export const documents = {
  /** Plain text, without a question. */
  plainText: (line: string): Document => shownDocument([{ ask: [], answer: [text(line)] }]),

  described: (shown: Picture, description: string): Document =>
    shownDocument([
      { ask: ask.describe(shown), answer: [text(description)] },
    ]),

  /** @param caption absent where any picture is asked for */
  drawn: (caption: string | undefined, shown: Picture): Document =>
    shownDocument([
      {
        ask: caption === undefined ? ask.drawAnything() : ask.draw(caption),
        answer: [picture(shown)],
      },
    ]),

  /** One question after the other about a picture. */
  asked: (shown: Picture, [first, ...further]: readonly Answered[]): Document =>
    shownDocument([
      { ask: ask.question(shown, first.question), answer: [text(first.answer)] },
      ...further.map(({ question, answer }) => ({
        ask: ask.further(question),
        answer: [text(answer)],
      })),
    ]),

  edited: (before: Picture, instruction: string, after: Picture): Document =>
    shownDocument([
      { ask: ask.edit(before, instruction), answer: [picture(after)] },
    ]),

  reconstructed: (shown: Picture): Document =>
    shownDocument([
      { ask: ask.reconstruct(shown), answer: [picture(shown)] },
    ]),

  /** A frame of an animation, from others. */
  frame: (asked: AskedFrame, shown: readonly Picture[], wanted: Picture): Document =>
    shownDocument([
      { ask: ask[asked](shown), answer: [picture(wanted)] },
    ]),

  /** @param after the picture that the instruction leads to, which is drawn first */
  thought: (
    shown: Picture,
    { instruction, question, answer }: AnsweredThought,
    after: Picture,
  ): Document =>
    shownDocument([
      { ask: ask.thought(shown, instruction, question), answer: [picture(after), text(answer)] },
    ]),

  /** The same without a picture of it. */
  imagined: (shown: Picture, { instruction, question, answer }: AnsweredThought): Document =>
    shownDocument([
      { ask: ask.imagined(shown, instruction, question), answer: [text(answer)] },
    ]),

  /** Words and pictures in turn, in one answer. */
  composed: (about: string, parts: readonly ComposedPart[]): Document =>
    shownDocument([
      {
        ask: ask.compose(about),
        answer: parts.flatMap((part) => {
          const said = withCaption(part);
          return [
            ...(said === "" ? [] : [text(said)]),
            ...(part.picture === undefined ? [] : [picture(part.picture)]),
          ];
        }),
      },
    ]),

  /** What the next picture of a story shows, in words alone. */
  outcome: (told: string, caption: string): Document =>
    shownDocument([
      { ask: [text(told)], answer: [text(caption)] },
    ]),
} as const;
