/** Who takes part in which workload, as commands. */
import { fileURLToPath } from "node:url";
import { type WorkloadName, WORKLOADS } from "./workloads.ts";

export type Command = readonly [string, ...string[]];

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

const PERMISSIONS = ["--allow-ffi", "--allow-read", "--allow-env", "--allow-sys"];

/** Names and commands, Illume first. */
export function commandsOf(
  workload: WorkloadName,
  { start, threads, device, precision, peers }: {
    start: string;
    threads: string;
    device: string;
    precision: string;
    peers: boolean;
  },
): [name: string, command: Command][] {
  const deno = (permissions: readonly string[], file: string, ...rest: string[]): Command => [
    Deno.execPath(),
    "run",
    ...permissions,
    path(file),
    workload,
    start,
    ...rest,
  ];
  const torch = (...rest: string[]): Command => [
    "python3",
    path("../tests/peers/torch_peer.py"),
    workload,
    start,
    threads,
    ...rest,
  ];
  const own = deno(PERMISSIONS, "./own.ts", threads, device, precision);
  if (!peers) return [["Illume", own]];
  const isTraining = WORKLOADS[workload].trains;
  const found: [string, Command][] = [["Illume", own], ["PyTorch", torch()]];
  if (isTraining) found.push(["PyTorch, compiled", torch("compile")]);
  if (workload === "gpt") {
    const config = ["--config", path("../tests/peers/deno.json"), "--allow-read"];
    found.push(["jax-js", deno(config, "../tests/peers/jax_peer.ts", threads)]);
    found.push(["TensorFlow.js", deno(config, "../tests/peers/tfjs_peer.ts", threads)]);
  }
  return found;
}
