/** A GPU by WebGPU: any that has a driver for Vulkan, Metal or Direct3D 12. */
import { elements } from "../../kernels/tensor_type.ts";
import { cString } from "./c_values.ts";
import type { GpuKind } from "./gpu.ts";
import { allocateBlock } from "./native_memory.ts";

export const WEBGPU: GpuKind = {
  name: "webgpu",
  memory: "WebGPU_Buffer",
  needs: "a GPU that WebGPU can use (on Linux, with a Vulkan driver)",
  provider({ api, pointer, check, entry }) {
    check(api.SetIntraOpNumThreads(pointer, 1));
    entry("session.disable_cpu_ep_fallback", "1");
    entry("ep.webgpuexecutionprovider.enableInt64", "1");
    check(api.SessionOptionsAppendExecutionProvider(pointer, cString("WebGPU"), null, null, 0n));
  },
  copier: (library) => async (from, to) => {
    if (elements(from.type.shape) === 0) return;
    const { api, check, environment } = library;
    const values = allocateBlock(library, 16);
    try {
      new BigUint64Array(values.memory).set([from.address, to.address]);
      const target = Deno.UnsafePointer.offset(values.pointer, 8);
      const status = await api.CopyTensors(environment, values.pointer, target, null, 1n);
      check(status, "copying a tensor");
    } finally {
      values.free();
    }
  },
};
