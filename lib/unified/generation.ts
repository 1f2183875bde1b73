/**
 * Generation with a key–value cache that stays on the device: one graph reads the prompts, another
 * takes one token at a time. With guidance each prompt has a second row without its condition.
 */
import { input, ops, type Tensor, toOnnx } from "../graph/mod.ts";
import { ensureParameters, KeyValueCache, rotaryTable, Scope } from "../nn/mod.ts";
import { stopIfInterrupted } from "../notebook/mod.ts";
import { type Device, nextName, Program, Random, type StateStore } from "../runtime/mod.ts";
import { quantizerOf } from "../vision/mod.ts";
import { checkSampling } from "./check_sampling.ts";
import { drawnTokens, type UnifiedConfig } from "./config.ts";
import { contextualize, embed, fromStart, logitsOf } from "./language_model.ts";
import { guided, sample, type Sampling } from "./sampling.ts";
import type { Sequence } from "./sequence.ts";
import type { Vocabulary } from "./vocabulary.ts";

export interface GenerationShape {
  /** Rows; with guidance a prompt takes two. */
  readonly batch: number;
  /** Tokens of a prompt, at most. */
  readonly prompt: number;
  /** Tokens of an answer, at most. */
  readonly answer: number;
  /** Pictures read in a prompt, at most. */
  readonly pictures: number;
}

export interface GenerationOptions extends Sampling {
  readonly seed: number;
  /**
   * The grammar of the answer: `picture` is exactly a picture's codes, `text` is words up to
   * `<eos>`.
   */
  readonly grammar: "picture" | "text";
  /** For each prompt the answers that it may have, as ids; any where absent. */
  readonly choices?: readonly (readonly (readonly number[])[] | undefined)[];
  /** For each prompt the one without its condition, and how far to go away from it. */
  readonly guidance?: { readonly unconditional: readonly Sequence[]; readonly scale: number };
}

export class Generator implements Disposable {
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly config: UnifiedConfig,
    private readonly vocabulary: Vocabulary,
    private readonly shape: GenerationShape,
    private readonly cache: KeyValueCache,
    private readonly prefill: Program,
    /** By the chunks of the cache that they need, from those on that hold the first answer token. */
    private readonly steps: readonly Program[],
  ) {}

  /** Compiles both graphs over the parameters in the store. */
  static async compile(
    { device, store, config, vocabulary, shape, seed }: {
      device: Device;
      store: StateStore;
      config: UnifiedConfig;
      vocabulary: Vocabulary;
      shape: GenerationShape;
      seed: number;
    },
  ): Promise<Generator> {
    const cache = new KeyValueCache({
      layers: config.layers,
      batch: shape.batch,
      keyValueHeads: config.keyValueHeads,
      headDim: config.hiddenSize / config.heads,
      slots: shape.prompt + shape.answer,
    });
    for (const [name, type] of cache.states) {
      if (!store.has(name)) store.add(name, type, undefined, { kept: false });
    }
    const compile = (logits: (scope: Scope) => Tensor) => {
      const scope = new Scope();
      cache.begin();
      const outputs: Record<string, Tensor> = { logits: logits(scope) };
      for (const [name, after] of cache.written) outputs[nextName(name)] = after;
      ensureParameters(store, scope.specs(), seed);
      const inPlace = Object.keys(outputs).filter((name) => name !== "logits");
      return Program.compile(device, toOnnx(outputs), store, { inPlace });
    };
    const prefill = await compile((scope) => prefillGraph(scope, config, shape, cache));
    const [first, last] = [shape.prompt, shape.prompt + shape.answer - 1].map((slot) =>
      cache.chunksFor(slot)
    );
    const steps: Program[] = [];
    for (let chunks = first; chunks <= last; chunks++) {
      steps.push(await compile((scope) => stepGraph(scope, config, shape, cache, chunks)));
    }
    return new Generator(config, vocabulary, shape, cache, prefill, steps);
  }

  /**
   * Answers prompts, in order: the ids of each answer, without `<eos>`. What is sampled for a prompt
   * depends on the seed and its place in the list. Calls take turns: there is one cache.
   * @throws RangeError where a prompt is longer than the graphs were compiled for, or an option is not
   * as expected
   */
  generate(prompts: readonly Sequence[], options: GenerationOptions): Promise<number[][]> {
    const turn = this.#turn.then(() => {
      checkSampling({ ...options, guidance: options.guidance?.scale });
      return this.#generate(prompts, options);
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #generate(
    prompts: readonly Sequence[],
    options: GenerationOptions,
  ): Promise<number[][]> {
    const rowsEach = options.guidance ? 2 : 1;
    const atOnce = Math.floor(this.shape.batch / rowsEach);
    const answers: number[][] = [];
    for (let start = 0; start < prompts.length; start += atOnce) {
      const end = Math.min(start + atOnce, prompts.length);
      const rows = prompts.slice(start, end);
      const all = options.guidance
        ? [...rows, ...options.guidance.unconditional.slice(start, end)]
        : rows;
      answers.push(...await this.#answer(all, rows.length, start, options));
    }
    return answers;
  }

  async #answer(
    rows: readonly Sequence[],
    count: number,
    first: number,
    options: GenerationOptions,
  ): Promise<number[][]> {
    const { vocabulary, config, shape } = this;
    const drawing = options.grammar === "picture";
    const quantizer = quantizerOf(config.quantizer);
    /** The ids that the grammar allows at a place of the answer, from and to. */
    const range = (place: number) => {
      if (!drawing) return [0, vocabulary.text.size];
      const codes = quantizer.range?.(place % quantizer.depth) ?? [0, quantizer.codes];
      return codes.map((code) => vocabulary.idOfCode(code));
    };
    const randoms = Array.from(
      { length: count },
      (_, i) => new Random(options.seed, "generation", first + i),
    );
    const answers: number[][] = rows.slice(0, count).map(() => []);
    const finished = new Set<number>();
    const longest = drawing ? drawnTokens(config) : shape.answer;

    let logits = await this.#read(rows, drawing);
    const lengths = new Int32Array(shape.batch);
    rows.forEach((row, i) => lengths[i] = row.ids.length + (drawing ? 1 : 0));
    for (let token = 0; token < longest; token++) {
      stopIfInterrupted(`after ${first} answers`);
      const [low, high] = range(token);
      for (let i = 0; i < count; i++) {
        if (finished.has(i)) continue;
        const allowed = (row: number) =>
          logits.slice(row * vocabulary.size + low, row * vocabulary.size + high);
        const scores = options.guidance
          ? guided(allowed(i), allowed(count + i), options.guidance.scale)
          : allowed(i);
        if (!drawing) forbid(scores, vocabulary);
        const choices = options.choices?.[first + i];
        if (choices !== undefined) hold(scores, choices, answers[i], vocabulary.eos);
        const id = low + sample(scores, options, randoms[i]);
        if (id === vocabulary.eos) finished.add(i);
        else answers[i].push(id);
      }
      if (finished.size === count || token === longest - 1) break;
      const last = rows.map(({ ids }, row) => {
        const answer = answers[row % count];
        const before = drawing ? vocabulary.picture : ids.at(-1)!;
        return [answer.at(-2) ?? before, answer.at(-1) ?? vocabulary.pad];
      });
      const places = [token - 1, token].map((at) =>
        drawing && at >= 0 ? 1 + Math.floor(at / quantizer.depth) : 0
      );
      logits = await this.#step(last, places, lengths, token);
    }
    return answers;
  }

  /** Reads the prompts into the cache, and gives the logits after each: `[batch, vocabulary]`. */
  async #read(rows: readonly Sequence[], drawing: boolean): Promise<Float32Array> {
    const { vocabulary, config, shape } = this;
    const pictureRows = shape.pictures * config.pictureTokens;
    const ids = new Int32Array(shape.batch * shape.prompt).fill(vocabulary.pad);
    const places = new Int32Array(ids.length);
    const features = new Float32Array(shape.batch * pictureRows * config.featureSize);
    const last = new Int32Array(shape.batch);
    rows.forEach((sequence, row) => {
      const whole = drawing ? [...sequence.ids, vocabulary.picture] : sequence.ids;
      if (whole.length > shape.prompt || sequence.features.length > shape.pictures) {
        throw new RangeError(
          `Expected a prompt of at most ${shape.prompt} tokens and ${shape.pictures} pictures, ` +
            `but found ${whole.length} tokens and ${sequence.features.length} pictures`,
        );
      }
      whole.forEach((id, i) => {
        ids[row * shape.prompt + i] = id >= 0 ? id : vocabulary.size + row * pictureRows - 1 - id;
      });
      places.set(sequence.places, row * shape.prompt);
      sequence.features.forEach((feature, i) => {
        const at = row * pictureRows + i * config.pictureTokens;
        features.set(feature, at * config.featureSize);
      });
      last[row] = row * shape.prompt + whole.length - 1;
    });
    return (await this.prefill.run({ ids, places, features, last })).logits as Float32Array;
  }

  /**
   * Takes the token after prompts of these lengths and so many tokens: the next logits.
   * @param last of each row the token before it, and the token itself
   * @param places where in a picture these two stand
   */
  async #step(
    last: readonly (readonly number[])[],
    places: readonly number[],
    lengths: Int32Array,
    token: number,
  ): Promise<Float32Array> {
    const { cache, shape, steps, vocabulary } = this;
    const slot = shape.prompt + token;
    const program = steps[cache.chunksFor(slot) - cache.chunksFor(shape.prompt)];
    const ids = new Int32Array(2 * shape.batch).fill(vocabulary.pad);
    ids.set(last.flat());
    const inputs = {
      ids,
      places: Int32Array.from(ids, (_, i) => places[i % 2]),
      lengths,
      slot: Int32Array.of(slot),
    };
    return (await program.run(inputs)).logits as Float32Array;
  }

  [Symbol.dispose](): void {
    this.prefill[Symbol.dispose]();
    for (const step of this.steps) step[Symbol.dispose]();
  }
}

/** Words and `<eos>` are allowed in text; the other special tokens are not. */
function forbid(scores: Float32Array, vocabulary: Vocabulary): void {
  const { pad, bos, answer, picture, endPicture } = vocabulary;
  for (const id of [pad, bos, answer, picture, endPicture]) scores[id] = -Infinity;
}

/** Leaves only what makes the answer, so far, one of the choices. */
function hold(
  scores: Float32Array,
  choices: readonly (readonly number[])[],
  answer: readonly number[],
  eos: number,
): void {
  const open = choices.filter((choice) => answer.every((id, i) => choice[i] === id));
  const next = new Set(open.map((choice) => choice[answer.length] ?? eos));
  scores.forEach((_, id) => next.has(id) || (scores[id] = -Infinity));
}

/** The logits after each prompt; its keys and values fill the first slots. */
function prefillGraph(
  scope: Scope,
  config: UnifiedConfig,
  { batch, prompt, pictures }: GenerationShape,
  cache: KeyValueCache,
): Tensor {
  const rows = batch * pictures * config.pictureTokens;
  const inputs = {
    ids: input("ids", "int32", [batch, prompt]),
    places: input("places", "int32", [batch, prompt]),
    features: input("features", "float32", [rows, config.featureSize]),
  };
  const last = input("last", "int32", [batch]);
  const hidden = contextualize(scope, embed(scope, inputs, config), config, {
    ...fromStart(batch, prompt, config),
    remember(layer, fresh) {
      cache.fill(layer, fresh);
      return [fresh];
    },
  });
  const ends = ops.gather(
    ops.reshape(hidden, { shape: [batch * prompt, config.hiddenSize] }),
    last,
  );
  return logitsOf(scope, ends, config);
}

/**
 * The logits after one more token, with so many chunks of the cache. Tokens of answers stand in the
 * slots after the longest prompt, in all rows alike; their positions go on from their own prompt.
 */
function stepGraph(
  scope: Scope,
  config: UnifiedConfig,
  { batch, prompt, answer }: GenerationShape,
  cache: KeyValueCache,
  chunks: number,
): Tensor {
  const half = config.hiddenSize / config.heads / 2;
  const inputs = {
    ids: input("ids", "int32", [batch, 2]),
    places: input("places", "int32", [batch, 2]),
  };
  const lengths = input("lengths", "int32", [batch]);
  const slot = input("slot", "int32", [1]);
  const angles = rotaryTable(prompt + answer, 2 * half);
  const position = ops.add(lengths, ops.sub(slot, prompt));
  const angle = (x: Tensor) => ops.reshape(ops.gather(x, position), { shape: [batch, 1, half] });
  const slots = ops.range({ size: chunks * cache.chunk });
  const inPrompt = ops.greater(ops.reshape(lengths, { shape: [batch, 1, 1, 1] }), slots);
  const hidesPadding = ops.where(inPrompt, 0, -1e9);
  const hidesLater = ops.where(ops.greater(slots, slot), -1e9, 0);
  const here = ops.expand(ops.sub(slot, (chunks - 1) * cache.chunk), { shape: [batch] });
  const embedded = ops.slice(embed(scope, inputs, config), { axis: 1, start: 1, end: 2 });
  const hidden = contextualize(scope, embedded, config, {
    rotary: { cos: angle(angles.cos), sin: angle(angles.sin) },
    visible: ops.where(ops.greater(prompt, slots), hidesPadding, hidesLater),
    remember: (layer, fresh) => cache.extend(layer, fresh, here, chunks),
  });
  return logitsOf(scope, ops.reshape(hidden, { shape: [batch, config.hiddenSize] }), config);
}
