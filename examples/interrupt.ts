/**
 * `deno task` passes a Ctrl-C on to a program that has it from the terminal already: signals that
 * come within this time, in milliseconds, are one.
 */
const ONE_PRESS = 500;

/**
 * A signal that aborts at the first Ctrl-C, so that a run can save its state and stop; a second one
 * ends the program at once.
 */
export function stopOnInterrupt(toContinue: string): AbortSignal {
  const controller = new AbortController();
  let pressedAt = -Infinity;
  Deno.addSignalListener("SIGINT", () => {
    if (performance.now() - pressedAt < ONE_PRESS) return;
    if (controller.signal.aborted) Deno.exit(130);
    pressedAt = performance.now();
    console.error("\nstopping after this step");
    controller.abort(new Interrupted(`stopped; continue with ${toContinue}`));
  });
  return controller.signal;
}

/** The user stopped the run. */
export class Interrupted extends Error {
  override name = "Interrupted";
}
