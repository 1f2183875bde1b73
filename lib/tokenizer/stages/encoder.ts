/** How the semantic encoder learns: from pictures and their captions. */
import type { EmojiScenes } from "../../data/emoji_scenes.ts";
import type { Picture } from "../../data/picture.ts";
import type { Scene } from "../../data/scene.ts";
import { type Budget, muon, type Stage } from "../../optim/mod.ts";
import type { Random } from "../../runtime/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import { contrastiveLosses } from "../contrastive.ts";
import { pixelsOf } from "../patches.ts";
import type { PictureTokenizer } from "../picture_tokenizer.ts";
import { stage } from "../stage.ts";

/** Longest caption that the encoder is trained against, in text tokens. */
const WORDS = 24;

/** Most kinds of object are tinted ones, and most patches background: colourful, full pictures. */
const CAPTIONED = { objects: 4, tinted: 0.8 } as const;

export function encoderStage(
  tokenizer: PictureTokenizer,
  scenes: EmojiScenes,
  text: TextTokenizer,
  budget: Budget,
): Stage {
  const { batchSize } = budget;
  const styles = scenes.world.styles.length > 1;
  const shapes = { words: WORDS, textVocabulary: text.size, styles };
  return stage(tokenizer, "semantic encoder", budget, {
    losses: (scope, batch) => contrastiveLosses(scope, tokenizer.config, { ...shapes, batch }),
    optimizer: muon(),
    batch(random) {
      const samples = Array.from({ length: batchSize }, () => scenes.reading(random, CAPTIONED));
      const captions = new Int32Array(batchSize * WORDS);
      const captionMask = new Float32Array(batchSize * WORDS);
      samples.forEach(({ description }, i) => {
        const ids = text.encode(description).slice(0, WORDS);
        captions.set(ids, i * WORDS);
        captionMask.fill(1, i * WORDS, i * WORDS + ids.length);
      });
      const pixels = pixelsOf(samples.map(({ picture }) => picture));
      const inputs = { pixels, captions, captionMask };
      if (!styles) return inputs;
      const restyled = samples.map(({ scene }) => inAnotherStyle(scenes, scene, random));
      return { ...inputs, restyled: pixelsOf(restyled) };
    },
  });
}

function inAnotherStyle(scenes: EmojiScenes, scene: Scene, random: Random): Picture {
  const others = scenes.world.styles.filter((style) => style !== scene.style);
  return scenes.draw({ ...scene, style: random.pick(others) });
}
