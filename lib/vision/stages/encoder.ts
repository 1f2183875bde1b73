/** How the semantic encoder learns: from pictures and their captions. */
import { type DataSet, drawnFrom } from "../../data/data_set.ts";
import { reducedTo } from "../../data/picture.ts";
import {
  type Budget,
  FittingSamples,
  MEASURED,
  muon,
  type Stage,
  trainingStage,
} from "../../optim/mod.ts";
import { Random } from "../../runtime/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import { contrastiveLosses } from "../encoders/contrastive.ts";
import { pixelsOf } from "../patches.ts";
import { batchOf, type CaptionedView } from "../sources.ts";
import type { Named } from "../stacked.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";

const NAME = "semantic encoder";

export function encoderStage(
  tokenizer: PictureTokenizer,
  captioned: DataSet<CaptionedView>,
  text: TextTokenizer,
  budget: Budget,
): Stage {
  const { config, seed } = tokenizer;
  const draw = async (random: Random): Promise<Sample> => {
    const sample = await drawnFrom(captioned, random);
    const ids = text.encode(sample.caption);
    if (ids.length > 0) return { ...sample, ids };
    throw new RangeError(`Expected a caption of a word or more, but found "${sample.caption}"`);
  };
  const pixels = (picture: CaptionedView["picture"]) =>
    pixelsOf([reducedTo(picture, config.pictureSize)]);
  let measured: Measured;
  let fitting: FittingSamples<Sample>;
  return trainingStage(tokenizer, NAME, budget, {
    async graphs() {
      measured = await measure((sample) => draw(new Random(seed, NAME, "measured", sample)));
      fitting = new FittingSamples({
        stage: NAME,
        expected: `captions of at most ${measured.words} tokens`,
        fits: ({ ids }) => ids.length <= measured.words,
        lengthOf: ({ ids }) => ids.length,
        textOf: ({ caption }) => caption,
      });
      return {
        contrast: {
          losses: (scope, batch) =>
            contrastiveLosses(scope, config, { batch, textVocabulary: text.size, ...measured }),
        },
      };
    },
    optimizer: muon(),
    async batch(rows) {
      let allLeftOut = 0;
      const inputs = await batchOf(rows, async (random): Promise<Named> => {
        const { drawn: [sample], leftOut } = await fitting.drawRows(
          [random],
          async ([random]) => [await draw(random)],
        );
        allLeftOut += leftOut;
        const inputs = { pixels: pixels(sample.picture), ...captionOf(sample, measured.words) };
        return measured.pairs ? { ...inputs, again: pixels(secondOf(sample)) } : inputs;
      });
      return { inputs, leftOut: allLeftOut };
    },
  });
}

/** A sample, with its caption in tokens. */
interface Sample extends CaptionedView {
  readonly ids: readonly number[];
}

interface Measured {
  /** Tokens of the longest caption of many. */
  readonly words: number;
  /** Whether everything is seen twice. */
  readonly pairs: boolean;
}

/** Samples that are measured at a time: each may be a file to read. */
const AT_A_TIME = 50;

/** What many samples have in common. */
async function measure(draw: (sample: number) => Promise<Sample>): Promise<Measured> {
  let words = 0, pairs = false;
  for (let first = 0; first < MEASURED; first += AT_A_TIME) {
    const some = Array.from({ length: AT_A_TIME }, (_, i) => draw(first + i));
    for (const { ids, again } of await Promise.all(some)) {
      words = Math.max(words, ids.length);
      pairs ||= again !== undefined;
    }
  }
  return { words, pairs };
}

/** A caption in tokens, filled up to `words`; and which of them are the caption's. */
function captionOf({ ids }: Sample, words: number): Named {
  const captions = new Int32Array(words);
  captions.set(ids);
  return { captions, captionMask: new Float32Array(words).fill(1, 0, ids.length) };
}

function secondOf({ again, caption }: Sample): CaptionedView["picture"] {
  if (again !== undefined) return again;
  throw new TypeError(
    `Expected all pictures to be seen twice, but found one that is not: "${caption}"`,
  );
}
