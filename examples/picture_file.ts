/** Where a command writes what it made. */
import { extname } from "node:path";
import { type CommandLine, fromHere, UsageError } from "./options.ts";

const NEW = "without it, a new file named after the words, where you are";

export const TO = { value: "FILE.png", meaning: `the picture to write; ${NEW}` };
export const TO_STORY = {
  value: "FILE",
  meaning: `the file to write, .html or .md with its pictures beside it; ${NEW}`,
};

/** The longest name that is made of words. */
const LONGEST = 60;

/**
 * The file that a person named, or a new one in the folder where they are, named after the words.
 *
 * @param endings which files can be written; a new one has the first
 * @throws UsageError for a name with another ending
 */
export async function outputFile(
  options: CommandLine<"to">,
  words: string,
  endings: readonly string[] = [".png"],
): Promise<string> {
  const given = options.given("to");
  if (given !== undefined) {
    if (endings.includes(extname(given).toLowerCase())) return given;
    throw new UsageError(
      `Expected --to to name a file ending in ${endings.join(" or ")}, but found "${given}"`,
    );
  }
  const stem = words.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "_").slice(0, LONGEST)
    .replaceAll(/^_|_$/g, "") || "picture";
  for (let count = 1;; count++) {
    const path = fromHere(`${stem}${count === 1 ? "" : `_${count}`}${endings[0]}`);
    const isFree = await Deno.lstat(path).then(() => false, (error) => error.code === "ENOENT");
    if (isFree) return path;
  }
}
