/** Text to tokens and back, and what a language is. */
export { TextTokenizer } from "./tokenizer.ts";
export { CaptionError, type Language } from "./language.ts";
