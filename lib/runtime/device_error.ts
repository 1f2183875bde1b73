/** A device that this machine does not have, or that cannot do what is asked. */
export class DeviceError extends Error {
  override name = "DeviceError";
}
