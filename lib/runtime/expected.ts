/** What is asked for by type, checked where types are not, as in notebooks. */
import { brief } from "../graph/mod.ts";
import type { Device } from "./device.ts";
import { Random } from "./random.ts";

/**
 * Checks that a value is a device.
 * @throws TypeError for anything but a device
 */
export function expectDevice(value: unknown): asserts value is Device {
  const { buffer, compile } = (value ?? {}) as Partial<Device>;
  if (typeof buffer === "function" && typeof compile === "function") return;
  throw new TypeError(`Expected a device, as await openDevice() gives, but found ${brief(value)}`);
}

/**
 * Checks that a value is a list.
 * @throws TypeError for anything but a list; `of` says of what
 */
export function expectList(value: unknown, of: string): void {
  if (Array.isArray(value)) return;
  throw new TypeError(`Expected a list of ${of}, but found ${brief(value)}`);
}

/**
 * Checks that a value is a path.
 * @throws TypeError for anything but the path of a file or folder
 */
export function expectPath(value: unknown): asserts value is string {
  if (typeof value === "string" && value !== "") return;
  throw new TypeError(`Expected a path, but found ${brief(value)}`);
}

/**
 * Checks that a value is a stream of random numbers.
 * @throws TypeError for anything but a Random
 */
export function expectRandom(value: unknown): asserts value is Random {
  if (value instanceof Random) return;
  throw new TypeError(`Expected a Random, such as new Random(0), but found ${brief(value)}`);
}
