/** Where infinity or NaN first appears in a graph. */
import { ops, sorted, type Tensor, toOnnx } from "../graph/mod.ts";
import { sumAll } from "../nn/mod.ts";
import { type Device, Program, type StateStore, type TensorData } from "../runtime/mod.ts";

/** Tensors that are looked at together: a shader binds no more. */
const TOGETHER = 64;

/**
 * Runs a graph once more to find the first of its tensors that is infinite or not a number, and
 * says, in words, what it is and which line of the model it comes from. Undefined where all are
 * finite.
 */
export async function firstNonFinite(
  { device, store, graph, inputs }: {
    device: Device;
    store: StateStore;
    graph: Readonly<Record<string, Tensor>>;
    inputs: Readonly<Record<string, TensorData>>;
  },
): Promise<string | undefined> {
  const tensors = sorted(Object.values(graph))
    .filter(({ dtype, source }) => dtype.startsWith("float") && source.kind !== "composed");
  const zeros: Record<string, Tensor> = {};
  for (let start = 0; start < tensors.length; start += TOGETHER) {
    const each = tensors.slice(start, start + TOGETHER)
      .map((tensor) => sumAll(ops.cast(ops.mul(tensor, 0), { dtype: "float32" })))
      .map((zero) => ops.reshape(zero, { shape: [1] }));
    zeros[`zeros ${start}`] = ops.concat(each, { axis: 0 });
  }
  using program = await Program.compile(device, toOnnx(zeros), store);
  const needed = Object.keys(program.inputs).filter((name) => name in inputs);
  const found = await program.run(Object.fromEntries(needed.map((name) => [name, inputs[name]])));
  for (const [name, values] of Object.entries(found)) {
    const place = (values as Float32Array).findIndex((zero) => zero !== 0);
    if (place >= 0) return describe(tensors[Number(name.slice("zeros ".length)) + place]);
  }
}

function describe(tensor: Tensor): string {
  const { source, origin } = tensor;
  switch (source.kind) {
    case "input":
      return `in ${tensor}`;
    case "kernel":
      return `in ${source.kernel}(${source.inputs.join(", ")}) at ${origin.line}`;
    default:
      return `in a ${source.kind} at ${origin.line}`;
  }
}
