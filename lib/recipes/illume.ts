/**
 * ILLUME (arXiv 2412.06673): continuous pictures in, discrete semantic tokens out. One causal
 * language model reads pictures as features of a semantic encoder, draws them as codes of a semantic
 * tokenizer, and judges what it drew.
 */
import type { Assessment } from "../assessment/assessment.ts";
import { assess, type Judge, type Judged, type Judgement } from "../assessment/judge.ts";
import { parseAssessment } from "../assessment/words.ts";
import { checkText } from "../data/vocabulary.ts";
import type { Picture } from "../data/picture.ts";
import type { World } from "../data/world.ts";
import type { Device, StateStore } from "../runtime/mod.ts";
import type { PictureTokenizer } from "../tokenizer/mod.ts";
import type { TextTokenizer } from "../text/mod.ts";
import {
  drawnTokens,
  type GenerationOptions,
  Generator,
  prompt,
  type Segment,
  Vocabulary,
} from "../unified/mod.ts";
import type { UnifiedConfig } from "../unified/mod.ts";
import { ask } from "./formats.ts";

/** Sizes of the language model by preset. */
export const LANGUAGE_MODEL_PRESETS = {
  nano: { hiddenSize: 128, layers: 4, heads: 4, intermediateSize: 256 },
  small: { hiddenSize: 256, layers: 6, heads: 8, intermediateSize: 512 },
  base: { hiddenSize: 768, layers: 12, heads: 12, intermediateSize: 2048 },
} as const;

export interface DrawOptions {
  readonly seed?: number;
  /** How strongly the caption counts; 1 is no guidance, 1.25 where absent. */
  readonly guidance?: number;
  /** 0.5 where absent: lower is surer, higher more varied. */
  readonly temperature?: number;
  readonly topK?: number;
}

/** A picture that the model drew, and its codes. */
export interface DrawnPicture {
  readonly picture: Picture;
  readonly ids: Int32Array;
}

/** Rows that are generated at a time. */
const ROWS = 64;

/** Tokens of text in a prompt, and in an answer, at most. */
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
  #generator: Promise<Generator> | undefined;

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

  get device(): Device {
    return this.tokenizer.device;
  }

  get store(): StateStore {
    return this.tokenizer.store;
  }

  /**
   * Draws a picture of a caption.
   * @throws CaptionError where the caption is empty, too long, or has words nobody taught the model
   */
  async draw(caption: string, options: DrawOptions = {}): Promise<Picture> {
    return (await this.drawAll([caption], options))[0].picture;
  }

  /** Draws a picture of each caption. */
  drawAll(captions: readonly string[], options: DrawOptions = {}): Promise<DrawnPicture[]> {
    for (const caption of captions) checkText(caption, this.world);
    return this.#draw(
      captions.map((caption) => ask.draw(caption)),
      captions.map(() => ask.drawAnything()),
      options,
    );
  }

  /** Changes a picture as told. */
  async edit(picture: Picture, instruction: string, options: DrawOptions = {}): Promise<Picture> {
    checkText(instruction, this.world);
    const [{ features }] = await this.tokenizer.encode([picture]);
    const [drawn] = await this.#draw(
      [ask.edit(features, instruction)],
      [ask.reconstruct(features)],
      options,
    );
    return drawn.picture;
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

  /** Answers a question about a picture. */
  async ask(picture: Picture, question: string): Promise<string> {
    return (await this.askAll([{ picture, question }]))[0];
  }

  /** Answers a question about each picture. */
  async askAll(
    questions: readonly { readonly picture: Picture; readonly question: string }[],
  ): Promise<string[]> {
    for (const { question } of questions) checkText(question, this.world);
    const pictures = [...new Set(questions.map(({ picture }) => picture))];
    const encoded = await this.tokenizer.encode(pictures);
    const featuresOf = new Map(pictures.map((picture, i) => [picture, encoded[i].features]));
    return this.#write(
      questions.map(({ picture, question }) => ask.question(featuresOf.get(picture)!, question)),
    );
  }

  /**
   * Judges whether a picture shows a caption.
   * @throws JudgeError where the model's words are no assessment
   */
  assess(picture: Picture, caption: string): Promise<Assessment> {
    return assess(picture, caption, { judge: this });
  }

  /** Judges each picture against its caption, in words; those that are no assessment stay words. */
  async judge(items: readonly Judged[]): Promise<Judgement[]> {
    for (const { caption } of items) checkText(caption, this.world);
    const encoded = await this.tokenizer.encode(items.map(({ picture }) => picture));
    const answers = await this.#write(
      items.map(({ caption }, i) => ask.assess(encoded[i].features, caption)),
    );
    return answers.map((said) => {
      const assessment = parseAssessment(said);
      return assessment === undefined ? { said } : { assessment };
    });
  }

  async #write(asked: readonly Segment[][]): Promise<string[]> {
    const answers = await this.#generate(asked, GREEDY);
    return answers.map((ids) => this.vocabulary.decodeText(ids));
  }

  async #draw(
    asked: readonly Segment[][],
    unconditional: readonly Segment[][],
    { seed = 0, guidance = 1.25, temperature = 0.5, topK = 64 }: DrawOptions,
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
    return codes.map((ids, i) => ({ ids, picture: pictures[i] }));
  }

  #prompt(asked: readonly Segment[]) {
    return prompt(asked, this.vocabulary, this.config.pictureTokens);
  }

  async #generate(asked: readonly Segment[][], options: GenerationOptions): Promise<number[][]> {
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
    const generator = await this.#generator;
    return generator.generate(asked.map((segments) => this.#prompt(segments)), options);
  }
}
