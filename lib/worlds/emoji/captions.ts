/**
 * Captions: what they ask for as data, as words, and back. One file an idea; this is the table of
 * contents.
 */
export { captionOf, specKey } from "./caption.ts";
export type { CaptionSpec, ColoredConcept } from "./caption.ts";
export { CaptionError, LONGEST_CAPTION } from "./refusal.ts";
export { type Group, type Sentence, sentenceOf, specOf, wordingOf } from "./sentence.ts";
export { parseCaption, readCaption } from "./read_caption.ts";
export { readQuestion, type SceneQuestion } from "./read_question.ts";
export { readInstruction } from "./read_instruction.ts";
export { paraphrase } from "./paraphrase.ts";
export { describe } from "./describe.ts";
