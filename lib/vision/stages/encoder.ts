/** How the semantic encoder learns: from pictures and their captions. */
import type { DataSet } from "../../data/data_set.ts";
import { reducedTo } from "../../data/picture.ts";
import { type Budget, muon, type Stage, trainingStage } from "../../optim/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import { contrastiveLosses } from "../encoders/contrastive.ts";
import { pixelsOf } from "../patches.ts";
import { batchOf, type CaptionedView } from "../sources.ts";
import type { Named } from "../stacked.ts";
import type { PictureTokenizer } from "../tokenizers/picture_tokenizer.ts";
import {
  CaptionedRows,
  type CaptionedSample,
  captionInputs,
  type MeasuredCaptions,
} from "./captioned.ts";

const NAME = "semantic encoder";

export function encoderStage(
  tokenizer: PictureTokenizer,
  captioned: DataSet<CaptionedView>,
  text: TextTokenizer,
  budget: Budget,
): Stage {
  const { config, seed } = tokenizer;
  const pixels = (picture: CaptionedView["picture"]) =>
    pixelsOf([reducedTo(picture, config.pictureSize)]);
  const captions = new CaptionedRows(NAME, seed, captioned, text);
  let measured: MeasuredCaptions;
  return trainingStage(tokenizer, NAME, budget, {
    async graphs() {
      measured = await captions.measure();
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
        const { sample, leftOut } = await captions.draw(random);
        allLeftOut += leftOut;
        const inputs = { pixels: pixels(sample.picture), ...captionInputs(sample, measured) };
        return measured.pairs ? { ...inputs, again: pixels(secondOf(sample)) } : inputs;
      });
      return { inputs, leftOut: allLeftOut };
    },
  });
}

function secondOf({ again, caption }: CaptionedSample): CaptionedView["picture"] {
  if (again !== undefined) return again;
  throw new TypeError(
    `Expected all pictures to be seen twice, but found one that is not: "${caption}"`,
  );
}
