import { elements, show, type TensorType } from "../../kernels/tensor_type.ts";
import { NativeHandle } from "./native_handle.ts";
import type { OrtLibrary } from "./ort_library.ts";
import {
  bytesPerElement,
  checkData,
  checkType,
  ortElementType,
  type TensorData,
  typedArray,
} from "./tensor_data.ts";

/** A tensor that lives on a device. */
export interface DeviceBuffer extends Disposable {
  readonly type: TensorType;
  /** Copies the elements from the device. Rejects while a run writes them. */
  read(): Promise<TensorData>;
  /** Copies elements to the device. Throws while a run uses the buffer. */
  write(data: TensorData): void;
}

/** A tensor in the memory of this process, which ONNX Runtime reads and writes in place. */
export class CpuBuffer implements DeviceBuffer {
  /** Address of the `OrtValue`, for a run that was lent the buffer. */
  readonly address: bigint;
  readonly #data: TensorData;
  readonly #value: NativeHandle;
  #readers = 0;
  #written = false;

  constructor(library: OrtLibrary, readonly type: TensorType, data?: TensorData) {
    checkType(type);
    if (data !== undefined) checkData("a buffer", type, data);
    const value = createValue(library, type);
    this.#value = new NativeHandle(`the buffer ${show(type)}`, value, library.api.ReleaseValue);
    this.address = BigInt(Deno.UnsafePointer.value(value));
    this.#data = dataOf(library, value, type);
    if (data === undefined) new Uint8Array(this.#data.buffer).fill(0);
    else set(this.#data, data);
  }

  read(): Promise<TensorData> {
    return new Promise((resolve) => {
      this.#value.checkAlive();
      if (this.#written) throw this.#inUse();
      resolve(this.#data.slice());
    });
  }

  write(data: TensorData): void {
    this.#value.checkAlive();
    checkData("a buffer", this.type, data);
    if (this.#written || this.#readers > 0) throw this.#inUse();
    set(this.#data, data);
  }

  /** Lends the buffer to a run that reads it; call `letGo` afterwards. */
  lendToReader(): void {
    if (this.#written) throw this.#inUse();
    this.#value.hold();
    this.#readers++;
  }

  /** Lends the buffer to a run that writes it; call `letGo` afterwards. */
  lendToWriter(): void {
    if (this.#written || this.#readers > 0) throw this.#inUse();
    this.#value.hold();
    this.#written = true;
  }

  /** The run has ended. */
  letGo(): void {
    if (this.#written) this.#written = false;
    else this.#readers--;
    this.#value.letGo();
  }

  [Symbol.dispose](): void {
    this.#value[Symbol.dispose]();
  }

  #inUse(): Error {
    return new Error(
      `Expected the buffer ${show(this.type)} to be free, but found it in use by a run`,
    );
  }
}

function createValue(library: OrtLibrary, type: TensorType): Deno.PointerObject {
  const { api, allocator, create } = library;
  const sizes = BigInt64Array.from(type.shape, BigInt);
  return create(
    `reserving ${elements(type.shape) * bytesPerElement(type.dtype)} bytes for ${show(type)}`,
    (out) =>
      api.CreateTensorAsOrtValue(
        allocator,
        sizes,
        BigInt(sizes.length),
        ortElementType(type.dtype),
        out,
      ),
  );
}

/** The memory of an `OrtValue`, which must not be touched once the value is released. */
function dataOf(library: OrtLibrary, value: Deno.PointerObject, type: TensorType): TensorData {
  const bytes = elements(type.shape) * bytesPerElement(type.dtype);
  if (bytes === 0) return typedArray(type.dtype, new ArrayBuffer(0));
  const data = library.create(
    `finding the memory of ${show(type)}`,
    (out) => library.api.GetTensorMutableData(value, out),
  );
  return typedArray(type.dtype, Deno.UnsafePointerView.getArrayBuffer(data, bytes));
}

function set(target: TensorData, source: TensorData): void {
  (target as { set(source: TensorData): void }).set(source);
}
