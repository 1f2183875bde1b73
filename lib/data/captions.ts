/**
 * Captions: what they ask for as data, as words, and back. One file an idea; this is the table of
 * contents.
 */
export { captionOf, specKey, TASKS } from "./caption_spec.ts";
export type { CaptionSpec, ColoredConcept, Task } from "./caption_spec.ts";
export { CaptionError, LONGEST_CAPTION, parseCaption } from "./parse_caption.ts";
export { paraphrase } from "./paraphrase.ts";
export { describe } from "./describe.ts";
export { captionWords } from "./vocabulary.ts";
