/** What this machine computes with: names and memory, as the operating system and drivers tell. */
import { cpus, totalmem } from "node:os";
import { outPointer } from "./c_values.ts";

/** A processor. */
export interface Hardware {
  readonly name: string;
  /** Of its own, or the machine's where they share it; absent where nobody says. */
  readonly memoryBytes?: number;
}

export function cpuHardware(): Hardware {
  const [cpu] = cpus();
  return { name: cpu?.model.trim() || Deno.build.arch, memoryBytes: totalmem() };
}

let gpus: Promise<Hardware[]> | undefined;

/** The GPUs that drivers tell of, the fastest kind first. They are asked once in a process. */
export function gpuHardware(): Promise<Hardware[]> {
  return gpus ??= findGpus();
}

async function findGpus(): Promise<Hardware[]> {
  const found = vulkanDevices();
  if (found !== undefined || Deno.build.os === "linux") return found ?? [];
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) return [];
  const { description, device, vendor } = adapter.info;
  return [{ name: description || device || vendor || "a GPU" }];
}

const INSTANCE_INFO_BYTES = 64; // VkInstanceCreateInfo; its first number, sType, is 1
const INSTANCE_INFO = 1;
const PROPERTIES_BYTES = 1024; // VkPhysicalDeviceProperties, with room to spare
const [TYPE_AT, NAME_AT, NAME_BYTES] = [16, 20, 256];
const MEMORY_BYTES = 1024; // VkPhysicalDeviceMemoryProperties, with room to spare
const [HEAP_COUNT_AT, HEAPS_AT, HEAP_BYTES] = [260, 264, 16];
const DEVICE_LOCAL = 1;
/** Fastest first, by VkPhysicalDeviceType: other, integrated, discrete, virtual, CPU. */
const RANK = [3, 1, 0, 2, 4];

const VULKAN = {
  vkCreateInstance: { parameters: ["buffer", "pointer", "buffer"], result: "i32" },
  vkDestroyInstance: { parameters: ["pointer", "pointer"], result: "void" },
  vkEnumeratePhysicalDevices: { parameters: ["pointer", "buffer", "buffer"], result: "i32" },
  vkGetPhysicalDeviceProperties: { parameters: ["pointer", "buffer"], result: "void" },
  vkGetPhysicalDeviceMemoryProperties: { parameters: ["pointer", "buffer"], result: "void" },
} as const;

/** What Vulkan finds; undefined where there is no Vulkan. */
function vulkanDevices(): Hardware[] | undefined {
  const { symbols: vulkan } = openVulkan() ?? {};
  if (vulkan === undefined) return undefined;
  const info = new DataView(new ArrayBuffer(INSTANCE_INFO_BYTES));
  info.setUint32(0, INSTANCE_INFO, true);
  const out = outPointer();
  if (vulkan.vkCreateInstance(info.buffer, null, out) !== 0) return [];
  const instance = Deno.UnsafePointer.create(out[0]);
  try {
    const count = new Uint32Array(1);
    vulkan.vkEnumeratePhysicalDevices(instance, count, null);
    const pointers = new BigUint64Array(count[0]);
    vulkan.vkEnumeratePhysicalDevices(instance, count, pointers);
    const devices = Array.from(pointers.subarray(0, count[0]), (address) => {
      const device = Deno.UnsafePointer.create(address);
      const properties = new Uint8Array(PROPERTIES_BYTES);
      vulkan.vkGetPhysicalDeviceProperties(device, properties);
      const memory = new Uint8Array(MEMORY_BYTES);
      vulkan.vkGetPhysicalDeviceMemoryProperties(device, memory);
      return {
        rank: rankOf(properties),
        name: nameOf(properties),
        memoryBytes: localBytes(memory),
      };
    });
    devices.sort((a, b) => a.rank - b.rank);
    return devices.map(({ name, memoryBytes }) => ({ name, memoryBytes }));
  } finally {
    vulkan.vkDestroyInstance(instance, null);
  }
}

function openVulkan(): Deno.DynamicLibrary<typeof VULKAN> | undefined {
  const file = { linux: "libvulkan.so.1", windows: "vulkan-1.dll" }[Deno.build.os as string];
  if (file === undefined) return undefined;
  try {
    return Deno.dlopen(file, VULKAN);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) throw error;
    return undefined;
  }
}

function rankOf(properties: Uint8Array<ArrayBuffer>): number {
  return RANK[new DataView(properties.buffer).getUint32(TYPE_AT, true)] ?? RANK.length;
}

function nameOf(properties: Uint8Array): string {
  const bytes = properties.subarray(NAME_AT, NAME_AT + NAME_BYTES);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}

/** The bytes of all heaps that are the device's own. */
function localBytes(memory: Uint8Array<ArrayBuffer>): number {
  const view = new DataView(memory.buffer);
  let bytes = 0;
  for (let heap = 0; heap < view.getUint32(HEAP_COUNT_AT, true); heap++) {
    const at = HEAPS_AT + heap * HEAP_BYTES;
    if (view.getUint32(at + 8, true) & DEVICE_LOCAL) bytes += Number(view.getBigUint64(at, true));
  }
  return bytes;
}
