/**
 * How a visualizer learns, on a frozen tokenizer: visual tokens from pictures and captions, and then the
 * decoder that draws of visual tokens, from pictures alone.
 */
import { type DataSet, drawnFrom } from "../../data/data_set.ts";
import { type Picture, reducedTo } from "../../data/picture.ts";
import { input, ops } from "../../graph/mod.ts";
import { normalize } from "../../nn/mod.ts";
import { ALL, type Budget, muon, type Stage, trainingStage } from "../../optim/mod.ts";
import type { Random } from "../../runtime/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import { diffusionLosses, hideSome } from "../decoders/latent_diffusion.ts";
import { encode } from "../encoders/semantic_encoder.ts";
import { visualTokensOf } from "../encoders/visual_tokens.ts";
import { visualTokenLosses } from "../encoders/visual_tokens_training.ts";
import { pixelsOf } from "../patches.ts";
import { batchOf, type CaptionedView } from "../sources.ts";
import { quantize } from "../tokenizers/quantization.ts";
import { codeEntries, decoderScope, diffusionOf } from "../latent_decoder.ts";
import {
  decoderOf,
  tokensConfigOf,
  type Visualizer,
  type VisualizerConfig,
} from "../visualizer.ts";
import { CaptionedRows, captionInputs, type MeasuredCaptions } from "./captioned.ts";

/** How long each part learns. */
export interface VisualizerBudgets {
  /** What makes visual tokens of pictures. */
  readonly tokens: Budget;
  /** What draws pictures of visual tokens. */
  readonly decoder: Budget;
}

/**
 * Both stages, in order.
 *
 * @throws RangeError naming the number of a budget that is not as expected; when a stage runs, also for
 * pictures of another size, captions without words, and where more than a hundredth of the captions are
 * longer than those that were measured
 */
export function visualizerStages(
  visualizer: Visualizer,
  captioned: DataSet<CaptionedView>,
  text: TextTokenizer,
  budgets: VisualizerBudgets,
): Stage[] {
  return [
    tokensStage(visualizer, captioned, text, budgets.tokens),
    decoderStage(visualizer, captioned, budgets.decoder),
  ];
}

function tokensStage(
  visualizer: Visualizer,
  captioned: DataSet<CaptionedView>,
  text: TextTokenizer,
  budget: Budget,
): Stage {
  const name = "visual tokens";
  const { config, seed } = visualizer;
  const { pictureSize } = config.tokenizer;
  const captions = new CaptionedRows(name, seed, captioned, text);
  let measured: MeasuredCaptions;
  return trainingStage(visualizer, name, budget, {
    async graphs() {
      measured = await captions.measure();
      const shapes = { words: measured.words, textVocabulary: text.size };
      return {
        captions: {
          losses: (scope, batch) => {
            const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
            const features = encode(scope.at("encoder"), pixels, config.tokenizer);
            return visualTokenLosses(
              scope,
              ops.stopGradient(features),
              tokensConfigOf(config),
              { batch, ...shapes },
            );
          },
        },
      };
    },
    optimizer: muon(),
    rates: { ...ALL, "encoder.": 0 },
    async batch(rows) {
      let allLeftOut = 0;
      const inputs = await batchOf(rows, async (random) => {
        const { sample, leftOut } = await captions.draw(random);
        allLeftOut += leftOut;
        return {
          pixels: pixelsIn(sample.picture, pictureSize),
          ...captionInputs(sample, measured),
          tokenNoise: tokenNoise(random, CAPTIONED_NOISE, config),
        };
      });
      return { inputs, leftOut: allLeftOut };
    },
  });
}

/** Deviation of the noise on visual tokens, of length 1, while they learn to say captions. */
const CAPTIONED_NOISE = 0.5;

/** The same while a decoder learns to draw of them, at most: those that are predicted are not exact. */
const DRAWN_NOISE = 0.3;

/** Share of the pictures that the decoder sees without visual tokens, so that it can be guided. */
const TOKEN_DROP = 0.15;

function decoderStage(
  visualizer: Visualizer,
  pictures: DataSet<{ readonly picture: Picture }>,
  budget: Budget,
): Stage {
  const { config } = visualizer;
  const { pictureSize } = config.tokenizer;
  const { tokens, tokenSize } = config;
  const diffusion = diffusionOf(decoderOf(config));
  const { latents } = diffusion;
  return trainingStage(visualizer, "visualizer", budget, {
    graphs: {
      diffusion: {
        losses(scope, batch) {
          const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
          const features = ops.stopGradient(
            encode(scope.at("encoder"), pixels, config.tokenizer),
          );
          const { tokens: clean } = visualTokensOf(
            scope.at("visual_tokens"),
            features,
            tokensConfigOf(config),
          );
          const strayed = normalize(
            ops.add(clean, input("tokenNoise", "float32", [batch, tokens, tokenSize])),
          );
          const known = ops.reshape(input("known", "float32", [batch]), { shape: [batch, 1, 1] });
          const losses = diffusionLosses(decoderScope(scope), {
            ids: quantize(scope.at("quantizer"), features, config.tokenizer).ids,
            hidden: input("hidden", "float32", [batch, latents]),
            condition: ops.stopGradient(ops.mul(strayed, known)),
            entries: codeEntries(scope, config.tokenizer),
          }, diffusion);
          return { loss: ops.mean(losses, { axes: [0], keepAxes: false }) };
        },
      },
    },
    optimizer: muon(),
    rates: { ...ALL, "encoder.": 0, "quantizer.": 0, "visual_tokens.": 0 },
    batch: async (rows) => ({
      inputs: await batchOf(rows, async (random) => {
        const { picture } = await drawnFrom(pictures, random);
        return {
          pixels: pixelsIn(picture, pictureSize),
          tokenNoise: tokenNoise(random, DRAWN_NOISE * random.uniform(), config),
          hidden: hideSome(latents, random),
          known: Float32Array.of(random.uniform() < TOKEN_DROP ? 0 : 1),
        };
      }),
    }),
  });
}

/** Noise on the visual tokens of a picture. */
function tokenNoise(random: Random, deviation: number, { tokens, tokenSize }: VisualizerConfig) {
  const each = deviation / Math.sqrt(tokenSize);
  return random.normals(tokens * tokenSize).map((x) => each * x);
}

function pixelsIn(picture: Picture, size: number): Float32Array {
  return pixelsOf([reducedTo(picture, size)]);
}
