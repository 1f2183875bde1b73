/** The GPU that tests run on, where there is one; a software renderer will do. */
import type { Device } from "../lib/runtime/device.ts";
import { openDevice } from "../lib/runtime/open_device.ts";

const found: Device | Error = await openDevice("webgpu").catch((error) => error);

/** Defines a test that needs a GPU; without one it is skipped, and its name says why. */
export function gpuTest(name: string, run: (gpu: Device) => Promise<void>): void {
  if (found instanceof Error) {
    const [why] = found.message.split("\n");
    Deno.test({ name: `${name} (skipped: ${why})`, ignore: true, fn: () => {} });
  } else {
    Deno.test(name, () => run(found));
  }
}
