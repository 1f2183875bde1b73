/** Pictures that nothing was trained on: what reconstruction is measured on. */
import type { Picture } from "../../../data/picture.ts";
import { checkNumber, COUNT, Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";

/**
 * Pictures of scenes that no training saw: to measure on.
 * @throws RangeError where `pictures` is no count
 */
export function unseenPictures(
  scenes: EmojiScenes,
  { pictures, seed }: { pictures: number; seed: number },
): Picture[] {
  checkNumber("pictures", pictures, COUNT);
  const random = new Random(seed, "reconstruction");
  return Array.from({ length: pictures }, () => scenes.reading(random).picture);
}
