/** The CPU as a device. */
import type { TensorType } from "../../kernels/tensor_type.ts";
import { CpuBuffer } from "./buffer.ts";
import { inspect } from "../notebook/mod.ts";
import { type Device, type DeviceBuffer, deviceInWords } from "./device.ts";
import { type Executable, OrtExecutable } from "./executable.ts";
import type { OrtLibrary } from "./ort_library.ts";
import { type CompileOptions, cpuProvider, type Provider } from "./session_options.ts";
import type { TensorData } from "./tensor_data.ts";

/** The CPU. */
export class CpuDevice implements Device {
  readonly name = "cpu";
  readonly #library: OrtLibrary;
  readonly #provider: Provider;
  #open = true;

  constructor(
    library: OrtLibrary,
    options: { threads: number; spinning: boolean },
    readonly description: string,
  ) {
    this.#library = library;
    this.#provider = cpuProvider(options);
  }

  get freeBytes(): number {
    return Deno.systemMemoryInfo().available;
  }

  buffer(type: TensorType, data?: TensorData): DeviceBuffer {
    this.#checkOpen();
    return new CpuBuffer(this.#library, type, data);
  }

  compile(model: Uint8Array, options: CompileOptions = {}): Promise<Executable> {
    return new Promise((resolve) => {
      this.#checkOpen();
      resolve(OrtExecutable.compile(this.#library, model, this.#provider, options));
    });
  }

  [inspect](): string {
    return deviceInWords(this);
  }

  [Symbol.dispose](): void {
    this.#open = false;
  }

  #checkOpen(): void {
    if (!this.#open) throw new Error(`Expected device "cpu" to be open, but found it disposed`);
  }
}
