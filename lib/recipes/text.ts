import { CONCEPTS } from "../worlds/emoji/concepts.ts";
import { assessmentWords } from "../assessment/words.ts";
import type { EmojiScenes } from "../worlds/emoji/emoji_scenes.ts";
import { TextTokenizer } from "../text/mod.ts";
import { SPECIAL_TOKENS } from "../unified/mod.ts";
import { PROMPT_WORDS } from "./formats.ts";

/** Lines that a text tokenizer is trained on. */
const LINES = 20_000;

/** Trains the text tokenizer of a world: captions, questions, instructions and assessments. */
export function trainTextTokenizer(scenes: EmojiScenes): TextTokenizer {
  const words = [
    ...PROMPT_WORDS,
    ...assessmentWords(),
    ...scenes.world.concepts,
    ...scenes.world.concepts.map((concept) => CONCEPTS[concept].plural),
  ];
  const lines = [...scenes.textCorpus(LINES), ...words, ...words].map((line) => ` ${line}`);
  return TextTokenizer.train(lines, { vocabularySize: 768, specialTokens: SPECIAL_TOKENS });
}
