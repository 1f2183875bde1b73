/** What people write for what the worlds' texts say: digits, spellings, synonyms. */
import { normalForm } from "../../text/normal_form.ts";

/** Whole words, or runs of words, and what is said for them; in this order. */
const SAID = ([
  ["(what|where|there|it|that|here|colou?r)'s", "$1 is"],
  ["(is|are|do|does|was|has)n't", "$1 not"],
  ["can't|cannot", "can not"],
  ["&|\\+|plus|as well as|along with|together with", "and"],
  ["colour(s?)", "color$1"],
  ["(\\S+)[ -]colou?red", "$1"],
  ["0", "zero"],
  ["1|(?:a )?single|just one|only one|exactly one", "one"],
  ["2|(?:an? )?(?:couple|pair) of|(?:just|only|exactly) two", "two"],
  ["3|(?:just|only|exactly) three", "three"],
  ["4|(?:just|only|exactly) four", "four"],
  ["image|photo|photograph|pic|drawing|painting|illustration|scene", "picture"],
  ["(?:(?:to|on|at|in) )?(?:the )?(left|right)(?:[ -]hand)?(?: side)? (?:of|from)", "$1 of"],
  ["on top of|on the top of|atop|over|higher than", "above"],
  ["under|underneath|beneath|lower than", "below"],
  ["upper", "top"],
  ["lower", "bottom"],
  ["violet", "purple"],
  ["fishes", "fish"],
  ["kitten|kitty", "cat"],
  ["kittens|kitties", "cats"],
  ["puppy|doggy|doggie", "dog"],
  ["puppies|doggies", "dogs"],
  ["auto(?:mobile)?", "car"],
  ["auto(?:mobile)?s", "cars"],
  ["home", "house"],
  ["homes", "houses"],
  ["birthday cake(s?)", "cake$1"],
  ["bike(s?)", "bicycle$1"],
  ["(?:aero)?plane(s?)", "airplane$1"],
  ["mug(s?)", "cup$1"],
  ["alarm clock(s?)", "clock$1"],
  ["top hat(s?)", "hat$1"],
  ["(?:soccer |foot)ball(s?)", "ball$1"],
  ["flame(s?)", "fire$1"],
] as const).map(([said, taught]) => ({
  said: new RegExp(`(?<=^| )(?:${said})(?=$|[ ,])`, "g"),
  taught,
}));

/**
 * A text in its normal form, with digits, spellings and synonyms as the worlds' texts have them. What
 * has no such word stays.
 *
 * @example
 * ```ts
 * import { inTaughtWords } from "./spelling.ts";
 *
 * const text = inTaughtWords("What colour is the kitty?");
 * if (text !== "what color is the cat") throw new Error(text);
 * ```
 */
export function inTaughtWords(text: string): string {
  const said = SAID.reduce(
    (text, { said, taught }) => text.replace(said, taught),
    normalForm(text),
  );
  return said.replace(/ +/g, " ").replace(/ ,/g, ",").trim();
}
