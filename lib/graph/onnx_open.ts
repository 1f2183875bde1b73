/**
 * A graph with axes of open size. Shapes are fixed while a program is traced: so it is traced with
 * several sizes, and where the graphs differ in their shapes alone, these are computed from the sizes
 * of the inputs when the graph runs. All else that depends on a size is refused.
 */
import { isDeepStrictEqual } from "node:util";
import {
  type DType,
  type Kernel,
  KERNELS,
  ONNX_DTYPE,
  type OnnxWriter,
  sameShape,
  show,
  type TensorType,
} from "../../kernels/mod.ts";
import type { Initializer, Node, ValueInfo } from "./onnx_schema.ts";
import { valueInfo } from "./onnx_value.ts";
import { Writer } from "./onnx_writer.ts";
import {
  axisOfSize,
  fixedSize,
  MOST_OPEN,
  type OpenAxes,
  type OpenSize,
  openSize,
  sizeInWords,
  type Sizes,
  sizesToTrace,
} from "./open_size.ts";
import { sorted } from "./sorted.ts";
import { inputsOf, type Tensor } from "./tensor.ts";

type Outputs = Readonly<Record<string, Tensor>>;

/** A graph as ONNX has it, but for its parameters. */
export interface OpenGraph {
  readonly nodes: Node[];
  readonly initializers: Initializer[];
  readonly inputs: ValueInfo[];
  readonly outputs: ValueInfo[];
}

/**
 * Writes the graph that a program computes at all sizes of the open axes.
 *
 * @param isInput whether the name is that of an input, and not of a parameter
 * @throws RangeError naming the operation that depends on the size of an axis in another way than by
 * its shapes
 */
export function writeOpenGraph(
  trace: (sizes: Sizes) => Outputs,
  open: OpenAxes,
  isInput: (name: string, type: TensorType) => boolean,
): OpenGraph {
  return new OpenTrace(trace, open).write(isInput);
}

/** What a kernel asked a writer for. */
type Call =
  | {
    readonly kind: "node";
    readonly operator: string;
    readonly inputs: readonly string[];
    readonly attributes: Parameters<OnnxWriter["node"]>[2];
  }
  | {
    readonly kind: "constant";
    readonly data: readonly number[];
    readonly dtype: DType;
    readonly shape: readonly number[];
  };

class OpenTrace {
  readonly #writer = new Writer();
  readonly #sizes: readonly Sizes[];
  readonly #outputs: readonly Outputs[];
  /** Where the size of an open axis is read: an input, and which of its axes. */
  readonly #readFrom = new Map<string, { readonly input: string; readonly axis: number }>();
  readonly #axes: string;

  constructor(trace: (sizes: Sizes) => Outputs, open: OpenAxes) {
    const names = Object.keys(open ?? {});
    const isOpen = names.length > 0 && names.length <= MOST_OPEN &&
      names.every((name) =>
        /^[A-Za-z_]\w*$/.test(name) && Number.isSafeInteger(open[name]) && open[name] > 0
      );
    if (!isOpen) {
      throw new RangeError(
        `Expected one to ${MOST_OPEN} open axes, such as { batch: 1 } for sizes that are multiples ` +
          `of 1, but found ${JSON.stringify(open)}`,
      );
    }
    this.#axes = names.map((name) => `"${name}"`).join(" and ");
    this.#sizes = sizesToTrace(open);
    this.#outputs = this.#sizes.map(trace);
  }

  write(isInput: (name: string, type: TensorType) => boolean): OpenGraph {
    const graphs = this.#outputs.map((outputs) => sorted(Object.values(outputs)));
    this.#expectSame(graphs);
    const [first] = graphs;
    const all = first.map((_, i) => graphs.map((graph) => graph[i]));
    const given = all.filter(([{ source }]) => source.kind === "input");
    const inputs = new Map(given.map((same) => [nameOf(same[0]), same]));
    for (const same of given) {
      const known = inputs.get(nameOf(same[0]))!;
      if (same.every((x, i) => x.dtype === known[i].dtype && sameShape(x.shape, known[i].shape))) {
        continue;
      }
      throw new Error(
        `Expected one type for input "${nameOf(same[0])}", but found ${show(same[0])} and ` +
          show(known[0]),
      );
    }
    const infos = [...inputs].flatMap(([name, same]) => {
      const shape = this.#shapeOf(same);
      if (isInput(name, same[0])) return [this.#inputInfo(name, same[0].dtype, shape)];
      if (shape.every((size) => fixedSize(size) !== undefined)) return [];
      throw this.#refused(same[0], "the shape of a weight");
    });
    const names = new Map<Tensor, string>();
    for (const same of all) names.set(same[0], this.#writeTensor(same, names));
    const outputs = Object.entries(this.#outputs[0]).map(([name, tensor]) => {
      if (inputs.has(name)) {
        throw new Error(`Expected an output with a name of its own, but found input "${name}"`);
      }
      this.#writer.output(name, names.get(tensor)!);
      const shape = this.#shapeOf(this.#outputs.map((outputs) => outputs[name]));
      return valueInfo(name, tensor.dtype, shape.map(dimension));
    });
    const { nodes, initializers } = this.#writer;
    const used = new Set(nodes.flatMap(({ input }) => input));
    return {
      nodes,
      initializers: initializers.filter(({ name }) => used.has(name)),
      inputs: infos,
      outputs,
    };
  }

  /** How an input is written. Where it has an axis of just an open size, that is read from it. */
  #inputInfo(name: string, dtype: DType, shape: readonly OpenSize[]): ValueInfo {
    for (const [axis, size] of shape.entries()) {
      const open = axisOfSize(size);
      if (open !== undefined && !this.#readFrom.has(open)) {
        this.#readFrom.set(open, { input: name, axis });
      }
    }
    return valueInfo(name, dtype, shape.map(dimension));
  }

  #writeTensor(same: readonly Tensor[], names: ReadonlyMap<Tensor, string>): string {
    const [first] = same;
    const { source } = first;
    switch (source.kind) {
      case "input":
        return source.name;
      case "composed":
        return names.get(source.value)!;
      case "constant":
      case "kernel": {
        const inputs = inputsOf(first).map((x) => names.get(x)!);
        const recorded = same.map((tensor) => new Recorder().record(tensor, inputs));
        return this.#replay(first, recorded);
      }
    }
  }

  /** Writes once what a kernel asked for at all sizes, and gives the name of its output. */
  #replay(tensor: Tensor, recorded: readonly Recorded[]): string {
    const [{ calls }] = recorded;
    const isSame = recorded.every((other) =>
      other.calls.length === calls.length && other.output === recorded[0].output
    );
    if (!isSame) throw this.#refused(tensor, "other operations of ONNX");
    const names: string[] = [];
    const called = (given: string) => /^@\d+$/.test(given) ? names[Number(given.slice(1))] : given;
    const shapes = new Map<string, readonly OpenSize[]>();
    for (const [i, call] of calls.entries()) {
      const others = recorded.map((other) => other.calls[i]);
      if (call.kind === "constant") {
        const constants = others.filter((other) => other.kind === "constant");
        if (constants.length < others.length) {
          throw this.#refused(tensor, "other operations of ONNX");
        }
        const sizes = this.#sizesIn(constants);
        if (sizes !== undefined) shapes.set(`@${i}`, sizes);
        names.push(this.#constant(tensor, constants, sizes));
        continue;
      }
      if (!others.every((other) => isDeepStrictEqual(other, call))) {
        throw this.#refused(tensor, `another ${call.operator} of ONNX`);
      }
      const [x, shape] = call.inputs;
      const sizes = call.operator === "Reshape" ? shapes.get(shape) : undefined;
      const inputs = sizes === undefined
        ? call.inputs.map(called)
        : [called(x), this.#target(sizes)];
      names.push(this.#writer.node(call.operator, inputs, call.attributes));
    }
    return called(recorded[0].output);
  }

  /** A vector of sizes that are not all fixed; undefined for other constants. */
  #sizesIn(constants: readonly (Call & { kind: "constant" })[]): readonly OpenSize[] | undefined {
    const [{ dtype, shape, data }] = constants;
    const isVector = dtype === "int64" && shape.length === 1 &&
      constants.every((other) => other.dtype === dtype && isDeepStrictEqual(other.shape, shape));
    if (!isVector || constants.every((other) => isDeepStrictEqual(other.data, data))) {
      return undefined;
    }
    const sizes = data.map((_, i) =>
      openSize(constants.map((other) => other.data[i]), this.#sizes)
    );
    return sizes.every((size) => size !== undefined) ? sizes : undefined;
  }

  #constant(
    tensor: Tensor,
    constants: readonly (Call & { kind: "constant" })[],
    sizes: readonly OpenSize[] | undefined,
  ): string {
    const [constant] = constants;
    const { data, dtype, shape } = constant;
    if (constants.every((other) => isDeepStrictEqual(other, constant))) {
      return this.#writer.constant(data, { dtype, shape });
    }
    if (sizes !== undefined) return this.#vector(sizes);
    const isFilled = constants.every((other) =>
      other.dtype === dtype && other.shape.length === shape.length &&
      isDeepStrictEqual(other.data, data)
    );
    if (isFilled && data.length === 1) {
      const value = this.#writer.scalar(data[0], dtype);
      return this.#writer.node("Expand", [value, this.#vector(this.#shapeOf(constants))]);
    }
    const isCount = (dtype === "int32" || dtype === "int64") && shape.length === 0;
    const count = isCount ? openSize(constants.map(({ data }) => data[0]), this.#sizes) : undefined;
    if (count !== undefined) {
      const scalar = this.#writer.node("Reshape", [this.#vector([count]), this.#writer.ints([])]);
      return dtype === "int64"
        ? scalar
        : this.#writer.node("Cast", [scalar], { to: ONNX_DTYPE.int32 });
    }
    const found = constants.map(({ shape, data }) =>
      data.length === 1 ? `${data[0]}` : show({ dtype, shape })
    );
    throw this.#refused(tensor, `the constants ${found.join(", ")}`);
  }

  /** What a tensor is reshaped to. One size that is open needs no computation. */
  #target(sizes: readonly OpenSize[]): string {
    const fixed = sizes.map(fixedSize);
    const open = fixed.filter((size) => size === undefined);
    if (open.length > 1 || fixed.includes(0)) return this.#vector(sizes);
    return this.#writer.ints(fixed.map((size) => size ?? -1));
  }

  /** Sizes as int64 `[sizes]`. */
  #vector(sizes: readonly OpenSize[]): string {
    const parts = sizes.map((size) => this.#size(size));
    return parts.length === 1 ? parts[0] : this.#writer.node("Concat", parts, { axis: 0 });
  }

  /** A size as int64 `[1]`. */
  #size(size: OpenSize): string {
    const writer = this.#writer;
    const terms = size.map(({ factor, axes }) => {
      const factors = axes.map((name) => {
        const { input, axis } = this.#readFrom.get(name) ?? this.#unread(name);
        return writer.node("Shape", [input], { start: axis, end: axis + 1 });
      });
      if (factor !== 1 || axes.length === 0) factors.unshift(writer.ints([factor]));
      return factors.reduce((a, b) => writer.node("Mul", [a, b]));
    });
    return terms.length === 0
      ? writer.ints([0])
      : terms.reduce((a, b) => writer.node("Add", [a, b]));
  }

  #unread(name: string): never {
    throw new RangeError(`Expected an input with an axis of the size "${name}", but found none`);
  }

  #shapeOf(same: readonly { readonly shape: readonly number[] }[]): OpenSize[] {
    return same[0].shape.map((_, axis) => {
      const found = same.map(({ shape }) => shape[axis]);
      const size = openSize(found, this.#sizes);
      if (size === undefined) {
        throw new RangeError(
          `Expected sizes that are sums of products of ${this.#axes}, but found ${
            found.join(", ")
          }`,
        );
      }
      return size;
    });
  }

  /** All graphs must be of the same operations on the same inputs. */
  #expectSame(graphs: readonly (readonly Tensor[])[]): void {
    const [first] = graphs;
    for (const graph of graphs) {
      const places = new Map(graph.map((tensor, i) => [tensor, i]));
      const placesInFirst = new Map(first.map((tensor, i) => [tensor, i]));
      for (let i = 0; i < Math.max(first.length, graph.length); i++) {
        const [a, b] = [first[i], graph[i]];
        const isSame = a !== undefined && b !== undefined && wordOf(a) === wordOf(b) &&
          a.dtype === b.dtype && a.shape.length === b.shape.length &&
          isDeepStrictEqual(
            inputsOf(a).map((x) => placesInFirst.get(x)),
            inputsOf(b).map((x) => places.get(x)),
          );
        if (isSame) continue;
        const told = (tensor: Tensor | undefined) =>
          tensor === undefined ? "nothing" : `${wordOf(tensor)} (${tensor.origin.line})`;
        throw new RangeError(
          `Expected the same operations at every size of ${this.#axes}, ` +
            `but found ${told(a)} at one and ${told(b)} at another`,
        );
      }
    }
  }

  #refused(tensor: Tensor, found: string): RangeError {
    return new RangeError(
      `Expected nothing but shapes to depend on the size of ${this.#axes}, but found ` +
        `${found} in ${wordOf(tensor)} (${tensor.origin.line})`,
    );
  }
}

function nameOf({ source }: Tensor): string {
  return source.kind === "input" ? source.name : "";
}

function wordOf({ source }: Tensor): string {
  return source.kind === "kernel"
    ? source.kernel
    : source.kind === "input"
    ? `input "${source.name}"`
    : source.kind;
}

const dimension = (size: OpenSize): number | string => fixedSize(size) ?? sizeInWords(size);

interface Recorded {
  readonly calls: readonly Call[];
  readonly output: string;
}

/** Records what a kernel asks for; `@3` stands for what the third call after the first will give. */
class Recorder implements OnnxWriter {
  readonly #calls: Call[] = [];

  record(tensor: Tensor, inputs: readonly string[]): Recorded {
    const { source } = tensor;
    const output = source.kind === "constant"
      ? this.constant(source.data, tensor)
      : source.kind === "kernel"
      ? (KERNELS[source.kernel] as Kernel).onnx(this, inputs, source.attributes, {
        inputs: source.inputs,
        output: tensor,
      })
      : inputs[0];
    return { calls: this.#calls, output };
  }

  node(
    operator: string,
    inputs: readonly string[],
    attributes: Parameters<OnnxWriter["node"]>[2] = {},
  ): string {
    return this.#call({ kind: "node", operator, inputs, attributes });
  }

  ints(values: readonly number[]): string {
    return this.constant(values, { dtype: "int64", shape: [values.length] });
  }

  scalar(value: number, dtype: DType): string {
    return this.constant([value], { dtype, shape: [] });
  }

  constant(data: readonly number[], { dtype, shape }: Pick<Tensor, "dtype" | "shape">): string {
    return this.#call({ kind: "constant", data, dtype, shape });
  }

  #call(call: Call): string {
    this.#calls.push(call);
    return `@${this.#calls.length - 1}`;
  }
}
