/** Which devices there are, and how one is opened. */
import { CpuDevice } from "./cpu.ts";
import { CUDA } from "./cuda.ts";
import type { Device, DeviceName } from "./device.ts";
import { DeviceError } from "./device_error.ts";
import { type GpuKind, openGpu } from "./gpu.ts";
import { cpuHardware, gpuHardware } from "./hardware.ts";
import { matmulRate } from "./matmul_rate.ts";
import { openOrtLibrary } from "./ort_library.ts";
import { WEBGPU } from "./webgpu.ts";

/** How a device is opened. */
export interface DeviceOptions {
  /** Threads that share the work of one operator on the CPU; default all there are. */
  readonly threads?: number;
  /** Whether threads wait for the next operator of a run by spinning; default true. */
  readonly spinning?: boolean;
  /** Path of another build of ONNX Runtime's shared library: one with CUDA, say. */
  readonly library?: string;
}

/** A device that this machine has. */
export interface DeviceInfo {
  /** By which `openDevice` knows it. */
  readonly name: DeviceName;
  /** What the maker calls it. */
  readonly hardware: string;
  /** Memory, in bytes; absent where the driver does not say. */
  readonly memoryBytes?: number;
}

const GPUS: Readonly<Record<Exclude<DeviceName, "cpu">, GpuKind>> = { webgpu: WEBGPU, cuda: CUDA };

/**
 * The devices that open on this machine, with what they are.
 *
 * @example
 * ```ts
 * import { devices } from "./open_device.ts";
 *
 * const [cpu] = await devices();
 * if (cpu.name !== "cpu" || !(cpu.memoryBytes! > 0)) throw new Error("Expected the CPU first");
 * ```
 */
export async function devices(options: DeviceOptions = {}): Promise<DeviceInfo[]> {
  const { name: hardware, memoryBytes } = cpuHardware();
  const found: DeviceInfo[] = [{ name: "cpu", hardware, memoryBytes }];
  const [gpu] = await gpuHardware();
  if (gpu === undefined) return found;
  for (const name of ["webgpu", "cuda"] as const) {
    const works = await open(name, options).then(() => true, () => false);
    if (works) found.push({ name, hardware: gpu.name, memoryBytes: gpu.memoryBytes });
  }
  return found;
}

/**
 * Opens a device by name; with "auto" the one that multiplies matrices fastest, and its description
 * says how fast. The library of ONNX Runtime is loaded once in a process.
 *
 * @throws RangeError for an unknown name or a count of threads that cannot be; DeviceError when ONNX
 * Runtime's library is missing or too old, it does not have what the device needs, or there is no
 * such GPU.
 *
 * @example
 * ```ts
 * import { openDevice } from "./open_device.ts";
 *
 * using device = await openDevice("cpu");
 * using buffer = device.buffer({ dtype: "float32", shape: [2] }, Float32Array.of(1, 2));
 * const copy = await buffer.read();
 * if (copy[1] !== 2) throw new Error("Expected what was written");
 * ```
 */
export async function openDevice(name = "cpu", options: DeviceOptions = {}): Promise<Device> {
  if (name === "auto") return await openFastest(options);
  if (name !== "cpu" && !Object.hasOwn(GPUS, name)) {
    throw new RangeError(
      `Expected device "auto", "cpu", "webgpu" or "cuda", but found ${JSON.stringify(name)}`,
    );
  }
  return await open(name as DeviceName, options);
}

async function open(name: DeviceName, options: DeviceOptions, why = ""): Promise<Device> {
  const { threads = navigator.hardwareConcurrency, spinning = true } = options;
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS) {
    throw new RangeError(`Expected 1 to ${MOST_THREADS} threads, but found ${threads}`);
  }
  const library = openOrtLibrary(options.library);
  if (name !== "cpu") {
    const [gpu] = await gpuHardware();
    if (name === "webgpu" && gpu === undefined && Deno.build.os === "linux") {
      throw new DeviceError(`Expected ${WEBGPU.needs}, but found none: Vulkan tells of no GPU`);
    }
    const description = `${gpu?.name ?? "a GPU"}${why}`;
    return await openGpu(library, GPUS[name], { description, memoryBytes: gpu?.memoryBytes });
  }
  const threaded = threads === 1 ? "one thread" : `${threads} threads`;
  return new CpuDevice(library, { threads, spinning }, `${cpuHardware().name}, ${threaded}${why}`);
}

const MOST_THREADS = 1024;
const YARDSTICK = 512;

async function openFastest(options: DeviceOptions): Promise<Device> {
  const rates: { name: DeviceName; rate: number }[] = [];
  for (const { name } of await devices(options)) {
    using device = await open(name, options);
    rates.push({ name, rate: await matmulRate(device, YARDSTICK) });
  }
  rates.sort((a, b) => b.rate - a.rate);
  const shown = rates.map(({ name, rate }) => `${name} ${Number((rate / 1e9).toPrecision(2))}`)
    .join(", ");
  const why = rates.length === 1
    ? "; no other device works here"
    : `; the fastest at a matrix product, in GFLOP/s: ${shown}`;
  return await open(rates[0].name, options, why);
}
