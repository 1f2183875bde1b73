/** From the words of an instruction to those that were taught. */
import { CONCEPTS } from "./concepts.ts";
import { CORNERS } from "./edits.ts";
import { type Expected, expectText, refusal, refuseUntaught } from "./refusal.ts";
import { conceptOf } from "./read_caption.ts";
import { type Color, COLORS } from "./scene.ts";
import { inTaughtWords } from "./spelling.ts";
import { noun, withArticle } from "./words.ts";
import type { World } from "./world.ts";

function expected({ styles, backgrounds }: World): Expected {
  const names = backgrounds.map(({ name }) => name);
  const others = names.length > 1 ? [`make the background ${names[1]}`] : [];
  const restyling = styles.length > 1 ? [`draw it in the ${styles[1]} style`] : [];
  return {
    what: "an instruction",
    examples: [
      "remove the cat",
      "make the cat blue",
      "replace the cat with a dog",
      "add a red star",
      "add a star to the top left",
      "move the cat to the top left",
      ...others,
      ...restyling,
    ],
    words: [
      ...("remove delete erase make paint color turn change replace with add move put draw please the " +
        "a an all of to into in from picture top bottom left right corner background it style")
        .split(" "),
      ...names,
      ...styles,
    ],
  };
}

const THING = "(?:all (?:of )?(?:the )?|both |every |the |an? )?(\\S+)";
const COLOR = `(${COLORS.join("|")})`;
const REMOVE = new RegExp(
  `^(?:remove|delete|erase|drop|take away|take out|get rid of|clear) ${THING}(?: from the picture)?$`,
);
const RECOLOR = new RegExp(
  `^(?:make|paint|color|recolor|dye|turn|change)(?: the color of)? ${THING}(?: (?:in)?to| in| be)? ${COLOR}$`,
);
const REPLACE = new RegExp(
  `^(?:replace|swap|exchange|substitute|turn|change|make) ${THING} (?:with|by|for|(?:in)?to) ` +
    "(?:some |an? )?(\\S+)$",
);
const CORNER = "(?:(?:in)?to|in|at|towards?|on)(?: the)? (top|bottom)[ -](left|right)(?: corner)?";
const ADD = new RegExp(
  `^(?:(?:add|insert) (?:an? |another |one (?:more )?)?|(?:put|place|draw|paint) (?:an? |another |one more ))` +
    `(?:${COLOR} )?(\\S+)(?: ${CORNER})?$`,
);
const BACKGROUND =
  /^(?:make|paint|color|turn|change|set)(?: the)? (?:background|backdrop)(?: (?:in)?to| in| be)? (\S+)$/;
const MOVE = new RegExp(
  `^(?:move|put|place|shift|bring) ${THING} ${CORNER}$`,
);
const RESTYLE =
  /^(?:(?:draw|make|paint|show|redraw) (?:it|this|(?:the|this) picture) |change (?:it|the style) )?(?:in|to|into)(?: the)? (\S+)(?: style)?$/;

/**
 * Reads an instruction, and gives it in the words that were taught: "remove the cat", "make the cats
 * blue", "replace the cat with a dog", "add a star to the top left", "move the cat to the top left",
 * "make the background mint", "draw it in the noto style".
 *
 * @throws {CaptionError} for a text that is empty or longer than `LONGEST_CAPTION`, and for instructions
 * that nobody taught
 *
 * @example
 * ```ts
 * import { readInstruction } from "./read_instruction.ts";
 * import { worldOf } from "./world.ts";
 *
 * const text = readInstruction("Please paint the kitten blue.", worldOf("nano"));
 * if (text !== "make the cat blue") throw new Error(text);
 * ```
 */
export function readInstruction(text: string, world: World): string {
  expectText(text);
  const said = inTaughtWords(text);
  const asked = said.replace(/^(?:please|can you|could you) /, "").replace(/,? please$/, "");
  for (const read of [removal, recoloring, backdrop, replacement, addition, moving, restyling]) {
    const told = read(asked, world);
    if (told !== undefined) return told;
  }
  refuseUntaught(said);
  throw refusal(said, expected(world), world);
}

function removal(asked: string, world: World): string | undefined {
  const [, noun] = REMOVE.exec(asked) ?? [];
  return noun === undefined || !conceptOf(noun, world) ? undefined : `remove the ${noun}`;
}

function recoloring(asked: string, world: World): string | undefined {
  const [, noun, color] = RECOLOR.exec(asked) ?? [];
  return noun === undefined || !conceptOf(noun, world) ? undefined : `make the ${noun} ${color}`;
}

/** Where several are replaced as many come in their place. */
function replacement(asked: string, world: World): string | undefined {
  const [, before, after] = REPLACE.exec(asked) ?? [];
  if (before === undefined) return undefined;
  const [gone, come] = [conceptOf(before, world), conceptOf(after, world)];
  if (gone === undefined || come === undefined || gone === come) return undefined;
  // One fish or several: what comes in their place says it.
  const isOne = CONCEPTS[gone].plural === gone ? after === come : before === gone;
  return `replace the ${before} with ${isOne ? withArticle(come) : CONCEPTS[come].plural}`;
}

function addition(asked: string, world: World): string | undefined {
  const [, color, added, vertical, horizontal] = ADD.exec(asked) ?? [];
  if (added === undefined || conceptOf(added, world) !== added) return undefined;
  const corner = CORNERS.find(({ name }) => name === `${vertical} ${horizontal}`);
  const where = corner === undefined ? "" : ` to the ${corner.name}`;
  return `add ${withArticle(noun(added, color as Color | undefined))}${where}`;
}

function moving(asked: string, world: World): string | undefined {
  const [, noun, vertical, horizontal] = MOVE.exec(asked) ?? [];
  const corner = CORNERS.find(({ name }) => name === `${vertical} ${horizontal}`);
  const concept = noun === undefined ? undefined : conceptOf(noun, world);
  if (concept === undefined || corner === undefined) return undefined;
  return `move the ${concept} to the ${corner.name}`;
}

function backdrop(asked: string, { backgrounds }: World): string | undefined {
  const named = BACKGROUND.exec(asked)?.[1];
  const background = backgrounds.length < 2
    ? undefined
    : backgrounds.find(({ name }) => name === named);
  return background === undefined ? undefined : `make the background ${background.name}`;
}

function restyling(asked: string, { styles }: World): string | undefined {
  if (styles.length < 2) return undefined;
  const named = RESTYLE.exec(asked)?.[1];
  const style = styles.find((name) => name === named);
  return style === undefined ? undefined : `draw it in the ${style} style`;
}
