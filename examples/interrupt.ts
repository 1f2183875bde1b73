/**
 * A signal that aborts at the first Ctrl-C, so that a run can save its state and stop; a second one
 * ends the program at once.
 */
export function stopOnInterrupt(toContinue: string): AbortSignal {
  const controller = new AbortController();
  Deno.addSignalListener("SIGINT", () => {
    if (controller.signal.aborted) Deno.exit(130);
    console.error("\nstopping after this step");
    controller.abort(new Interrupted(`stopped; continue with ${toContinue}`));
  });
  return controller.signal;
}

/** The user stopped the run. */
export class Interrupted extends Error {
  override name = "Interrupted";
}
