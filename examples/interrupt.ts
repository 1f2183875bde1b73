/**
 * `deno task` passes a Ctrl-C on to a program that has it from the terminal already: signals that
 * come within this time, in milliseconds, are one.
 */
const ONE_PRESS = 500;

/** What asks a program to end: a Ctrl-C, a polite kill, a terminal that is closed. */
const SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
type Signal = keyof typeof SIGNALS;

/**
 * A signal that aborts when the program is asked to end, so that a run can save its state and stop.
 * Asked a second time it ends at once; but a closed terminal is told of several times.
 */
export function stopOnInterrupt(toContinue: string): AbortSignal {
  const controller = new AbortController();
  let askedAt = -Infinity;
  const stop = (name: Signal) => {
    if (performance.now() - askedAt < ONE_PRESS) return;
    askedAt = performance.now();
    if (!controller.signal.aborted) {
      tell("\nstopping after this step");
      controller.abort(new Interrupted(`stopped; continue with ${toContinue}`, name));
    } else if (name !== "SIGHUP") Deno.exit(exitCode(name));
  };
  for (const name of Object.keys(SIGNALS) as Signal[]) {
    if (Deno.build.os === "windows" && name === "SIGTERM") continue;
    Deno.addSignalListener(name, () => stop(name));
  }
  return controller.signal;
}

/** What a shell expects of a program that a signal ended. */
const exitCode = (signal: Signal) => 128 + SIGNALS[signal];

/** The user stopped the run. */
export class Interrupted extends Error {
  override name = "Interrupted";
  readonly exitCode: number;

  constructor(message: string, signal: Signal) {
    super(message);
    this.exitCode = exitCode(signal);
  }
}

/** Says something on standard error, where there still is someone to read it. */
export function tell(text: string): void {
  try {
    console.error(text);
  } catch {
    // The terminal is closed.
  }
}
