/**
 * A training in a folder: stages one after the other, with progress on the screen, metrics in
 * `metrics.jsonl`, and a state that a stopped run continues from, step for step.
 */
import { isDeepStrictEqual } from "node:util";
import {
  decodeSafetensors,
  encodeSafetensors,
  JsonLines,
  type NamedTensor,
  writeFileAtomic,
} from "../nn/mod.ts";
import { inspect, Interrupted, listenForInterrupt } from "../notebook/mod.ts";
import type { Stage, TrainingEvent } from "../optim/mod.ts";
import type { StateStore } from "../runtime/mod.ts";
import { METRICS, type Metrics } from "./metrics.ts";
import { Progress } from "./progress.ts";
import {
  checked,
  firstState,
  readState,
  ResumeError,
  type Settings,
  type StageSummary,
  TENSORS,
  type TrainingState,
} from "./training_state.ts";

export { ResumeError, type StageSummary };

export interface TrainingOptions {
  /** Made if it is missing. */
  readonly directory: string;
  readonly store: StateStore;
  /** What the run depends on: a run resumes only with the same. */
  readonly settings: Settings;
  /** Continue what was stopped in this folder. */
  readonly resume?: boolean;
  /** Stops the run after its current step; the state is saved. */
  readonly signal?: AbortSignal;
  readonly progress?: Progress;
}

export class Training implements Disposable {
  readonly #options: TrainingOptions;
  readonly #state: TrainingState;
  readonly #metrics: JsonLines<Metrics>;
  readonly #progress: Progress;
  readonly #startedAt = performance.now();
  readonly #secondsBefore: number;
  #nextStage = 0;

  private constructor(options: TrainingOptions, state: TrainingState, metrics: JsonLines<Metrics>) {
    this.#options = options;
    this.#state = state;
    this.#metrics = metrics;
    this.#progress = options.progress ?? new Progress();
    this.#secondsBefore = state.seconds;
  }

  /**
   * Begins a training, or continues one.
   * @throws ResumeError where there is nothing to resume, it was started with other settings, or one
   * of its files is damaged; all files then stay as they are
   */
  static async open(options: TrainingOptions): Promise<Training> {
    const { directory, settings, resume = false } = options;
    if (resume) return await Training.#resume(options);
    await Deno.mkdir(`${directory}/training`, { recursive: true });
    // What is left of an earlier training shall not be taken for this one's.
    await Deno.remove(statePath(directory)).catch(() => {});
    const metrics = await JsonLines.create(`${directory}/metrics.jsonl`, METRICS);
    const training = new Training(options, firstState(settings), metrics);
    await training.#save();
    return training;
  }

  /**
   * Begins a training, or continues the one in the folder where there is one: for long runs that are
   * simply started again.
   * @throws ResumeError as {@link open}
   */
  static async openOrResume(options: Omit<TrainingOptions, "resume">): Promise<Training> {
    const begun = await Deno.stat(statePath(options.directory)).then(() => true, () => false);
    return await Training.open({ ...options, resume: begun });
  }

  static async #resume(options: TrainingOptions): Promise<Training> {
    const { directory, settings, store } = options;
    const state = await readState(statePath(directory));
    if (!isDeepStrictEqual(state.settings, settings)) {
      throw new ResumeError(
        `Expected the settings that ${directory} was started with, ` +
          `${JSON.stringify(state.settings)}, but found ${JSON.stringify(settings)}`,
      );
    }
    if (store.names().length > 0) {
      throw new ResumeError(
        `Expected an empty store for the training in ${directory}, ` +
          `but found "${store.names()[0]}" in it`,
      );
    }
    try {
      const { tensors } = decodeSafetensors(`${directory}/training/${state.tensors}`);
      const metrics = await JsonLines.resume(`${directory}/metrics.jsonl`, METRICS, state.metrics);
      for (const [name, { shape, data }] of tensors) {
        store.add(name, { dtype: "float32", shape }, data);
      }
      return new Training(options, state, metrics);
    } catch (cause) {
      const found = (cause as Error).message;
      throw new ResumeError(`Expected a whole training in ${directory}, but found ${found}`, {
        cause,
      });
    }
  }

  [inspect](): string {
    const { done, current } = this.#state;
    const stages = done.map(({ name }) => `${name} finished`);
    if (current !== undefined) stages.push(`${current.stage} after step ${current.step}`);
    return `Training in ${this.#options.directory}: ${stages.join(", ") || "not begun"}`;
  }

  /** Shows the time left over all of these stages, as if their steps took equally long. */
  plan(stages: readonly Pick<Stage, "name" | "steps">[]): void {
    this.#progress.plan(stages.map(({ name, steps }) => ({ name, weight: steps })));
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
   * who want to look. The signal stops it, so does an interrupt of the notebook's cell, and so does
   * who looks no further (`break`): its state is saved, and the same stage goes on from there, now or in a resumed run.
   * @throws ResumeError where the run that is resumed had another stage in this place
   */
  async *run(stage: Stage): AsyncGenerator<TrainingEvent, void> {
    const finished = this.#state.done[this.#nextStage];
    const { current } = this.#state;
    const done = current?.step ?? 0;
    const known = finished?.name ?? current?.stage ?? stage.name;
    if (known !== stage.name) {
      throw new ResumeError(`Expected the stage "${known}" to go on, but found "${stage.name}"`);
    }
    if (finished !== undefined) {
      this.#nextStage++;
      return;
    }
    if (done >= stage.steps) {
      throw new ResumeError(
        `Expected the stage "${known}" to go on after ${done} steps, but found it to have ` +
          `${stage.steps}`,
      );
    }
    const { signal } = this.#options;
    using _ = listenForInterrupt(); // until all is saved
    let firstLoss = current?.firstLoss;
    let last: TrainingEvent | undefined;
    let brokeDown = false;
    const secondsOf = () => (current?.seconds ?? 0) + (last?.seconds ?? 0);
    this.#progress.stage(stage.name, stage.steps);
    try {
      for await (const event of stage.run({ done, signal })) {
        firstLoss ??= event.loss;
        last = event;
        this.#metrics.write({ ...event, seconds: secondsOf() });
        this.#progress.step(event);
        yield event;
      }
    } catch (error) {
      const stopped = error instanceof Interrupted || (signal?.aborted && error === signal.reason);
      brokeDown = !stopped;
      throw error;
    } finally {
      this.#progress.end();
      if (last !== undefined && !brokeDown) {
        await this.#keep(stage, last, { firstLoss: firstLoss!, seconds: secondsOf() });
      }
    }
  }

  /** Saves what a stage has come to, at its end or before. */
  async #keep(
    { name, steps, batchSize }: Stage,
    { step, loss }: TrainingEvent,
    { firstLoss, seconds }: { firstLoss: number; seconds: number },
  ): Promise<void> {
    if (step < steps) {
      this.#state.current = { stage: name, step, firstLoss, seconds };
    } else {
      this.#state.current = undefined;
      this.#state.done.push({
        name,
        samples: steps * batchSize,
        seconds,
        firstLoss,
        lastLoss: loss,
      });
      this.#nextStage++;
    }
    await this.#save();
  }

  /**
   * Does something between stages once: a resumed run finds its result.
   * @throws ResumeError where the result that is kept is none of the schema's
   */
  async once<T>(
    name: string,
    schema: { parse(value: unknown): T },
    compute: () => Promise<T>,
  ): Promise<T> {
    const { directory, signal } = this.#options;
    const { results } = this.#state;
    if (Object.hasOwn(results, name)) {
      return checked(schema, results[name], `the result "${name}" in ${statePath(directory)}`);
    }
    signal?.throwIfAborted();
    const result = await compute();
    results[name] = result;
    await this.#saveState();
    return result;
  }

  /** The tensors first: until the state is written too, the old state and its tensors are whole. */
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
    const next = before === a ? b : a;
    await writeFileAtomic(`${directory}/training/${next}`, encodeSafetensors(tensors));
    await this.#metrics.sync();
    this.#state.metrics = this.#metrics.lines;
    await this.#saveState(next);
    await Deno.remove(`${directory}/training/${before}`).catch(() => {});
  }

  async #saveState(tensors = this.#state.tensors): Promise<void> {
    this.#state.seconds = this.seconds;
    const state: TrainingState = { ...this.#state, tensors };
    await writeFileAtomic(statePath(this.#options.directory), JSON.stringify(state));
    this.#state.tensors = tensors;
  }

  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
    this.#metrics[Symbol.dispose]();
  }
}

function statePath(directory: string): string {
  return `${directory}/training/state.json`;
}
