/** What the nodes and constants of an ONNX graph are collected in. */
import {
  type Attribute,
  ATTRIBUTE_TYPE,
  ELEMENT_TYPE,
  type Initializer,
  type Node,
} from "./onnx_schema.ts";
import type { DType, OnnxWriter, TensorType } from "../../kernels/mod.ts";

/** Collects nodes; a node equal to an earlier one is that one. */
export class Writer implements OnnxWriter {
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

export function rawData(data: readonly number[], dtype: DType): Uint8Array {
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
