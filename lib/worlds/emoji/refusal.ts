/** What a person is told whose words were never taught: what would be understood, and what was found. */
import { closest, distance } from "../../packages/levenshtein.ts";
import { CaptionError, expectText, LONGEST_CAPTION } from "../../text/language.ts";
import { CONCEPTS } from "./concepts.ts";
import { COLORS } from "./scene.ts";
import { RELATION_WORDS } from "./words.ts";
import type { World } from "./world.ts";

export { CaptionError, expectText, LONGEST_CAPTION };

/** A kind of text, as refusals speak of it. */
export interface Expected {
  readonly what: string;
  readonly examples: readonly string[];
  /** Words beside things and colours that such texts are made of. */
  readonly words: readonly string[];
}

/**
 * The error for a text that is none of what was expected: it names the words that nobody taught, with
 * the nearest that was, or the whole text.
 */
export function refusal(
  text: string,
  { what, examples, words }: Expected,
  world: World,
): CaptionError {
  const plurals = world.concepts.map((concept) => CONCEPTS[concept].plural);
  const known = [...world.concepts, ...plurals, ...COLORS, ...words];
  const strange = [...new Set(text.split(/[ ,]+/))].filter((word) => !known.includes(word));
  const near = strange.flatMap((word) => {
    const nearest = closest(word, known);
    return distance(word, nearest) <= Math.min(2, word.length / 3) ? [`"${nearest}"`] : [];
  });
  const found = strange.length === 0
    ? JSON.stringify(text)
    : strange.map((word) => JSON.stringify(word)).join(", ");
  return new CaptionError(
    `Expected ${what} such as ${examples.map((example) => `"${example}"`).join(", ")} ` +
      `in the words of the ${world.name} world (${world.concepts.join(", ")}; ` +
      `${COLORS.join(", ")}; one to four; ${Object.values(RELATION_WORDS).join(", ")}), ` +
      `but found ${found}${near.length === 0 ? "" : ` (did you mean ${near.join(", ")}?)`}`,
  );
}

/** Throws for what no text of the worlds says: what is not there, and more than four things. */
export function refuseUntaught(text: string): void {
  const no = /(?<=^| )(?:no|not|none|without|never|zero|neither|nor)(?=$|[ ,])/.exec(text);
  if (no !== null) {
    throw new CaptionError(
      `Expected a text of what is there, since "${no[0]}" was never taught, ` +
        `but found ${JSON.stringify(text)}`,
    );
  }
  const many = MANY.exec(text);
  if (many !== null) {
    throw new CaptionError(
      `Expected numbers from one to four, but found "${many[0]}" in ${JSON.stringify(text)}`,
    );
  }
}

const MANY = new RegExp(
  "(?<=^| )(?:\\d+|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|" +
    "many|several|some|a few|few|lots of|a lot of|more than \\S+|at least \\S+)(?=$|[ ,])",
);
