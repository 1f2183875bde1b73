/**
 * Pictures that are dreamt (DreamLLM, arXiv 2309.11499, section 3.2): where one belongs, learned queries
 * enter the language model, and what it makes of them, its last states h_1 … h_K at these rows, says what a
 * diffusion decoder draws from, N conditions of length 1:
 *
 *     [c_1 … c_N] = [W h_1 … W h_K], cut into N,  c_n ← c_n / ‖c_n‖
 *     L = −E log P(code | codes that are left, c_1 … c_N)
 *
 * There is nothing to imitate but the picture itself: its loss goes back through the decoder into projector
 * (W), queries and language model.
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import type { Picture } from "../../data/picture.ts";
import { linear, normalize, type Scope, table } from "../../nn/mod.ts";
import type { Random } from "../../runtime/mod.ts";
import {
  decoderScope,
  diffusionLosses,
  hideSome,
  type LatentDiffusionConfig,
} from "../../vision/mod.ts";
import type { DrawnModality } from "../modality.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** Parameters of the queries, and of what makes conditions of their states. */
export const QUERIES = "dream_queries.";
/** How the names of the projector's parameters begin. */
export const PROJECTOR = "dream_projector.";

/** What queries are, and what draws of them. */
export interface DreamsConfig {
  /** Of the language model. */
  readonly hiddenSize: number;
  /** What draws. */
  readonly diffusion: LatentDiffusionConfig;
  /** How many queries say its conditions; they share the numbers of these evenly. */
  readonly queries: number;
  /** What each code stands for: `[codes, codeSize]`. */
  readonly entries: (root: Scope) => Tensor;
  /** How much a picture counts beside a token; default 1. */
  readonly weight?: number;
  /** Codes `[latents]` of each picture. */
  readonly encode: (pictures: readonly Picture[]) => Promise<readonly Int32Array[]>;
}

/** Share of the pictures that the decoder sees without condition, so that it can be guided. */
const CONDITION_DROP = 0.1;

/**
 * Queries stand between `<picture>` and `</picture>`; `<picture>` is the paper's `<dream>`. They say nothing
 * of the picture: what follows on it reads it. Another `<picture>` begins that, and so says that an answer
 * goes on.
 *
 * Content is the codes `[latents]` of a picture that is learned, and of one that is drawn what it is drawn
 * from: `[conditions, conditionSize]`.
 */
export function dreamsModality(
  vocabulary: Vocabulary,
  { hiddenSize, diffusion, queries, entries, weight, encode }: DreamsConfig,
): DrawnModality<Int32Array | Float32Array> {
  const name = "dreams";
  const { conditions, conditionSize, latents } = diffusion;
  const numbers = conditions * conditionSize;
  const share = numbers / queries;
  if (!Number.isInteger(share)) {
    throw new RangeError(
      `Expected queries that share ${conditions} × ${conditionSize} numbers evenly, but found ${queries}`,
    );
  }
  const first = vocabulary.text.size;
  const said = (root: Scope, states: Tensor) =>
    linear(root.at(PROJECTOR.slice(0, -1)), states, share);
  return {
    name,
    tokens: {
      size: queries,
      embeddings: (root) => table(root.at(QUERIES.slice(0, -1)), queries, hiddenSize, 0.5),
    },
    targets: {
      size: 2 * latents + 1,
      states: queries,
      weight,
      rows: queries + latents,
      losses(root, states, targets) {
        const [pictures] = targets.shape;
        const { ids, left, known } = targetParts(targets, latents);
        const condition = normalize(
          ops.reshape(said(root, states), { shape: [pictures, conditions, conditionSize] }),
        );
        return diffusionLosses(decoderScope(root), {
          ids: ops.reshape(ops.cast(ids, { dtype: "int32" }), { shape: [pictures * latents] }),
          hidden: ops.sub(1, left),
          condition: ops.mul(condition, ops.reshape(known, { shape: [pictures, 1, 1] })),
          entries: entries(root),
        }, diffusion);
      },
    },
    outputs: (root, states) => ({ [name]: said(root, states) }),
    answerLength: queries,
    readAgain: true,
    prepare: encode,
    blank: () => new Int32Array(latents),
    write(writer, content, learned) {
      writer.token(vocabulary.picture, { learned });
      const start = writer.rows.length;
      for (let i = 0; i < queries; i++) writer.token(first + i);
      if (learned) {
        const rows = Array.from({ length: queries }, (_, i) => start + i);
        writer.target(name, rows, targetOf(content as Int32Array, writer.random));
      }
      writer.token(vocabulary.endPicture);
    },
    *generate(row) {
      const drawnFrom = new Float32Array(numbers);
      row.feed({ id: vocabulary.picture });
      for (let i = 0; i < queries; i++) {
        row.feed({ id: first + i });
        yield;
        drawnFrom.set(row.output(name), i * share);
      }
      for (let n = 0; n < numbers; n += conditionSize) {
        toLength1(drawnFrom.subarray(n, n + conditionSize));
      }
      return drawnFrom;
    },
  };
}

function toLength1(vector: Float32Array): void {
  const length = Math.hypot(...vector) || 1;
  vector.forEach((x, i) => vector[i] = x / length);
}

/**
 * A target: the codes of a picture, 1 for each that is left, and whether the condition is known. Zeros are
 * a picture that is hidden whole.
 */
function targetOf(ids: Int32Array, random: Random): Float32Array {
  const left = hideSome(ids.length, random).map((hidden) => 1 - hidden);
  return Float32Array.of(...ids, ...left, random.uniform() < CONDITION_DROP ? 0 : 1);
}

function targetParts(targets: Tensor, latents: number) {
  const part = (start: number, end: number) => ops.slice(targets, { axis: 1, start, end });
  return {
    ids: part(0, latents),
    left: part(latents, 2 * latents),
    known: part(2 * latents, 2 * latents + 1),
  };
}
