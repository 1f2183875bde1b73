/** `deno task bench`: times Illume and, with `--peers`, what a user would pick instead, in turns. */
import { cpus } from "node:os";
import { openChosenDevice } from "../examples/opening.ts";
import { DEVICE, main, readCommandLine, UsageError } from "../examples/options.ts";
import { encodeSafetensors, writeFileAtomic } from "../lib/files/mod.ts";
import { Contestant, type Result } from "./contestant.ts";
import { commandsOf } from "./contestants.ts";
import { type Workload, type WorkloadName, WORKLOADS } from "./workloads.ts";

/** Runs that are compared, and that are not timed. */
const FIRST = 5;
/** Milliseconds in which the threads of one contestant come to rest before the next begins. */
const PAUSE = 50;
const TOLERANCE = 1e-3;

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

/** How all who take part compute. */
interface Setting {
  readonly threads: string;
  readonly device: string;
  readonly precision: string;
  readonly peers: boolean;
  readonly rounds: number;
}

await main(async () => {
  const options = readCommandLine({
    task: "bench",
    options: {
      only: { value: "NAME,…", default: Object.keys(WORKLOADS).join(), meaning: "what is timed" },
      rounds: { value: "N", default: "11", meaning: "how often each takes its turn" },
      threads: { value: "N", default: `${navigator.hardwareConcurrency}`, meaning: "on the CPU" },
      precision: { value: "TYPE", default: "float32", meaning: "float32 or mixed" },
      peers: {
        meaning:
          "times PyTorch, jax-js and TensorFlow.js too; needs Python with PyTorch and safetensors",
      },
      json: { value: "FILE", meaning: "where all that was measured goes too" },
      device: DEVICE,
    },
    examples: ["", "--only gpt,vit64 --rounds 5", "--peers --json bench.json"],
  });
  const names = options.text("only").split(",");
  const strange = names.find((name) => !Object.hasOwn(WORKLOADS, name));
  if (strange !== undefined) {
    const known = Object.keys(WORKLOADS).join(", ");
    throw new UsageError(`Expected --only names among ${known}, but found "${strange}"`);
  }
  const setting = {
    threads: `${options.number("threads", { min: 1, max: 1024, whole: true })}`,
    device: options.text("device"),
    precision: options.choice("precision", ["float32", "mixed"]),
    peers: options.flag("peers"),
    rounds: options.number("rounds", { min: 1, max: 1000, whole: true }),
  };
  (await openChosenDevice(options))[Symbol.dispose]();
  const measured: Measured[] = [];
  for (const name of names as WorkloadName[]) {
    measured.push(...await measure(name, WORKLOADS[name], setting));
  }
  show(measured);
  const path = options.given("json");
  if (path === undefined) return;
  const command = ["deno task bench", ...Deno.args].join(" ");
  const machine = `${cpus()[0].model.trim()}, ${setting.threads} threads`;
  const report = { command, date: new Date().toISOString(), machine, measured };
  await writeFileAtomic(path, JSON.stringify(report, null, 2));
});

/** Lets all who take part run in turns, once they have shown that they compute the same. */
async function measure(
  name: WorkloadName,
  workload: Workload,
  setting: Setting,
): Promise<Measured[]> {
  const start = await Deno.makeTempFile({ suffix: ".safetensors" });
  const contestants: Contestant[] = [];
  try {
    await Deno.writeFile(start, encodeSafetensors(workload.start()));
    let expected: readonly Result[] | undefined;
    for (const [who, command] of commandsOf(name, { ...setting, start })) {
      console.error(`${workload.title}: ${who} begins`);
      const contestant = new Contestant(who, command);
      contestants.push(contestant);
      const { results } = await contestant.run(FIRST);
      checkAgreement(results, expected ??= results, `${who} at ${name}`);
    }
    const seconds = contestants.map((): number[] => []);
    const peaks = contestants.map(() => 0);
    for (let round = 0; round < setting.rounds; round++) {
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
