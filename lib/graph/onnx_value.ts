/** How inputs and outputs, and values that are known, are written into ONNX. */
import type { DType, TensorType } from "../../kernels/mod.ts";
import { ELEMENT_TYPE, type Initializer, type ValueInfo } from "./onnx_schema.ts";

/** @param shape sizes, and names of those that are open */
export function valueInfo(
  name: string,
  dtype: DType,
  shape: readonly (number | string)[],
): ValueInfo {
  const dim = shape.map((size) =>
    typeof size === "number" ? { dimValue: size } : { dimParam: size }
  );
  return { name, type: { tensorType: { elemType: ELEMENT_TYPE[dtype], shape: { dim } } } };
}

/** Bytes that a model file can hold: it is one message of protobuf. */
const MOST_BYTES = 2 ** 31 - 1;

/** The value of a parameter. */
export interface Weight extends TensorType {
  /** Row by row. */
  readonly data:
    | Float16Array
    | Float32Array
    | Float64Array
    | Int32Array
    | BigInt64Array
    | Uint8Array;
}

/**
 * Weights as they stand in the model.
 * @throws RangeError where there are more than a file can hold
 */
export function weightInitializers(weights: ReadonlyMap<string, Weight>): Initializer[] {
  const bytes = weights.values().reduce((sum, { data }) => sum + data.byteLength, 0);
  if (bytes > MOST_BYTES) {
    throw new RangeError(
      `Expected weights of less than 2 GiB, as one file holds, but found ${bytes} bytes`,
    );
  }
  return [...weights].map(([name, { dtype, shape, data }]) => ({
    name,
    dims: [...shape],
    dataType: ELEMENT_TYPE[dtype],
    rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  }));
}
