/** Tiny ONNX models for the tests of the runtime, written without the rest of the house. */
import protobuf from "../lib/packages/protobufjs.ts";
import type { DType, TensorType } from "../kernels/tensor_type.ts";

const ELEMENT_TYPE: Record<DType, number> = {
  float16: 10,
  float32: 1,
  float64: 11,
  int32: 6,
  int64: 7,
  bool: 9,
};

const { Model: MODEL } = protobuf.parse(
  `
  syntax = "proto3";
  message Attribute { string name = 1; int64 i = 3; int32 type = 20; }
  message Node {
    repeated string input = 1; repeated string output = 2; string opType = 4;
    repeated Attribute attribute = 5;
  }
  message Constant { repeated int64 dims = 1; int32 dataType = 2; string name = 8; bytes rawData = 9; }
  message Dim { oneof value { int64 dimValue = 1; string dimParam = 2; } }
  message Shape { repeated Dim dim = 1; }
  message TensorType { int32 elemType = 1; Shape shape = 2; }
  message Type { TensorType tensorType = 1; }
  message Port { string name = 1; Type type = 2; }
  message Graph {
    repeated Node node = 1; string name = 2; repeated Constant initializer = 5;
    repeated Port input = 11; repeated Port output = 12;
  }
  message Opset { string domain = 1; int64 version = 2; }
  message Model { int64 irVersion = 1; Graph graph = 7; repeated Opset opsetImport = 8; }
`,
  { keepCase: true },
).root as unknown as { Model: protobuf.Type };

/** One node: operator, inputs, outputs, integer attributes. */
export type NodeRow = readonly [
  operator: string,
  inputs: readonly string[],
  outputs: readonly string[],
  attributes?: Readonly<Record<string, number>>,
];

/** The bytes of a model. A size of -1 stands for an unknown one. */
export function onnxModel(
  inputs: Record<string, TensorType>,
  outputs: Record<string, TensorType>,
  nodes: readonly NodeRow[],
  constants: Record<string, { type: TensorType; data: Float32Array }> = {},
): Uint8Array {
  const ports = (types: Record<string, TensorType>) =>
    Object.entries(types).map(([name, { dtype, shape }]) => ({
      name,
      type: {
        tensorType: {
          elemType: ELEMENT_TYPE[dtype],
          shape: {
            dim: shape.map((size) => size < 0 ? { dimParam: "unknown" } : { dimValue: size }),
          },
        },
      },
    }));
  return MODEL.encode({
    irVersion: 8,
    opsetImport: [{ domain: "", version: 17 }],
    graph: {
      name: "test",
      input: ports(inputs),
      output: ports(outputs),
      initializer: Object.entries(constants).map(([name, { type, data }]) => ({
        name,
        dataType: ELEMENT_TYPE[type.dtype],
        dims: [...type.shape],
        rawData: new Uint8Array(data.buffer),
      })),
      node: nodes.map(([opType, input, output, attributes = {}]) => ({
        opType,
        input: [...input],
        output: [...output],
        attribute: Object.entries(attributes).map(([name, i]) => ({ name, i, type: 2 })),
      })),
    },
  }).finish();
}

/** float32 of a shape. */
export const float32 = (...shape: number[]): TensorType => ({ dtype: "float32", shape });
