/**
 * A modality that no recipe has: a picture as a few vectors, which are regressed. The head reads the
 * row before each vector; what it predicts enters as the next row (MetaMorph, arXiv 2412.14164).
 */
import { type Picture, pictureOf } from "../lib/data/picture.ts";
import { ops, type Tensor } from "../lib/graph/mod.ts";
import { linear, normalize, type Scope } from "../lib/nn/mod.ts";
import { Random } from "../lib/runtime/mod.ts";
import type { DrawnModality, Vocabulary } from "../lib/unified/mod.ts";
import { TINY_CONFIG } from "./tiny_model.ts";

/** Vectors of a picture, and numbers in one. */
export const VECTORS = { count: 3, size: 4 } as const;

/** How much a vector counts beside a token. */
export const WEIGHT = 2;

/** Vectors of length 1, random, but those of the picture's pixels. */
export function vectorsOf({ data }: Picture): Float32Array {
  const random = new Random(0, "vectors", ...data);
  const { count, size } = VECTORS;
  return Float32Array.from(
    Array.from({ length: count }, () => {
      const vector = random.normals(size);
      return Array.from(vector, (x) => x / Math.hypot(...vector));
    }).flat(),
  );
}

/** A picture for each number. */
export function pictureOfNumber(number: number): Picture {
  return pictureOf({ width: 2, height: 2, data: new Uint8Array(12).fill(number) });
}

const { count, size } = VECTORS;

function predicted(root: Scope, states: Tensor): Tensor {
  return normalize(linear(root.at("vector_head"), states, size, { bias: true }));
}

export function vectorModality(vocabulary: Vocabulary): DrawnModality<Float32Array> {
  return {
    name: "vectors",
    given: {
      size,
      embed: (root, rows) => linear(root.at("vector_projector"), rows, TINY_CONFIG.hiddenSize),
    },
    targets: {
      size,
      weight: WEIGHT,
      losses(root, states, targets) {
        const cosines = ops.sum(ops.mul(predicted(root, states), targets), { axes: [1] });
        return ops.sub(1, cosines);
      },
    },
    outputs: (root, states) => ({ vector: predicted(root, states) }),
    answerLength: count,
    prepare: (pictures) => Promise.resolve(pictures.map(vectorsOf)),
    blank: () => new Float32Array(count * size),
    write(writer, vectors, learned) {
      writer.token(vocabulary.picture, { learned });
      for (let i = 0; i < count; i++) {
        const values = vectors.subarray(i * size, (i + 1) * size);
        if (learned) writer.target("vectors", [-1], values);
        writer.given("vectors", values, { place: 1 + i });
      }
      writer.token(vocabulary.endPicture, { learned });
    },
    *generate(row) {
      const vectors = new Float32Array(count * size);
      row.feed({ id: vocabulary.picture });
      for (let i = 0; i < count; i++) {
        yield;
        const values = row.output("vector").slice();
        vectors.set(values, i * size);
        row.feed({ given: { modality: "vectors", values }, place: 1 + i });
      }
      return vectors;
    },
  };
}
