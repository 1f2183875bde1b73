/** Pictures that are read: continuous features of a vision encoder, through an adapter. */
import { ops } from "../../graph/mod.ts";
import { linear } from "../../nn/mod.ts";
import type { Picture } from "../../data/picture.ts";
import type { PictureModality } from "../modality.ts";
import type { Vocabulary } from "../vocabulary.ts";

/** Parameters of the adapter. */
export const ADAPTER = "multi_modal_projector.";

/** What features of pictures are read. */
export interface ReadOptions {
  /** Of the language model. */
  readonly hiddenSize: number;
  /** Rows of a picture. */
  readonly tokens: number;
  /** Numbers in a row's feature. */
  readonly featureSize: number;
  /** Features `[tokens, featureSize]` of each picture. */
  readonly encode: (pictures: readonly Picture[]) => Promise<readonly Float32Array[]>;
}

/**
 * Features enter through two layers (LLaVA-1.5, arXiv 2310.03744), between `<picture>` and
 * `</picture>`: W₂ silu(W₁ f + b₁) + b₂.
 */
export function readModality(
  vocabulary: Vocabulary,
  { hiddenSize, tokens, featureSize, encode }: ReadOptions,
): PictureModality<Float32Array> {
  return {
    name: "read",
    given: {
      size: featureSize,
      embed(root, features) {
        const scope = root.at(ADAPTER.slice(0, -1));
        const hidden = linear(scope.at("linear_1"), features, hiddenSize, { bias: true });
        return linear(scope.at("linear_2"), ops.silu(hidden), hiddenSize, { bias: true });
      },
    },
    prepare: encode,
    blank: () => new Float32Array(tokens * featureSize),
    write(writer, features, learned) {
      writer.token(vocabulary.picture, { learned });
      for (let i = 0; i < tokens; i++) {
        const values = features.subarray(i * featureSize, (i + 1) * featureSize);
        writer.given("read", values, { place: 1 + i });
      }
      writer.token(vocabulary.endPicture, { learned });
    },
  };
}
