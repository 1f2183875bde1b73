/** From the words of an instruction to those that were taught. */
import { CORNERS } from "./edits.ts";
import { type Expected, expectText, refusal, refuseUntaught } from "./refusal.ts";
import { conceptOf } from "./read_caption.ts";
import { COLORS } from "./scene.ts";
import { inTaughtWords } from "./spelling.ts";
import type { World } from "./world.ts";

function expected({ styles }: World): Expected {
  const restyling = styles.length > 1 ? [`draw it in the ${styles[1]} style`] : [];
  return {
    what: "an instruction",
    examples: [
      "remove the cat",
      "make the cat blue",
      "move the cat to the top left",
      ...restyling,
    ],
    words: [
      ...("remove delete erase make paint color turn change move put draw please the a an all of to " +
        "into in from picture top bottom left right corner it style").split(" "),
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
const MOVE = new RegExp(
  `^(?:move|put|place|shift|bring) ${THING} (?:(?:in)?to|in|at|towards?)(?: the)? ` +
    `(top|bottom)[ -](left|right)(?: corner)?$`,
);
const RESTYLE =
  /^(?:(?:draw|make|paint|show|redraw) (?:it|this|(?:the|this) picture) |change (?:it|the style) )?(?:in|to|into)(?: the)? (\S+)(?: style)?$/;

/**
 * Reads an instruction, and gives it in the words that were taught: "remove the cat", "make the cats
 * blue", "move the cat to the top left", "draw it in the noto style".
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
  const told = removal(asked, world) ?? recoloring(asked, world) ?? moving(asked, world) ??
    restyling(asked, world);
  if (told !== undefined) return told;
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

function moving(asked: string, world: World): string | undefined {
  const [, noun, vertical, horizontal] = MOVE.exec(asked) ?? [];
  const corner = CORNERS.find(({ name }) => name === `${vertical} ${horizontal}`);
  const concept = noun === undefined ? undefined : conceptOf(noun, world);
  if (concept === undefined || corner === undefined) return undefined;
  return `move the ${concept} to the ${corner.name}`;
}

function restyling(asked: string, { styles }: World): string | undefined {
  if (styles.length < 2) return undefined;
  const named = RESTYLE.exec(asked)?.[1];
  const style = styles.find((name) => name === named);
  return style === undefined ? undefined : `draw it in the ${style} style`;
}
