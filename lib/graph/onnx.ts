/** From a traced graph to the bytes of an ONNX model that any ONNX Runtime can run. */
import { encodeModel, type Initializer, type Node } from "./onnx_schema.ts";
import { type Kernel, KERNELS, sameShape, show, type TensorType } from "../../kernels/mod.ts";
import { writeOpenGraph } from "./onnx_open.ts";
import { valueInfo, type Weight, weightInitializers } from "./onnx_value.ts";
import { Writer } from "./onnx_writer.ts";
import type { Sizes } from "./open_size.ts";
import { sorted } from "./sorted.ts";
import { brief } from "./brief.ts";
import { Tensor } from "./tensor.ts";

/** The standard operator set that graphs are written in (ONNX 1.18). */
const OPSET = 23;
const IR_VERSION = 10;

/** What a graph computes, by name. */
export type Outputs = Readonly<Record<string, Tensor>>;

/** What goes into the model besides the graph, and what is told of it. */
export interface OnnxOptions {
  /**
   * Values of inputs that become part of the model, by their names, as `store.readAll()` gives them;
   * those that the graph does not need are left out.
   */
  readonly weights?: ReadonlyMap<string, Weight>;
  /** Is told, for each node by its name, the tensor that it belongs to. */
  readonly written?: Map<string, Tensor>;
}

/** A model of which some axes have any size. */
export interface OpenOnnxOptions<Axis extends string = string>
  extends Pick<OnnxOptions, "weights"> {
  /** The axes, and a number that their sizes are multiples of: `{ batch: 1 }`. */
  readonly open: Readonly<Record<Axis, number>>;
}

/**
 * Writes the graph that computes the named outputs. Equal parts are computed once; what no output
 * needs is left out. Names of inputs are those given to `input`.
 *
 * With `weights`, these stand in the model, which then needs no store. With `open`, axes may have any
 * size: the outputs are given as a function of the sizes, which is traced with several. What depends
 * on a size in another way than by its shapes, such as a table that the program computes for a number of
 * rows, cannot be opened.
 *
 * @throws Error where two inputs of one name differ in type, or an output is named as an input;
 * TypeError where the outputs are not tensors by name; RangeError where a weight is of another type
 * than the input, where weights take 2 GiB or more, and where an axis cannot be opened: it names the
 * operation
 *
 * @example
 * ```ts
 * import { input, ops, toOnnx } from "./mod.ts";
 *
 * const x = input("x", "float32", [2, 3]);
 * const model = toOnnx({ y: ops.softmax(x) });
 * const text = new TextDecoder("latin1").decode(model);
 * if (!text.includes("Softmax")) throw new Error("Expected a Softmax node");
 * ```
 *
 * @example A model for batches of any size
 * ```ts
 * import { input, onnxSignature, ops, toOnnx } from "./mod.ts";
 *
 * const model = toOnnx(({ batch }) => {
 *   const rows = input("x", "float32", [batch, 2, 3]);
 *   return { y: ops.softmax(ops.reshape(rows, { shape: [batch, 6] })) };
 * }, { open: { batch: 1 } });
 * const [y] = onnxSignature(model).outputs;
 * if (`${y.shape}` !== "batch,6") throw new Error(`${y.shape}`);
 * ```
 */
export function toOnnx(outputs: Outputs, options?: OnnxOptions): Uint8Array<ArrayBuffer>;
/** The same for sizes that are open: `outputs` traces the graph for sizes by name. */
export function toOnnx<Axis extends string>(
  outputs: (sizes: Readonly<Record<Axis, number>>) => Outputs,
  options: OpenOnnxOptions<Axis>,
): Uint8Array<ArrayBuffer>;
export function toOnnx(
  outputs: Outputs | ((sizes: Sizes) => Outputs),
  { weights = new Map(), ...options }: OnnxOptions | OpenOnnxOptions = {},
): Uint8Array<ArrayBuffer> {
  const needed = new Map<string, Weight>();
  /** Whether an input stays one. */
  const isInput = (name: string, type: TensorType) => {
    const weight = weights.get(name);
    if (weight === undefined) return true;
    if (weight.dtype !== type.dtype || !sameShape(weight.shape, type.shape)) {
      throw new RangeError(
        `Expected weight "${name}" to be ${show(type)} as in the graph, but found ${show(weight)}`,
      );
    }
    needed.set(name, weight);
    return false;
  };
  const graph = typeof outputs === "function"
    ? openGraph(outputs, options as OpenOnnxOptions, isInput)
    : fixedGraph(outputs, options as OnnxOptions, isInput);
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: "illume",
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: "illume",
      ...graph,
      initializer: [...graph.initializer, ...weightInitializers(needed)],
    },
  });
}

type IsInput = (name: string, type: TensorType) => boolean;

function fixedGraph(outputs: Outputs, { written }: OnnxOptions, isInput: IsInput) {
  expectOutputs(outputs);
  const { nodes, initializers, inputs, tensors } = writeGraph(outputs);
  for (const [name, tensor] of tensors) written?.set(name, tensor);
  return {
    node: nodes,
    initializer: initializers,
    input: [...inputs].filter(([name, type]) => isInput(name, type))
      .map(([name, { dtype, shape }]) => valueInfo(name, dtype, shape)),
    output: Object.entries(outputs)
      .map(([name, { dtype, shape }]) => valueInfo(name, dtype, shape)),
  };
}

function openGraph(
  trace: (sizes: Sizes) => Outputs,
  { open }: OpenOnnxOptions,
  isInput: IsInput,
) {
  const traced = (sizes: Sizes) => {
    const outputs = trace(sizes);
    expectOutputs(outputs);
    return outputs;
  };
  const { nodes, initializers, inputs, outputs } = writeOpenGraph(traced, open, isInput);
  return { node: nodes, initializer: initializers, input: inputs, output: outputs };
}

function expectOutputs(outputs: unknown): asserts outputs is Outputs {
  const isNamed = !(outputs instanceof Tensor) && !Array.isArray(outputs) &&
    Object.values(outputs ?? {}).every((output) => output instanceof Tensor);
  if (!isNamed) throw new TypeError(`Expected outputs such as { y }, but found ${brief(outputs)}`);
}

/** A graph as the nodes of ONNX. */
export interface WrittenGraph {
  readonly nodes: Node[];
  readonly initializers: Initializer[];
  readonly inputs: ReadonlyMap<string, TensorType>;
  /** The tensor that a node belongs to, by the node's name. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** The types of values by their names, but for those inside an operation of several nodes. */
  readonly types: ReadonlyMap<string, TensorType>;
}

/** Writes the nodes of the graph that computes the named outputs. */
export function writeGraph(outputs: Readonly<Record<string, Tensor>>): WrittenGraph {
  const writer = new Writer();
  const names = new Map<Tensor, string>();
  const inputs = new Map<string, TensorType>();
  const tensors = new Map<string, Tensor>();
  for (const tensor of sorted(Object.values(outputs))) {
    const before = writer.written;
    names.set(tensor, writeTensor(writer, tensor, names, inputs));
    for (const name of writer.namesSince(before)) tensors.set(name, tensor);
  }
  const types = new Map<string, TensorType>(inputs);
  for (const [tensor, name] of names) if (!types.has(name)) types.set(name, tensor);
  for (const [name, tensor] of Object.entries(outputs)) {
    if (inputs.has(name)) {
      throw new Error(`Expected an output with a name of its own, but found input "${name}"`);
    }
    writer.output(name, names.get(tensor)!);
    types.set(name, tensor);
  }
  return { nodes: writer.nodes, initializers: writer.initializers, inputs, tensors, types };
}

function writeTensor(
  writer: Writer,
  tensor: Tensor,
  names: ReadonlyMap<Tensor, string>,
  inputs: Map<string, TensorType>,
): string {
  const { source } = tensor;
  switch (source.kind) {
    case "input": {
      const known = inputs.get(source.name);
      if (known && (known.dtype !== tensor.dtype || !sameShape(known.shape, tensor.shape))) {
        throw new Error(
          `Expected one type for input "${source.name}", but found ${show(known)} and ${
            show(tensor)
          }`,
        );
      }
      inputs.set(source.name, tensor);
      return source.name;
    }
    case "constant":
      return writer.constant(source.data, tensor);
    case "kernel": {
      const row = KERNELS[source.kernel] as Kernel;
      const inputNames = source.inputs.map((x) => names.get(x)!);
      const types = { inputs: source.inputs, output: tensor };
      return row.onnx(writer, inputNames, source.attributes, types);
    }
    case "composed":
      return names.get(source.value)!;
  }
}
