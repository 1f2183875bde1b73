/**
 * Devices that compile and run ONNX models. Code above this folder holds a {@link Device} and does
 * not know which one it is.
 */
import type { TensorType } from "../../kernels/tensor_type.ts";
import type { DeviceBuffer } from "./buffer.ts";
import { CpuDevice } from "./cpu.ts";
import type { Executable } from "./executable.ts";
import { openOrtLibrary } from "./ort_library.ts";
import type { CompileOptions } from "./session_options.ts";
import type { TensorData } from "./tensor_data.ts";
import { openWebGpu } from "./webgpu.ts";

export type { DeviceBuffer } from "./buffer.ts";
export type { Executable } from "./executable.ts";
export type { CompileOptions } from "./session_options.ts";
export type { TensorData } from "./tensor_data.ts";

/** A place where tensors live and models run. */
export interface Device extends Disposable {
  readonly name: string;
  /** Reserves memory on the device, filled with zeros or with data. */
  buffer(type: TensorType, data?: TensorData): DeviceBuffer;
  /**
   * Compiles an ONNX model with fixed shapes.
   *
   * @throws ONNX Runtime's message when the model is not valid.
   */
  compile(model: Uint8Array, options?: CompileOptions): Promise<Executable>;
}

/** How a device is opened. */
export interface DeviceOptions {
  /** Threads that share the work of one operator; as many as the machine has, unless told. */
  readonly threads?: number;
  /** Whether threads wait for the next operator of a run by spinning; true unless told. */
  readonly spinning?: boolean;
  /** Path of another build of ONNX Runtime's shared library. */
  readonly library?: string;
}

/**
 * Opens a device by name. The library is loaded once in a process.
 *
 * @throws when the name is unknown, or ONNX Runtime's library is missing or too old.
 *
 * @example
 * ```ts
 * import { openDevice } from "./device.ts";
 *
 * using device = await openDevice("cpu");
 * using buffer = device.buffer({ dtype: "float32", shape: [2] }, Float32Array.of(1, 2));
 * const copy = await buffer.read();
 * if (copy[1] !== 2) throw new Error("Expected what was written");
 * ```
 */
export async function openDevice(name = "cpu", options: DeviceOptions = {}): Promise<Device> {
  if (name === "webgpu") return await openWebGpu(openOrtLibrary(options.library));
  if (name !== "cpu") {
    throw new RangeError(`Expected device "cpu" or "webgpu", but found ${JSON.stringify(name)}`);
  }
  const { threads = navigator.hardwareConcurrency, spinning = true, library } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`Expected 1 to ${MOST_THREADS} threads, but found ${threads}`);
  }
  return new CpuDevice(openOrtLibrary(library), { threads, spinning });
}

const MOST_THREADS = 1024;
