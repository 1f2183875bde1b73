/**
 * A GPU, by one of ONNX Runtime's execution providers. Everything runs there: a graph with an
 * operator that the provider does not have is not compiled. Tensors stay in the GPU's memory between
 * runs.
 */
import type { TensorType } from "../../kernels/tensor_type.ts";
import { input, ops, toOnnx } from "../graph/mod.ts";
import { inspect } from "../notebook/mod.ts";
import { CpuBuffer, type DeviceBuffer, OrtBuffer } from "./buffer.ts";
import { cString } from "./c_values.ts";
import { type Device, deviceInWords, type DeviceName } from "./device.ts";
import { DeviceError } from "./device_error.ts";
import { createSession, type Executable, OrtExecutable } from "./executable.ts";
import type { OrtLibrary } from "./ort_library.ts";
import type { CompileOptions, Provider } from "./session_options.ts";
import { checkData, type TensorData } from "./tensor_data.ts";
import { Turns } from "./turns.ts";

const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

/** What is particular to an execution provider. */
export interface GpuKind {
  readonly name: DeviceName;
  readonly provider: Provider;
  /** What ONNX Runtime calls the provider's memory. */
  readonly memory: string;
  /** What a person needs who does not have it. */
  readonly needs: string;
  /** Copies the elements of a tensor to another place. */
  copier(library: OrtLibrary): (from: OrtBuffer, to: OrtBuffer) => Promise<void>;
}

/** The GPU's memory, and whose turn it is to use it: the provider does one thing at a time. */
interface Gpu {
  readonly kind: GpuKind;
  readonly library: OrtLibrary;
  readonly allocator: Deno.PointerObject;
  readonly turns: Turns;
  readonly copy: (from: OrtBuffer, to: OrtBuffer) => Promise<void>;
}

const opened = new Map<string, Promise<Gpu>>();

/**
 * Opens a GPU. A process has it once, and keeps it.
 *
 * @throws DeviceError when the library does not have the provider, or the provider finds no GPU.
 */
export async function openGpu(
  library: OrtLibrary,
  kind: GpuKind,
  { description, memoryBytes }: { description: string; memoryBytes: number | undefined },
): Promise<Device> {
  const key = `${kind.name} ${library.path}`;
  let gpu = opened.get(key);
  if (gpu === undefined) opened.set(key, gpu = findGpu(library, kind));
  return new GpuDevice(await gpu, description, memoryBytes);
}

/** A session gives access to the memory of the GPU; it stays, for as long as the process. */
async function findGpu(library: OrtLibrary, kind: GpuKind): Promise<Gpu> {
  const { api, create } = library;
  const model = toOnnx({ y: ops.neg(input("x", "float32", [1])) });
  const session = await createSession(library, model, kind.provider, {}).catch((cause) => {
    throw new DeviceError(`Expected ${kind.needs}, but found none: ${reasonOf(cause)}`, { cause });
  });
  const memory = create(
    "naming the GPU's memory",
    (out) => api.CreateMemoryInfo(cString(kind.memory), DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY, out),
  );
  const allocator = create(
    "finding the GPU's memory",
    (out) => api.CreateAllocator(session, memory, out),
  );
  return { kind, library, allocator, turns: new Turns(), copy: kind.copier(library) };
}

/** What ONNX Runtime says to a person, without the place in its source that says it. */
function reasonOf({ message }: Error): string {
  return message.replace(/^ONNX Runtime, compiling: /, "").replace(/^.* was false\. /s, "").trim();
}

class GpuDevice implements Device {
  readonly #gpu: Gpu;
  #open = true;

  constructor(
    gpu: Gpu,
    readonly description: string,
    /** All that the GPU has: what others use of it is not known. */
    readonly freeBytes: number | undefined,
  ) {
    this.#gpu = gpu;
  }

  get name(): DeviceName {
    return this.#gpu.kind.name;
  }

  buffer(type: TensorType, data?: TensorData): DeviceBuffer {
    this.#checkOpen();
    return new GpuBuffer(this.#gpu, type, data);
  }

  compile(model: Uint8Array, options: CompileOptions = {}): Promise<Executable> {
    const { library, turns, kind } = this.#gpu;
    return turns.take(() => {
      this.#checkOpen();
      return OrtExecutable.compile(library, model, kind.provider, options, turns);
    });
  }

  [inspect](): string {
    return deviceInWords(this);
  }

  [Symbol.dispose](): void {
    this.#open = false;
  }

  #checkOpen(): void {
    if (!this.#open) {
      throw new Error(`Expected device "${this.name}" to be open, but found it disposed`);
    }
  }
}

/** A tensor in the GPU's memory. What is written waits in this process until a run needs it. */
class GpuBuffer extends OrtBuffer {
  readonly #gpu: Gpu;
  #staged: CpuBuffer | undefined;

  constructor(gpu: Gpu, type: TensorType, data?: TensorData) {
    super(gpu.library, gpu.allocator, type);
    this.#gpu = gpu;
    this.#staged = new CpuBuffer(gpu.library, type, data);
  }

  read(): Promise<TensorData> {
    this.checkReadable();
    return this.#gpu.turns.take(async () => {
      this.lendToReader();
      try {
        if (this.#staged !== undefined) return await this.#staged.read();
        using copy = new CpuBuffer(this.#gpu.library, this.type);
        await this.#gpu.copy(this, copy);
        return await copy.read();
      } finally {
        this.letGo();
      }
    });
  }

  write(data: TensorData): void {
    this.checkWritable();
    checkData("a buffer", this.type, data);
    if (this.#staged === undefined) {
      this.#staged = new CpuBuffer(this.#gpu.library, this.type, data);
    } else this.#staged.write(data);
  }

  override async settle(): Promise<void> {
    const staged = this.#staged;
    if (staged === undefined) return;
    await this.#gpu.copy(staged, this);
    this.#staged = undefined;
    staged[Symbol.dispose]();
  }

  override lendToWriter(): void {
    super.lendToWriter();
    this.#staged?.[Symbol.dispose]();
    this.#staged = undefined;
  }

  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#staged?.[Symbol.dispose]();
  }
}
