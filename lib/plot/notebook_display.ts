/** Shows a MIME bundle; each call after the first replaces what the one before it showed. */
export type Display = (bundle: Record<string, string>) => Promise<void>;

/** A place in the output of the running notebook cell; nowhere when no notebook is running. */
export function notebookDisplay(): Display {
  const jupyter = runningNotebook();
  const display_id = crypto.randomUUID();
  let shown = false;
  return async (bundle) => {
    await jupyter?.display(bundle, { raw: true, display_id, update: shown });
    shown = true;
  };
}

/** Deno throws where `Deno.jupyter` is read outside of a notebook. */
function runningNotebook(): typeof Deno.jupyter | undefined {
  try {
    return Deno.jupyter;
  } catch {
    return undefined;
  }
}
