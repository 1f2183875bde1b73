/** Reverse-mode gradients: the chain rule, from the loss back, over the kernel table. */
import { type Kernel, KERNELS } from "../../kernels/mod.ts";
import { ops, ShapeError } from "./ops.ts";
import { onBehalfOf } from "./origin.ts";
import { traceGradient } from "./precision.ts";
import { brief } from "./brief.ts";
import { sorted } from "./sorted.ts";
import { constant, inputsOf, Tensor } from "./tensor.ts";

/**
 * ∂loss/∂x for each x, as tensors of the same graph. A tensor that the loss does not depend on has
 * a gradient of zeros.
 *
 * @param loss a scalar, `[]`
 * @throws ShapeError where the loss is not a floating-point scalar; TypeError where it is no tensor, or
 * what it is differentiated by is no list of them
 *
 * @example
 * ```ts
 * import { gradient, input, ops } from "./mod.ts";
 *
 * const x = input("x", "float32", [3]);
 * const loss = ops.sum(ops.mul(x, x), { axes: [0], keepAxes: false });
 * const [dx] = gradient(loss, [x]);
 * if (dx.shape[0] !== 3) throw new Error(String(dx));
 * ```
 */
export function gradient(loss: Tensor, wrt: readonly Tensor[]): Tensor[] {
  const all = [loss, ...[wrt].flat()];
  if (!Array.isArray(wrt) || !all.every((x) => x instanceof Tensor)) {
    const found = `${brief(loss)} and ${brief(wrt)}`;
    throw new TypeError(`Expected a loss and a list of tensors, but found ${found}`);
  }
  if (loss.shape.length !== 0 || !loss.dtype.startsWith("float")) {
    throw new ShapeError(`Expected a floating-point scalar to differentiate, but found ${loss}`);
  }
  const gradients = pullBack(loss, constant(1, loss.dtype), wrt);
  return wrt.map((x, i) => gradients[i] ?? constant(0, x.dtype, x.shape));
}

/**
 * ∂loss/∂x for each x, given ∂loss/∂output; undefined for a tensor that the output does not depend
 * on. What leaves depend on is not looked at.
 */
export function pullBack(
  output: Tensor,
  gradient: Tensor,
  wrt: readonly Tensor[],
  leaves: readonly Tensor[] = [],
): (Tensor | undefined)[] {
  const order = sorted([output], leaves);
  const needed = new Set<Tensor>(wrt);
  for (const tensor of order) {
    if (inputsOf(tensor).some((x) => needed.has(x))) needed.add(tensor);
  }
  const gradients = new Map<Tensor, Tensor>([[output, gradient]]);
  for (const tensor of order.toReversed()) {
    const g = gradients.get(tensor);
    if (g === undefined || !needed.has(tensor) || leaves.includes(tensor)) continue;
    onBehalfOf(tensor.origin, () =>
      inputGradients(tensor, g).forEach((d, i) => {
        const x = inputsOf(tensor)[i];
        if (d === undefined || !needed.has(x)) return;
        const sum = gradients.get(x);
        const more = ops.cast(d, { dtype: x.dtype }); // of x's type also in mixed precision
        gradients.set(x, sum === undefined ? more : ops.add(sum, more));
      }));
  }
  return wrt.map((x) => gradients.get(x));
}

/** ∂loss/∂input for the inputs of a tensor, given ∂loss/∂tensor. */
function inputGradients(output: Tensor, gradient: Tensor): readonly (Tensor | undefined)[] {
  const { source } = output;
  switch (source.kind) {
    case "kernel": {
      const { kernel, inputs, attributes } = source;
      const rule = KERNELS[kernel] as Kernel;
      return traceGradient(
        kernel,
        () => rule.gradient(ops, { inputs, output, gradient }, attributes),
      );
    }
    case "composed":
      return source.gradient(gradient);
    default:
      return [];
  }
}
