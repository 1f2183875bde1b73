/** Elements of tensors as JavaScript holds them. */
import {
  type DType,
  elements,
  sameShape,
  show,
  type TensorType,
} from "../../kernels/tensor_type.ts";

/** The elements of a tensor in row-major order; `bool` is one byte an element, 0 or 1. */
export type TensorData =
  | Float16Array
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint8Array;

const ELEMENT = {
  float16: { array: Float16Array, ort: 10 },
  float32: { array: Float32Array, ort: 1 },
  float64: { array: Float64Array, ort: 11 },
  int32: { array: Int32Array, ort: 6 },
  int64: { array: BigInt64Array, ort: 7 },
  bool: { array: Uint8Array, ort: 9 },
} as const satisfies Record<DType, { array: unknown; ort: number }>;

/** The number of `dtype` in `ONNXTensorElementDataType`. */
export const ortElementType = (dtype: DType): number => ELEMENT[dtype].ort;

/** The dtype of a number in `ONNXTensorElementDataType`; undefined for those not supported. */
export function dtypeOfOrtElementType(elementType: number): DType | undefined {
  return DTYPES.find((dtype) => ELEMENT[dtype].ort === elementType);
}

const DTYPES = Object.keys(ELEMENT) as DType[];

/** The bytes an element of the dtype takes. */
export const bytesPerElement = (dtype: DType): number => ELEMENT[dtype].array.BYTES_PER_ELEMENT;

/** A typed array of the dtype over a memory. */
export const typedArray = (dtype: DType, memory: ArrayBuffer): TensorData =>
  new ELEMENT[dtype].array(memory);

/** Whether two types have the same dtype and shape. */
export const sameType = (a: TensorType, b: TensorType): boolean =>
  a === b || a.dtype === b.dtype && sameShape(a.shape, b.shape);

/** Throws unless the type has a dtype that is known and a shape of whole numbers. */
export function checkType(type: TensorType): void {
  if (!Object.hasOwn(ELEMENT, type.dtype)) {
    throw new TypeError(`Expected a dtype among ${DTYPES.join(", ")}, but found ${type.dtype}`);
  }
  if (!type.shape.every((size) => Number.isSafeInteger(size) && size >= 0)) {
    throw new RangeError(`Expected whole sizes in a shape, but found [${type.shape.join(", ")}]`);
  }
}

/** Throws unless the data are as many elements, of the same dtype, as the type says. */
export function checkData(what: string, type: TensorType, data: TensorData): void {
  const { array } = ELEMENT[type.dtype];
  const length = elements(type.shape);
  if (!(data instanceof array) || data.length !== length) {
    throw new TypeError(
      `Expected ${array.name}(${length}) for ${what} ${show(type)}, ` +
        `but found ${describeData(data)}`,
    );
  }
  if (type.dtype === "bool") {
    const odd = (data as Uint8Array).find((value) => value > 1);
    if (odd !== undefined) throw new TypeError(`Expected 0 or 1 in ${what}, but found ${odd}`);
  }
}

function describeData(data: unknown): string {
  if (!ArrayBuffer.isView(data)) return data === null ? "null" : typeof data;
  const length = "length" in data ? data.length : data.byteLength;
  return `${data.constructor.name}(${length})`;
}
