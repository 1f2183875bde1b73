export type { Device, DeviceBuffer, DeviceName, TensorData } from "./device.ts";
export { DeviceError } from "./device_error.ts";
export { type DeviceInfo, type DeviceOptions, devices, openDevice } from "./open_device.ts";
export { expectFloat16 } from "./float16.ts";
export { matmulRate } from "./matmul_rate.ts";
export { nextName, Program } from "./program.ts";
export { StateStore } from "./state_store.ts";
export { Random } from "./random.ts";
export { type Cost, type GraphProfile, profileGraph } from "./profile.ts";
