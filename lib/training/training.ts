/**
 * A training in a folder: stages one after the other, with progress on the screen, metrics in
 * `metrics.jsonl`, and a state that a stopped run continues from, step for step.
 */
import { FolderLock, type JsonLines } from "../files/mod.ts";
import { inspect, Interrupted, listenForInterrupt } from "../notebook/mod.ts";
import type { Stage, TrainingEvent } from "../optim/mod.ts";
import { checkNumber, expectPath, expectStore, type StateStore } from "../runtime/mod.ts";
import { commitAtWork } from "./commit.ts";
import {
  begunMetrics,
  ExistingError,
  existingError,
  expectNothingInTheWay,
  resumed,
  settingsError,
} from "./beginning.ts";
import type { Metrics } from "./metrics.ts";
import { Progress } from "./progress.ts";
import { asJson, differences, type Settings, settingsOf } from "./settings.ts";
import {
  type Best,
  checked,
  firstState,
  ResumeError,
  type StageSummary,
  type TrainingState,
} from "./training_state.ts";
import { bytesToSave, TrainingFolder } from "./training_folder.ts";

export { type Best, ExistingError, ResumeError, type Settings, type StageSummary };

/** What a training works with, and when it saves. */
export interface TrainingOptions {
  /** Made if it is missing. While a training has it open, no other can. */
  readonly directory: string;
  /** Where the parameters live. */
  readonly store: StateStore;
  /**
   * What decides the run besides its stages, which say it themselves: a run resumes only with the
   * same. Such as `{ preset, seed, device: device.name, data: { fingerprint } }`.
   */
  readonly settings: Settings;
  /**
   * What becomes of a training that the folder holds: it is refused (the default), continued, or
   * overwritten. Where the folder holds none, all three begin one.
   */
  readonly existing?: "refuse" | "resume" | "overwrite";
  /**
   * What else the run will write, such as its model: paths in the folder. To overwrite a run removes
   * these of its files, and nothing besides.
   */
  readonly files?: readonly string[];
  /** Stops the run after its current step; the state is saved. */
  readonly signal?: AbortSignal;
  /** Where progress is told; default a new one. */
  readonly progress?: Progress;
  /**
   * Least seconds from one save within a stage to the next, default 30. Large states are saved less
   * often, so that saving takes no more than a hundredth of the time.
   */
  readonly saveEvery?: number;
}

/** The most of a stage's time that saving within it may take. */
const SAVING_SHARE = 0.01;

/** Bytes a second that a save is expected to write, before the first has shown how many. */
const SAVING_SPEED = 1e8;

/** A training in a folder: stages that go on where they were stopped. */
export class Training implements Disposable {
  readonly #options: TrainingOptions;
  readonly #folder: TrainingFolder;
  #state: TrainingState;
  readonly #metrics: JsonLines<Metrics>;
  readonly #lock: FolderLock;
  readonly #progress: Progress;
  readonly #startedAt = performance.now();
  readonly #secondsBefore: number;
  /** Seconds that saving a byte took, lately. */
  #secondsPerByte = 1 / SAVING_SPEED;
  #savedAt = performance.now();
  #nextStage = 0;
  /** The step that was trained last, of the stage that this run is within. */
  #at: Pick<Best, "stage" | "step"> | undefined;
  /** Whether the best has taken the place of the last, and no state says so yet. */
  #isRestored = false;

  private constructor(
    options: TrainingOptions,
    folder: TrainingFolder,
    state: TrainingState,
    metrics: JsonLines<Metrics>,
    lock: FolderLock,
  ) {
    this.#options = options;
    this.#folder = folder;
    this.#state = state;
    this.#metrics = metrics;
    this.#lock = lock;
    this.#progress = options.progress ?? new Progress();
    this.#secondsBefore = state.seconds;
  }

  /**
   * Begins a training, or continues one.
   *
   * @throws FolderInUseError where another training has the folder open
   * @throws ExistingError where the folder holds a training that is neither to be continued nor
   * overwritten; and where it holds none, but a file of a name that this one will write
   * @throws ResumeError where what shall be continued was started with other settings, or one of its
   * files is damaged; in all three cases all files stay as they are
   * @throws TypeError where the directory or the store is none, or JSON cannot hold the settings
   *
   * @example
   * ```ts
   * import { openDevice, StateStore } from "../runtime/mod.ts";
   * import { Training } from "./training.ts";
   *
   * using device = await openDevice();
   * using store = new StateStore(device);
   * const directory = await Deno.makeTempDir();
   * {
   *   using training = await Training.open({ directory, store, settings: { seed: 0 } });
   *   // for await (const step of training.run(stage)) …
   *   if (training.stages.length > 0) throw new Error("Expected no stage to have ended");
   * }
   * await Training.open({ directory, store, settings: { seed: 0 } }).catch((error) => {
   *   if (error.name !== "ExistingError") throw error;
   * });
   * await Deno.remove(directory, { recursive: true });
   * ```
   */
  static async open(options: TrainingOptions): Promise<Training> {
    const { directory, files, settings, store, existing = "refuse" } = options;
    expectPath(directory);
    expectStore(store);
    using opened = new DisposableStack();
    const lock = opened.use(await FolderLock.take(directory));
    const folder = new TrainingFolder(directory, files);
    const begun = asJson(settings);
    const commit = await commitAtWork();
    const isBegun = await folder.holdsTraining();
    if (!isBegun) await expectNothingInTheWay(folder);
    else if (existing === "refuse") throw existingError(directory);
    let training: Training;
    if (isBegun && existing === "resume") {
      const { state, metrics } = await resumed(folder, begun, store);
      training = new Training(options, folder, state, metrics, lock);
    } else {
      const state = await folder.begin(firstState(begun, commit), store);
      training = new Training(options, folder, state, await begunMetrics(folder), lock);
    }
    await folder.removeLeftOvers(training.#state);
    training.#noteCommit(commit);
    opened.move();
    return training;
  }

  /** Another commit may go on with a run: it is said, and kept with the state. */
  #noteCommit(commit: string | undefined): void {
    const { commits } = this.#state;
    const last = commits[commits.length - 1];
    if (commit === undefined || commit === last) return;
    this.#state = { ...this.#state, commits: [...commits, commit] };
    if (last === undefined) return;
    const was = `The training in ${this.#folder.path} was at commit ${last} of Illume`;
    this.#progress.tell(`${was}, and goes on at ${commit}`);
  }

  /** What the console and a REPL show. */
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
   * who looks no further (`break`): its state is saved, and the same stage goes on from there, now or
   * in a resumed run. It is saved from time to time as well: a program that is killed loses half a
   * minute.
   * @throws ResumeError where the run that is resumed had another stage in this place, or one with
   * other settings: it says which differ
   */
  async *run(stage: Stage): AsyncGenerator<TrainingEvent, void> {
    const finished = this.#state.done[this.#nextStage];
    const { current } = this.#state;
    const done = current?.step ?? 0;
    const known = finished?.name ?? current?.stage ?? stage.name;
    if (known !== stage.name) {
      throw new ResumeError(`Expected the stage "${known}" to go on, but found "${stage.name}"`);
    }
    this.#expectSettings(stage);
    if (finished !== undefined) {
      this.#nextStage++;
      return;
    }
    const { signal } = this.#options;
    if (this.#isRestored) {
      const { current, restored } = this.#state;
      await this.#save({ current, restored: [...restored, this.#nextStage] });
      this.#isRestored = false;
    }
    using _ = listenForInterrupt(); // until all is saved
    let firstLoss = current?.firstLoss;
    let last: TrainingEvent | undefined;
    let brokeDown = false;
    const before = current?.seconds ?? 0;
    const secondsOf = () => before + (last?.seconds ?? 0);
    this.#progress.stage(stage.name, stage.steps);
    try {
      for await (const event of stage.run({ done, signal })) {
        firstLoss ??= event.loss;
        last = event;
        this.#at = { stage: stage.name, step: event.step };
        this.#metrics.write({ ...event, seconds: secondsOf() });
        this.#progress.step(event);
        yield event;
        if (event.step < stage.steps && this.#isSaveDue()) {
          await this.#keep(stage, event, { firstLoss, seconds: secondsOf() });
        }
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

  /** A stage that was begun goes on only as it was begun. */
  #expectSettings(stage: Stage): void {
    const settings = settingsOf(stage);
    const begun = this.#state.stages[this.#nextStage]?.settings ?? settings;
    const found = differences(begun, settings, `stages.${stage.name}`);
    if (found.length > 0) throw settingsError(this.#folder, found);
  }

  /** Saves what a stage has come to, at its end or before. */
  async #keep(
    stage: Stage,
    { step, loss }: TrainingEvent,
    { firstLoss, seconds }: { firstLoss: number; seconds: number },
  ): Promise<void> {
    const { name, steps, batchSize } = stage;
    const stages = this.#state.stages.slice(0, this.#nextStage);
    stages.push({ name, settings: settingsOf(stage) });
    if (step < steps) {
      return await this.#save({ stages, current: { stage: name, step, firstLoss, seconds } });
    }
    const summary = { name, samples: steps * batchSize, seconds, firstLoss, lastLoss: loss };
    await this.#save({ stages, current: undefined, done: [...this.#state.done, summary] });
    this.#at = undefined;
    this.#nextStage++;
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
    const { signal } = this.#options;
    const { results } = this.#state;
    if (Object.hasOwn(results, name)) {
      return checked(schema, results[name], `the result "${name}" in ${this.#folder.state}`);
    }
    signal?.throwIfAborted();
    const result = await compute();
    const { seconds } = this;
    this.#state = { ...this.#state, seconds, results: { ...this.#state.results, [name]: result } };
    await this.#folder.save(this.#state);
    return result;
  }

  /**
   * Keeps a copy of the parameters, without what the optimizer remembers, where they score more than
   * all that was offered before: in `training/best.safetensors`, with the score, the stage and the
   * step. Of a loss, offer the negative. A resumed run that has yet to come to where it was stopped
   * offers nothing.
   *
   * @returns whether it is the best so far
   * @throws RangeError where the score is no finite number; Error before the first step
   *
   * @example
   * ```ts
   * import type { Stage } from "../optim/mod.ts";
   * import type { Training } from "./training.ts";
   *
   * async function trainToTheBest(training: Training, stage: Stage, score: () => Promise<number>) {
   *   for await (const { step } of training.run(stage)) {
   *     if (step % 100 === 0) await training.offer(await score());
   *   }
   *   training.restoreBest();
   * }
   * ```
   */
  async offer(score: number): Promise<boolean> {
    checkNumber("score", score);
    if (this.#isAhead) return false;
    const { best, stages } = this.#state;
    const last = stages[this.#nextStage - 1];
    const at = this.#at ?? (last && { stage: last.name, step: last.settings.steps as number });
    if (at === undefined) throw new Error("Expected a step before a score, but found none");
    if (best !== undefined && score <= best.score) return false;
    const better = { score, ...at };
    await this.#folder.saveBest(better, this.#options.store);
    this.#state = { ...this.#state, best: better };
    await this.#folder.save(this.#state);
    return true;
  }

  /** The best that was offered, by this run and those before. */
  get best(): Best | undefined {
    return this.#state.best;
  }

  /**
   * Puts the best parameters into the store, between stages: a later stage then begins with them. A
   * resumed run whose later stage has begun already leaves what it has learned since.
   *
   * @throws Error where none was offered, or within a stage
   */
  restoreBest(): void {
    if (this.#at !== undefined) {
      const { stage, step } = this.#at;
      throw new Error(`Expected stage "${stage}" to have ended, but found it after step ${step}`);
    }
    const { best, restored } = this.#state;
    if (this.#isAhead || restored.includes(this.#nextStage)) return;
    if (best === undefined) throw new Error("Expected a score that was offered, but found none");
    this.#folder.restoreBest(this.#options.store);
    this.#isRestored = true;
  }

  /** Whether the runs before came further than where this one is: what they offered stands. */
  get #isAhead(): boolean {
    const { current, done } = this.#state;
    return done.length > this.#nextStage || (current !== undefined && this.#at === undefined);
  }

  /** Whether it is time, and what a save costs is little beside the time since the last. */
  #isSaveDue(): boolean {
    const { store, saveEvery = 30 } = this.#options;
    const elapsed = (performance.now() - this.#savedAt) / 1000;
    return elapsed >= saveEvery &&
      elapsed * SAVING_SHARE >= bytesToSave(store) * this.#secondsPerByte;
  }

  /** Metrics go first: a state names only lines that are on the disk. */
  async #save(changes: Pick<TrainingState, "current"> & Partial<TrainingState>): Promise<void> {
    const { store } = this.#options;
    const start = performance.now();
    await this.#metrics.sync();
    const { seconds } = this;
    const state = { ...this.#state, ...changes, seconds, metrics: this.#metrics.lines };
    this.#state = await this.#folder.saveAll(state, store);
    this.#savedAt = performance.now();
    this.#secondsPerByte = (this.#savedAt - start) / 1000 / Math.max(bytesToSave(store), 1);
  }

  /** Closes the files and gives the folder free. */
  [Symbol.dispose](): void {
    this.#progress[Symbol.dispose]();
    this.#metrics[Symbol.dispose]();
    this.#lock[Symbol.dispose]();
  }
}
