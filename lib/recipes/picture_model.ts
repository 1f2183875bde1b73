/**
 * A model that reads pictures, draws them and judges what it drew, whatever its recipe: people's words
 * are read at the door, prompts are worded, answers are generated.
 */
import type { Assessment } from "../assessment/assessment.ts";
import { assess, type Judge, type Judged, type Judgement } from "../assessment/judge.ts";
import { parseAssessment } from "../assessment/words.ts";
import type { Picture } from "../data/picture.ts";
import { checkNumber, COUNT, type Device, type StateStore } from "../runtime/mod.ts";
import type { Language } from "../text/language.ts";
import { type Asked, checkSampling, Inference, type UnifiedModel } from "../unified/mod.ts";
import { bestOf, corrected, type Drawn, type Searched } from "./best_drawing.ts";
import { ask } from "./wording.ts";

export interface SamplingOptions {
  /** Default 0. */
  readonly seed?: number;
  /** How strongly the caption counts; 1 is no guidance. Default 1.25, of MetaMorph 2. */
  readonly guidance?: number;
  /** Lower is surer, higher more varied; of ILLUME alone. Default 0.5. */
  readonly temperature?: number;
  /** How many of the likeliest tokens are sampled from; of ILLUME alone. Default 64. */
  readonly topK?: number;
}

export interface DrawOptions extends SamplingOptions {
  /** Draws this many pictures of each caption, and gives the one that the model is surest of. Default 1. */
  readonly bestOf?: number;
  /**
   * How often the model judges what it drew, draws again what it finds bad, and keeps the better.
   * Default 0.
   */
  readonly selfCorrect?: number;
}

/** What is to be drawn, and the same questions without what they ask for. */
export interface DrawingPrompts {
  readonly asked: Asked;
  readonly unconditional: Asked;
}

/** What any model is made of. */
export interface PictureModelParts<D extends Drawn> {
  readonly device: Device;
  readonly store: StateStore;
  readonly seed: number;
  readonly unified: UnifiedModel;
  readonly language: Language;
  /** Tokens of text in a prompt, and in an answer, at most. */
  readonly longestText: number;
  /** Width and height of the pictures that are read, in pixels. */
  readonly pictureSize: number;
  /** Draws what is asked for, and says how that is sampled where nobody does. */
  readonly draw: (
    inference: Inference,
    prompts: DrawingPrompts,
    options: SamplingOptions,
  ) => Promise<D[]>;
  /** What is freed together with the model, such as the store that it was loaded into. */
  readonly owned?: Disposable;
}

export class PictureModel<D extends Drawn = Drawn> implements Judge, Disposable {
  readonly device: Device;
  readonly store: StateStore;
  readonly seed: number;
  readonly unified: UnifiedModel;
  readonly language: Language;
  readonly longestText: number;
  readonly pictureSize: number;
  readonly #draws: PictureModelParts<D>["draw"];
  readonly #inference: Inference;
  readonly #owned = new DisposableStack();

  constructor(parts: PictureModelParts<D>) {
    this.device = parts.device;
    this.store = parts.store;
    this.seed = parts.seed;
    this.unified = parts.unified;
    this.language = parts.language;
    this.longestText = parts.longestText;
    this.pictureSize = parts.pictureSize;
    this.#draws = parts.draw;
    this.#owned.use(parts.owned);
    this.#inference = this.#owned.use(new Inference(parts));
  }

  /**
   * Draws a picture of a caption, in whatever words the model's language reads.
   * @throws CaptionError where the caption is empty, too long, or says what nobody taught the model
   */
  async draw(caption: string, options: DrawOptions = {}): Promise<Picture> {
    return (await this.drawAll([caption], options))[0].picture;
  }

  /**
   * Draws a picture of each caption.
   * @throws RangeError naming an option that is not as expected: NaN, `topK: 0`, `bestOf: 1.5`
   */
  async drawAll(
    captions: readonly string[],
    { bestOf: count = 1, selfCorrect = 0, ...options }: DrawOptions = {},
  ): Promise<D[]> {
    const read = captions.map((caption) => this.language.caption(caption));
    checkSampling(options);
    checkNumber("bestOf", count, COUNT);
    checkNumber("selfCorrect", selfCorrect, { whole: true, min: 0 });
    const search: Searched<D> = {
      draw: (captions, seed) =>
        this.#draws(this.#inference, {
          asked: captions.map(ask.draw),
          unconditional: captions.map(ask.drawAnything),
        }, { ...options, seed }),
      judge: (items) => this.judge(items),
    };
    const { seed = 0 } = options;
    const drawn = await bestOf(search, read, { count, seed });
    return selfCorrect === 0
      ? drawn
      : await corrected(search, read, drawn, { rounds: selfCorrect, seed });
  }

  /**
   * Changes a picture as told, in whatever words the model's language reads.
   * @throws CaptionError where nobody taught the model such an instruction
   */
  async edit(
    picture: Picture,
    instruction: string,
    options: SamplingOptions = {},
  ): Promise<Picture> {
    return (await this.editAll([{ picture, instruction }], options))[0].picture;
  }

  /** Changes each picture as told; `edit` says what is understood. */
  async editAll(
    items: readonly { readonly picture: Picture; readonly instruction: string }[],
    options: SamplingOptions = {},
  ): Promise<D[]> {
    const told = items.map(({ instruction }) => this.language.instruction(instruction));
    checkSampling(options);
    return await this.#draws(this.#inference, {
      asked: items.map(({ picture }, i) => ask.edit(picture, told[i])),
      unconditional: items.map(({ picture }) => ask.reconstruct(picture)),
    }, options);
  }

  /** Says what is in a picture. */
  async describe(picture: Picture): Promise<string> {
    return (await this.describeAll([picture]))[0];
  }

  /** Says what is in each picture. */
  describeAll(pictures: readonly Picture[]): Promise<string[]> {
    return this.#inference.write(pictures.map(ask.describe));
  }

  /**
   * Answers a question about a picture, in whatever words the model's language reads. The answer is of
   * the kind that is asked for, where the language knows kinds of answers.
   * @throws CaptionError where nobody taught the model such a question
   */
  async ask(picture: Picture, question: string): Promise<string> {
    return (await this.askAll([{ picture, question }]))[0];
  }

  /** Answers a question about each picture; `ask` says what is understood. */
  async askAll(
    questions: readonly { readonly picture: Picture; readonly question: string }[],
  ): Promise<string[]> {
    const read = questions.map(({ question }) => this.language.question(question));
    const asked = read.map((read, i) => {
      const { picture } = questions[i];
      return read.kind === "description"
        ? ask.describe(picture)
        : ask.question(picture, read.question);
    });
    return await this.#inference.write(
      asked,
      read.map((read) => read.kind === "question" ? read.answers : undefined),
    );
  }

  /**
   * Judges whether a picture shows a caption.
   * @throws JudgeError where the model's words are no assessment
   */
  assess(picture: Picture, caption: string): Promise<Assessment> {
    return assess(picture, caption, { judge: this });
  }

  /**
   * Judges each picture against its caption, in words; those that are no assessment stay words. The
   * confidence is the probability of the one assessment in which all is right.
   */
  async judge(items: readonly Judged[]): Promise<Judgement[]> {
    const captions = items.map(({ caption }) => this.language.caption(caption));
    const asked = captions.map((caption, i) => ask.assess(items[i].picture, caption));
    const allRight = captions.map((caption) => this.language.allRight?.(caption));
    const confidences = allRight.every((words) => words !== undefined)
      ? (await this.#inference.logLikelihoods(
        asked.map((ask, i) => ({ ask, answer: allRight[i]! })),
      ))
        .map(Math.exp)
      : [];
    const answers = await this.#inference.write(asked);
    return answers.map((said, i) => {
      const assessment = parseAssessment(said);
      return assessment === undefined ? { said } : { assessment, confidence: confidences[i] };
    });
  }

  /**
   * log P(caption | picture), the natural logarithm, of each: how likely the model is to describe the
   * picture so. Captions are taken as they are, in words that the model may never have heard.
   */
  likelihoods(
    items: readonly { readonly picture: Picture; readonly caption: string }[],
  ): Promise<number[]> {
    return this.#inference.logLikelihoods(
      items.map(({ picture, caption }) => ({ ask: ask.describe(picture), answer: caption })),
    );
  }

  /**
   * Frees the graphs, and what the model owns: the parameters of one that was loaded. Those of others
   * stay in their store.
   */
  [Symbol.dispose](): void {
    this.#owned[Symbol.dispose]();
  }
}
