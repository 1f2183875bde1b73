/**
 * One workload in Illume, asked by lines of JSON on standard input (see `contestant.ts`).
 *
 * usage: own.ts WORKLOAD START THREADS DEVICE PRECISION
 */
import process from "node:process";
import { createInterface } from "node:readline";
import { openDevice, type Precision } from "../mod.ts";
import { decodeSafetensors } from "../lib/files/mod.ts";
import { type WorkloadName, WORKLOADS } from "./workloads.ts";

const [name, start, threads, deviceName, precision] = Deno.args;
const { tensors } = decodeSafetensors(await Deno.readFile(start));
const device = await openDevice(deviceName, { threads: Number(threads) });
const workload = await WORKLOADS[name as WorkloadName].open(
  device,
  tensors,
  precision as Precision,
);
for await (const line of createInterface({ input: process.stdin })) {
  const { times } = JSON.parse(line);
  const results = [];
  const began = performance.now();
  for (let i = 0; i < times; i++) results.push(await workload.run());
  const seconds = (performance.now() - began) / 1000;
  const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
  console.log(JSON.stringify({ seconds, results, peakMemoryBytes }));
}
