export {
  type Device,
  type DeviceBuffer,
  type DeviceOptions,
  openDevice,
  type TensorData,
} from "./device.ts";
export { nextName, Program } from "./program.ts";
export { StateStore } from "./state_store.ts";
export { Random } from "./random.ts";
