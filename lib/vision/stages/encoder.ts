/** How the semantic encoder learns: from pictures and their captions. */
import type { EmojiScenes } from "../../worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../../data/picture.ts";
import type { Scene } from "../../worlds/emoji/scene.ts";
import { type Budget, FittingSamples, MEASURED, muon, type Stage } from "../../optim/mod.ts";
import { Random } from "../../runtime/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import { contrastiveLosses } from "../encoders/contrastive.ts";
import { pixelsOf } from "../patches.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";
import { stage } from "../stage.ts";

/** Most kinds of object are tinted ones, and most patches background: colourful, full pictures. */
const CAPTIONED = { objects: 4, tinted: 0.8 } as const;

const NAME = "semantic encoder";

export function encoderStage(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  text: TextTokenizer,
  budget: Budget,
): Stage {
  const { batchSize } = budget;
  const styles = scenes.world.styles.length > 1;
  const draw = (random: Random) => {
    const reading = scenes.reading(random, CAPTIONED);
    return { ...reading, ids: text.encode(reading.description) };
  };
  let measured: number | undefined;
  /** Tokens of the longest caption of many. */
  const words = () => {
    if (measured !== undefined) return measured;
    const random = new Random(tokenizer.seed, NAME, "lengths");
    const lengths = Array.from({ length: MEASURED }, () => draw(random).ids.length);
    return measured = Math.max(...lengths);
  };
  let captioned: FittingSamples<ReturnType<typeof draw>> | undefined;
  return stage(tokenizer, NAME, budget, {
    losses(scope, batch) {
      const shapes = { batch, words: words(), textVocabulary: text.size, styles };
      return contrastiveLosses(scope, tokenizer.config, shapes);
    },
    optimizer: muon(),
    async batch(rows) {
      const most = words();
      captioned ??= new FittingSamples({
        stage: NAME,
        expected: `captions of at most ${most} tokens`,
        fits: ({ ids }) => ids.length <= most,
        lengthOf: ({ ids }) => ids.length,
        textOf: ({ description }) => description,
      });
      const { drawn, leftOut } = await captioned.drawRows(
        Array.from({ length: batchSize }, (_, row) => rows.random(row)),
        (rows) => rows.map(draw),
      );
      const captions = new Int32Array(batchSize * most);
      const captionMask = new Float32Array(batchSize * most);
      drawn.forEach(({ ids }, i) => {
        captions.set(ids, i * most);
        captionMask.fill(1, i * most, i * most + ids.length);
      });
      const pixels = pixelsOf(drawn.map(({ picture }) => picture));
      const inputs = { pixels, captions, captionMask };
      if (!styles) return { inputs, leftOut };
      const restyled = drawn.map(({ scene }, row) =>
        inAnotherStyle(scenes, scene, rows.random(row))
      );
      return { inputs: { ...inputs, restyled: pixelsOf(restyled) }, leftOut };
    },
  });
}

function inAnotherStyle(scenes: EmojiScenes, scene: Scene, random: Random): Picture {
  const others = scenes.world.styles.filter((style) => style !== scene.style);
  return scenes.draw({ ...scene, style: random.pick(others) });
}
