/**
 * A GPU, by ONNX Runtime's WebGPU provider. Everything runs there: a graph with an operator that it
 * does not have is not compiled. Tensors stay in the GPU's memory between runs.
 */
import { elements, type TensorType } from "../../kernels/tensor_type.ts";
import { input, ops, toOnnx } from "../graph/mod.ts";
import { CpuBuffer, type DeviceBuffer, OrtBuffer } from "./buffer.ts";
import { cString } from "./c_values.ts";
import type { Device } from "./device.ts";
import { createSession, type Executable, OrtExecutable } from "./executable.ts";
import { allocateBlock } from "./native_memory.ts";
import type { OrtLibrary } from "./ort_library.ts";
import type { CompileOptions, Provider } from "./session_options.ts";
import { checkData, type TensorData } from "./tensor_data.ts";
import { Turns } from "./turns.ts";

const DEVICE_ALLOCATOR = 0;
const DEFAULT_MEMORY = 0;

const webGpuProvider: Provider = ({ api, pointer, check, entry }) => {
  check(api.SetIntraOpNumThreads(pointer, 1));
  entry("session.disable_cpu_ep_fallback", "1");
  entry("ep.webgpuexecutionprovider.enableInt64", "1");
  check(api.SessionOptionsAppendExecutionProvider(pointer, cString("WebGPU"), null, null, 0n));
};

/** The GPU's memory, and whose turn it is to use it: the provider does one thing at a time. */
interface Gpu {
  readonly library: OrtLibrary;
  readonly allocator: Deno.PointerObject;
  readonly turns: Turns;
}

const opened = new Map<OrtLibrary, Promise<Gpu>>();

/**
 * Opens the GPU that WebGPU prefers. A process has it once, and keeps it.
 *
 * @throws when the library has no WebGPU provider, or the provider finds no GPU.
 */
export async function openWebGpu(library: OrtLibrary): Promise<Device> {
  let gpu = opened.get(library);
  if (gpu === undefined) opened.set(library, gpu = findGpu(library));
  return new WebGpuDevice(await gpu);
}

/** A session gives access to the memory of the GPU; it stays, for as long as the process. */
async function findGpu(library: OrtLibrary): Promise<Gpu> {
  const { api, create } = library;
  const model = toOnnx({ y: ops.neg(input("x", "float32", [1])) });
  const session = await createSession(library, model, webGpuProvider, {}).catch((cause) => {
    throw new Error(
      "Expected a GPU that WebGPU can use (on Linux, with a Vulkan driver), but found none: " +
        cause.message,
      { cause },
    );
  });
  const memory = create(
    "naming the GPU's memory",
    (out) =>
      api.CreateMemoryInfo(cString("WebGPU_Buffer"), DEVICE_ALLOCATOR, 0, DEFAULT_MEMORY, out),
  );
  const allocator = create(
    "finding the GPU's memory",
    (out) => api.CreateAllocator(session, memory, out),
  );
  return { library, allocator, turns: new Turns() };
}

class WebGpuDevice implements Device {
  readonly name = "webgpu";
  readonly #gpu: Gpu;
  #open = true;

  constructor(gpu: Gpu) {
    this.#gpu = gpu;
  }

  buffer(type: TensorType, data?: TensorData): DeviceBuffer {
    this.#checkOpen();
    return new WebGpuBuffer(this.#gpu, type, data);
  }

  compile(model: Uint8Array, options: CompileOptions = {}): Promise<Executable> {
    const { library, turns } = this.#gpu;
    return turns.take(() => {
      this.#checkOpen();
      return OrtExecutable.compile(library, model, webGpuProvider, options, turns);
    });
  }

  [Symbol.dispose](): void {
    this.#open = false;
  }

  #checkOpen(): void {
    if (!this.#open) throw new Error(`Expected device "webgpu" to be open, but found it disposed`);
  }
}

/** A tensor in the GPU's memory. What is written waits in this process until a run needs it. */
class WebGpuBuffer extends OrtBuffer {
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
        await copyTensor(this.#gpu.library, this, copy);
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
    await copyTensor(this.#gpu.library, staged, this);
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

/** Copies the elements of a tensor to another place. */
async function copyTensor(library: OrtLibrary, from: OrtBuffer, to: OrtBuffer): Promise<void> {
  if (elements(from.type.shape) === 0) return;
  const { api, check, environment } = library;
  const values = allocateBlock(library, 16);
  try {
    new BigUint64Array(values.memory).set([from.address, to.address]);
    const target = Deno.UnsafePointer.offset(values.pointer, 8);
    check(await api.CopyTensors(environment, values.pointer, target, null, 1n), "copying a tensor");
  } finally {
    values.free();
  }
}
