export { TOKENIZER_PRESETS, TokenizerConfig } from "./config.ts";
export {
  type EncodedPicture,
  SemanticTokenizer,
  type TokenizerOptions,
} from "./semantic_tokenizer.ts";
export { type TokenizerBudgets, tokenizerStages } from "./training.ts";
