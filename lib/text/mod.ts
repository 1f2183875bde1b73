export { TextTokenizer } from "./tokenizer.ts";
