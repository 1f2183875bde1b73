/** The smallest training there is: it fits a line, in milliseconds a step. */
import { input } from "../lib/graph/mod.ts";
import { linear, type Scope, squaredError } from "../lib/nn/mod.ts";
import { adamw, TrainStep } from "../lib/optim/mod.ts";
import { type Device, Random, type StateStore } from "../lib/runtime/mod.ts";

/** The samples of a step. */
export const LINE_BATCH = 4;

/** A step that fits y = W·x + b. */
export const LINE = {
  losses: (scope: Scope) => {
    const x = input("x", "float32", [LINE_BATCH, 3]);
    const y = linear(scope.at("layer"), x, 2, { bias: true });
    const loss = squaredError(y, input("y", "float32", [LINE_BATCH, 2]));
    return { loss, parts: { again: loss } };
  },
  optimizer: adamw(),
};

export function lineStep(device: Device, store: StateStore): Promise<TrainStep> {
  return TrainStep.compile({ ...LINE, device, store, seed: 0 });
}

/** The inputs of a step, of a stream of their own for each name. */
export function lineInputs(name: string, step: number) {
  const random = new Random(0, name, step);
  return { x: random.normals(LINE_BATCH * 3), y: random.normals(LINE_BATCH * 2) };
}

/** Everything in the store but what can be computed again, copied. */
export async function contents(store: StateStore): Promise<Record<string, number[]>> {
  const values: Record<string, number[]> = {};
  for (const name of store.keptNames()) {
    values[name] = Array.from(await store.read(name), Number);
  }
  return values;
}
