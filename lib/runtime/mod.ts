/** Devices, compiled graphs, and state that stays on the device. */
export type { Device, DeviceBuffer, DeviceName, TensorData } from "./device.ts";
export type { CompileOptions } from "./session_options.ts";
export type { Executable } from "./executable.ts";
export { DeviceError } from "./device_error.ts";
export { type DeviceInfo, type DeviceOptions, devices, openDevice } from "./open_device.ts";
export { expectFloat16 } from "./float16.ts";
export { expectDevice, expectList, expectPath, expectRandom } from "./expected.ts";
export { matmulRate } from "./matmul_rate.ts";
export { nextName, Program } from "./program.ts";
export { expectStore, StateStore } from "./state_store.ts";
export { checkNumber, checkNumbers, COUNT, type NumberLimits } from "./numbers.ts";
export { Random } from "./random.ts";
export { type Cost, type GraphProfile, profileGraph } from "./profile.ts";
export { numbersBundle, numbersInWords } from "./numbers_shown.ts";
