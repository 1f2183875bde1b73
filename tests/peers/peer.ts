/**
 * What the peers in TypeScript share: the command line, `MODEL START [THREADS]`, and the answers to
 * lines of JSON on standard input (see `benchmarks/contestant.ts`).
 */
import { createInterface } from "node:readline";
import process from "node:process";
import { decodeSafetensors, type NamedTensor } from "../../lib/files/safetensors.ts";

/** As many as there are cores, unless asked for. */
export const THREADS = Number(Deno.args[2] ?? navigator.hardwareConcurrency);

export const HEADS = 8;
export const LAYERS = 6;
export const EPSILON = 1e-6;

/** AdamW's settings; only matrices decay. */
export const ADAMW = { rate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.01 } as const;

export interface Start {
  readonly parameters: ReadonlyMap<string, NamedTensor>;
  /** Tokens, one batch after another. */
  readonly ids: Int32Array<ArrayBuffer>;
  readonly labels: Int32Array<ArrayBuffer>;
}

export function readStart(): Start {
  const [model, path] = Deno.args;
  if (model !== "gpt") throw new Error(`Expected the model gpt, but found ${model}`);
  const { tensors } = decodeSafetensors(path);
  const integers = (name: string) => Int32Array.from(tensors.get(`batch.${name}`)!.data);
  const parameters = new Map([...tensors].filter(([name]) => !name.startsWith("batch.")));
  return { parameters, ids: integers("ids"), labels: integers("labels") };
}

/** Times as many runs as each line of standard input asks for, until it ends. */
export async function answer(run: () => Promise<number>): Promise<never> {
  for await (const line of createInterface({ input: process.stdin })) {
    const { times } = JSON.parse(line);
    const results = [];
    const began = performance.now();
    for (let i = 0; i < times; i++) results.push(await run());
    const seconds = (performance.now() - began) / 1000;
    const peakMemoryBytes = process.resourceUsage().maxRSS * 1024;
    console.log(JSON.stringify({ seconds, results, peakMemoryBytes }));
  }
  Deno.exit(); // the libraries' idle workers would keep the process
}
