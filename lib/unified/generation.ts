/**
 * Generation with a key–value cache that stays on the device: one graph reads the prompts, another
 * takes one row of each sequence at a time. With guidance each prompt has a second sequence without
 * its condition. What is said is the modalities' affair (`modality.ts`).
 */
import { type Tensor, toOnnx } from "../graph/mod.ts";
import { ensureParameters, KeyValueCache, type Sampling, Scope } from "../nn/mod.ts";
import { stopIfInterrupted } from "../notebook/mod.ts";
import { type Device, nextName, Program, Random, type StateStore } from "../runtime/mod.ts";
import { givenIn, rowsOf } from "./batch.ts";
import { checkSampling } from "./check_sampling.ts";
import { type GenerationShape, outputsOf, prefillGraph, stepGraph } from "./generation_graphs.ts";
import type { Speech } from "./modality.ts";
import { type Entry, Row, type Said } from "./row.ts";
import type { Sequence, SequenceRow } from "./sequence_writer.ts";
import type { UnifiedModel } from "./unified_model.ts";

/** How answers are generated. */
export interface GenerationOptions extends Sampling {
  /** Each prompt has a stream of its own. */
  readonly seed: number;
  /** For each prompt the one without its condition, and how far to go away from it. */
  readonly guidance?: { readonly unconditional: readonly Sequence[]; readonly scale: number };
}

/** Says what follows prompts, for as many sequences at once as its shape has. */
export class Generator implements Disposable {
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly model: UnifiedModel,
    private readonly shape: GenerationShape,
    /** The graphs, and the cache in the store. */
    private readonly owned: Disposable,
    private readonly cache: KeyValueCache,
    private readonly prefill: Program,
    /** By the chunks of the cache that they need, from those on that hold the first answer row. */
    private readonly steps: readonly Program[],
  ) {}

  /** Compiles both graphs over the parameters in the store. */
  static async compile(
    { device, store, model, shape, seed }: {
      device: Device;
      store: StateStore;
      model: UnifiedModel;
      shape: GenerationShape;
      seed: number;
    },
  ): Promise<Generator> {
    const { config } = model;
    const cacheShape = {
      layers: config.layers,
      batch: shape.batch,
      keyValueHeads: config.keyValueHeads,
      headDim: config.hiddenSize / config.heads,
      slots: shape.prompt + shape.answer,
    };
    const cache = new KeyValueCache(cacheShape, undefined, freeName(store));
    // What was made is freed again where the rest cannot be.
    using made = new DisposableStack();
    for (const [name, type] of cache.states) {
      store.add(name, type, undefined, { kept: false });
      made.defer(() => store.has(name) && store.remove(name));
    }
    const compile = async (statesOf: (scope: Scope) => Tensor) => {
      const scope = new Scope();
      cache.begin();
      const outputs = outputsOf(scope, statesOf(scope), model);
      const inPlace = [...cache.written].map(([name, after]) => {
        outputs[nextName(name)] = after;
        return nextName(name);
      });
      ensureParameters(store, scope.specs(), seed);
      return made.use(await Program.compile(device, toOnnx(outputs), store, { inPlace }));
    };
    const prefill = await compile((scope) => prefillGraph(scope, model, shape, cache));
    const [first, last] = [shape.prompt, shape.prompt + shape.answer - 1].map((slot) =>
      cache.chunksFor(slot)
    );
    const steps: Program[] = [];
    for (let chunks = first; chunks <= last; chunks++) {
      steps.push(await compile((scope) => stepGraph(scope, model, shape, cache, chunks)));
    }
    return new Generator(model, shape, made.move(), cache, prefill, steps);
  }

  /**
   * Answers prompts, in order. What is sampled for a prompt depends on the seed and its place in the
   * list. Calls take turns: there is one cache.
   *
   * @param speak says the answer to the prompt of an index
   * @throws RangeError where a prompt or an answer is longer than the graphs were compiled for, or an
   * option is not as expected
   */
  generate<C>(
    prompts: readonly Sequence[],
    speak: (row: Row, index: number) => Speech<C>,
    options: GenerationOptions,
  ): Promise<C[]> {
    const turn = this.#turn.then(async () => {
      checkSampling({ ...options, guidance: options.guidance?.scale });
      const { guidance } = options;
      const atOnce = Math.floor(this.shape.batch / (guidance ? 2 : 1));
      const answers: C[] = [];
      for (let start = 0; start < prompts.length; start += atOnce) {
        stopIfInterrupted(`after ${start} answers`);
        const end = Math.min(start + atOnce, prompts.length);
        const unconditional = guidance?.unconditional.slice(start, end);
        const speakers = prompts.slice(start, end).map((_, i) => {
          const random = new Random(options.seed, "generation", start + i);
          const row = new Row(random, options, guidance?.scale ?? 1);
          return { row, speech: speak(row, start + i), last: undefined };
        });
        answers.push(...await this.#answer(prompts.slice(start, end), unconditional, speakers));
      }
      return answers;
    });
    this.#turn = turn.catch(() => {});
    return turn;
  }

  async #answer<C>(
    prompts: readonly Sequence[],
    unconditional: readonly Sequence[] | undefined,
    speakers: readonly Speaker<C>[],
  ): Promise<C[]> {
    const answers = new Map<Speaker<C>, C>();
    const goOn = async (waiting: readonly Speaker<C>[]) => {
      for (const speaker of waiting) {
        const result = await speaker.speech.next();
        if (result.done) answers.set(speaker, result.value);
      }
    };
    // What is fed before anything was heard is read with the prompt.
    await goOn(speakers);
    const openings = speakers.map(({ row }) => [...taken(row)].map(asRow));
    const opened = (sequences: readonly Sequence[]) =>
      sequences.map(({ rows }, i) => [...rows, ...openings[i]]);
    const sequences = [...opened(prompts), ...opened(unconditional ?? [])];
    let said = await this.#read(sequences);
    const lengths = new Int32Array(this.shape.batch);
    sequences.forEach((rows, i) => lengths[i] = rows.length);
    speakers.forEach((speaker, i) => speaker.last = sequences[i].at(-1)!);
    for (let step = 0;; step++) {
      stopIfInterrupted(`${step} rows into the answers`);
      const speaking = speakers.filter((speaker) => !answers.has(speaker));
      const waiting = speaking.filter(({ row }) => !row.isFed);
      for (const speaker of waiting) {
        const index = speakers.indexOf(speaker);
        speaker.row.hear(this.#saidTo(index, said, unconditional && speakers.length + index));
      }
      await goOn(waiting);
      if (answers.size === speakers.length) return speakers.map((speaker) => answers.get(speaker)!);
      if (step === this.shape.answer) {
        throw new RangeError(`Expected answers of at most ${step} rows, but found a longer one`);
      }
      const entries = speakers.map((speaker) => {
        const before = speaker.last!;
        const entry = answers.has(speaker) ? undefined : speaker.row.take();
        speaker.last = entry === undefined ? before : asRow(entry);
        return [before, speaker.last];
      });
      said = await this.#step(unconditional ? [...entries, ...entries] : entries, lengths, step);
    }
  }

  /** Reads sequences into the cache, and gives what the model says after each. */
  async #read(sequences: readonly (readonly SequenceRow[])[]): Promise<Outputs> {
    const { model, shape: { batch, prompt: length, given } } = this;
    const last = new Int32Array(batch);
    sequences.forEach((rows, row) => {
      if (rows.length > length) {
        throw new RangeError(
          `Expected a prompt of at most ${length} rows, but found ${rows.length}`,
        );
      }
      for (const [modality, most] of Object.entries(given)) {
        if (givenIn({ rows }, modality) <= most) continue;
        throw new RangeError(
          `Expected a prompt with at most ${most} given rows of "${modality}", but found more`,
        );
      }
      last[row] = row * length + rows.length - 1;
    });
    const inputs = { ...rowsOf(sequences, { batch, length, given }, model), last };
    return await this.prefill.run(inputs) as Outputs;
  }

  /**
   * Takes a row of each sequence: what the model says next.
   * @param entries of each sequence the row before it, and the row itself
   * @param lengths of the prompts
   */
  async #step(
    entries: readonly (readonly SequenceRow[])[],
    lengths: Int32Array,
    step: number,
  ): Promise<Outputs> {
    const { cache, model, shape: { batch, prompt }, steps } = this;
    const slot = prompt + step;
    const program = steps[cache.chunksFor(slot) - cache.chunksFor(prompt)];
    // Each of the two may be given.
    const given = Object.fromEntries(model.given.map(({ name }) => [name, 2]));
    const rows = rowsOf(entries, { batch, length: 2, given }, model);
    return await program.run({ ...rows, lengths, slot: Int32Array.of(slot) }) as Outputs;
  }

  /** What the model says to a sequence, and to the one without its condition. */
  #saidTo(index: number, { logits, ...outputs }: Outputs, without: number | undefined): Said {
    const of = (values: Float32Array, row: number) => {
      const size = values.length / this.shape.batch;
      return values.subarray(row * size, (row + 1) * size);
    };
    const given = Object.entries(outputs).map(([name, values]) => [name, of(values, index)]);
    return {
      logits: of(logits, index),
      ...(without === undefined ? {} : { unconditional: of(logits, without) }),
      outputs: Object.fromEntries(given),
    };
  }

  /** Frees the graphs and the cache; the parameters stay in the store. */
  [Symbol.dispose](): void {
    this.owned[Symbol.dispose]();
  }
}

/** What a graph gives: `logits`, and the modalities' outputs, a row for each sequence. */
type Outputs = Readonly<Record<string, Float32Array>>;

/** One answer while it is said. */
interface Speaker<C> {
  readonly row: Row;
  readonly speech: Speech<C>;
  /** The row that entered last. */
  last: SequenceRow | undefined;
}

/** What no cache in a store is called yet. */
function freeName(store: StateStore): string {
  const names = store.names();
  for (let i = 0;; i++) {
    const name = `cache.${i}`;
    if (!names.some((taken) => taken.startsWith(`${name}.`))) return name;
  }
}

function* taken(row: Row): IterableIterator<Entry> {
  for (let entry = row.take(); entry !== undefined; entry = row.take()) yield entry;
}

function asRow(entry: Entry): SequenceRow {
  return { id: -1, place: 0, learned: false, ...entry };
}
