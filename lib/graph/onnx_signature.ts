/** What an ONNX model takes and gives, read from its bytes without the rest. */
import protobuf from "../packages/protobufjs.ts";

/** An input or output: sizes that are left open are names. */
export interface OnnxPort {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

const { Model: MODEL } = protobuf.parse(`
  syntax = "proto3";
  message Dimension { oneof value { int64 dimValue = 1; string dimParam = 2; } }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { Shape shape = 2; }
  message Type { TensorType tensorType = 1; }
  message Port { string name = 1; Type type = 2; }
  message Named { string name = 8; }
  message Graph { repeated Named initializer = 5; repeated Port input = 11; repeated Port output = 12; }
  message Model { Graph graph = 7; }
`).root.nested as Record<string, protobuf.Type>;

interface Decoded {
  readonly graph?: {
    readonly initializer: readonly { readonly name: string }[];
    readonly input: readonly Port[];
    readonly output: readonly Port[];
  };
}
interface Port {
  readonly name: string;
  readonly type?: {
    readonly tensorType?: {
      readonly shape?: {
        readonly dim: readonly { readonly dimValue?: number; readonly dimParam?: string }[];
      };
    };
  };
}

/**
 * The inputs and outputs of a model; parameters that older models list among the inputs are left
 * out.
 *
 * @throws Error where the bytes are no ONNX model
 *
 * @example
 * ```ts
 * import { input, ops, toOnnx } from "./mod.ts";
 * import { onnxSignature } from "./onnx_signature.ts";
 *
 * const model = toOnnx({ y: ops.tanh(input("x", "float32", [2, 3])) });
 * const { inputs } = onnxSignature(model);
 * if (`${inputs[0].name} ${inputs[0].shape}` !== "x 2,3") throw new Error(inputs[0].name);
 * ```
 */
export function onnxSignature(
  model: Uint8Array,
): { readonly inputs: readonly OnnxPort[]; readonly outputs: readonly OnnxPort[] } {
  let decoded: Decoded;
  try {
    decoded = MODEL.toObject(MODEL.decode(model), { longs: Number, arrays: true }) as Decoded;
  } catch (cause) {
    throw new Error("Expected an ONNX model, but found other bytes", { cause });
  }
  const { graph } = decoded;
  if (graph === undefined || graph.output.length === 0) {
    throw new Error("Expected an ONNX model with outputs, but found none");
  }
  const parameters = new Set(graph.initializer.map(({ name }) => name));
  return {
    inputs: graph.input.filter(({ name }) => !parameters.has(name)).map(portOf),
    outputs: graph.output.map(portOf),
  };
}

function portOf({ name, type }: Port): OnnxPort {
  const dimensions = type?.tensorType?.shape?.dim ?? [];
  return { name, shape: dimensions.map(({ dimValue, dimParam }) => dimParam ?? dimValue ?? "?") };
}
