/**
 * How much of what descriptions say a model reads from their pictures. Answers to yes and no leave chance
 * all at once, and not with every seed; this grows from the first thing that is seen on.
 */
import type { Recognizes } from "../../../evaluation/abilities.ts";
import { mean } from "../../../evaluation/mean.ts";
import { checkNumber, Random } from "../../../runtime/mod.ts";
import type { EmojiScenes } from "../emoji_scenes.ts";

/**
 * The mean over pictures of log P(description | its picture) − log P(description | another), in nats:
 * 0 for who does not look.
 *
 * @throws RangeError where `pictures` is no count, or less than two
 */
export async function evaluateDescribing(
  model: Recognizes,
  scenes: EmojiScenes,
  { pictures, seed }: { readonly pictures: number; readonly seed: number },
): Promise<number> {
  checkNumber("pictures", pictures, { whole: true, min: 2 });
  const random = new Random(seed, "described");
  const own = Array.from({ length: pictures }, () => {
    const { picture, description: caption } = scenes.reading(random);
    return { picture, caption };
  });
  const others = own.map(({ caption }, i) => ({
    picture: own[(i + 1) % pictures].picture,
    caption,
  }));
  const found = await model.likelihoods([...own, ...others]);
  return mean(own.map((_, i) => found[i] - found[pictures + i]));
}
