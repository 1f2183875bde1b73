/** The text tokenizer of an emoji world. */
import { PROMPT_WORDS } from "../../recipes/mod.ts";
import { TextTokenizer } from "../../text/mod.ts";
import { SPECIAL_TOKENS } from "../../unified/mod.ts";
import { POINT_WORDS } from "./asked_points.ts";
import { CONCEPTS } from "./concepts.ts";
import type { EmojiScenes } from "./emoji_scenes.ts";

/** Lines that a text tokenizer is trained on. */
const LINES = 20_000;

/** Trains the text tokenizer of a world: captions, questions, instructions, stories. */
export function trainTextTokenizer(scenes: EmojiScenes): TextTokenizer {
  const { concepts } = scenes.world;
  const plurals = concepts.map((concept) => CONCEPTS[concept].plural);
  const words = [...PROMPT_WORDS, ...new Set([...POINT_WORDS, ...concepts, ...plurals])];
  const lines = [...scenes.textCorpus(LINES), ...words, ...words].map((line) => ` ${line}`);
  return TextTokenizer.train(lines, { vocabularySize: 768, specialTokens: SPECIAL_TOKENS });
}
