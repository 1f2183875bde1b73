/** What Deno gives to cells of the notebook that this runs in; undefined where it is none. */
export function runningNotebook(): typeof Deno.jupyter | undefined {
  try {
    return Deno.jupyter;
  } catch {
    return undefined; // Deno throws where it is read outside of a notebook.
  }
}
