/** Where a command writes its picture. */
import { type CommandLine, fromHere, UsageError } from "./options.ts";

export const TO = {
  value: "FILE.png",
  meaning: "the picture to write; without it, a new file named after the words, where you are",
};

/** The longest name that is made of words. */
const LONGEST = 60;

/**
 * The file that a person named, or a new one in the folder where they are, named after the words.
 *
 * @throws UsageError for a name that is no PNG's
 */
export async function pictureFile(
  options: CommandLine<"to">,
  words: string,
): Promise<string> {
  const given = options.given("to");
  if (given !== undefined) {
    if (/\.png$/i.test(given)) return given;
    throw new UsageError(`Expected --to to name a file ending in .png, but found "${given}"`);
  }
  const stem = words.toLowerCase().replaceAll(/[^\p{L}\p{N}]+/gu, "_").slice(0, LONGEST)
    .replaceAll(/^_|_$/g, "") || "picture";
  for (let count = 1;; count++) {
    const path = fromHere(`${stem}${count === 1 ? "" : `_${count}`}.png`);
    const isFree = await Deno.lstat(path).then(() => false, (error) => error.code === "ENOENT");
    if (isFree) return path;
  }
}
