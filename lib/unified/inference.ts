/** A unified model at work: it answers in words or with pictures, and says how likely answers are. */
import { picture, type Segment, text } from "../data/document.ts";
import type { Device, StateStore } from "../runtime/mod.ts";
import { type BatchShape, shapeOf } from "./batch.ts";
import { type GenerationOptions, Generator } from "./generation.ts";
import { Likelihood } from "./likelihood.ts";
import type { Speech } from "./modality.ts";
import type { Row } from "./row.ts";
import { blankSequence, promptsOf, sequencesOf } from "./sequence.ts";
import { type Sequence, SequenceWriter } from "./sequence_writer.ts";
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

/** Pictures in a prompt, at most: those that are read, and those that were drawn in its answer so far. */
interface Pictures {
  readonly read: number;
  readonly drawn: number;
}

/** Graphs are compiled when they are first needed: one for each number of pictures in what is asked. */
export class Inference implements Disposable {
  readonly #parts: InferenceParts;
  readonly #compiled = new DisposableStack();
  readonly #generators = new Map<string, Promise<Generator>>();
  readonly #likelihoods = new Map<string, Promise<Likelihood>>();

  constructor(parts: InferenceParts) {
    this.#parts = parts;
  }

  /**
   * The likeliest answers in words.
   * @param choices for each what may be answered; anything where absent
   * @param drawn for each the picture that its answer begins with, as `draw` gave it; the words follow
   * @throws RangeError where what is asked is too long
   */
  async write(
    asked: Asked,
    choices?: readonly (readonly string[] | undefined)[],
    drawn?: readonly unknown[],
  ): Promise<string[]> {
    const { unified, longestText: longest } = this.#parts;
    const { vocabulary, text } = unified;
    const allowed = choices?.map((texts) => texts?.map((text) => vocabulary.encodeText(text)));
    const prompts = await promptsOf(asked, unified);
    const answers = await this.#generate(
      drawn ? prompts.map((prompt, i) => begun(prompt, drawn[i], unified)) : prompts,
      { read: mostPictures(asked), drawn: drawn ? 1 : 0 },
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
      { read: mostPictures(asked), drawn: 0 },
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
    const pictures = { read: mostPictures(items.map(({ ask }) => ask)), drawn: 0 };
    const likelihood = await this.#once(
      this.#likelihoods,
      pictures,
      ({ length, ...shape }) =>
        Likelihood.compile({
          device,
          store,
          model,
          shape: { ...shape, length: length + 2 * longestText, learned: longestText, batch: BATCH },
          seed,
        }),
    );
    return await likelihood.of(sequences);
  }

  async #generate<C>(
    prompts: readonly Sequence[],
    pictures: Pictures,
    speak: (row: Row, index: number) => Speech<C>,
    options: GenerationOptions,
  ): Promise<C[]> {
    const { device, store, unified: model, seed, longestText } = this.#parts;
    const generator = await this.#once(
      this.#generators,
      pictures,
      ({ length, given }) =>
        Generator.compile({
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
        }),
    );
    return await generator.generate(prompts, speak, options);
  }

  /**
   * What is compiled, once, for prompts of a number of pictures and no words; it is freed with the rest.
   * What could not be compiled may be asked for again.
   */
  #once<T extends Disposable>(
    known: Map<string, Promise<T>>,
    pictures: Pictures,
    compile: (shape: BatchShape) => Promise<T>,
  ): Promise<T> {
    const name = `${pictures.read} read, ${pictures.drawn} drawn`;
    const before = known.get(name);
    if (before !== undefined) return before;
    const compiling = compile(promptShape(pictures, this.#parts.unified))
      .then((compiled) => this.#compiled.use(compiled));
    known.set(name, compiling);
    compiling.catch(() => known.delete(name));
    return compiling;
  }

  /** Frees the graphs; the parameters stay in the store. */
  [Symbol.dispose](): void {
    this.#compiled[Symbol.dispose]();
  }
}

/** The most pictures in what is asked; one where there are none, so that one graph serves both. */
function mostPictures(asked: Asked): number {
  const pictures = (segments: readonly Segment[]) =>
    segments.filter(({ kind }) => kind === "picture").length;
  return asked.reduce((most, segments) => Math.max(most, pictures(segments)), 1);
}

/** The shape of a prompt that is pictures and no words. */
function promptShape({ read, drawn }: Pictures, model: UnifiedModel): BatchShape {
  const blank = picture({ width: 1, height: 1, data: new Uint8Array(3) });
  const document = [{
    ask: Array<Segment>(read).fill(blank),
    answer: Array<Segment>(drawn).fill(blank),
  }];
  return shapeOf([blankSequence(document, model)], 1, model);
}

/** A prompt with the beginning of its answer: a picture that was drawn. */
function begun({ rows }: Sequence, content: unknown, { draw }: UnifiedModel): Sequence {
  const writer = new SequenceWriter();
  draw.write(writer, content, false);
  return { rows: [...rows, ...writer.rows], targets: [] };
}
