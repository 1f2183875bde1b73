/**
 * What is said to the model and what it answers, by task. ILLUME's own wording is unpublished; these
 * are short forms of ILLUME+'s templates (arXiv 2504.01934), whose unconditional prompts, for
 * guidance, are the same words without their content.
 */
import { assessmentPrompt } from "../assessment/words.ts";
import type { Segment, Turn } from "../unified/mod.ts";

const text = (text: string): Segment => ({ kind: "text", text });
const read = (features: Float32Array): Segment => ({ kind: "read", features });
const draw = (ids: Int32Array): Segment => ({ kind: "draw", ids });

/** What each task asks, without its answer. */
export const ask = {
  draw: (caption: string) => [text(`draw ${caption}`)],
  drawAnything: () => [text("draw")],
  describe: (features: Float32Array) => [read(features), text("describe")],
  question: (features: Float32Array, question: string) => [read(features), text(question)],
  further: (question: string) => [text(question)],
  edit: (features: Float32Array, instruction: string) => [read(features), text(instruction)],
  reconstruct: (features: Float32Array) => [read(features), text("reconstruct")],
  assess: (features: Float32Array, caption: string) => [
    read(features),
    text(assessmentPrompt(caption)),
  ],
} as const;

/** The words above that no caption, question or instruction has. */
export const PROMPT_WORDS = ["draw", "describe", "reconstruct"] as const;

export const answerText = (answer: string): Segment[] => [text(answer)];
export const answerPicture = (ids: Int32Array): Segment[] => [draw(ids)];

/** Plain text, without a question. */
export function plainText(line: string): Turn[] {
  return [{ ask: [], answer: [text(line)] }];
}
