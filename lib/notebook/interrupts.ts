/**
 * Interrupting a cell. Jupyter sends the kernel the signal of Ctrl-C, of which Deno's kernel dies,
 * and all that was learned with it, unless somebody listens. So whatever takes long listens.
 */
import { runningNotebook } from "./running.ts";

/** The user stopped what was going on; all that was done before is there. */
export class Interrupted extends Error {
  /** What tells it from other errors. */
  override name = "Interrupted";

  /**
   * An interruption, which says where it came.
   * @param where such as `after step 3`
   */
  constructor(where?: string) {
    super(["stopped", where].filter(Boolean).join(" "));
    this.stack = `${this.name}: ${this.message}`; // where in the code says nothing
  }
}

/** How long to listen on between two things that take long, in milliseconds. */
const BETWEEN = 1000;

let listeners = 0;
let isListening = false;
let isPressed = false;
let end: ReturnType<typeof setTimeout> | undefined;

const press = () => void (isPressed = true);

/**
 * Listens, in a notebook, until it is disposed of: the kernel lives, and the next
 * {@link stopIfInterrupted} stops.
 *
 * @example
 * ```ts
 * import { listenForInterrupt, stopIfInterrupted } from "./interrupts.ts";
 *
 * using _ = listenForInterrupt();
 * for (let step = 1; step <= 3; step++) stopIfInterrupted(`before step ${step}`);
 * ```
 */
export function listenForInterrupt(): Disposable {
  if (runningNotebook() === undefined) return { [Symbol.dispose]() {} };
  listeners++;
  clearTimeout(end);
  if (!isListening) Deno.addSignalListener("SIGINT", press);
  isListening = true;
  return {
    [Symbol.dispose]() {
      if (--listeners === 0) end = setTimeout(listenNoMore, BETWEEN);
    },
  };
}

function listenNoMore(): void {
  Deno.removeSignalListener("SIGINT", press);
  isListening = isPressed = false;
}

/**
 * Where it is safe to stop.
 *
 * @throws Interrupted where the cell was interrupted
 */
export function stopIfInterrupted(where?: string): void {
  if (!isPressed) return;
  isPressed = false;
  throw new Interrupted(where);
}
