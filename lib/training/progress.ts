/** How far training is: the stage, its steps, the loss, the speed, and the time that is left. */
import { type ProgressView, progressView } from "./progress_view.ts";

/** A stage to come, and its share of the whole time. */
export interface PlannedStage {
  /** Of the stage. */
  readonly name: string;
  /** In any unit: only the ratios count. */
  readonly weight: number;
}

/** What is known after a step. */
export interface ProgressStep {
  /** 1 … steps of the stage; one more than before where it is absent. */
  readonly step?: number;
  /** Of the batch. */
  readonly loss?: number;
  /** Not shown where it is absent. */
  readonly samplesPerSecond?: number;
  /** Samples that were too long for the batch. */
  readonly leftOut?: number;
}

interface RunningStage {
  readonly name: string;
  readonly steps: number;
  readonly startedAt: number;
  done: number;
  /** The first step seen and when it was over: it compiles, so that speed is measured from there. */
  first?: { readonly step: number; readonly at: number };
  latest: ProgressStep;
  leftOut: number;
  drawnAt: number;
}

const BAR_LENGTH = 16;

/** 64.0, 227,000: no power of ten. */
const THREE_DIGITS = { minimumSignificantDigits: 3, maximumSignificantDigits: 3 };

/** How many show progress in their own way. */
let quiet = 0;

/** Until it is disposed of, progress that is not `isHeard` is not shown: somebody else shows it. */
export function quietly(): Disposable {
  quiet++;
  return { [Symbol.dispose]: () => void quiet-- };
}

/**
 * Shows the progress of stages of steps, and forgets what it need not show: call `step` as often as
 * you like.
 *
 * @example
 * ```ts
 * import { Progress } from "./progress.ts";
 *
 * using progress = new Progress();
 * progress.plan([{ name: "encoder", weight: 1 }, { name: "alignment", weight: 4 }]);
 * progress.stage("encoder", 2);
 * progress.step({ loss: 0.7, samplesPerSecond: 812 });
 * progress.step({ loss: 0.6, samplesPerSecond: 820 });
 * if (!progress.status().includes("2/2")) throw new Error("Expected the encoder to be done");
 * ```
 */
export class Progress {
  readonly #view: ProgressView;
  readonly #now: () => number;
  readonly #isHeard: boolean;
  #planned: readonly PlannedStage[] = [];
  #secondsOf = new Map<string, number>();
  #stage: RunningStage | undefined;

  /**
   * A progress without stages as yet.
   * @param options.now seconds, from any start; the system's clock where absent
   * @param options.isHeard whether it is shown where somebody asked for quiet; default false
   */
  constructor(options: { view?: ProgressView; now?: () => number; isHeard?: boolean } = {}) {
    this.#isHeard = options.isHeard ?? false;
    this.#view = options.view ?? progressView();
    this.#now = options.now ?? (() => performance.now() / 1000);
  }

  /** Says which stages are to come, so that the time left in all can be told. */
  plan(stages: readonly PlannedStage[]): void {
    this.#planned = stages;
  }

  /** Begins a stage, and ends the one before. */
  stage(name: string, steps: number): void {
    this.end();
    const now = this.#now();
    this.#stage = { name, steps, startedAt: now, done: 0, latest: {}, leftOut: 0, drawnAt: now };
    if (!this.#isQuiet) this.#view.begin(this.status());
  }

  get #isQuiet(): boolean {
    return quiet > 0 && !this.#isHeard;
  }

  /**
   * Counts a step.
   *
   * @throws Error when no stage was begun
   */
  step(step: ProgressStep = {}): void {
    const stage = this.#stage;
    if (!stage) throw new Error("Expected a stage to have begun, but found a step without one");
    const now = this.#now();
    stage.done = step.step ?? stage.done + 1;
    stage.first ??= { step: stage.done, at: now };
    stage.latest = step;
    stage.leftOut += step.leftOut ?? 0;
    if (stage.done < stage.steps && now - stage.drawnAt >= this.#view.interval) {
      stage.drawnAt = now;
      if (!this.#isQuiet) this.#view.update(this.status());
    }
  }

  /** Ends the stage; its line stays. */
  end(): void {
    const stage = this.#stage;
    if (!stage) return;
    this.#secondsOf.set(stage.name, this.#now() - stage.startedAt);
    if (!this.#isQuiet) this.#view.end(this.status());
    this.#stage = undefined;
  }

  /** Shows a line that stays, above the stage that runs. */
  tell(line: string): void {
    this.#view.tell(line);
    if (this.#stage !== undefined && !this.#isQuiet) this.#view.begin(this.status());
  }

  /** Ends the stage that runs. */
  [Symbol.dispose](): void {
    this.end();
  }

  /** The line that is shown now; empty between stages. */
  status(): string {
    const stage = this.#stage;
    if (!stage) return "";
    const { loss, samplesPerSecond } = stage.latest;
    const index = this.#planned.findIndex(({ name }) => name === stage.name);
    return [
      index < 0 ? stage.name : `[${index + 1}/${this.#planned.length}] ${stage.name}`,
      bar(stage.done / stage.steps),
      `${stage.done}/${stage.steps}`,
      loss === undefined ? "" : `loss ${loss.toPrecision(4)}`,
      samplesPerSecond === undefined
        ? ""
        : `${samplesPerSecond.toLocaleString("en", THREE_DIGITS)} samples/s`,
      this.#timeText(stage),
      stage.leftOut === 0 ? "" : `${stage.leftOut} too long`,
    ].filter((part) => part !== "").join("  ");
  }

  #timeText(stage: RunningStage): string {
    const elapsed = this.#now() - stage.startedAt;
    if (stage.done >= stage.steps) return `took ${clock(elapsed)}`;
    const left = secondsLeft(stage, this.#now());
    if (left === undefined) return "";
    const later = this.#secondsOfLaterStages(stage.name, elapsed + left);
    return `${clock(left)} left` + (later === 0 ? "" : `, ${clock(left + later)} in all`);
  }

  /** The weights of the stages to come, at the speed of those that ran and of this one. */
  #secondsOfLaterStages(current: string, secondsOfCurrent: number): number {
    const index = this.#planned.findIndex(({ name }) => name === current);
    if (index < 0) return 0;
    let weight = 0;
    let seconds = 0;
    for (const planned of this.#planned.slice(0, index + 1)) {
      const took = planned.name === current ? secondsOfCurrent : this.#secondsOf.get(planned.name);
      if (took === undefined) continue;
      weight += planned.weight;
      seconds += took;
    }
    const later = this.#planned.slice(index + 1).reduce((sum, stage) => sum + stage.weight, 0);
    return weight > 0 ? later * seconds / weight : 0;
  }
}

function secondsLeft({ first, done, steps, startedAt }: RunningStage, now: number) {
  if (!first) return undefined;
  const secondsPerStep = done > first.step
    ? (now - first.at) / (done - first.step)
    : first.at - startedAt;
  return secondsPerStep * (steps - done);
}

function bar(fraction: number): string {
  const full = Math.round(Math.min(Math.max(fraction, 0), 1) * BAR_LENGTH);
  return "█".repeat(full) + "░".repeat(BAR_LENGTH - full);
}

/** 75 seconds are 1:15. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const padded = (value: number) => String(value).padStart(2, "0");
  return h > 0 ? `${h}:${padded(m)}:${padded(s)}` : `${m}:${padded(s)}`;
}
