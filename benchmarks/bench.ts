/**
 * `deno task bench`: times Illume, and with `--peers` what a user would pick instead, in turns.
 *
 * usage: deno task bench [--only WORKLOAD,…] [--rounds N] [--threads N] [--device NAME] [--peers]
 *                        [--json FILE]
 */
import { parseArgs } from "node:util";
import { encodeSafetensors, writeFileAtomic } from "../lib/nn/mod.ts";
import { Contestant } from "./contestant.ts";
import { type Workload, type WorkloadName, WORKLOADS } from "./workloads.ts";

const { values: options } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string" },
    rounds: { type: "string", default: "11" },
    threads: { type: "string", default: String(navigator.hardwareConcurrency) },
    device: { type: "string", default: "cpu" },
    peers: { type: "boolean", default: false },
    json: { type: "string" },
  },
});
const rounds = Number(options.rounds);
const names = (options.only?.split(",") ?? Object.keys(WORKLOADS)) as WorkloadName[];

interface Measured {
  readonly workload: string;
  readonly contestant: string;
  /** Of one run. */
  readonly seconds: readonly number[];
  readonly peakMemoryBytes?: number;
}

const measured: Measured[] = [];
for (const name of names) measured.push(...await measure(name, WORKLOADS[name]));
show(measured);
if (options.json !== undefined) {
  const command = `deno task bench ${Deno.args.join(" ")}`;
  const text = JSON.stringify({ command, date: new Date().toISOString(), measured }, null, 2);
  await writeFileAtomic(options.json, new TextEncoder().encode(text));
}

async function measure(name: WorkloadName, workload: Workload): Promise<Measured[]> {
  const start = await Deno.makeTempFile({ suffix: ".safetensors" });
  await Deno.writeFile(start, encodeSafetensors(workload.start()));
  const contestants: Contestant[] = [];
  try {
    for (const [who, command] of commands(name, start)) {
      const contestant = new Contestant(who, command);
      contestants.push(contestant);
      const { results } = await contestant.run(5);
      console.log(`${name} ${who}: ${results.map((x) => String(x).slice(0, 60)).join(" ")}`);
    }
    const seconds = contestants.map((): number[] => []);
    for (let round = 0; round < rounds; round++) {
      for (const [i, contestant] of contestants.entries()) {
        const timing = await contestant.run(workload.times);
        seconds[i].push(timing.seconds / workload.times);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
    return contestants.map((contestant, i) => ({
      workload: name,
      contestant: contestant.name,
      seconds: seconds[i],
      peakMemoryBytes: contestant.peakMemory(),
    }));
  } finally {
    for (const contestant of contestants) await contestant.end();
    await Deno.remove(start);
  }
}

function commands(name: WorkloadName, start: string): [string, [string, ...string[]]][] {
  const { threads, device } = options;
  const here = import.meta.dirname;
  const own: [string, ...string[]] = [
    Deno.execPath(),
    "run",
    "--allow-ffi",
    "--allow-read",
    "--allow-env",
    "--allow-sys",
    `${here}/own.ts`,
    name,
    start,
    threads,
    device,
  ];
  if (!options.peers) return [["illume", own]];
  const torch = `${here}/../tests/peers/torch_peer.py`;
  return [
    ["illume", own],
    ["torch eager", ["python3", torch, name, start, threads]],
    ["torch compiled", ["python3", torch, name, start, threads, "compile"]],
  ];
}

function show(measured: readonly Measured[]): void {
  console.table(measured.map(({ workload, contestant, seconds, peakMemoryBytes }) => {
    const sorted = seconds.toSorted((a, b) => a - b);
    const at = (share: number) =>
      (1000 * sorted[Math.round(share * (sorted.length - 1))]).toFixed(2);
    const own = measured.find((m) => m.workload === workload)!.seconds;
    const flops = WORKLOADS[workload as WorkloadName].flops();
    const middle = (xs: readonly number[]) =>
      xs.toSorted((a, b) => a - b)[Math.floor(xs.length / 2)];
    return {
      workload,
      contestant,
      "median ms": at(0.5),
      "quartiles": `${at(0.25)}–${at(0.75)}`,
      "illume / it": (middle(own) / middle(seconds)).toFixed(2),
      "GFLOP/s": (flops / middle(seconds) / 1e9).toFixed(0),
      "peak MB": peakMemoryBytes && (peakMemoryBytes / 2 ** 20).toFixed(0),
    };
  }));
}
