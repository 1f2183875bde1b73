/**
 * ILLUME (arXiv 2412.06673): continuous pictures in, discrete semantic tokens out. One causal
 * language model reads pictures as features of a semantic encoder, draws them as codes of a semantic
 * tokenizer, and judges what it drew.
 */
import type { Assessment } from "../assessment/assessment.ts";
import { allRight } from "../worlds/emoji/axes.ts";
import { assess, type Judge, type Judged, type Judgement, sureness } from "../assessment/judge.ts";
import { assessmentToText, parseAssessment } from "../assessment/words.ts";
import {
  readCaption,
  readInstruction,
  readQuestion,
  type Sentence,
  wordingOf,
} from "../worlds/emoji/captions.ts";
import { asImage, type Picture } from "../data/picture.ts";
import { expectWorld } from "../worlds/emoji/expect_world.ts";
import type { World } from "../worlds/emoji/world.ts";
import { inspect, short, shown } from "../notebook/mod.ts";
import { checkNumber, COUNT, type Device, type StateStore } from "../runtime/mod.ts";
import type { PictureTokenizer } from "../vision/mod.ts";
import type { TextTokenizer } from "../text/mod.ts";
import {
  checkSampling,
  conversation,
  drawnTokens,
  type GenerationOptions,
  Generator,
  Likelihood,
  prompt,
  type Segment,
  type Sequence,
  Vocabulary,
} from "../unified/mod.ts";
import type { UnifiedConfig } from "../unified/mod.ts";
import { answerText, ask } from "./formats.ts";

/** Sizes of the language model by preset. */
export const LANGUAGE_MODEL_PRESETS = {
  nano: { hiddenSize: 128, layers: 4, heads: 4, intermediateSize: 256 },
  small: { hiddenSize: 256, layers: 6, heads: 8, intermediateSize: 512 },
  base: { hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 2048 },
} as const;

export interface SamplingOptions {
  readonly seed?: number;
  /** How strongly the caption counts; 1 is no guidance, 1.25 where absent. */
  readonly guidance?: number;
  /** 0.5 where absent: lower is surer, higher more varied. */
  readonly temperature?: number;
  readonly topK?: number;
}

export interface DrawOptions extends SamplingOptions {
  /** Draws so many pictures of each caption, and gives the one that the model is surest of. */
  readonly bestOf?: number;
  /**
   * How often the model judges what it drew, draws again what it finds bad, and keeps the better; 0
   * where absent.
   */
  readonly selfCorrect?: number;
}

/** A picture that the model drew, and its codes. */
export interface DrawnPicture {
  readonly picture: Picture;
  readonly ids: Int32Array;
}

/** Rows that are generated at a time. */
const ROWS = 64;

/** Tokens of text in a question, and in an answer, at most. */
const TEXT = 32;

const GREEDY = { temperature: 0, topK: 1, seed: 0, grammar: "text" } as const;

export interface IllumeParts {
  readonly tokenizer: PictureTokenizer;
  readonly text: TextTokenizer;
  readonly world: World;
  readonly config: UnifiedConfig;
  readonly seed: number;
}

export class Illume implements Judge {
  readonly tokenizer: PictureTokenizer;
  readonly vocabulary: Vocabulary;
  readonly world: World;
  readonly config: UnifiedConfig;
  readonly seed: number;
  #generator?: Promise<Generator>;
  #likelihood?: Promise<Likelihood>;

  constructor({ tokenizer, text, world, config, seed }: IllumeParts) {
    this.tokenizer = tokenizer;
    this.vocabulary = new Vocabulary(text, tokenizer.quantizer.codes);
    this.world = world;
    this.config = config;
    this.seed = seed;
  }

  /** A model that has learned nothing yet, on the tokenizer's device. */
  static init(
    { tokenizer, text, world, seed = 0 }: {
      tokenizer: PictureTokenizer;
      text: TextTokenizer;
      world: World;
      seed?: number;
    },
  ): Illume {
    expectWorld(world);
    const sizes = LANGUAGE_MODEL_PRESETS[world.preset];
    const config: UnifiedConfig = {
      ...sizes,
      keyValueHeads: sizes.heads,
      queryKeyNorm: true,
      textVocabulary: text.size,
      quantizer: tokenizer.config.quantizer,
      pictureTokens: tokenizer.config.grid ** 2,
      featureSize: tokenizer.featureSize,
    };
    return new Illume({ tokenizer, text, world, config, seed });
  }

  [inspect](): string {
    const { preset, concepts } = this.world;
    const { layers, hiddenSize } = this.config;
    return `Illume on ${this.device.name}, ${preset}: ${layers} layers of width ${hiddenSize}, ` +
      `${concepts.length} concepts, ${short(this.vocabulary.text.size)} tokens of text, ` +
      `${short(this.vocabulary.codes)} codes`;
  }

  get device(): Device {
    return this.tokenizer.device;
  }

  get store(): StateStore {
    return this.tokenizer.store;
  }

  /**
   * Draws a picture of a caption, in whatever words `readCaption` reads.
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
    { bestOf = 1, selfCorrect = 0, ...options }: DrawOptions = {},
  ): Promise<DrawnPicture[]> {
    const asked = captions.map((caption) => readCaption(caption, this.world));
    checkSampling(options);
    checkNumber("bestOf", bestOf, COUNT);
    checkNumber("selfCorrect", selfCorrect, { whole: true, min: 0 });
    const drawn = await this.#drawBest(asked, bestOf, options);
    if (selfCorrect === 0) return drawn;
    let judged = await this.#judged(asked, drawn);
    for (let round = 1; round <= selfCorrect; round++) {
      const { seed = 0 } = options;
      judged = await this.#correct(asked, judged, { ...options, seed: seed + round });
    }
    return judged.map(({ drawn }) => drawn);
  }

  /** Of so many drawings of each caption the one that the model itself is surest of. */
  async #drawBest(
    captions: readonly Sentence[],
    count: number,
    options: SamplingOptions,
  ): Promise<DrawnPicture[]> {
    const repeated = captions.flatMap((caption) => Array<Sentence>(count).fill(caption));
    const asked = repeated.map((caption) => this.#prompt(ask.draw(wordingOf(caption))));
    const drawn = await this.#draw(asked, repeated.map(() => ask.drawAnything()), options);
    if (count === 1) return drawn;
    const judged = await this.#judged(repeated, drawn);
    return captions.map((_, i) => judged.slice(i * count, (i + 1) * count).reduce(surer).drawn);
  }

  async #judged(
    captions: readonly Sentence[],
    drawn: readonly DrawnPicture[],
  ): Promise<JudgedPicture[]> {
    const judgements = await this.judge(
      drawn.map(({ picture }, i) => ({ picture, caption: wordingOf(captions[i]) })),
    );
    return drawn.map((drawn, i) => ({ drawn, judgement: judgements[i] }));
  }

  /**
   * Draws anew what the model finds bad, and keeps what it then is surer of. With the bad picture
   * before its eyes, as it learned to correct, it mostly draws that once more (docs/LOG.md).
   */
  async #correct(
    captions: readonly Sentence[],
    judged: readonly JudgedPicture[],
    options: SamplingOptions,
  ): Promise<JudgedPicture[]> {
    const bad = [...judged.keys()].filter((i) => judged[i].judgement.assessment?.verdict === "bad");
    if (bad.length === 0) return [...judged];
    const asked = bad.map((i) => captions[i]);
    const again = await this.#judged(asked, await this.#drawBest(asked, 1, options));
    const corrected = new Map(bad.map((i, row) => [i, surer(judged[i], again[row])]));
    return judged.map((picture, i) => corrected.get(i) ?? picture);
  }

  /**
   * Changes a picture as told, in whatever words `readInstruction` reads.
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
  ): Promise<DrawnPicture[]> {
    const told = items.map(({ instruction }) => readInstruction(instruction, this.world));
    checkSampling(options);
    const encoded = await this.tokenizer.encode(items.map(({ picture }) => picture));
    const asked = told.map((instruction, i) =>
      this.#prompt(ask.edit(encoded[i].features, instruction))
    );
    return this.#draw(asked, encoded.map(({ features }) => ask.reconstruct(features)), options);
  }

  /** Says what is in a picture. */
  async describe(picture: Picture): Promise<string> {
    return (await this.describeAll([picture]))[0];
  }

  /** Says what is in each picture. */
  async describeAll(pictures: readonly Picture[]): Promise<string[]> {
    const encoded = await this.tokenizer.encode(pictures);
    return this.#write(encoded.map(({ features }) => ask.describe(features)));
  }

  /**
   * Answers a question about a picture, in whatever words `readQuestion` reads. The answer is of the
   * kind that is asked for: yes or no, a number, a colour, a place, a thing, a description.
   * @throws CaptionError where nobody taught the model such a question
   */
  async ask(picture: Picture, question: string): Promise<string> {
    return (await this.askAll([{ picture, question }]))[0];
  }

  /** Answers a question about each picture; `ask` says what is understood. */
  async askAll(
    questions: readonly { readonly picture: Picture; readonly question: string }[],
  ): Promise<string[]> {
    const read = questions.map(({ question }) => readQuestion(question, this.world));
    const pictures = [...new Set(questions.map(({ picture }) => picture))];
    const encoded = await this.tokenizer.encode(pictures);
    const featuresOf = new Map(pictures.map((picture, i) => [picture, encoded[i].features]));
    const asked = read.map((read, i) => {
      const features = featuresOf.get(questions[i].picture)!;
      return read.kind === "description"
        ? ask.describe(features)
        : ask.question(features, read.question);
    });
    const choices = read.map((read) => read.kind === "question" ? read.answers : undefined);
    return this.#write(asked, choices);
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
    const captions = items.map(({ caption }) => readCaption(caption, this.world));
    const encoded = await this.tokenizer.encode(items.map(({ picture }) => picture));
    const asked = captions.map((caption, i) => ask.assess(encoded[i].features, wordingOf(caption)));
    const confidences = await this.#confidences(asked, captions);
    const answers = await this.#write(asked);
    return answers.map((said, i) => {
      const assessment = parseAssessment(said);
      return assessment === undefined ? { said } : { assessment, confidence: confidences[i] };
    });
  }

  /** How probable it is that what is asked about each caption is answered by "all is right". */
  async #confidences(
    asked: readonly Segment[][],
    captions: readonly Sentence[],
  ): Promise<number[]> {
    const { device, store, config, vocabulary, seed } = this;
    const { pictureTokens } = config;
    const conversations = captions.map((caption, i) => {
      const answer = answerText(assessmentToText(allRight(caption, this.world)));
      return conversation([{ ask: asked[i], answer }], vocabulary, pictureTokens);
    });
    this.#likelihood ??= Likelihood.compile({
      device,
      store,
      config,
      vocabulary,
      shape: { batch: ROWS, length: pictureTokens + TEXT + TEXT, learned: TEXT, pictures: 1 },
      seed,
    });
    const logarithms = await (await this.#likelihood).of(conversations);
    return logarithms.map(Math.exp);
  }

  /** @param choices for each what may be answered; anything where absent */
  async #write(
    asked: readonly Segment[][],
    choices?: readonly (readonly string[] | undefined)[],
  ): Promise<string[]> {
    const answers = await this.#generate(asked.map((words) => this.#prompt(words)), {
      ...GREEDY,
      choices: choices?.map((texts) => texts?.map((text) => this.vocabulary.encodeText(text))),
    });
    return answers.map((ids) => this.vocabulary.decodeText(ids));
  }

  async #draw(
    asked: readonly Sequence[],
    unconditional: readonly Segment[][],
    { seed = 0, guidance = 1.25, temperature = 0.5, topK = 64 }: SamplingOptions,
  ): Promise<DrawnPicture[]> {
    const answers = await this.#generate(asked, {
      seed,
      temperature,
      topK,
      grammar: "picture",
      ...(guidance === 1 ? {} : {
        guidance: { scale: guidance, unconditional: unconditional.map((x) => this.#prompt(x)) },
      }),
    });
    const codes = answers.map((ids) => Int32Array.from(ids, (id) => this.vocabulary.codeOfId(id)));
    const pictures = await this.tokenizer.decode(codes, { seed });
    return codes.map((ids, i) =>
      shown(
        { ids, picture: pictures[i] },
        ({ ids, picture }) =>
          `Drawing of ${ids.length} tokens, ${picture.width} × ${picture.height}`,
        ({ picture }) => asImage(picture),
      )
    );
  }

  #prompt(asked: readonly Segment[]): Sequence {
    return prompt(asked, this.vocabulary, this.config.pictureTokens);
  }

  async #generate(
    prompts: readonly Sequence[],
    options: GenerationOptions,
  ): Promise<number[][]> {
    const { device, store, config, vocabulary } = this;
    const { pictureTokens } = config;
    this.#generator ??= Generator.compile({
      device,
      store,
      config,
      vocabulary,
      shape: {
        batch: ROWS,
        prompt: pictureTokens + TEXT,
        answer: Math.max(drawnTokens(config), TEXT),
        pictures: 1,
      },
      seed: this.seed,
    });
    return (await this.#generator).generate(prompts, options);
  }
}

/** A picture that the model drew, and what it says of it. */
interface JudgedPicture {
  readonly drawn: DrawnPicture;
  readonly judgement: Judgement;
}

/** The one of which the model is surer; the first where it is as sure of both. */
function surer(one: JudgedPicture, other: JudgedPicture): JudgedPicture {
  const [a, b] = [one, other].map(({ judgement }) =>
    judgement.assessment === undefined ? -1 : sureness(judgement)
  );
  return b > a ? other : one;
}
