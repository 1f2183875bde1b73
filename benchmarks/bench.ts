/**
 * `deno task bench`: times Illume and, with `--peers`, what a user would pick instead, in turns.
 *
 * usage: deno task bench [--only WORKLOAD,…] [--rounds N] [--threads N] [--device NAME] [--peers]
 *                        [--precision float32|mixed] [--json FILE]
 */
import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { encodeSafetensors, writeFileAtomic } from "../lib/nn/mod.ts";
import { Contestant, type Result } from "./contestant.ts";
import { commandsOf } from "./contestants.ts";
import { type Workload, type WorkloadName, WORKLOADS } from "./workloads.ts";

/** Runs that are compared, and that are not timed. */
const FIRST = 5;
/** Milliseconds in which the threads of one contestant come to rest before the next begins. */
const PAUSE = 50;
const TOLERANCE = 1e-3;

const { values: options } = parseArgs({
  args: Deno.args,
  options: {
    only: { type: "string", default: Object.keys(WORKLOADS).join() },
    rounds: { type: "string", default: "11" },
    threads: { type: "string", default: String(navigator.hardwareConcurrency) },
    device: { type: "string", default: "cpu" },
    precision: { type: "string", default: "float32" },
    peers: { type: "boolean", default: false },
    json: { type: "string" },
  },
});

/** What was measured of one contestant at one workload. */
interface Measured {
  readonly workload: string;
  readonly contestant: string;
  /** Of one run, in each round. */
  readonly seconds: readonly number[];
  readonly flops: number;
  /** The most memory that its process held. */
  readonly peakMemoryBytes: number;
}

if (options.precision !== "float32" && options.precision !== "mixed") {
  console.error(`Expected --precision float32 or mixed, but found "${options.precision}"`);
  Deno.exit(1);
}
const measured: Measured[] = [];
for (const name of options.only.split(",")) {
  if (!Object.hasOwn(WORKLOADS, name)) {
    const known = Object.keys(WORKLOADS).join(", ");
    console.error(`Expected workloads among ${known}, but found ${JSON.stringify(name)}`);
    Deno.exit(1);
  }
  measured.push(...await measure(name as WorkloadName, WORKLOADS[name as WorkloadName]));
}
show(measured);
if (options.json !== undefined) {
  const command = ["deno task bench", ...Deno.args].join(" ");
  const machine = `${cpus()[0].model.trim()}, ${options.threads} threads`;
  const report = { command, date: new Date().toISOString(), machine, measured };
  await writeFileAtomic(options.json, new TextEncoder().encode(JSON.stringify(report, null, 2)));
}

/** Lets all who take part run in turns, once they have shown that they compute the same. */
async function measure(name: WorkloadName, workload: Workload): Promise<Measured[]> {
  const start = await Deno.makeTempFile({ suffix: ".safetensors" });
  const contestants: Contestant[] = [];
  try {
    await Deno.writeFile(start, encodeSafetensors(workload.start()));
    let expected: readonly Result[] | undefined;
    for (const [who, command] of commandsOf(name, { ...options, start })) {
      console.error(`${workload.title}: ${who} begins`);
      const contestant = new Contestant(who, command);
      contestants.push(contestant);
      const { results } = await contestant.run(FIRST);
      checkAgreement(results, expected ??= results, `${who} at ${name}`);
    }
    const seconds = contestants.map((): number[] => []);
    const peaks = contestants.map(() => 0);
    for (let round = 0; round < Number(options.rounds); round++) {
      for (const [i, contestant] of contestants.entries()) {
        const timing = await contestant.run(workload.times);
        seconds[i].push(timing.seconds / workload.times);
        peaks[i] = timing.peakMemoryBytes;
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    }
    return contestants.map((contestant, i) => ({
      workload: name,
      contestant: contestant.name,
      seconds: seconds[i],
      flops: workload.flops(),
      peakMemoryBytes: peaks[i],
    }));
  } finally {
    for (const contestant of contestants) await contestant.end();
    await Deno.remove(start);
  }
}

function checkAgreement(found: readonly Result[], expected: readonly Result[], who: string): void {
  found.flat().forEach((value, i) => {
    const other = expected.flat()[i];
    if (Math.abs(value - other) > TOLERANCE * Math.max(1, Math.abs(other))) {
      throw new Error(`Expected ${who} to compute ${expected}, but found ${found}`);
    }
  });
}

function show(measured: readonly Measured[]): void {
  console.table(measured.map(({ workload, contestant, seconds, flops, peakMemoryBytes }) => {
    const own = measured.find((other) => other.workload === workload)!;
    const milliseconds = (share: number) => (1000 * quantile(seconds, share)).toPrecision(3);
    return {
      workload,
      contestant,
      "median ms": milliseconds(0.5),
      quartiles: `${milliseconds(0.25)}–${milliseconds(0.75)}`,
      "Illume's share": (quantile(own.seconds, 0.5) / quantile(seconds, 0.5)).toFixed(2),
      "GFLOP/s": (flops / quantile(seconds, 0.5) / 1e9).toFixed(0),
      "peak MiB": (peakMemoryBytes / 2 ** 20).toFixed(0),
    };
  }));
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.round(share * (values.length - 1))];
}
