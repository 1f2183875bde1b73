/** How much memory the values of a graph need, told before it runs. */
import { elements, type TensorType } from "../../kernels/mod.ts";
import type { Node } from "./onnx_schema.ts";
import { writeGraph, type WrittenGraph } from "./onnx.ts";
import type { Tensor } from "./tensor.ts";

const BYTES = { float16: 2, float32: 4, float64: 8, int32: 4, int64: 8, bool: 1 } as const;

/**
 * The bytes of a tensor's elements.
 *
 * @example
 * ```ts
 * import { bytesOf } from "./mod.ts";
 *
 * const bytes = bytesOf({ dtype: "float16", shape: [2, 3] });
 * if (bytes !== 12) throw new Error(`${bytes}`);
 * ```
 */
export const bytesOf = ({ dtype, shape }: TensorType): number => BYTES[dtype] * elements(shape);

/** Operators that write over their first input, or their second, where nothing else needs it. */
const IN_PLACE = new Set(
  ["Add", "Sub", "Mul", "Div", "Neg", "Abs", "Exp", "Log", "Sqrt", "Tanh", "Sigmoid", "Relu"]
    .concat("Softplus", "ScatterElements", "ScatterND"),
);
/** Operators that give another view of their first input. */
const VIEWS = new Set(["Reshape", "Identity"]);

/**
 * The bytes of all values inside a graph that are alive together, at the most, while ONNX Runtime
 * computes it: node after node, from the last output to the first, freeing each value after its last
 * use. Inputs, outputs and constants are not counted. A few values inside operations of several
 * nodes are guessed.
 *
 * @example
 * ```ts
 * import { input, ops, peakBytes } from "./mod.ts";
 *
 * const x = input("x", "float32", [256, 256]);
 * const y = ops.matmul(ops.exp(x), ops.tanh(x));
 * const peak = peakBytes({ y });
 * if (peak !== 2 * 4 * 256 * 256) throw new Error(`Expected both operands, but found ${peak}`);
 * ```
 */
export function peakBytes(outputs: Readonly<Record<string, Tensor>>): number {
  const graph = writeGraph(outputs);
  const order = executionOrder(graph.nodes);
  const buffers = planBuffers(order, graph, new Set(Object.keys(outputs)));
  const change = new Float64Array(order.length + 1);
  for (const { bytes, from, to } of buffers) {
    change[from] += bytes;
    change[to + 1] -= bytes;
  }
  let alive = 0;
  return change.reduce((peak, by) => Math.max(peak, alive += by), 0);
}

/** Memory that values take, one after the other, and the nodes from which to which it is held. */
interface Buffer {
  /** Values of one shape and size take each other's place. */
  readonly key: string;
  readonly bytes: number;
  readonly from: number;
  to: number;
  /** Uses, by nodes to come, of the values that it holds. */
  uses: number;
}

/** As ONNX Runtime plans them: a value takes the place of one of its shape that is no longer used. */
function planBuffers(
  order: readonly Node[],
  { types, inputs, initializers }: WrittenGraph,
  outputs: ReadonlySet<string>,
): Buffer[] {
  const bytes = new Map<string, number>();
  for (const [name, type] of types) bytes.set(name, bytesOf(type));
  for (const { name, rawData } of initializers) bytes.set(name, rawData.length);
  const consumers = Map.groupBy(
    order.flatMap((node) => [...new Set(node.input)].map((name) => ({ name, node }))),
    ({ name }) => name,
  );
  const outside = new Set([...inputs.keys(), ...outputs, ...initializers.map(({ name }) => name)]);

  const buffers: Buffer[] = [];
  const holders = new Map<string, Buffer>();
  const free: Buffer[] = [];
  order.forEach((node, at) => {
    const [output] = node.output;
    if (!bytes.has(output)) bytes.set(output, guessed(node, bytes));
    const size = bytes.get(output)!;
    const key = `${types.get(output)?.shape ?? size}/${size}`;
    const users = consumers.get(output)?.map(({ node }) => node) ?? [];
    const inputs = [...new Set(node.input)].flatMap((name) => holders.get(name) ?? []);
    if (!outside.has(output)) {
      const buffer = isView(node, users)
        ? holders.get(node.input[0])
        : inPlace(node, key, holders) ?? take(free, key) ?? allocate(key, size, at);
      if (buffer !== undefined) {
        buffer.uses += users.length;
        holders.set(output, buffer);
      }
    }
    for (const buffer of inputs) {
      buffer.to = at;
      if (--buffer.uses === 0) free.unshift(buffer);
    }
  });
  return buffers;

  function allocate(key: string, bytes: number, from: number): Buffer {
    const buffer = { key, bytes, from, to: from, uses: 0 };
    buffers.push(buffer);
    return buffer;
  }
}

/** The buffer of an input that the node writes over: nothing else uses it any more. */
function inPlace(
  { opType, input }: Node,
  key: string,
  holders: ReadonlyMap<string, Buffer>,
): Buffer | undefined {
  if (!IN_PLACE.has(opType)) return undefined;
  return input.slice(0, 2).map((name) => holders.get(name))
    .find((buffer) => buffer?.uses === 1 && buffer.key === key);
}

function take(free: Buffer[], key: string): Buffer | undefined {
  const place = free.findIndex((buffer) => buffer.key === key);
  return place < 0 ? undefined : free.splice(place, 1)[0];
}

/** Views, and transposes that a product takes as they are. */
function isView({ opType }: Node, consumers: readonly Node[]): boolean {
  if (VIEWS.has(opType)) return true;
  return opType === "Transpose" && consumers.length > 0 &&
    consumers.every((consumer) => consumer.opType === "MatMul");
}

/**
 * The order in which ONNX Runtime computes the nodes: depth first from the nodes whose output no
 * other node takes, the last of them first, and of a node's inputs the one last written first.
 */
function executionOrder(nodes: readonly Node[]): Node[] {
  const maker = new Map(nodes.map((node, place) => [node.output[0], place]));
  const taken = new Set(nodes.flatMap(({ input }) => input));
  const stack = nodes.flatMap((node, place) =>
    taken.has(node.output[0]) ? [] : [{ place, leave: false }]
  );
  const visited = new Set<number>();
  const order: Node[] = [];
  while (stack.length > 0) {
    const { place, leave } = stack.pop()!;
    if (leave) {
      order.push(nodes[place]);
      continue;
    }
    if (visited.has(place)) continue;
    visited.add(place);
    stack.push({ place, leave: true });
    const makers = new Set(nodes[place].input.flatMap((name) => maker.get(name) ?? []));
    for (const input of [...makers].sort((a, b) => a - b)) {
      if (!visited.has(input)) stack.push({ place: input, leave: false });
    }
  }
  return order;
}

/** The bytes of a value inside an operation: as many as its largest input, unless it is reduced. */
function guessed({ opType, input }: Node, bytes: ReadonlyMap<string, number>): number {
  if (opType.startsWith("Reduce") || opType === "Shape") return 0;
  return Math.max(0, ...input.map((name) => bytes.get(name) ?? 0));
}
