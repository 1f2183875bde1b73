/** From a traced graph to the bytes of an ONNX model that any ONNX Runtime can run. */
import {
  type Attribute,
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  encodeModel,
  type Initializer,
  type Node,
  type ValueInfo,
} from "./onnx_schema.ts";
import {
  type DType,
  type Kernel,
  KERNELS,
  type OnnxWriter,
  sameShape,
  show,
  type TensorType,
} from "../../kernels/mod.ts";
import { sorted } from "./sorted.ts";
import { brief } from "./brief.ts";
import { Tensor } from "./tensor.ts";

/** The standard operator set that graphs are written in (ONNX 1.18). */
const OPSET = 23;
const IR_VERSION = 10;

/**
 * Writes the graph that computes the named outputs. Equal parts are computed once; what no output
 * needs is left out. Names of inputs are those given to `input`.
 *
 * @param written is told, for each node by its name, the tensor that it belongs to
 * @throws Error where two inputs of one name differ in type, or an output is named as an input;
 * TypeError where the outputs are not tensors by name
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
 */
export function toOnnx(
  outputs: Readonly<Record<string, Tensor>>,
  written?: Map<string, Tensor>,
): Uint8Array<ArrayBuffer> {
  const isNamed = !(outputs instanceof Tensor) && !Array.isArray(outputs) &&
    Object.values(outputs ?? {}).every((output) => output instanceof Tensor);
  if (!isNamed) throw new TypeError(`Expected outputs such as { y }, but found ${brief(outputs)}`);
  const { nodes, initializers, inputs, tensors } = writeGraph(outputs);
  for (const [name, tensor] of tensors) written?.set(name, tensor);
  return encodeModel({
    irVersion: IR_VERSION,
    producerName: "illume",
    opsetImport: [{ domain: "", version: OPSET }],
    graph: {
      name: "illume",
      node: nodes,
      initializer: initializers,
      input: [...inputs].map(([name, type]) => valueInfo(name, type)),
      output: Object.entries(outputs).map(([name, tensor]) => valueInfo(name, tensor)),
    },
  });
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

/** Collects nodes; a node equal to an earlier one is that one. */
class Writer implements OnnxWriter {
  readonly initializers: Initializer[] = [];
  readonly #nodes: Node[] = [];
  readonly #computed = new Set<string>();
  /** What was reshaped, by the name of the result: the shapes between do not matter. */
  readonly #reshaped = new Map<string, string>();
  readonly #known = new Map<string, string>();
  /** Values that are outputs. */
  readonly #outputs: string[] = [];
  /** Outputs by the value that is called so. */
  readonly #renamed = new Map<string, string>();

  node(
    operator: string,
    inputs: readonly string[],
    attributes: Parameters<OnnxWriter["node"]>[2] = {},
  ): string {
    if (operator === "Reshape") inputs = [this.#reshaped.get(inputs[0]) ?? inputs[0], inputs[1]];
    return this.#once(`${operator}(${inputs})${JSON.stringify(attributes)}`, (name) => {
      this.#computed.add(name);
      if (operator === "Reshape") this.#reshaped.set(name, inputs[0]);
      this.#nodes.push({
        opType: operator,
        name,
        input: [...inputs],
        output: [name],
        attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
      });
    });
  }

  ints(values: readonly number[]): string {
    return this.constant(values, { dtype: "int64", shape: [values.length] });
  }

  scalar(value: number, dtype: DType): string {
    return this.constant([value], { dtype, shape: [] });
  }

  constant(data: readonly number[], type: TensorType): string {
    const uniform = data.length === 1 && type.shape.some((size) => size !== 1);
    if (uniform) {
      const shape = this.ints(type.shape);
      return this.node("Expand", [this.scalar(data[0], type.dtype), shape]);
    }
    return this.#once(`${type.dtype}[${type.shape}]{${data}}`, (name) => {
      this.initializers.push({
        name,
        dims: [...type.shape],
        dataType: ELEMENT_TYPE[type.dtype],
        rawData: rawData(data, type.dtype),
      });
    });
  }

  /** Gives a value the name of an output: its own, where a node computes it for that one alone. */
  output(name: string, value: string): void {
    this.#outputs.push(value, name);
    if (this.#computed.has(value) && !this.#renamed.has(value)) this.#renamed.set(value, name);
    else this.#nodes.push({ opType: "Identity", name, input: [value], output: [name] });
  }

  /** How many nodes were written. */
  get written(): number {
    return this.#nodes.length;
  }

  /** The names of nodes that were written after that many. */
  namesSince(count: number): string[] {
    return this.#nodes.slice(count).map(({ name }) => name);
  }

  /** The nodes that outputs depend on. */
  get nodes(): Node[] {
    const called = (value: string) => this.#renamed.get(value) ?? value;
    const needed = new Set(this.#outputs);
    const nodes: Node[] = [];
    for (const node of this.#nodes.toReversed()) {
      if (!needed.has(node.output[0])) continue;
      for (const name of node.input) needed.add(name);
      const [input, output] = [node.input.map(called), node.output.map(called)];
      nodes.push({ ...node, input, output });
    }
    return nodes.reverse();
  }

  #once(key: string, write: (name: string) => void): string {
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const name = `%${this.#known.size}`;
    this.#known.set(key, name);
    write(name);
    return name;
  }
}

function attribute(
  name: string,
  value: number | string | readonly number[] | { float: number },
): Attribute {
  if (typeof value === "number") return { name, type: ATTRIBUTE_TYPE.INT, i: value };
  if (typeof value === "string") {
    return { name, type: ATTRIBUTE_TYPE.STRING, s: new TextEncoder().encode(value) };
  }
  return "float" in value
    ? { name, type: ATTRIBUTE_TYPE.FLOAT, f: value.float }
    : { name, type: ATTRIBUTE_TYPE.INTS, ints: [...value] };
}

function rawData(data: readonly number[], dtype: DType): Uint8Array {
  const array = {
    float16: () => Float16Array.from(data),
    float32: () => Float32Array.from(data),
    float64: () => Float64Array.from(data),
    int32: () => Int32Array.from(data),
    int64: () => BigInt64Array.from(data, BigInt),
    bool: () => Uint8Array.from(data),
  }[dtype]();
  return new Uint8Array(array.buffer);
}

function valueInfo(name: string, type: TensorType): ValueInfo {
  return {
    name,
    type: {
      tensorType: {
        elemType: ELEMENT_TYPE[type.dtype],
        shape: { dim: type.shape.map((size) => ({ dimValue: size })) },
      },
    },
  };
}
