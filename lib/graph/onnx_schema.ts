/** The messages of the ONNX format (onnx.proto3) that graphs are written with. */
import protobuf from "../packages/protobufjs.ts";

export interface Attribute {
  name: string;
  type: number;
  i?: number;
  f?: number;
  s?: Uint8Array;
  ints?: number[];
}

export interface Node {
  opType: string;
  name: string;
  input: string[];
  output: string[];
  attribute?: Attribute[];
}

export interface Initializer {
  name: string;
  dims: number[];
  dataType: number;
  rawData: Uint8Array;
}

export interface ValueInfo {
  name: string;
  type: {
    tensorType: {
      elemType: number;
      shape: { dim: ({ dimValue: number } | { dimParam: string })[] };
    };
  };
}

export interface Model {
  irVersion: number;
  producerName: string;
  opsetImport: { domain: string; version: number }[];
  graph: {
    name: string;
    node: Node[];
    initializer: Initializer[];
    input: ValueInfo[];
    output: ValueInfo[];
  };
}

/** AttributeProto.AttributeType */
export const ATTRIBUTE_TYPE = { FLOAT: 1, INT: 2, STRING: 3, INTS: 7 } as const;

/** TensorProto.DataType */
export const ELEMENT_TYPE = {
  float32: 1,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
} as const;

const { Model: MODEL } = protobuf.parse(`
  syntax = "proto3";
  message Attribute {
    string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated int64 ints = 8; int32 type = 20;
  }
  message Node {
    repeated string input = 1; repeated string output = 2; string name = 3; string opType = 4;
    repeated Attribute attribute = 5;
  }
  message Initializer {
    repeated int64 dims = 1; int32 dataType = 2; string name = 8; bytes rawData = 9;
  }
  message Dimension { oneof value { int64 dimValue = 1; string dimParam = 2; } }
  message Shape { repeated Dimension dim = 1; }
  message TensorType { int32 elemType = 1; Shape shape = 2; }
  message Type { TensorType tensorType = 1; }
  message ValueInfo { string name = 1; Type type = 2; }
  message Graph {
    repeated Node node = 1; string name = 2; repeated Initializer initializer = 5;
    repeated ValueInfo input = 11; repeated ValueInfo output = 12;
  }
  message OperatorSet { string domain = 1; int64 version = 2; }
  message Model {
    int64 irVersion = 1; string producerName = 2; Graph graph = 7;
    repeated OperatorSet opsetImport = 8;
  }
`).root.nested as Record<string, protobuf.Type>;

/** The bytes of a model file. */
export function encodeModel(model: Model): Uint8Array<ArrayBuffer> {
  return new Uint8Array(MODEL.encode(MODEL.fromObject(model)).finish());
}
