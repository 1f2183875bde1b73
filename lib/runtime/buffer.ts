/** Tensors in the memory of a device. */
import { elements, show, type TensorType } from "../../kernels/tensor_type.ts";
import { type Bundle, inspect, jupyterDisplay } from "../notebook/mod.ts";
import { NativeHandle } from "./native_handle.ts";
import { numbersBundle } from "./numbers_shown.ts";
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
  /** What it holds, in which shape. */
  readonly type: TensorType;
  /** Copies the elements from the device. Rejects while a run writes them. */
  read(): Promise<TensorData>;
  /** Copies elements to the device. Throws while a run uses the buffer. */
  write(data: TensorData): void;
}

/** A tensor of ONNX Runtime's, which is lent to runs. */
export abstract class OrtBuffer implements DeviceBuffer {
  /** Address of the `OrtValue`, for a run that was lent the buffer. */
  readonly address: bigint;
  readonly #value: NativeHandle;
  #readers = 0;
  #written = false;

  constructor(library: OrtLibrary, allocator: Deno.PointerObject, readonly type: TensorType) {
    checkType(type);
    const value = createValue(library, allocator, type);
    this.#value = new NativeHandle(`the buffer ${show(type)}`, value, library.api.ReleaseValue);
    this.address = BigInt(Deno.UnsafePointer.value(value));
  }

  abstract read(): Promise<TensorData>;
  abstract write(data: TensorData): void;

  /** Brings what was written last to the device, before a run reads it; nothing where it is there. */
  settle(): Promise<void> | undefined {
    return undefined;
  }

  /** Lends the buffer to a run that reads it; call `letGo` afterwards. */
  lendToReader(): void {
    this.checkReadable();
    this.#value.hold();
    this.#readers++;
  }

  /** Lends the buffer to a run that writes it; call `letGo` afterwards. */
  lendToWriter(): void {
    this.checkWritable();
    this.#value.hold();
    this.#written = true;
  }

  /** The run has ended. */
  letGo(): void {
    if (this.#written) this.#written = false;
    else this.#readers--;
    this.#value.letGo();
  }

  [inspect](): string {
    return `${this.constructor.name} ${show(this.type)}`;
  }

  /** What a cell shows: the range of the numbers, and a histogram. */
  async [jupyterDisplay](): Promise<Bundle> {
    return numbersBundle(this.type, await this.read());
  }

  [Symbol.dispose](): void {
    this.#value[Symbol.dispose]();
  }

  protected checkReadable(): void {
    this.#value.checkAlive();
    if (this.#written) throw this.#inUse();
  }

  protected checkWritable(): void {
    this.#value.checkAlive();
    if (this.#written || this.#readers > 0) throw this.#inUse();
  }

  #inUse(): Error {
    return new Error(
      `Expected the buffer ${show(this.type)} to be free, but found it in use by a run`,
    );
  }
}

/** A tensor in the memory of this process, which ONNX Runtime reads and writes in place. */
export class CpuBuffer extends OrtBuffer {
  readonly #data: TensorData;

  constructor(library: OrtLibrary, type: TensorType, data?: TensorData) {
    if (data !== undefined) checkData("a buffer", type, data);
    super(library, library.allocator, type);
    this.#data = dataOf(library, this.address, type);
    if (data === undefined) new Uint8Array(this.#data.buffer).fill(0);
    else set(this.#data, data);
  }

  read(): Promise<TensorData> {
    return new Promise((resolve) => {
      this.checkReadable();
      resolve(this.#data.slice());
    });
  }

  write(data: TensorData): void {
    this.checkWritable();
    checkData("a buffer", this.type, data);
    set(this.#data, data);
  }
}

function createValue(
  { api, create }: OrtLibrary,
  allocator: Deno.PointerObject,
  type: TensorType,
): Deno.PointerObject {
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
function dataOf(library: OrtLibrary, address: bigint, type: TensorType): TensorData {
  const bytes = elements(type.shape) * bytesPerElement(type.dtype);
  if (bytes === 0) return typedArray(type.dtype, new ArrayBuffer(0));
  const value = Deno.UnsafePointer.create(address);
  const data = library.create(
    `finding the memory of ${show(type)}`,
    (out) => library.api.GetTensorMutableData(value, out),
  );
  return typedArray(type.dtype, Deno.UnsafePointerView.getArrayBuffer(data, bytes));
}

function set(target: TensorData, source: TensorData): void {
  (target as { set(source: TensorData): void }).set(source);
}
