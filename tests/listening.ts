/** A device that tells what runs on it. */
import type { Device, TensorData } from "../lib/runtime/mod.ts";

/** The same device, which keeps the outputs of every run that are no state. */
export function listening(device: Device, heard: Record<string, Float32Array>[]): Device {
  return {
    name: device.name,
    description: device.description,
    freeBytes: device.freeBytes,
    buffer: (type, data) => device.buffer(type, data),
    async compile(model, options) {
      const executable = await device.compile(model, options);
      return {
        inputs: executable.inputs,
        outputs: executable.outputs,
        async run(inputs, outputs) {
          await executable.run(inputs, outputs);
          const values: Record<string, TensorData> = {};
          for (const [name, buffer] of Object.entries(outputs)) {
            if (!name.endsWith("'")) values[name] = await buffer.read();
          }
          heard.push(values as Record<string, Float32Array>);
        },
        endProfiling: () => executable.endProfiling(),
        [Symbol.dispose]: () => executable[Symbol.dispose](),
      };
    },
    [Symbol.dispose]() {},
  };
}
