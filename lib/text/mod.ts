/** Text to tokens and back, and which words a model was taught. */
export { TextTokenizer } from "./tokenizer.ts";
export type { TokenizerJson } from "./tokenizer_json.ts";
export { CaptionError, type Language, LONGEST_CAPTION, type ReadQuestion } from "./language.ts";
export { type FromSettings, knowLanguage } from "./languages.ts";
export { firstWords, lastWords } from "./nearest_words.ts";
export {
  captionWords,
  plainCaption,
  PlainLanguage,
  type PlainLanguageSettings,
} from "./plain_language.ts";
