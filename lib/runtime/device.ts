/**
 * Devices that compile and run ONNX models. Code above this folder holds a {@link Device} and does
 * not know which one it is.
 */
import type { TensorType } from "../../kernels/tensor_type.ts";
import type { DeviceBuffer } from "./buffer.ts";
import type { Executable } from "./executable.ts";
import type { CompileOptions } from "./session_options.ts";
import type { TensorData } from "./tensor_data.ts";

export type { DeviceBuffer } from "./buffer.ts";
export type { Executable } from "./executable.ts";
export type { CompileOptions } from "./session_options.ts";
export type { TensorData } from "./tensor_data.ts";

/** What a device computes with: this machine's processor, or a GPU by WebGPU or by CUDA. */
export type DeviceName = "cpu" | "webgpu" | "cuda";

/** What the console prints of a device. */
export function deviceInWords({ name, description }: Device): string {
  return `Device ${name}: ${description}`;
}

/** A place where tensors live and models run. */
export interface Device extends Disposable {
  /** By which `openDevice` knows it. */
  readonly name: DeviceName;
  /** What it is, in words, and why it was chosen where it was. */
  readonly description: string;
  /** Memory that can still be reserved, in bytes; undefined where nobody says. */
  readonly freeBytes: number | undefined;
  /** Reserves memory on the device, filled with zeros or with data. */
  buffer(type: TensorType, data?: TensorData): DeviceBuffer;
  /**
   * Compiles an ONNX model, all of whose inputs and outputs have fixed sizes, or such as `sizes`
   * fixes.
   *
   * @throws ONNX Runtime's message when the model is not valid.
   */
  compile(model: Uint8Array, options?: CompileOptions): Promise<Executable>;
}
