/** What an ONNX model takes and gives, read from its bytes. */
import { besideOf, neededBy, type Parameter, type Port, readModel } from "./onnx_reading.ts";

/** An input or output. */
export interface OnnxPort {
  /** By which it is given or asked for. */
  readonly name: string;
  /** The type of its elements, such as "float32"; undefined where it is not said, or no tensor. */
  readonly type: string | undefined;
  /** Sizes that are left open are names, or "?"; undefined where nothing is said. */
  readonly shape: readonly (number | string)[] | undefined;
}

/** An output, and what it hangs on. */
export interface OnnxOutput extends OnnxPort {
  /** The names of inputs. */
  readonly needs: readonly string[];
  /** Files beside the model that hold parameters, and how many bytes at least. */
  readonly files: Readonly<Record<string, number>>;
}

/** What is said of a model from outside. */
export interface OnnxSignature {
  /** Without parameters, which older models list among the inputs. */
  readonly inputs: readonly OnnxPort[];
  /** With the inputs that each depends on. */
  readonly outputs: readonly OnnxOutput[];
}

/** TensorProto.DataType, from 1 on. */
const ELEMENT_TYPES =
  "float32 uint8 int8 uint16 int16 int32 int64 string bool float16 float64 uint32 uint64 complex64 complex128 bfloat16"
    .split(" ");

/**
 * The inputs and outputs of a model.
 *
 * @throws Error where the bytes are no ONNX model
 *
 * @example
 * ```ts
 * import { input, ops, toOnnx } from "./mod.ts";
 * import { onnxSignature } from "./onnx_signature.ts";
 *
 * const model = toOnnx({ y: ops.tanh(input("x", "float32", [2, 3])) });
 * const { inputs: [x], outputs: [y] } = onnxSignature(model);
 * if (`${x.name} ${x.type} ${x.shape} ${y.needs}` !== "x float32 2,3 x") throw new Error(x.name);
 * ```
 */
export function onnxSignature(model: Uint8Array): OnnxSignature {
  const { graph, nodes, parameters } = readModel(model);
  if (graph.output.length === 0) {
    throw new Error("Expected an ONNX model with outputs, but found none");
  }
  const fixed = new Set(parameters.map(({ name }) => name));
  const inputs = graph.input.filter(({ name }) => !fixed.has(name)).map(portOf);
  const outputs = graph.output.map((port) => {
    const { values } = neededBy(port.name, nodes);
    const needs = inputs.map(({ name }) => name).filter((name) => values.has(name));
    const files = filesOf(parameters.filter(({ name }) => values.has(name)));
    return { ...portOf(port), needs, files };
  });
  return { inputs, outputs };
}

function filesOf(parameters: readonly Parameter[]): Record<string, number> {
  const files: Record<string, number> = {};
  for (const parameter of parameters) {
    const beside = besideOf(parameter);
    if (beside === undefined) continue;
    const { file, offset, length = 0 } = beside;
    files[file] = Math.max(files[file] ?? 0, offset + length);
  }
  return files;
}

function portOf({ name, type }: Port): OnnxPort {
  const { elemType = 0, shape } = type?.tensorType ?? {};
  return {
    name,
    type: elemType === 0 ? undefined : ELEMENT_TYPES[elemType - 1] ?? `element type ${elemType}`,
    shape: shape?.dim.map(({ dimValue = 0, dimParam }) =>
      dimParam ? dimParam : dimValue > 0 ? dimValue : "?"
    ),
  };
}
