/** A unified model at work: it answers in words or with pictures, and says how likely answers are. */
import { picture, type Segment, text } from "../data/document.ts";
import type { Device, StateStore } from "../runtime/mod.ts";
import { type BatchShape, shapeOf } from "./batch.ts";
import { type GenerationOptions, Generator } from "./generation.ts";
import { type Interleaved, interleaved, type Painted } from "./interleaved.ts";
import { Likelihood } from "./likelihood.ts";
import type { Speech } from "./modality.ts";
import type { Row } from "./row.ts";
import { blankSequence, promptsOf, sequencesOf } from "./sequence.ts";
import { type Sequence, SequenceWriter } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** Sequences that are computed at a time. */
const BATCH = 64;

const GREEDY = { temperature: 0, topK: 1, seed: 0 };

/** What is asked, one list of segments for each answer. */
export type Asked = readonly (readonly Segment[])[];

/** What an inference needs of a model. */
export interface InferenceParts {
  /** Where it runs. */
  readonly device: Device;
  /** Where the parameters live. */
  readonly store: StateStore;
  /** Of parameters that nothing has given a value yet. */
  readonly seed: number;
  /** What enters the language model, and leaves it. */
  readonly unified: UnifiedModel;
  /** Tokens of text in what is asked, and in an answer, at most. */
  readonly longestText: number;
}

/** How pictures are sampled. */
export interface DrawingOptions extends Omit<GenerationOptions, "guidance"> {
  /** The same questions without what they ask for, and how far to go away from what they give. */
  readonly guidance?: { readonly unconditional: Asked; readonly scale: number };
  /** For each the words and pictures that its answer begins with, up to the words before the picture. */
  readonly begun?: Asked;
}

/** A picture that an answer begins with: as `draw` gave it, and as it was painted. */
export interface Begun extends Painted {
  /** As the drawn modality gives it. */
  readonly content: unknown;
}

/** How answers that mix words and pictures are composed. */
export interface ComposingOptions<P extends Painted> extends Omit<GenerationOptions, "guidance"> {
  /** Pictures in an answer, at most. */
  readonly pictures: number;
  /** Paints what was drawn in an answer, before it goes on. */
  readonly paint: (content: unknown, index: number) => Promise<P>;
  /** Told what comes as it comes, and in which answer. */
  readonly tell?: (part: Interleaved<P>, index: number) => void;
}

/** What a generator is compiled for. */
interface Generating {
  /** Pictures in a prompt, at most: those that are read, and those that its answer begins with. */
  readonly read: number;
  readonly drawn: number;
  /** Texts in a prompt, what its answer begins with among them, at most. */
  readonly texts: number;
  /** Pictures that an answer draws among its words, at most; 0 where it is words or one picture. */
  readonly composed: number;
  /** Sequences that are computed at a time. */
  readonly batch: number;
}

/** Graphs are compiled when they are first needed: one for each number of pictures in what is asked. */
export class Inference implements Disposable {
  readonly #parts: InferenceParts;
  readonly #compiled = new DisposableStack();
  readonly #generators = new Map<string, Promise<Generator>>();
  readonly #likelihoods = new Map<string, Promise<Likelihood>>();

  /** Nothing is compiled yet: graphs are compiled when they are first needed. */
  constructor(parts: InferenceParts) {
    this.#parts = parts;
  }

  /**
   * The likeliest answers in words.
   * @param choices for each what may be answered, one text of each list, one after the other; anything
   * where absent
   * @param begun for each the picture that its answer begins with; the words follow
   * @throws RangeError where what is asked is too long
   */
  async write(
    asked: Asked,
    choices?: readonly (readonly (readonly string[])[] | undefined)[],
    begun?: readonly Begun[],
  ): Promise<string[]> {
    const { unified, longestText: longest } = this.#parts;
    const { vocabulary, text } = unified;
    const allowed = choices?.map((lists) =>
      lists?.map((texts) => texts.map((text) => vocabulary.encodeText(text)))
    );
    const prompts = await promptsOf(asked, unified);
    const answers = await this.#generate(
      begun ? await withBeginnings(prompts, begun, unified) : prompts,
      { read: mostPictures(asked), drawn: begun ? 1 : 0, texts: 1, composed: 0, batch: BATCH },
      (row, i) => text.generate(row, { longest, choices: allowed?.[i] }),
      GREEDY,
    );
    return answers.map(({ ids }) => vocabulary.decodeText(ids));
  }

  /**
   * Pictures as the model's drawn modality gives them, sampled.
   * @throws RangeError where what is asked is too long
   */
  async draw(asked: Asked, { guidance, begun, ...options }: DrawingOptions): Promise<unknown[]> {
    const { unified } = this.#parts;
    const guided = guidance === undefined || guidance.scale === 1 ? {} : {
      guidance: {
        scale: guidance.scale,
        unconditional: await promptsOf(guidance.unconditional, unified),
      },
    };
    return await this.#generate(
      await promptsOf(asked, unified, begun),
      {
        read: mostPictures(asked),
        drawn: begun ? mostPictures(begun) : 0,
        texts: begun ? 1 + mostOf("text", begun) : 1,
        composed: 0,
        batch: BATCH,
      },
      (row) => unified.draw.generate(row),
      { ...options, ...guided },
    );
  }

  /**
   * Answers in words and pictures, sampled; the model says where a picture belongs.
   * @throws RangeError where what is asked is too long
   */
  async compose<P extends Painted>(
    asked: Asked,
    { pictures, paint, tell, ...options }: ComposingOptions<P>,
  ): Promise<Interleaved<P>[][]> {
    const { unified, longestText: longest } = this.#parts;
    const batch = Math.min(asked.length, BATCH);
    return await this.#generate(
      await promptsOf(asked, unified),
      { read: mostPictures(asked), drawn: 0, texts: 1, composed: pictures, batch },
      (row, i) =>
        interleaved(row, unified, {
          longest,
          pictures,
          paint: (content) => paint(content, i),
          tell: tell && ((part) => tell(part, i)),
        }),
      options,
    );
  }

  /**
   * log P(answer | what is asked), the natural logarithm, of each, where nothing may be answered but
   * one text of each list of choices, one after the other.
   * @param items the answer is one of each list
   */
  async logLikelihoodsAmong(
    items: readonly {
      readonly ask: readonly Segment[];
      readonly answer: readonly string[];
      readonly choices: readonly (readonly string[])[];
    }[],
  ): Promise<number[]> {
    const { unified } = this.#parts;
    const { vocabulary, text } = unified;
    const asked = items.map(({ ask }) => ask);
    const encoded = (texts: readonly string[]) => texts.map((text) => vocabulary.encodeText(text));
    return await this.#generate(
      await promptsOf(asked, unified),
      { read: mostPictures(asked), drawn: 0, texts: 1, composed: 0, batch: BATCH },
      (row, i) =>
        text.logLikelihood(row, {
          ids: encoded(items[i].answer).flat(),
          choices: items[i].choices.map(encoded),
        }),
      GREEDY,
    );
  }

  /** log P(answer | what is asked), the natural logarithm, of each. */
  async logLikelihoods(
    items: readonly { readonly ask: readonly Segment[]; readonly answer: string }[],
  ): Promise<number[]> {
    const { device, store, unified: model, seed, longestText } = this.#parts;
    const spoken = items.map(({ ask, answer }) => [{ ask, answer: [text(answer)] }]);
    const sequences = await sequencesOf(spoken, model);
    const read = mostPictures(items.map(({ ask }) => ask));
    const likelihood = await this.#once(
      this.#likelihoods,
      { read, drawn: 0, texts: 1, composed: 0, batch: BATCH },
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
    generating: Generating,
    speak: (row: Row, index: number) => Speech<C>,
    options: GenerationOptions,
  ): Promise<C[]> {
    const { device, store, unified: model, seed, longestText } = this.#parts;
    const { composed, batch } = generating;
    const generator = await this.#once(
      this.#generators,
      generating,
      ({ length, given }) => {
        // A picture among words: its signs, and where it is read again those rows, too.
        const picture = shapeOfPrompt({ ...generating, read: 0, drawn: 1 }, model).length;
        return Generator.compile({
          device,
          store,
          model,
          shape: {
            batch,
            prompt: length + generating.texts * longestText,
            answer: composed === 0
              ? Math.max(model.draw.answerLength, longestText)
              : composed * (picture + longestText) + longestText,
            given,
          },
          seed,
        });
      },
    );
    return await generator.generate(prompts, speak, options);
  }

  /**
   * What is compiled, once, for prompts of a number of pictures and no words; it is freed with the rest.
   * What could not be compiled may be asked for again.
   */
  #once<T extends Disposable>(
    known: Map<string, Promise<T>>,
    generating: Generating,
    compile: (shape: BatchShape) => Promise<T>,
  ): Promise<T> {
    const name = JSON.stringify(generating);
    const before = known.get(name);
    if (before !== undefined) return before;
    const compiling = compile(shapeOfPrompt(generating, this.#parts.unified))
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
  return Math.max(1, mostOf("picture", asked));
}

function mostOf(kind: Segment["kind"], asked: Asked): number {
  const count = (segments: readonly Segment[]) =>
    segments.filter((segment) => segment.kind === kind).length;
  return asked.reduce((most, segments) => Math.max(most, count(segments)), 0);
}

/** The shape of a prompt that is pictures and no words. */
function shapeOfPrompt({ read, drawn }: Generating, model: UnifiedModel): BatchShape {
  const blank = picture({ width: 1, height: 1, data: new Uint8Array(3) });
  const document = [{
    ask: Array<Segment>(read).fill(blank),
    // Words follow on a picture that was drawn.
    answer: Array.from({ length: drawn }, () => [blank, text("")]).flat(),
  }];
  return shapeOf([blankSequence(document, model)], 1, model);
}

/** Prompts with the beginnings of their answers, each a picture that was drawn. */
async function withBeginnings(
  prompts: readonly Sequence[],
  begun: readonly Begun[],
  { draw, read }: UnifiedModel,
): Promise<Sequence[]> {
  const pictures = begun.map(({ picture }) => picture);
  const again = draw.readAgain ? await read.prepare(pictures) : undefined;
  return prompts.map(({ rows }, i) => {
    const writer = new SequenceWriter();
    draw.write(writer, begun[i].content, false);
    if (again !== undefined) read.write(writer, again[i], false);
    return { rows: [...rows, ...writer.rows], targets: [] };
  });
}
