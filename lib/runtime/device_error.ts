/** A device that this machine does not have, or that cannot do what is asked. */
export class DeviceError extends Error {
  /** What tells it from other errors. */
  override name = "DeviceError";
}
