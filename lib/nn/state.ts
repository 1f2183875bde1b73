/** A model's parameters on a device. */
import type { StateStore } from "../runtime/mod.ts";
import { initialValue, type ParameterSpec } from "./scope.ts";

/** Puts every parameter that the device does not hold yet there, with its first values. */
export function ensureParameters(
  store: StateStore,
  specs: readonly ParameterSpec[],
  seed: number,
): void {
  for (const spec of specs) {
    if (!store.has(spec.name)) store.add(spec.name, spec, initialValue(spec, seed));
  }
}
