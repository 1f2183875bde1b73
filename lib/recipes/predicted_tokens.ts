/**
 * How well a MetaMorph says visual tokens (arXiv 2412.14164, section 2.2): what it says after the true
 * ones, as in training, and after what it said itself, as when it draws.
 */
import type { Captioned } from "../data/data_set.ts";
import { brief } from "../graph/mod.ts";
import { checkNumber, COUNT, expectList } from "../runtime/mod.ts";
import { Generator, promptsOf, type Row, type Speech } from "../unified/mod.ts";
import type { MetaMorph } from "./metamorph.ts";
import { ask } from "./wording.ts";

/** Visual tokens of a picture, `[tokens, tokenSize]` each. */
export interface PredictedTokens {
  /** Those of the picture. */
  readonly truth: Float32Array;
  /** Each as it is said after the true ones before it. */
  readonly afterTruth: Float32Array;
  /** Each as it is said after what was said before: what is drawn of. */
  readonly afterOwn: Float32Array;
}

/** Sequences that are computed at a time. */
const BATCH = 64;

/**
 * Asks for pictures by their captions, and gives what is said beside the truth.
 * @throws CaptionError where the model's language does not know a caption; TypeError for another
 * recipe's model, and for what is no list of pictures with captions
 */
export async function predictTokens(
  model: MetaMorph,
  captioned: readonly Captioned[],
): Promise<PredictedTokens[]> {
  if (model?.recipe !== "metamorph") {
    throw new TypeError(`Expected a MetaMorph, but found ${brief(model)}`);
  }
  expectList(captioned, "{ caption, picture }");
  if (captioned.length === 0) return [];
  const { device, store, unified, seed, visualizer } = model;
  const asked = captioned.map(({ caption }) => ask.draw(model.language.caption(caption)));
  const prompts = await promptsOf(asked, unified);
  const truth = await visualizer.encode(captioned.map(({ picture }) => picture));
  using generator = await Generator.compile({
    device,
    store,
    model: unified,
    shape: {
      batch: BATCH,
      // With the sign that begins a picture.
      prompt: 1 + Math.max(...prompts.map(({ rows }) => rows.length)),
      answer: unified.draw.answerLength,
      given: Object.fromEntries(unified.given.map(({ name }) => [name, 1])),
    },
    seed,
  });
  const options = { seed, temperature: 0, topK: 1 };
  const afterTruth = await generator.generate(
    prompts,
    (row, i) => saidAfter(truth[i], row, model),
    options,
  );
  const afterOwn = await generator.generate(
    prompts,
    (row) => unified.draw.generate(row) as Speech<Float32Array>,
    options,
  );
  return truth.map((truth, i) => ({ truth, afterTruth: afterTruth[i], afterOwn: afterOwn[i] }));
}

/** Hears what is said at each token, and goes on with the true one. */
function* saidAfter(
  truth: Float32Array,
  row: Row,
  { unified, visualizer: { config } }: MetaMorph,
): Speech<Float32Array> {
  const { tokens, tokenSize, tokenizer: { grid } } = config;
  const { name: modality } = unified.draw;
  const said = new Float32Array(truth.length);
  row.feed({ id: unified.vocabulary.picture });
  for (let i = 0; i < tokens; i++) {
    yield;
    said.set(row.output(modality), i * tokenSize);
    const values = truth.subarray(i * tokenSize, (i + 1) * tokenSize);
    row.feed({ given: { modality, values }, place: 1 + grid ** 2 + i });
  }
  return said;
}

/**
 * The cosines of visual tokens of two kinds, by position: the mean over pictures.
 *
 * @param tokens of a picture, each of length 1
 * @returns `[tokens]`
 * @throws RangeError where there are no pictures, or not as many of both, and for a number of tokens
 * that is none; TypeError for what is no list
 *
 * @example
 * ```ts
 * import { cosinesByPosition } from "./predicted_tokens.ts";
 *
 * const truth = [Float32Array.of(1, 0, 0, 1)];
 * const said = [Float32Array.of(0.6, 0.8, 0, 1)];
 * const [first, second] = cosinesByPosition(said, truth, 2);
 * if (Math.abs(first - 0.6) > 1e-6 || second !== 1) throw new Error(`${first}, ${second}`);
 * ```
 */
export function cosinesByPosition(
  said: readonly Float32Array[],
  truth: readonly Float32Array[],
  tokens: number,
): number[] {
  checkNumber("tokens", tokens, COUNT);
  for (const list of [said, truth]) expectList(list, "pictures' visual tokens");
  if (said.length === 0 || said.length !== truth.length) {
    throw new RangeError(
      `Expected as many pictures that are said as true ones, but found ${said.length} and ` +
        `${truth.length}`,
    );
  }
  const sums = new Array<number>(tokens).fill(0);
  said.forEach((vectors, picture) => {
    const size = vectors.length / tokens;
    vectors.forEach((x, i) => sums[Math.floor(i / size)] += x * truth[picture][i]);
  });
  return sums.map((sum) => sum / said.length);
}
