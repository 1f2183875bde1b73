/** Parts of a model that know their gradient better than the chain rule does. */
import { sameShape } from "../../kernels/mod.ts";
import { ShapeError } from "./ops.ts";
import { brief } from "./brief.ts";
import { Tensor } from "./tensor.ts";

/**
 * What `forward` makes of the inputs, with a gradient of its own: `backward` is given ∂loss/∂output
 * and the output, and gives ∂loss/∂input for each input, or undefined where none flows. No gradient
 * flows to tensors that `forward` uses but that are not among the inputs.
 *
 * @throws ShapeError where a gradient has another shape than its input; TypeError for other arguments
 *
 * @example
 * ```ts
 * import { compose, gradient, input, ops } from "./mod.ts";
 *
 * const x = input("x", "float32", []);
 * const clipped = compose([x], (x) => ops.relu(x), (g) => [g]); // as if it were x
 * const [dx] = gradient(ops.mul(clipped, 3), [x]);
 * if (String(dx) !== "float32[]") throw new Error(String(dx));
 * ```
 */
export function compose(
  inputs: readonly Tensor[],
  forward: (...inputs: Tensor[]) => Tensor,
  backward: (gradient: Tensor, output: Tensor) => readonly (Tensor | undefined)[],
): Tensor {
  const isRight = Array.isArray(inputs) && inputs.every((x) => x instanceof Tensor) &&
    typeof forward === "function" && typeof backward === "function";
  if (!isRight) {
    const found = [inputs, forward, backward].map(brief).join(", ");
    throw new TypeError(`Expected a list of tensors and two functions, but found ${found}`);
  }
  const value = forward(...inputs);
  const gradient = (g: Tensor) =>
    backward(g, value).map((d, i) => {
      const x = inputs[i];
      if (d !== undefined && !sameShape(d.shape, x.shape)) {
        throw new ShapeError(`compose: Expected a gradient like input ${i}, ${x}, but found ${d}`);
      }
      return d;
    });
  return new Tensor(value.dtype, value.shape, { kind: "composed", inputs, value, gradient });
}
