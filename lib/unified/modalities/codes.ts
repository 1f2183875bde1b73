/**
 * Pictures that are drawn as discrete codes of a vision tokenizer, which one head predicts together
 * with words (ILLUME, arXiv 2412.06673, section 3.2).
 */
import { ops, type Tensor } from "../../graph/mod.ts";
import type { Picture } from "../../data/picture.ts";
import { linear, normalize, type Scope, table } from "../../nn/mod.ts";
import type { Quantizer } from "../../vision/mod.ts";
import type { DrawnModality } from "../modality.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** Parameters of the codes' embeddings, and of their head. */
export const VISION_EMBEDDINGS = "vision_embed_tokens.";
/** How the names of the head's parameters begin. */
export const VISION_HEAD = "vision_head.";

/** What codes are read and said as. */
export interface CodesOptions {
  /** Of the language model. */
  readonly hiddenSize: number;
  /** The tokens of a picture; each becomes as many codes as the quantizer has it. */
  readonly tokens: number;
  /** Whose codes they are. */
  readonly quantizer: Quantizer;
  /** Codes `[tokens · depth]` of each picture. */
  readonly encode: (pictures: readonly Picture[]) => Promise<readonly Int32Array[]>;
}

/** Codes stand in reading order between `<picture>` and `</picture>`. */
export function codesModality(
  vocabulary: Vocabulary,
  { hiddenSize, tokens, quantizer, encode }: CodesOptions,
): DrawnModality<Int32Array> {
  const { depth, codes } = quantizer;
  const first = vocabulary.text.size;
  const entry = (code: number, i: number) => ({
    id: first + code,
    place: 1 + Math.floor(i / depth),
  });
  const rows = (root: Scope, name: string, deviation: number) =>
    codeTable(root, root.at(name.slice(0, -1)), { quantizer, hiddenSize, deviation });
  return {
    name: "codes",
    tokens: {
      size: codes,
      embeddings: (root) => rows(root, VISION_EMBEDDINGS, 0.5),
      head: (root) => rows(root, VISION_HEAD, 1 / Math.sqrt(hiddenSize)),
    },
    answerLength: tokens * depth,
    prepare: encode,
    blank: () => new Int32Array(tokens * depth),
    write(writer, ids, learned) {
      writer.token(vocabulary.picture, { learned });
      ids.forEach((code, i) => {
        const { id, place } = entry(code, i);
        writer.token(id, { learned, place });
      });
      writer.token(vocabulary.endPicture, { learned });
    },
    *generate(row) {
      const ids = new Int32Array(tokens * depth);
      row.feed({ id: vocabulary.picture });
      for (let i = 0; i < ids.length; i++) {
        yield;
        const [from, to] = quantizer.range?.(i % depth) ?? [0, codes];
        ids[i] = row.sample(first + from, first + to) - first;
        row.feed(entry(ids[i], i));
      }
      return ids;
    },
  };
}

/**
 * A row for each code, W·e/‖e‖ + r: what the code's codebook entry e says, through a learned
 * projection, and a part r of its own. A code that is rarely drawn so learns from those like it.
 */
function codeTable(
  root: Scope,
  scope: Scope,
  { quantizer, hiddenSize, deviation }: {
    readonly quantizer: Quantizer;
    readonly hiddenSize: number;
    readonly deviation: number;
  },
): Tensor {
  const entries = normalize(quantizer.entries(root.at("quantizer")));
  const shared = linear(scope.at("projection"), entries, hiddenSize, { deviation });
  return ops.add(shared, table(scope, quantizer.codes, hiddenSize, 0));
}
