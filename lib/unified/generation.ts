/**
 * Generation with a key–value cache that stays on the device: one graph reads the prompts, another
 * takes one token at a time. With guidance each prompt has a second row without its condition.
 */
import { input, ops, type Tensor, toOnnx } from "../graph/mod.ts";
import { ensureParameters, type KeyValues, rotaryTable, Scope } from "../nn/mod.ts";
import { type Device, nextName, Program, Random, type StateStore } from "../runtime/mod.ts";
import type { UnifiedConfig } from "./config.ts";
import { contextualize, embed, embedGenerated, fromStart, logitsOf } from "./language_model.ts";
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
  /** For each prompt the one without its condition, and how far to go away from it. */
  readonly guidance?: { readonly unconditional: readonly Sequence[]; readonly scale: number };
}

export class Generator implements Disposable {
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly config: UnifiedConfig,
    private readonly vocabulary: Vocabulary,
    private readonly shape: GenerationShape,
    private readonly prefill: Program,
    private readonly step: Program,
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
    const slots = shape.prompt + shape.answer;
    const cache = new Cache(config, shape.batch, slots);
    for (const { name, tensor } of cache.entries) {
      if (!store.has(name)) store.add(name, tensor);
    }
    const inPlace = cache.entries.map(({ name }) => nextName(name));
    const compile = (outputs: (scope: Scope) => Record<string, Tensor>) => {
      const scope = new Scope();
      const model = toOnnx(outputs(scope));
      ensureParameters(store, scope.specs(), seed);
      return Program.compile(device, model, store, { inPlace });
    };
    const prefill = await compile((scope) => prefillGraph(scope, config, shape, cache));
    const step = await compile((scope) => stepGraph(scope, config, shape, slots, cache));
    return new Generator(config, vocabulary, shape, prefill, step);
  }

  /**
   * Answers prompts, in order: the ids of each answer, without `<eos>`. What is sampled for a prompt
   * depends on the seed and its place in the list. Calls take turns: there is one cache.
   * @throws RangeError where a prompt is longer than the graphs were compiled for
   */
  generate(prompts: readonly Sequence[], options: GenerationOptions): Promise<number[][]> {
    const turn = this.#turn.then(() => this.#generate(prompts, options));
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
    const [low, high] = drawing
      ? [vocabulary.text.size, vocabulary.size]
      : [0, vocabulary.text.size];
    const randoms = Array.from(
      { length: count },
      (_, i) => new Random(options.seed, "generation", first + i),
    );
    const answers: number[][] = rows.slice(0, count).map(() => []);
    const finished = new Set<number>();
    const longest = drawing ? config.pictureTokens : shape.answer;

    let logits = await this.#read(rows, drawing);
    const lengths = rows.map((row) => row.ids.length + (drawing ? 1 : 0));
    for (let token = 0; token < longest; token++) {
      for (let i = 0; i < count; i++) {
        if (finished.has(i)) continue;
        const allowed = (row: number) =>
          logits.slice(row * vocabulary.size + low, row * vocabulary.size + high);
        const scores = options.guidance
          ? guided(allowed(i), allowed(count + i), options.guidance.scale)
          : allowed(i);
        if (!drawing) forbid(scores, vocabulary);
        const id = low + sample(scores, options, randoms[i]);
        if (id === vocabulary.eos) finished.add(i);
        else answers[i].push(id);
      }
      if (finished.size === count || token === longest - 1) break;
      const ids = new Int32Array(shape.batch).fill(vocabulary.pad);
      const positions = new Int32Array(shape.batch);
      rows.forEach((_, row) => {
        ids[row] = answers[row % count].at(-1) ?? vocabulary.pad;
        positions[row] = Math.min(lengths[row] + token, shape.prompt + shape.answer - 1);
      });
      logits = (await this.step.run({ ids, positions })).logits as Float32Array;
    }
    return answers;
  }

  /** Reads the prompts into the cache, and gives the logits after each: `[batch, vocabulary]`. */
  async #read(rows: readonly Sequence[], drawing: boolean): Promise<Float32Array> {
    const { vocabulary, config, shape } = this;
    const pictureRows = shape.pictures * config.pictureTokens;
    const ids = new Int32Array(shape.batch * shape.prompt).fill(vocabulary.pad);
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
      sequence.features.forEach((feature, i) => {
        const at = row * pictureRows + i * config.pictureTokens;
        features.set(feature, at * config.featureSize);
      });
      last[row] = row * shape.prompt + whole.length - 1;
    });
    return (await this.prefill.run({ ids, features, last })).logits as Float32Array;
  }

  [Symbol.dispose](): void {
    this.prefill[Symbol.dispose]();
    this.step[Symbol.dispose]();
  }
}

/** Words and `<eos>` are allowed in text; the other special tokens are not. */
function forbid(scores: Float32Array, vocabulary: Vocabulary): void {
  const { pad, bos, answer, picture, endPicture } = vocabulary;
  for (const id of [pad, bos, answer, picture, endPicture]) scores[id] = -Infinity;
}

/** The cache's tensors: `[batch, keyValueHeads, slots, headDim]` for keys and values of each layer. */
class Cache {
  readonly layers: readonly { readonly keys: Tensor; readonly values: Tensor }[];

  constructor(config: UnifiedConfig, batch: number, slots: number) {
    const shape = [batch, config.keyValueHeads, slots, config.hiddenSize / config.heads];
    this.layers = Array.from({ length: config.layers }, (_, layer) => ({
      keys: input(this.name("keys", layer, shape), "float32", shape),
      values: input(this.name("values", layer, shape), "float32", shape),
    }));
  }

  get entries(): { name: string; tensor: Tensor }[] {
    return this.layers.flatMap(({ keys, values }) => [keys, values]).map((tensor) => ({
      name: tensor.source.kind === "input" ? tensor.source.name : "",
      tensor,
    }));
  }

  private name(what: string, layer: number, shape: readonly number[]): string {
    return `cache.${shape.join("x")}.${layer}.${what}`;
  }

  /** The graph outputs that replace the cache. */
  replacedBy(fresh: readonly KeyValues[]): Record<string, Tensor> {
    const tensors = fresh.flatMap(({ keys, values }) => [keys, values]);
    return Object.fromEntries(this.entries.map(({ name }, i) => [nextName(name), tensors[i]]));
  }
}

function prefillGraph(
  scope: Scope,
  config: UnifiedConfig,
  { batch, prompt, answer, pictures }: GenerationShape,
  cache: Cache,
): Record<string, Tensor> {
  const rows = batch * pictures * config.pictureTokens;
  const ids = input("ids", "int32", [batch, prompt]);
  const features = input("features", "float32", [rows, config.featureSize]);
  const last = input("last", "int32", [batch]);
  const remembered: KeyValues[] = [];
  const hidden = contextualize(scope, embed(scope, ids, features, config), config, {
    ...fromStart(batch, prompt, config),
    remember(_, fresh) {
      const room = (x: Tensor) => ops.pad(x, { axis: 2, before: 0, after: answer });
      remembered.push({ keys: room(fresh.keys), values: room(fresh.values) });
      return fresh;
    },
  });
  const ends = ops.gather(
    ops.reshape(hidden, { shape: [batch * prompt, config.hiddenSize] }),
    last,
  );
  return { logits: logitsOf(scope, ends, config), ...cache.replacedBy(remembered) };
}

function stepGraph(
  scope: Scope,
  config: UnifiedConfig,
  { batch }: GenerationShape,
  slots: number,
  cache: Cache,
): Record<string, Tensor> {
  const half = config.hiddenSize / config.heads / 2;
  const ids = input("ids", "int32", [batch]);
  const positions = input("positions", "int32", [batch]);
  const angles = rotaryTable(slots, 2 * half);
  const angle = (x: Tensor) => ops.reshape(ops.gather(x, positions), { shape: [batch, 1, half] });
  const position = ops.reshape(positions, { shape: [batch, 1, 1, 1] });
  const later = ops.greater(ops.range({ size: slots }), position);
  const remembered: KeyValues[] = [];
  const embedded = ops.reshape(embedGenerated(scope, ids, config), {
    shape: [batch, 1, config.hiddenSize],
  });
  const hidden = contextualize(scope, embedded, config, {
    rotary: { cos: angle(angles.cos), sin: angle(angles.sin) },
    visible: ops.where(later, -1e9, 0),
    remember(layer, fresh) {
      const written = {
        keys: ops.write(cache.layers[layer].keys, fresh.keys, positions),
        values: ops.write(cache.layers[layer].values, fresh.values, positions),
      };
      remembered.push(written);
      return written;
    },
  });
  const states = ops.reshape(hidden, { shape: [batch, config.hiddenSize] });
  return { logits: logitsOf(scope, states, config), ...cache.replacedBy(remembered) };
}
