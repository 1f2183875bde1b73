/** The part of an ONNX model that is wanted. */
import {
  besideOf,
  encodeModel,
  encodeParameter,
  neededBy,
  type OnnxBytes,
  type Parameter,
  readModel,
} from "./onnx_reading.ts";

/** The files beside a model that hold parameters. */
export interface OnnxFiles {
  /** What a file that the model names is called in the part. */
  name(file: string): string;
  /** Bytes of such a file. */
  read(bytes: OnnxBytes): Uint8Array;
}

/** Parameters of up to this many bytes may be shapes, which ONNX Runtime must know when it compiles. */
const SMALL = 1024;

/**
 * The part of a model that computes one output from inputs of fixed sizes: all that it does not need
 * is left out, other inputs and outputs too. Small parameters that stand in files beside are put in.
 *
 * @param inputs the shapes of all inputs that the output needs
 * @param files the files beside that the model names: what they are called in the part, and bytes of
 * them
 * @throws Error where the bytes are no ONNX model
 */
export function onnxPart(
  model: Uint8Array,
  { inputs, output, files }: {
    readonly inputs: Readonly<Record<string, readonly number[]>>;
    readonly output: string;
    readonly files: OnnxFiles;
  },
): Uint8Array<ArrayBuffer> {
  const { model: whole, graph, nodes, parameters } = readModel(model);
  const needed = neededBy(output, nodes);
  const part = {
    ...whole,
    graph: {
      ...graph,
      node: nodes.filter((node) => needed.nodes.has(node)).map(({ bytes }) => bytes),
      initializer: parameters.filter(({ name }) => needed.values.has(name))
        .map((parameter) => besideOf(parameter) ? moved(parameter, files) : parameter.bytes),
      input: graph.input.filter(({ name }) => Object.hasOwn(inputs, name)).map((port) => ({
        name: port.name,
        type: {
          tensorType: {
            elemType: port.type?.tensorType?.elemType,
            shape: { dim: inputs[port.name].map((dimValue) => ({ dimValue })) },
          },
        },
      })),
      output: graph.output.filter(({ name }) => name === output),
    },
  };
  return encodeModel(part);
}

/** A parameter in a file beside: put in where it is small, or else under the file's other name. */
function moved(parameter: Parameter, files: OnnxFiles): Uint8Array {
  const { dims, dataType, name, externalData } = parameter;
  const beside = besideOf(parameter)!;
  const value = beside.length !== undefined && beside.length <= SMALL
    ? { rawData: files.read(beside) }
    : {
      dataLocation: 1,
      externalData: externalData.map(({ key, value }) => ({
        key,
        value: key === "location" ? files.name(value) : value,
      })),
    };
  return encodeParameter({ dims, dataType, name, ...value });
}
