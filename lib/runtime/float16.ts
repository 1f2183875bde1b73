/** Whether a device computes in float16. */
import { input, ops, toOnnx } from "../graph/mod.ts";
import type { Device } from "./device.ts";
import { DeviceError } from "./device_error.ts";

/**
 * Tries whether a device computes in float16; WebGPU does where the GPU has `shader-f16`. The CPU
 * does it by way of float32.
 *
 * @throws DeviceError with the device's reason where it does not
 *
 * @example
 * ```ts
 * import { openDevice } from "./open_device.ts";
 * import { expectFloat16 } from "./float16.ts";
 *
 * using device = await openDevice("cpu");
 * await expectFloat16(device);
 * ```
 */
export async function expectFloat16(device: Device): Promise<void> {
  const x = input("x", "float32", [1]);
  const half = ops.cast(x, { dtype: "float16" });
  const y = ops.cast(ops.mul(half, half), { dtype: "float32" });
  using read = device.buffer(x);
  using written = device.buffer(y);
  try {
    using square = await device.compile(toOnnx({ y }));
    await square.run({ x: read }, { y: written });
    await written.read();
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    throw new DeviceError(
      `Expected a device that computes in float16, but found ${device.name}, ` +
        `${device.description}: ${why}`,
      { cause: error },
    );
  }
}
