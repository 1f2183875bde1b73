/** A graph, compiled and run once. */
import type { Tensor } from "../lib/graph/mod.ts";
import { toOnnx } from "../lib/graph/mod.ts";
import type { Device, TensorData } from "../lib/runtime/device.ts";
import { Program } from "../lib/runtime/program.ts";
import { StateStore } from "../lib/runtime/state_store.ts";

const ARRAY = {
  float16: Float16Array,
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** Numbers as the runtime takes them. */
export function dataOf(tensor: Tensor, values: readonly number[]): TensorData {
  return tensor.dtype === "int64"
    ? BigInt64Array.from(values, BigInt)
    : ARRAY[tensor.dtype].from(values);
}

/** Compiles the graph of the outputs, runs it once, and returns their values as numbers. */
export async function runGraph(
  device: Device,
  outputs: Readonly<Record<string, Tensor>>,
  inputs: Readonly<Record<string, TensorData>>,
): Promise<Record<string, number[]>> {
  using store = new StateStore(device);
  using program = await Program.compile(device, toOnnx(outputs), store);
  const needed = Object.keys(program.inputs).map((name) => [name, inputs[name]] as const);
  const values = await program.run(Object.fromEntries(needed));
  return Object.fromEntries(
    Object.entries(values).map(([name, data]) => [name, Array.from(data, Number)]),
  );
}
