/**
 * What DreamLLM's paper warns of (arXiv 2309.11499): beside the denoising loss, what is dreamt is drawn to
 * features of the picture. Written as a modality around that of dreams:
 *
 *     L = L_denoising + 1 − cos(W mean_k h_k, mean feature)
 */
import { ops } from "../lib/graph/mod.ts";
import { linear, normalize } from "../lib/nn/mod.ts";
import { type DrawnModality, type SequenceWriter, UnifiedModel } from "../lib/unified/mod.ts";
import type { DreamLLM } from "../mod.ts";

/** A picture as dreams take it, and its mean feature, of length 1. */
interface Aligned {
  readonly content: unknown;
  readonly feature: Float32Array;
}

/** The unified model of a DreamLLM with both losses. Its parameters are the model's, and a projection. */
export function alignedModel({ unified, tokenizer }: DreamLLM): UnifiedModel {
  const { config, vocabulary, text, read, draw } = unified;
  const { featureSize } = tokenizer;
  const own = draw.targets!;
  const queries = own.states!;
  const aligned: DrawnModality<Aligned> = {
    ...draw,
    targets: {
      ...own,
      size: own.size + featureSize,
      losses(root, states, targets) {
        const [pictures] = targets.shape;
        const part = (start: number, end: number) => ops.slice(targets, { axis: 1, start, end });
        const each = ops.reshape(states, { shape: [pictures, queries, config.hiddenSize] });
        const mean = ops.mean(each, { axes: [1], keepAxes: false });
        const said = normalize(linear(root.at("dream_alignment"), mean, featureSize));
        const cosines = ops.sum(ops.mul(said, part(own.size, own.size + featureSize)), {
          axes: [1],
          keepAxes: false,
        });
        return ops.add(own.losses(root, states, part(0, own.size)), ops.sub(1, cosines));
      },
    },
    async prepare(pictures) {
      const contents = await draw.prepare(pictures);
      const encoded = await tokenizer.encode(pictures);
      return contents.map((content, i) => {
        return { content, feature: meanFeature(encoded[i].features, featureSize) };
      });
    },
    async *generate(row) {
      return { content: yield* draw.generate(row), feature: new Float32Array(featureSize) };
    },
    blank: () => ({ content: draw.blank(), feature: new Float32Array(featureSize) }),
    write(writer: SequenceWriter, { content, feature }, learned) {
      draw.write(writer, content, learned);
      if (!learned) return;
      const target = writer.targets.pop()!;
      writer.target(target.modality, target.at, Float32Array.of(...target.values, ...feature));
    },
  };
  return new UnifiedModel({ config, vocabulary, text, read, draw: aligned });
}

/** The mean of features `[patches, size]`, of length 1. */
function meanFeature(features: Float32Array, size: number): Float32Array {
  const sum = new Float32Array(size);
  features.forEach((x, i) => sum[i % size] += x);
  const length = Math.hypot(...sum);
  return sum.map((x) => x / length);
}
