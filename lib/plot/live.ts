/** A training that shows itself while it runs: one display, which is drawn anew in place. */
import { isPicture, type Picture } from "../data/picture.ts";
import { encodePng } from "../data/mod.ts";
import { brief } from "../graph/mod.ts";
import {
  type Display,
  escapeMarkup,
  htmlBundle,
  htmlPicture,
  notebookDisplay,
} from "../notebook/mod.ts";
import type { TrainingEvent } from "../optim/mod.ts";
import { Progress, quietly } from "../training/mod.ts";
import { lossCurve, type LossPoint } from "./loss_curve.ts";

/** What is shown of a training, and where. */
export interface LiveOptions {
  /** Over the loss curve; default none. */
  readonly title?: string;
  /** The parts of the loss to draw, a panel each; default the loss alone. */
  readonly parts?: readonly string[];
  /** Gives pictures to look at, such as drawings of a few captions; default none. */
  readonly samples?: () => Promise<readonly (Picture | { readonly picture: Picture })[]>;
  /** Steps between two times that `samples` is asked; default 100. */
  readonly every?: number;
  /** Where it is drawn; default the cell that runs, or outside of a notebook the console. */
  readonly display?: Display;
}

/** Least milliseconds between two times that something changes. */
const BETWEEN = 500;

/** Of the training's time the share that drawing curves may take. */
const SHARE = 0.01;

/** Width of a sample picture, in pixels of the screen. */
const WIDTH = 96;

/**
 * Gives the events of a training on, and shows it while it runs. In a notebook that is one display:
 * stage and step, time left, speed, memory, the loss curve, and the newest sample pictures. On a
 * terminal it is a bar, in a log a line now and then. Drawing takes a hundredth of the time, at most;
 * `samples` takes what it takes.
 *
 * @example
 * ```ts
 * import type { TrainingEvent } from "../optim/mod.ts";
 * import { live } from "./live.ts";
 *
 * async function* training() {
 *   for (let step = 1; step <= 3; step++) {
 *     yield { stage: "reading", step, steps: 3, loss: 1 / step, parts: {} } as TrainingEvent;
 *   }
 * }
 * const shown: string[] = [];
 * const display = (bundle: Record<string, string>) =>
 *   Promise.resolve(void shown.push(bundle["text/plain"]));
 * for await (const { loss } of live(training(), { display })) if (loss < 0) throw new Error("Never");
 * if (!shown.at(-1)?.includes("3/3")) throw new Error(shown.at(-1));
 * ```
 */
export async function* live<E extends TrainingEvent>(
  events: AsyncIterable<E>,
  { title, parts = ["loss"], samples, every = 100, display = notebookDisplay() }: LiveOptions = {},
): AsyncGenerator<E, void> {
  if (typeof events?.[Symbol.asyncIterator] !== "function") throw notSteps(events);
  using _ = quietly();
  using progress = new Progress({ isHeard: true, ...(display ? { view: NOWHERE } : {}) });
  const picture = new LivePicture(title, parts);
  let stage: string | undefined;
  try {
    for await (const event of events) {
      if (typeof event?.stage !== "string") throw notSteps(event);
      if (event.stage !== stage) {
        stage = event.stage;
        progress.stage(event.stage, event.steps);
      }
      progress.step(event);
      picture.add(event);
      if (samples !== undefined && (event.step % every === 0 || event.step === event.steps)) {
        picture.samples = await sheetOf(await samples());
      }
      if (display !== undefined && picture.isDue) await picture.draw(progress.status(), display);
      yield event;
    }
  } finally {
    if (display !== undefined && stage !== undefined) {
      await picture.draw(progress.status(), display, true);
    }
  }
}

function notSteps(found: unknown): TypeError {
  const expected = "Expected the steps of a training, as stage.run() gives";
  return new TypeError(`${expected}, but found ${brief(found)}`);
}

/** Draws nothing: the status stands in the display. */
const NOWHERE = { interval: Infinity, begin() {}, update() {}, end() {}, tell() {} };

/** What the display shows. */
class LivePicture {
  /** HTML of the newest sample pictures. */
  samples = "";
  readonly #points: LossPoint[] = [];
  #curve = "";
  #drawnAt = -Infinity;
  /** Milliseconds that the curve took to draw, and when it was over. */
  #took = 0;
  #curveAt = -Infinity;

  constructor(readonly title: string | undefined, readonly parts: readonly string[]) {}

  add({ stage, step, samples, loss, parts }: TrainingEvent): void {
    this.#points.push({ stage, step, samples, loss, ...parts });
  }

  get isDue(): boolean {
    return performance.now() - this.#drawnAt >= BETWEEN;
  }

  /** @param whole whether the curve is drawn, too, however long that takes */
  async draw(status: string, display: Display, whole = false): Promise<void> {
    const before = performance.now();
    if (whole || before - this.#curveAt >= this.#took / SHARE) {
      this.#curve = this.#drawnCurve();
      this.#curveAt = performance.now();
      this.#took = this.#curveAt - before;
    }
    const memory = `${(Deno.memoryUsage().rss / 2 ** 30).toFixed(2)} GiB`;
    const line = `${status}  ${memory}`;
    const words = `<pre style="margin:0">${escapeMarkup(line)}</pre>`;
    await display(htmlBundle(`<div>${words}${this.#curve}${this.samples}</div>`, line));
    this.#drawnAt = performance.now();
  }

  /** An image: pages show those where they do not trust drawings. */
  #drawnCurve(): string {
    const seen = this.parts.filter((part) =>
      this.#points.some((point) => Number.isFinite(point[part]))
    );
    if (seen.length === 0) return "";
    const figure = lossCurve(this.#points, { title: this.title, parts: seen });
    const data = new TextEncoder().encode(figure.svg()).toBase64();
    const words = escapeMarkup(figure.description);
    return `<img alt="${words}" src="data:image/svg+xml;base64,${data}">`;
  }
}

async function sheetOf(
  samples: readonly (Picture | { readonly picture: Picture })[],
): Promise<string> {
  const pictures = await Promise.all(samples.map(async (sample) => {
    const picture = isPicture(sample) ? sample : sample.picture;
    return htmlPicture(await encodePng(picture), WIDTH, "sample");
  }));
  return `<div>${pictures.join(" ")}</div>`;
}
