/**
 * What is said to a model and what it answers. ILLUME's own wording is unpublished; these are short
 * forms of ILLUME+'s templates (arXiv 2504.01934), whose unconditional prompts, for guidance, are the
 * same words without their content.
 */
import { assessmentPrompt } from "../assessment/words.ts";
import { type Document, picture, type Segment, text } from "../data/document.ts";
import type { Picture } from "../data/picture.ts";

/** What is asked for each kind of answer. */
export const ask = {
  draw: (caption: string): Segment[] => [text(`draw ${caption}`)],
  drawAnything: (): Segment[] => [text("draw")],
  describe: (shown: Picture): Segment[] => [picture(shown), text("describe")],
  question: (shown: Picture, question: string): Segment[] => [picture(shown), text(question)],
  further: (question: string): Segment[] => [text(question)],
  edit: (before: Picture, instruction: string): Segment[] => [picture(before), text(instruction)],
  reconstruct: (shown: Picture): Segment[] => [picture(shown), text("reconstruct")],
  assess: (shown: Picture, caption: string): Segment[] => [
    picture(shown),
    text(assessmentPrompt(caption)),
  ],
} as const;

/** The words above that no caption, question or instruction has. */
export const PROMPT_WORDS = ["draw", "describe", "reconstruct"] as const;

/** Share of documents to draw whose caption is left out, so that guidance has its opposite. */
export const CAPTION_DROP = 0.1;

/** A question, and its answer. */
export interface Answered {
  readonly question: string;
  readonly answer: string;
}

/** Documents to learn from. */
export const documents = {
  /** Plain text, without a question. */
  plainText: (line: string): Document => [{ ask: [], answer: [text(line)] }],

  described: (shown: Picture, description: string): Document => [
    { ask: ask.describe(shown), answer: [text(description)] },
  ],

  /** @param caption absent where any picture is asked for */
  drawn: (caption: string | undefined, shown: Picture): Document => [
    {
      ask: caption === undefined ? ask.drawAnything() : ask.draw(caption),
      answer: [picture(shown)],
    },
  ],

  /** One question after the other about a picture. */
  asked: (shown: Picture, [first, ...further]: readonly Answered[]): Document => [
    { ask: ask.question(shown, first.question), answer: [text(first.answer)] },
    ...further.map(({ question, answer }) => ({
      ask: ask.further(question),
      answer: [text(answer)],
    })),
  ],

  edited: (before: Picture, instruction: string, after: Picture): Document => [
    { ask: ask.edit(before, instruction), answer: [picture(after)] },
  ],

  reconstructed: (shown: Picture): Document => [
    { ask: ask.reconstruct(shown), answer: [picture(shown)] },
  ],
} as const;
