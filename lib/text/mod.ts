/** Text to tokens and back, and which words a model was taught. */
export { TextTokenizer } from "./tokenizer.ts";
export { CaptionError, type Language, LONGEST_CAPTION, type ReadQuestion } from "./language.ts";
export { knowLanguage } from "./languages.ts";
export { firstWords, lastWords } from "./nearest_words.ts";
export { captionWords, plainCaption, PlainLanguage } from "./plain_language.ts";
