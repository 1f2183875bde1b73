/** Gradient checkpointing (arXiv 1604.06174): what is computed again need not be kept. */
import { elements } from "../../kernels/mod.ts";
import { compose } from "./compose.ts";
import { pullBack } from "./gradient.ts";
import { ops } from "./ops.ts";
import { brief } from "./brief.ts";
import { inputsOf, lastNumber, Tensor } from "./tensor.ts";

/**
 * `forward` of x, whose inner values are not kept for the gradient but computed again when it comes:
 * memory of one value in place of all, for the time of a second forward pass. `forward` is called
 * again, and must do the same again.
 *
 * @throws TypeError for anything but a tensor and a function
 *
 * @example
 * ```ts
 * import { checkpoint, gradient, input, ops } from "./mod.ts";
 *
 * const x = input("x", "float32", [4]);
 * const y = checkpoint(x, (x) => ops.tanh(ops.exp(x)));
 * const [dx] = gradient(ops.sum(y, { axes: [0], keepAxes: false }), [x]);
 * if (String(dx) !== "float32[4]") throw new Error(String(dx));
 * ```
 */
export function checkpoint(x: Tensor, forward: (x: Tensor) => Tensor): Tensor {
  if (!(x instanceof Tensor) || typeof forward !== "function") {
    const found = `${brief(x)} and ${brief(forward)}`;
    throw new TypeError(`Expected a tensor and a function of it, but found ${found}`);
  }
  const before = lastNumber();
  const value = forward(x);
  const outside = outsideOf(value, x, before);
  return compose([x, ...outside], () => value, (g) => {
    const again = after(g, x);
    return pullBack(forward(again), g, [again, ...outside], [again, ...outside]);
  });
}

/** What a value depends on, besides x, that was there before it was made, or is given: parameters. */
function outsideOf(value: Tensor, x: Tensor, before: number): Tensor[] {
  const outside = new Set<Tensor>();
  const seen = new Set<Tensor>();
  const look = (tensor: Tensor) => {
    if (tensor === x || seen.has(tensor)) return;
    seen.add(tensor);
    if (tensor.number <= before || tensor.source.kind === "input") outside.add(tensor);
    else inputsOf(tensor).forEach(look);
  };
  look(value);
  return [...outside];
}

/** x once g is known. What is computed from it is not what was computed from x before. */
function after(g: Tensor, x: Tensor): Tensor {
  const flat = ops.reshape(g, { shape: [elements(g.shape)] });
  const one = ops.add(ops.mul(ops.slice(flat, { axis: 0, start: 0, end: 1 }), 0), 1);
  return ops.mul(x, ops.cast(ops.reshape(one, { shape: [] }), { dtype: x.dtype }));
}
