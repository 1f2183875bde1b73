/**
 * How a visualizer learns, on a frozen tokenizer: visual tokens from pictures and captions, and then the
 * flow that draws of visual tokens, from pictures alone.
 */
import { type DataSet, drawnFrom } from "../../data/data_set.ts";
import { type Picture, reducedTo } from "../../data/picture.ts";
import { input, ops } from "../../graph/mod.ts";
import { normalize } from "../../nn/mod.ts";
import { ALL, type Budget, muon, type Stage, trainingStage } from "../../optim/mod.ts";
import type { Random } from "../../runtime/mod.ts";
import type { TextTokenizer } from "../../text/mod.ts";
import { flowLosses, flowTime } from "../decoders/latent_flow.ts";
import { encode } from "../encoders/semantic_encoder.ts";
import { summarize } from "../encoders/summary.ts";
import { summaryLosses } from "../encoders/summary_training.ts";
import { codeLatents } from "../latents.ts";
import { pixelsOf } from "../patches.ts";
import { batchOf, type CaptionedView } from "../sources.ts";
import { quantize } from "../tokenizers/quantization.ts";
import { flowOf, summaryOf, type Visualizer, type VisualizerConfig } from "../visualizer.ts";
import { CaptionedRows, captionInputs, type MeasuredCaptions } from "./captioned.ts";

/** How long each part learns. */
export interface VisualizerBudgets {
  readonly summary: Budget;
  readonly flow: Budget;
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
    summaryStage(visualizer, captioned, text, budgets.summary),
    flowStage(visualizer, captioned, budgets.flow),
  ];
}

function summaryStage(
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
        contrast: {
          losses: (scope, batch) => {
            const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
            const features = encode(scope.at("encoder"), pixels, config.tokenizer);
            return summaryLosses(
              scope,
              ops.stopGradient(features),
              summaryOf(config),
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
          tokenNoise: tokenNoise(random, config),
        };
      });
      return { inputs, leftOut: allLeftOut };
    },
  });
}

/** Share of the pictures whose flow sees no visual tokens, so that it can be guided. */
const TOKEN_DROP = 0.15;

/** Noise on visual tokens, at most, as a share of their length: those that are predicted are not exact. */
const TOKEN_NOISE = 0.5;

function flowStage(
  visualizer: Visualizer,
  pictures: DataSet<{ readonly picture: Picture }>,
  budget: Budget,
): Stage {
  const { config } = visualizer;
  const { pictureSize } = config.tokenizer;
  const { tokens, tokenSize } = config;
  const flow = flowOf(config);
  const { latents, latentSize } = flow;
  return trainingStage(visualizer, "visualizer", budget, {
    graphs: {
      flow: {
        losses(scope, batch) {
          const pixels = input("pixels", "float32", [batch, pictureSize, pictureSize, 3]);
          const features = ops.stopGradient(
            encode(scope.at("encoder"), pixels, config.tokenizer),
          );
          const clean = ops.stopGradient(
            summarize(scope.at("summary"), features, summaryOf(config)),
          );
          const strayed = normalize(
            ops.add(clean, input("tokenNoise", "float32", [batch, tokens, tokenSize])),
          );
          const losses = flowLosses(
            scope.at("visualizer"),
            codeLatents(scope.at("quantizer"), config.tokenizer),
            strayed,
            {
              ids: quantize(scope.at("quantizer"), features, config.tokenizer).ids,
              noise: input("noise", "float32", [batch, latents, latentSize]),
              t: input("t", "float32", [batch]),
              known: input("known", "float32", [batch]),
            },
            flow,
          );
          return { loss: ops.mean(losses, { axes: [0], keepAxes: false }) };
        },
      },
    },
    optimizer: muon(),
    rates: { ...ALL, "encoder.": 0, "quantizer.": 0, "summary.": 0 },
    batch: async (rows) => ({
      inputs: await batchOf(rows, async (random) => {
        const { picture } = await drawnFrom(pictures, random);
        return {
          pixels: pixelsIn(picture, pictureSize),
          tokenNoise: tokenNoise(random, config),
          noise: random.normals(latents * latentSize),
          t: Float32Array.of(flowTime(random.normal())),
          known: Float32Array.of(random.uniform() < TOKEN_DROP ? 0 : 1),
        };
      }),
    }),
  });
}

/** Noise of a strength by chance on the visual tokens of a picture. */
function tokenNoise(random: Random, { tokens, tokenSize }: VisualizerConfig): Float32Array {
  const deviation = TOKEN_NOISE * random.uniform() / Math.sqrt(tokenSize);
  return random.normals(tokens * tokenSize).map((x) => deviation * x);
}

function pixelsIn(picture: Picture, size: number): Float32Array {
  return pixelsOf([reducedTo(picture, size)]);
}
