/** ONNX models of others: what is looked at has its fields, the rest stays bytes. */
import protobuf from "../packages/protobufjs.ts";

const { Model: MODEL, Node: NODE, Parameter: PARAMETER } = protobuf.parse(`
  syntax = "proto3";
  message Dimension { oneof value { int64 dimValue = 1; string dimParam = 2; } }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elemType = 1; Shape shape = 2; }
  message Type { TensorType tensorType = 1; }
  message Port { string name = 1; Type type = 2; }
  message Entry { string key = 1; string value = 2; }
  message Parameter {
    repeated int64 dims = 1; int32 dataType = 2; string name = 8; bytes rawData = 9;
    repeated Entry externalData = 13; int32 dataLocation = 14;
  }
  message Subgraph { repeated Node node = 1; repeated Port output = 12; }
  message Attribute { Subgraph g = 6; repeated Subgraph graphs = 11; }
  message Node { repeated string input = 1; repeated string output = 2; repeated Attribute attribute = 5; }
  message Graph {
    repeated bytes node = 1; string name = 2; repeated bytes initializer = 5;
    repeated Port input = 11; repeated Port output = 12; repeated bytes valueInfo = 13;
    repeated bytes quantizationAnnotation = 14; repeated bytes sparseInitializer = 15;
  }
  message Model {
    int64 irVersion = 1; repeated bytes opsetImport = 8; Graph graph = 7; repeated bytes functions = 25;
  }
`).root.nested as Record<string, protobuf.Type>;

export interface Port {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType?: number;
      readonly shape?: { readonly dim: readonly Dimension[] };
    };
  };
}

interface Dimension {
  readonly dimValue?: number;
  readonly dimParam?: string;
}

export interface Node {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly { readonly g?: Subgraph; readonly graphs: readonly Subgraph[] }[];
}

interface Subgraph {
  readonly node: readonly Node[];
  readonly output: readonly Port[];
}

export interface Parameter {
  readonly dims: readonly number[];
  readonly dataType?: number;
  readonly name: string;
  readonly externalData: readonly { readonly key: string; readonly value: string }[];
}

/** Where a parameter's bytes are in a file beside the model. */
export interface OnnxBytes {
  /** As the model names it. */
  readonly file: string;
  /** Of the first byte. */
  readonly offset: number;
  /** Undefined where they go on to the file's end. */
  readonly length: number | undefined;
}

interface Model {
  readonly graph?: {
    readonly node: readonly Uint8Array[];
    readonly initializer: readonly Uint8Array[];
    readonly input: readonly Port[];
    readonly output: readonly Port[];
  };
}

const decoded = <T>(type: protobuf.Type, bytes: Uint8Array): T =>
  type.toObject(type.decode(bytes), { longs: Number, arrays: true }) as T;

/** @throws Error where the bytes are no ONNX model */
export function readModel(bytes: Uint8Array) {
  try {
    const model = decoded<Model>(MODEL, bytes);
    const graph = model.graph ?? { node: [], initializer: [], input: [], output: [] };
    const nodes = graph.node.map((bytes) => ({ bytes, ...decoded<Node>(NODE, bytes) }));
    const parameters = graph.initializer
      .map((bytes) => ({ bytes, ...decoded<Parameter>(PARAMETER, bytes) }));
    return { model, graph, nodes, parameters };
  } catch (cause) {
    throw new Error("Expected an ONNX model, but found other bytes", { cause });
  }
}

/** The bytes of a model whose parts are as {@link readModel} returns them. */
export const encodeModel = (model: object): Uint8Array<ArrayBuffer> =>
  new Uint8Array(MODEL.encode(MODEL.fromObject(model)).finish());

export const encodeParameter = (parameter: object): Uint8Array =>
  PARAMETER.encode(PARAMETER.fromObject(parameter)).finish();

/** Where a parameter's bytes are; undefined where they are in the model. */
export function besideOf({ externalData }: Parameter): OnnxBytes | undefined {
  const entries = new Map(externalData.map(({ key, value }) => [key, value]));
  const file = entries.get("location");
  if (file === undefined) return undefined;
  const length = entries.get("length");
  return {
    file,
    offset: Number(entries.get("offset") ?? 0),
    length: length === undefined ? undefined : Number(length),
  };
}

/** The nodes that an output hangs on, and the names of all values that they read. */
export function neededBy<N extends Node>(
  output: string,
  nodes: readonly N[],
): { readonly nodes: ReadonlySet<N>; readonly values: ReadonlySet<string> } {
  const makers = new Map(nodes.flatMap((node) => node.output.map((name) => [name, node])));
  const needed = new Set<N>();
  const values = new Set<string>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (values.has(name)) continue;
    values.add(name);
    const maker = makers.get(name);
    if (maker === undefined || needed.has(maker)) continue;
    needed.add(maker);
    open.push(...readBy(maker));
  }
  return { nodes: needed, values };
}

/** What a node reads, also in the graphs inside it, which see the names around them. */
function readBy({ input, attribute }: Node): string[] {
  const inside = attribute.flatMap(({ g, graphs }) => [...(g ? [g] : []), ...graphs]);
  return [
    ...input,
    ...inside.flatMap(({ node, output }) => [
      ...node.flatMap(readBy),
      ...output.map(({ name }) => name),
    ]),
  ];
}
