/** Text tokenizers in the `tokenizer.json` format. */
export { Tokenizer } from "npm:@huggingface/tokenizers@0.2.0";
