/** What commands open by name: a device, and a model in a folder. */
import { type Device, DeviceError, devices, type Illume, loadIllume, openDevice } from "../mod.ts";
import { typed } from "./help.ts";
import { type CommandLine, FROM, UsageError } from "./options.ts";

/** Opens the device that a person chose; where it is missing, they are told which there are. */
export async function openChosenDevice(options: CommandLine<"device">): Promise<Device> {
  const name = options.text("device");
  return await openDevice(name).catch(async (error) => {
    if (!(error instanceof DeviceError) || name === "cpu") throw error;
    const there = (await devices()).map(({ name, hardware }) => `--device ${name} (${hardware})`);
    throw new DeviceError(`${error.message}; choose ${there.join(" or ")}`, { cause: error });
  });
}

/** Loads the model that a person chose; where there is none, they are told how to come by one. */
export async function loadChosenModel(
  options: CommandLine<"from">,
  device: Device,
): Promise<Illume> {
  const from = options.text("from");
  if (!await isThere(`${from}/config.json`)) {
    const to = from === FROM.default ? [] : ["--out", from];
    const [found, advice] = await isThere(`${from}/training/state.json`)
      ? ["a training that is not finished", `go on with \`${typed("demo", ...to, "--resume")}\``]
      : ["none", `run \`${typed("demo", ...to)}\` first, or give the folder of one with --from`];
    throw new UsageError(`Expected a model in ${from}, but found ${found}: ${advice}`);
  }
  return await loadIllume(from, device);
}

/** Is there a file? Where that cannot be said, opening it will tell why. */
async function isThere(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, (error) => error.code !== "ENOENT");
}
