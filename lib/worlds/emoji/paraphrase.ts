/**
 * Other wordings of a caption, for training: every one says what the caption says, no more, and names
 * two things in the same order, unless it says how one stands to the other.
 */
import type { Random } from "../../runtime/random.ts";
import { captionOf, type CaptionSpec } from "./caption.ts";
import { NUMBERS, OPPOSITE, RELATION_WORDS, withArticle } from "./words.ts";
import { CONCEPTS } from "./concepts.ts";
import type { Relation } from "./scene.ts";

/**
 * A caption for training: the template itself (three in five), the template with "a photo of" (one
 * in ten), or another wording.
 *
 * @example
 * ```ts
 * import { Random } from "../../runtime/random.ts";
 * import { paraphrase } from "./paraphrase.ts";
 *
 * const words = paraphrase({ task: "single", concept: "cat" }, new Random(0));
 * if (!words.includes("cat")) throw new Error(words);
 * ```
 */
export function paraphrase(spec: CaptionSpec, random: Random): string {
  const caption = captionOf(spec);
  const draw = random.uniform();
  if (draw < 0.6) return caption;
  if (draw < 0.7) return `a photo of ${caption}`;
  return random.pick([`a picture of ${caption}`, ...rewordings(spec)]);
}

function rewordings(spec: CaptionSpec): string[] {
  switch (spec.task) {
    case "single":
      return [`there is ${withArticle(spec.concept)}`, `one ${spec.concept}`];
    case "two": {
      const [a, b] = spec.concepts.map(withArticle);
      return [`there is ${a} and ${b}`, `${a} with ${b}`];
    }
    case "counting":
      return [`there are ${NUMBERS[spec.count]} ${CONCEPTS[spec.concept].plural}`];
    case "colors":
      return [
        `there is ${withArticle(`${spec.color} ${spec.concept}`)}`,
        `${withArticle(spec.concept)} that is ${spec.color}`,
        `one ${spec.color} ${spec.concept}`,
      ];
    case "position": {
      const a = withArticle(spec.subject), b = withArticle(spec.object);
      return [
        `${b} ${RELATION_WORDS[OPPOSITE[spec.relation]]} ${a}`,
        `${RELATION_WORDS[spec.relation]} ${b} is ${a}`,
        `${a} ${SYNONYMS[spec.relation]} ${b}`,
      ];
    }
    case "attribution": {
      const [a, b] = spec.objects;
      const first = withArticle(`${a.color} ${a.concept}`);
      const second = withArticle(`${b.color} ${b.concept}`);
      return [
        `there is ${first} and ${second}`,
        `${withArticle(a.concept)} that is ${a.color} and ` +
        `${withArticle(b.concept)} that is ${b.color}`,
      ];
    }
  }
}

const SYNONYMS: Readonly<Record<Relation, string>> = {
  "left of": "on the left of",
  "right of": "on the right of",
  "above": "over",
  "below": "under",
};
