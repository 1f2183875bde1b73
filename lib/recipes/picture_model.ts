/**
 * A model that reads pictures, draws them and judges what it drew, whatever its recipe: people's words
 * are read at the door, prompts are worded, answers are generated.
 */
import type { Assessment } from "../assessment/assessment.ts";
import {
  assess,
  type Judge,
  type Judged,
  JudgeError,
  type Judgement,
} from "../assessment/judge.ts";
import { isJudged } from "../assessment/judged_language.ts";
import { assessmentOfPoints } from "../assessment/points.ts";
import type { Segment } from "../data/document.ts";
import { expectPictures, type Picture } from "../data/picture.ts";
import {
  type Bundle,
  htmlBundle,
  htmlTable,
  htmlTitle,
  jupyterDisplay,
  short,
} from "../notebook/mod.ts";
import { checkNumber, COUNT, type Device, expectList, type StateStore } from "../runtime/mod.ts";
import type { Language } from "../text/language.ts";
import {
  type Asked,
  checkSampling,
  Inference,
  type StagePlan,
  type UnifiedModel,
} from "../unified/mod.ts";
import { bestOf, corrected, type Searched } from "./best_drawing.ts";
import {
  type BegunStory,
  composeAll,
  type Composed,
  composedStream,
  type ComposeOptions,
  illustrateAll,
} from "./composing.ts";
import type { Drawn } from "./drawn.ts";
import type { Hands, SamplingOptions } from "./hands.ts";
import { type AskedThought, imagineAll, thinkAll } from "./thinking.ts";
import { ask, type AskedFrame } from "./wording.ts";

/** How pictures are drawn. */
export interface DrawOptions extends SamplingOptions {
  /** Draws this many pictures of each caption, and gives the one that the model is surest of. Default 1. */
  readonly bestOf?: number;
  /**
   * How often the model judges what it drew, draws again what it finds bad, and keeps the better.
   * Default 0.
   */
  readonly selfCorrect?: number;
}

/** A frame of an animation to draw: the next or the previous one, or the one that is missing between two. */
export interface FrameToDraw {
  /** Which frame is to be drawn. */
  readonly asked: AskedFrame;
  /** The others, in order. */
  readonly shown: readonly Picture[];
}

/** What any model is made of. */
export interface PictureModelParts<D extends Drawn> extends Pick<Hands<D>, "sample" | "paint"> {
  readonly device: Device;
  readonly store: StateStore;
  readonly seed: number;
  readonly unified: UnifiedModel;
  readonly language: Language;
  /** Tokens of text in a prompt, and in an answer, at most. */
  readonly longestText: number;
  /** Width and height of the pictures that are read, in pixels. */
  readonly pictureSize: number;
  /** What it learns last, where nobody says, with the rates of its parts: see `enhancementStage`. */
  readonly lastStage: StagePlan;
  /** What is freed together with the model, such as the store that it was loaded into. */
  readonly owned?: Disposable;
}

/** What the models of all recipes can do: draw, edit, describe, answer, compose and judge. */
export class PictureModel<D extends Drawn = Drawn> implements Judge, Disposable {
  /** Where it runs. */
  readonly device: Device;
  /** Where its parameters live. */
  readonly store: StateStore;
  /** Of the parameters that nothing has given a value yet. */
  readonly seed: number;
  /** Its language model, with what enters and leaves it. */
  readonly unified: UnifiedModel;
  /** What it may be told and asked. */
  readonly language: Language;
  /** Tokens of text in a prompt, and in an answer, at most. */
  readonly longestText: number;
  /** Width and height of the pictures that are read, in pixels. */
  readonly pictureSize: number;
  /** What it learns last, where nobody says: see `enhancementStage`. */
  readonly lastStage: StagePlan;
  readonly #parts: Hands<D>;
  #isOpen = true;
  readonly #owned = new DisposableStack();

  /** A model of these parts. Use a recipe's `init` or `load`. */
  constructor(parts: PictureModelParts<D>) {
    this.device = parts.device;
    this.store = parts.store;
    this.seed = parts.seed;
    this.unified = parts.unified;
    this.language = parts.language;
    this.longestText = parts.longestText;
    this.pictureSize = parts.pictureSize;
    this.lastStage = parts.lastStage;
    this.#owned.use(parts.owned);
    this.#parts = { ...parts, inference: this.#owned.use(new Inference(parts)) };
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
    expectList(captions, "captions");
    const read = captions.map((caption) => this.language.caption(caption));
    checkSampling(options);
    checkNumber("bestOf", count, COUNT);
    checkNumber("selfCorrect", selfCorrect, { whole: true, min: 0 });
    const search: Searched<D> = {
      draw: (captions, seed) =>
        this.#draw(captions.map(ask.draw), captions.map(ask.drawAnything), { ...options, seed }),
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
    expectList(items, "{ picture, instruction }");
    const told = items.map(({ instruction }) => this.language.instruction(instruction));
    checkSampling(options);
    return await this.#draw(
      items.map(({ picture }, i) => ask.edit(picture, told[i])),
      items.map(({ picture }) => ask.reconstruct(picture)),
      options,
    );
  }

  /** Says what is in a picture. */
  async describe(picture: Picture): Promise<string> {
    return (await this.describeAll([picture]))[0];
  }

  /** Says what is in each picture. */
  async describeAll(pictures: readonly Picture[]): Promise<string[]> {
    expectPictures(pictures);
    return await this.#hands.inference.write(pictures.map(ask.describe));
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
    expectList(questions, "{ picture, question }");
    const read = questions.map(({ question }) => this.language.question(question));
    const asked = read.map((read, i) => {
      const { picture } = questions[i];
      return read.kind === "description"
        ? ask.describe(picture)
        : ask.question(picture, read.question);
    });
    return await this.#hands.inference.write(
      asked,
      read.map((read) => read.kind === "question" ? read.answers && [read.answers] : undefined),
    );
  }

  /**
   * Answers what is so after an instruction, and draws it before it answers (MetaMorph's visual
   * thinking). Only the drawing is sampled.
   * @throws CaptionError where nobody taught the model such an instruction, or such a question
   */
  async think(
    picture: Picture,
    instruction: string,
    question: string,
    options: SamplingOptions = {},
  ): Promise<D & { readonly answer: string }> {
    return (await this.thinkAll([{ picture, instruction, question }], options))[0];
  }

  /** Thinks about each picture; `think` says what is understood. */
  thinkAll(
    items: readonly AskedThought[],
    options: SamplingOptions = {},
  ): Promise<(D & { readonly answer: string })[]> {
    return thinkAll(this.#hands, items, options);
  }

  /**
   * Answers what is so after an instruction at once, without a drawing of it.
   * @throws CaptionError as `think`
   */
  async imagine(picture: Picture, instruction: string, question: string): Promise<string> {
    return (await this.imagineAll([{ picture, instruction, question }]))[0];
  }

  /** Answers about each picture; `imagine` says what. */
  imagineAll(items: readonly AskedThought[]): Promise<string[]> {
    return imagineAll(this.#hands, items);
  }

  /**
   * Draws the frame that comes after those of an animation.
   * @throws RangeError for less than two frames
   */
  next(frames: readonly Picture[], options: SamplingOptions = {}): Promise<Picture> {
    return this.#frame({ asked: "next", shown: frames }, options);
  }

  /**
   * Draws the frame that comes before those of an animation.
   * @throws RangeError for less than two frames
   */
  previous(frames: readonly Picture[], options: SamplingOptions = {}): Promise<Picture> {
    return this.#frame({ asked: "previous", shown: frames }, options);
  }

  /** Draws the frame of an animation that is missing between two. */
  between(before: Picture, after: Picture, options: SamplingOptions = {}): Promise<Picture> {
    return this.#frame({ asked: "missing", shown: [before, after] }, options);
  }

  /**
   * Draws a frame of each animation.
   * @throws RangeError for less than two frames, and for more around a missing one
   */
  async framesAll(
    items: readonly FrameToDraw[],
    options: SamplingOptions = {},
  ): Promise<D[]> {
    for (const { asked, shown } of items) {
      expectPictures(shown);
      if (shown.length === 2 || (shown.length > 2 && asked !== "missing")) continue;
      const expected = asked === "missing" ? "two frames" : "two frames or more";
      throw new RangeError(`Expected ${expected} of an animation, but found ${shown.length}`);
    }
    checkSampling(options);
    return await this.#draw(
      items.map(({ asked, shown }) => ask[asked](shown)),
      items.map(ask.drawAnything),
      options,
    );
  }

  /**
   * Tells something in words and pictures: "a story about a cat and three apples". Words come piece by
   * piece, pictures as they are drawn; where pictures belong is the model's affair. Who stops listening
   * stops the model.
   * @throws CaptionError where nobody taught the model to tell such things
   */
  async *compose(about: string, options: ComposeOptions = {}): AsyncGenerator<Composed<D>, void> {
    yield* composedStream(this.#hands, about, options);
  }

  /** Tells each in words and pictures; `compose` says what. */
  composeAll(abouts: readonly string[], options: ComposeOptions = {}): Promise<Composed<D>[][]> {
    return composeAll(this.#hands, abouts, options);
  }

  /**
   * Draws the picture that comes next in a story that has begun: words and pictures so far, words last.
   * @throws CaptionError as `compose`
   */
  async illustrate(
    about: string,
    begun: readonly Segment[],
    options: SamplingOptions = {},
  ): Promise<Picture> {
    return (await this.illustrateAll([{ about, begun }], options))[0].picture;
  }

  /** Draws the next picture of each; `illustrate` says which. */
  illustrateAll(stories: readonly BegunStory[], options: SamplingOptions = {}): Promise<D[]> {
    return illustrateAll(this.#hands, stories, options);
  }

  /**
   * Judges whether a picture shows a caption.
   * @throws JudgeError where the model's words are no assessment
   */
  assess(picture: Picture, caption: string): Promise<Assessment> {
    return assess(picture, caption, { judge: this });
  }

  /**
   * Judges each picture against its caption: the model answers the questions that the caption raises, and
   * can say nothing but what there is to find. The confidence is the probability that all is found right.
   * @throws JudgeError where captions of the model's language cannot be judged
   * @throws CaptionError where nobody taught the model such a caption
   */
  async judge(items: readonly Judged[]): Promise<Judgement[]> {
    expectList(items, "{ picture, caption }");
    const { language } = this;
    if (!isJudged(language)) {
      throw new JudgeError(
        `Expected a model of a language that can be judged, but found "${language.settings.kind}"`,
      );
    }
    const { inference } = this.#hands;
    const points = items.map(({ caption }) => language.points(caption));
    const questions = items.flatMap(({ picture }, i) =>
      points[i].map((point) => {
        const choices = [point.answers.map(point.answer)];
        return { i, point, ask: ask.question(picture, point.question), choices };
      })
    );
    const right = questions.flatMap((asked, at) =>
      asked.point.right.map((found) => ({ ...asked, at, answer: [asked.point.answer(found)] }))
    );
    const sure = questions.map(() => 0);
    const likelihoods = await inference.logLikelihoodsAmong(right);
    right.forEach(({ at }, j) => sure[at] += Math.exp(likelihoods[j]));
    const answers = await inference.write(
      questions.map(({ ask }) => ask),
      questions.map(({ choices }) => choices),
    );
    const found = questions.map(({ point, choices: [said] }, at) =>
      point.answers[said.indexOf(answers[at])]
    );
    return items.map((_, i) => {
      const own = questions.flatMap((asked, at) => asked.i === i ? [at] : []);
      const assessment = assessmentOfPoints(points[i], own.map((at) => found[at]));
      return { assessment, confidence: own.reduce((all, at) => all * Math.min(1, sure[at]), 1) };
    });
  }

  /**
   * log P(caption | picture), the natural logarithm, of each: how likely the model is to describe the
   * picture so. Captions are taken as they are, in words that the model may never have heard.
   */
  likelihoods(
    items: readonly { readonly picture: Picture; readonly caption: string }[],
  ): Promise<number[]> {
    return this.#hands.inference.logLikelihoods(
      items.map(({ picture, caption }) => ({ ask: ask.describe(picture), answer: caption })),
    );
  }

  async #draw(asked: Asked, unconditional: Asked, options: SamplingOptions): Promise<D[]> {
    const { inference, sample, paint } = this.#hands;
    return await paint(await sample(inference, { asked, unconditional }, options), options);
  }

  async #frame(item: FrameToDraw, options: SamplingOptions): Promise<Picture> {
    return (await this.framesAll([item], options))[0].picture;
  }

  /** What a cell shows: what the model is made of. */
  [jupyterDisplay](): Bundle {
    const { unified: { config, vocabulary }, language: { settings }, pictureSize, store } = this;
    const words = Deno.inspect(this);
    const made = htmlTable([
      [
        "transformer",
        `${config.layers} layers of width ${config.hiddenSize}, ${config.heads} heads`,
      ],
      ["words", `${short(vocabulary.text.size)} tokens of text`],
      ["pictures", `${pictureSize} × ${pictureSize} pixels`],
      ["language", [settings.kind, "name" in settings ? settings.name : ""].join(" ").trim()],
      ["seed", String(this.seed)],
    ]);
    return htmlBundle(htmlTitle(words) + made + store[jupyterDisplay]()["text/html"], words);
  }

  /**
   * Frees the graphs, and what the model owns: the parameters of one that was loaded. Those of others
   * stay in their store.
   */
  [Symbol.dispose](): void {
    this.#isOpen = false;
    this.#owned[Symbol.dispose]();
  }

  get #hands(): Hands<D> {
    if (this.#isOpen) return this.#parts;
    throw new Error("Expected an open model, but found one that was disposed of: load it again");
  }
}
