/** A place in the output of a running cell. */
import { runningNotebook } from "./running.ts";
import type { Bundle } from "./shown.ts";

/** Shows a MIME bundle; each call after the first replaces what the one before it showed. */
export type Display = (bundle: Bundle) => Promise<void>;

/** A place in the output of the running cell; undefined where no notebook is running. */
export function notebookDisplay(): Display | undefined {
  const jupyter = runningNotebook();
  if (jupyter === undefined) return undefined;
  const display_id = crypto.randomUUID();
  let shown = false;
  return async (bundle) => {
    await jupyter.display(bundle, { raw: true, display_id, update: shown });
    shown = true;
  };
}
