/** A unified model at work: it answers in words or with pictures, and says how likely answers are. */
import { type Segment, text } from "../data/document.ts";
import type { Device, StateStore } from "../runtime/mod.ts";
import { type BatchShape, shapeOf } from "./batch.ts";
import { type GenerationOptions, Generator } from "./generation.ts";
import { Likelihood } from "./likelihood.ts";
import type { Speech } from "./modality.ts";
import type { Row } from "./row.ts";
import { blankSequence, promptsOf, sequencesOf } from "./sequence.ts";
import type { Sequence } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** Sequences that are computed at a time. */
const BATCH = 64;

/** What is asked, one list of segments for each answer. */
export type Asked = readonly (readonly Segment[])[];

export interface InferenceParts {
  readonly device: Device;
  /** Where the parameters live. */
  readonly store: StateStore;
  readonly seed: number;
  readonly unified: UnifiedModel;
  /** Tokens of text in what is asked, and in an answer, at most. */
  readonly longestText: number;
}

/** How pictures are sampled. */
export interface DrawingOptions extends Omit<GenerationOptions, "guidance"> {
  /** The same questions without what they ask for, and how far to go away from what they give. */
  readonly guidance?: { readonly unconditional: Asked; readonly scale: number };
}

/** Graphs are compiled when they are first needed. What is asked has a picture at most. */
export class Inference implements Disposable {
  readonly #parts: InferenceParts;
  readonly #compiled = new DisposableStack();
  #generator?: Promise<Generator>;
  #likelihood?: Promise<Likelihood>;

  constructor(parts: InferenceParts) {
    this.#parts = parts;
  }

  /**
   * The likeliest answers in words.
   * @param choices for each what may be answered; anything where absent
   * @throws RangeError where what is asked is too long
   */
  async write(
    asked: Asked,
    choices?: readonly (readonly string[] | undefined)[],
  ): Promise<string[]> {
    const { unified: { vocabulary, text }, longestText: longest } = this.#parts;
    const allowed = choices?.map((texts) => texts?.map((text) => vocabulary.encodeText(text)));
    const answers = await this.#generate(
      await promptsOf(asked, this.#parts.unified),
      (row, i) => text.generate(row, { longest, choices: allowed?.[i] }),
      { temperature: 0, topK: 1, seed: 0 },
    );
    return answers.map(({ ids }) => vocabulary.decodeText(ids));
  }

  /**
   * Pictures as the model's drawn modality gives them, sampled.
   * @throws RangeError where what is asked is too long
   */
  async draw(asked: Asked, { guidance, ...options }: DrawingOptions): Promise<unknown[]> {
    const { unified } = this.#parts;
    const guided = guidance === undefined || guidance.scale === 1 ? {} : {
      guidance: {
        scale: guidance.scale,
        unconditional: await promptsOf(guidance.unconditional, unified),
      },
    };
    return await this.#generate(
      await promptsOf(asked, unified),
      (row) => unified.draw.generate(row),
      { ...options, ...guided },
    );
  }

  /** log P(answer | what is asked), the natural logarithm, of each. */
  async logLikelihoods(
    items: readonly { readonly ask: readonly Segment[]; readonly answer: string }[],
  ): Promise<number[]> {
    const { device, store, unified: model, seed, longestText } = this.#parts;
    const spoken = items.map(({ ask, answer }) => [{ ask, answer: [text(answer)] }]);
    const sequences = await sequencesOf(spoken, model);
    const { length, ...shape } = this.#shape;
    this.#likelihood ??= this.#kept(Likelihood.compile({
      device,
      store,
      model,
      shape: { ...shape, length: length + 2 * longestText, learned: longestText, batch: BATCH },
      seed,
    }));
    this.#likelihood.catch(() => this.#likelihood = undefined);
    return await (await this.#likelihood).of(sequences);
  }

  /** The shape of a prompt that is a picture and no words. */
  get #shape(): BatchShape {
    const { unified } = this.#parts;
    const picture = { width: 1, height: 1, data: new Uint8Array(3) };
    const document = [{ ask: [{ kind: "picture", picture } as const], answer: [] }];
    return shapeOf([blankSequence(document, unified)], 1, unified);
  }

  async #generate<C>(
    prompts: readonly Sequence[],
    speak: (row: Row, index: number) => Speech<C>,
    options: GenerationOptions,
  ): Promise<C[]> {
    const { device, store, unified: model, seed, longestText } = this.#parts;
    const { length, given } = this.#shape;
    this.#generator ??= this.#kept(Generator.compile({
      device,
      store,
      model,
      shape: {
        batch: BATCH,
        prompt: length + longestText,
        answer: Math.max(model.draw.answerLength, longestText),
        given,
      },
      seed,
    }));
    this.#generator.catch(() => this.#generator = undefined);
    return await (await this.#generator).generate(prompts, speak, options);
  }

  /** What was compiled, which is freed with the rest. What could not be may be asked for again. */
  async #kept<T extends Disposable>(compiling: Promise<T>): Promise<T> {
    return this.#compiled.use(await compiling);
  }

  /** Frees the graphs; the parameters stay in the store. */
  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
  }
}
