/**
 * A training in a folder: stages one after the other, with progress on the screen, metrics in
 * `metrics.jsonl`, and a state that a stopped run continues from, step for step.
 */
import { z } from "zod";
import {
  decodeSafetensors,
  encodeSafetensors,
  type NamedTensor,
  writeFileAtomic,
} from "../nn/mod.ts";
import type { Stage, TrainingEvent } from "../optim/mod.ts";
import type { StateStore } from "../runtime/mod.ts";
import { MetricsWriter } from "./metrics.ts";
import { Progress } from "./progress.ts";

const StageSummary = z.object({
  name: z.string(),
  samples: z.number(),
  seconds: z.number(),
  firstLoss: z.number(),
  lastLoss: z.number(),
});

/** What a finished stage did. */
export type StageSummary = z.infer<typeof StageSummary>;

const Settings = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

const TENSORS = ["state.a.safetensors", "state.b.safetensors"] as const;

const State = z.strictObject({
  format: z.literal("illume training"),
  version: z.literal(1),
  /** What the run was started with. */
  settings: Settings,
  seconds: z.number(),
  done: z.array(StageSummary),
  /** The file that goes with this state. The two take turns, so that no crash can mix two states. */
  tensors: z.enum(TENSORS),
  /** The stage that was stopped in the middle. */
  current: z.object({
    stage: z.string(),
    step: z.number(),
    firstLoss: z.number(),
    seconds: z.number(),
  }).optional(),
  /** Results of what is done between stages. */
  results: z.record(z.string(), z.unknown()),
});
type State = z.infer<typeof State>;

/** A folder that cannot be resumed from. */
export class ResumeError extends Error {
  override name = "ResumeError";
}

export interface TrainingOptions {
  /** Made if it is missing. */
  readonly directory: string;
  readonly store: StateStore;
  /** What the run depends on: a run resumes only with the same. */
  readonly settings: z.infer<typeof Settings>;
  /** Continue what was stopped in this folder. */
  readonly resume?: boolean;
  /** Stops the run after its current step; the state is saved. */
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

export class Training implements Disposable {
  readonly #options: TrainingOptions;
  readonly #state: State;
  readonly #metrics: MetricsWriter;
  readonly #progress: Progress;
  readonly #startedAt = performance.now();
  readonly #secondsBefore: number;
  #nextStage = 0;

  private constructor(options: TrainingOptions, state: State, metrics: MetricsWriter) {
    this.#options = options;
    this.#state = state;
    this.#metrics = metrics;
    this.#progress = options.progress ?? new Progress();
    this.#secondsBefore = state.seconds;
  }

  /**
   * Begins a training, or continues one.
   * @throws ResumeError where there is nothing to resume, or it was started with other settings
   */
  static async open(options: TrainingOptions): Promise<Training> {
    const { directory, settings, store, resume = false } = options;
    await Deno.mkdir(`${directory}/training`, { recursive: true });
    const metricsPath = `${directory}/metrics.jsonl`;
    if (!resume) {
      const state: State = {
        format: "illume training",
        version: 1,
        settings,
        seconds: 0,
        done: [],
        tensors: TENSORS[0],
        results: {},
      };
      const training = new Training(options, state, await MetricsWriter.create(metricsPath));
      await training.#save();
      return training;
    }
    const state = await readState(directory);
    if (JSON.stringify(state.settings) !== JSON.stringify(settings)) {
      throw new ResumeError(
        `Expected the settings that ${directory} was started with, ` +
          `${JSON.stringify(state.settings)}, but found ${JSON.stringify(settings)}`,
      );
    }
    try {
      const { tensors } = decodeSafetensors(`${directory}/training/${state.tensors}`);
      for (const [name, { shape, data }] of tensors) {
        store.add(name, { dtype: "float32", shape }, data);
      }
      const { stage, step } = state.current ?? { stage: state.done.at(-1)?.name, step: Infinity };
      const metrics = stage === undefined
        ? await MetricsWriter.create(metricsPath)
        : await MetricsWriter.resume(metricsPath, { stage, step });
      return new Training(options, state, metrics);
    } catch (cause) {
      const found = (cause as Error).message;
      throw new ResumeError(`Expected a whole training in ${directory}, but found: ${found}`, {
        cause,
      });
    }
  }

  /** Shows the time left over all of these stages. */
  plan(stages: readonly Stage[]): void {
    this.#progress.plan(
      stages.map(({ name, steps, batchSize }) => ({ name, weight: steps * batchSize })),
    );
  }

  /** Seconds of this training so far, all its runs together. */
  get seconds(): number {
    return this.#secondsBefore + (performance.now() - this.#startedAt) / 1000;
  }

  /** The stages that are finished. */
  get stages(): readonly StageSummary[] {
    return this.#state.done;
  }

  /**
   * Trains a stage to its end, or not at all where an earlier run did. Gives its events, for those
   * who want to look.
   * @throws ResumeError where the run that is resumed had another stage in this place
   */
  async *run(stage: Stage): AsyncGenerator<TrainingEvent, void> {
    const place = this.#nextStage++;
    const finished = this.#state.done[place];
    const { current } = this.#state;
    const known = finished?.name ?? current?.stage ?? stage.name;
    if (known !== stage.name) {
      throw new ResumeError(`Expected the stage "${known}" to go on, but found "${stage.name}"`);
    }
    if (finished !== undefined) return;
    let firstLoss = current?.firstLoss;
    let last: TrainingEvent | undefined;
    const secondsOf = () => (current?.seconds ?? 0) + (last?.seconds ?? 0);
    this.#progress.stage(stage.name, stage.steps);
    try {
      const done = current?.step ?? 0;
      for await (const event of stage.run({ done, signal: this.#options.signal })) {
        firstLoss ??= event.loss;
        last = event;
        this.#metrics.write({ ...event, seconds: secondsOf() });
        this.#progress.step(event);
        yield event;
      }
    } catch (error) {
      if (last !== undefined && this.#options.signal?.aborted) {
        this.#state.current = {
          stage: stage.name,
          step: last.step,
          firstLoss: firstLoss!,
          seconds: secondsOf(),
        };
        await this.#save();
      }
      throw error;
    }
    this.#progress.end();
    this.#state.current = undefined;
    this.#state.done.push({
      name: stage.name,
      samples: stage.steps * stage.batchSize,
      seconds: secondsOf(),
      firstLoss: firstLoss!,
      lastLoss: last!.loss,
    });
    await this.#save();
  }

  /** Does something between stages once: a resumed run finds its result. */
  async once<T>(
    name: string,
    schema: { parse(value: unknown): T },
    compute: () => Promise<T>,
  ): Promise<T> {
    if (name in this.#state.results) return schema.parse(this.#state.results[name]);
    this.#options.signal?.throwIfAborted();
    const result = await compute();
    this.#state.results[name] = result;
    await this.#saveState();
    return result;
  }

  async #save(): Promise<void> {
    const { directory, store } = this.#options;
    const tensors = new Map<string, NamedTensor>();
    for (const name of store.names()) {
      if (name.startsWith("cache.")) continue;
      const { shape } = store.get(name).type;
      tensors.set(name, { shape, data: await store.read(name) as Float32Array });
    }
    const before = this.#state.tensors;
    const [a, b] = TENSORS;
    this.#state.tensors = before === a ? b : a;
    await writeFileAtomic(
      `${directory}/training/${this.#state.tensors}`,
      encodeSafetensors(tensors),
    );
    await this.#saveState();
    await Deno.remove(`${directory}/training/${before}`).catch(() => {});
  }

  async #saveState(): Promise<void> {
    this.#state.seconds = this.seconds;
    const path = `${this.#options.directory}/training/state.json`;
    await writeFileAtomic(path, JSON.stringify(this.#state));
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
    this.#metrics[Symbol.dispose]();
  }
}

async function readState(directory: string): Promise<State> {
  const path = `${directory}/training/state.json`;
  let text: string;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new ResumeError(`Expected a stopped training in ${directory}, but found no ${path}`);
  }
  try {
    return State.parse(JSON.parse(text));
  } catch (error) {
    throw new ResumeError(
      `Expected the state of a training of version 1 in ${path}, but found it damaged ` +
        `(${(error as Error).name})`,
    );
  }
}
