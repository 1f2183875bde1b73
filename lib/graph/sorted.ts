/** The tensors of a graph, in the order in which they can be computed. */
import { inputsOf, type Tensor } from "./tensor.ts";

/**
 * All tensors that the outputs depend on, outputs included, each once and after its own inputs. What
 * leaves depend on is left out, unless something else depends on it.
 *
 * @example
 * ```ts
 * import { input, ops, sorted } from "./mod.ts";
 *
 * const x = input("x", "float32", [3]);
 * const y = ops.tanh(x);
 * const z = ops.mul(x, y);
 * if (sorted([z]).some((tensor, i) => tensor !== [x, y, z][i])) throw new Error("Expected x, y, z");
 * ```
 */
export function sorted(
  outputs: readonly Tensor[],
  leaves: readonly Tensor[] = [],
): Tensor[] {
  const order: Tensor[] = [];
  const seen = new Set<Tensor>();
  // An explicit stack: graphs of training steps are deeper than the call stack.
  const stack = outputs.map((tensor) => ({ tensor, next: 0 })).reverse();
  while (stack.length > 0) {
    const top = stack[stack.length - 1];
    const inputs = leaves.includes(top.tensor) ? [] : inputsOf(top.tensor);
    if (top.next === 0 && seen.has(top.tensor)) {
      stack.pop();
    } else if (top.next < inputs.length) {
      if (top.next === 0) seen.add(top.tensor);
      const tensor = inputs[top.next++];
      if (!seen.has(tensor)) stack.push({ tensor, next: 0 });
    } else {
      seen.add(top.tensor);
      order.push(top.tensor);
      stack.pop();
    }
  }
  return order;
}
