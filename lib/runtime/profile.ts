/** Where the time of a graph goes. */
import { matmulFlops, type Tensor, toOnnx } from "../graph/mod.ts";
import type { Device, TensorData } from "./device.ts";
import { matmulRate } from "./matmul_rate.ts";
import { Program } from "./program.ts";
import type { StateStore } from "./state_store.ts";

/** What the nodes of one operation at one line of the model cost, in one run. */
export interface Cost {
  /** The operation, as models call it (`matmul`). */
  readonly operation: string;
  /** The line of the model that it comes from, as `lib/nn/transformer.ts:95 in attention`. */
  readonly line: string;
  /** The operators of ONNX Runtime that did it (`Gemm`, `FusedMatMul`). */
  readonly operators: readonly string[];
  /** In one run: the median of several. */
  readonly seconds: number;
  /** Nodes of the compiled graph that did it. */
  readonly calls: number;
  /** Floating-point operations of matrix products: two for each multiplication. */
  readonly flops: number;
}

/** One run of a graph, by what it spent its time on: medians over several runs. */
export interface GraphProfile {
  /** Most expensive first. */
  readonly costs: readonly Cost[];
  /** Of a run, as the program saw it. */
  readonly seconds: number;
  /** Of a run, in no operator. */
  readonly secondsOutside: number;
  /** Of values inside the graph, alive together at the most; absent where the provider does not say. */
  readonly peakBytes?: number;
  /** What the device reaches in a product of two large matrices. */
  readonly matmulFlopsPerSecond: number;
}

/** An event of ONNX Runtime's trace. */
interface TraceEvent {
  readonly cat: string;
  readonly name: string;
  readonly ts: number;
  readonly dur: number;
  readonly args?: { readonly op_name?: string; readonly mem_bytes_in_use?: string };
}

/**
 * Runs a graph several times with ONNX Runtime's clock on. States keep the values that they have.
 *
 * @throws Deno.errors.NotCapable where the folder for temporary files may not be written
 */
export async function profileGraph(
  { device, store, outputs, inputs, runs = 5 }: {
    device: Device;
    store: StateStore;
    outputs: Readonly<Record<string, Tensor>>;
    inputs: Readonly<Record<string, TensorData>>;
    runs?: number;
  },
): Promise<GraphProfile> {
  const folder = await Deno.makeTempDir();
  try {
    const tensors = new Map<string, Tensor>();
    const model = toOnnx(outputs, { written: tensors });
    const options = { profile: `${folder}/trace` };
    using program = await Program.compile(device, model, store, options);
    const seconds: number[] = [];
    for (let run = 0; run <= runs; run++) {
      const start = performance.now();
      await program.run(inputs);
      seconds.push((performance.now() - start) / 1000);
      program.undo();
    }
    const trace: TraceEvent[] = JSON.parse(await Deno.readTextFile(program.endProfiling()));
    const nodes = trace.filter(({ cat, name }) => cat === "Node" && name.endsWith(KERNEL_TIME));
    const perRun = nodes.length / (runs + 1);
    const measured = Array.from( // without the first run, which reserves memory
      { length: runs },
      (_, run) => nodes.slice((run + 1) * perRun, (run + 2) * perRun),
    );
    const inside = measured.map((run) => sum(run.map(({ dur }) => dur)) * 1e-6);
    return {
      costs: costsOf(measured, tensors),
      seconds: median(seconds.slice(1)),
      ...peak(measured.flat()),
      secondsOutside: median(seconds.slice(1).map((whole, run) => whole - inside[run])),
      matmulFlopsPerSecond: await matmulRate(device),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

const KERNEL_TIME = "_kernel_time";

/** @param runs the same nodes in each */
function costsOf(
  runs: readonly (readonly TraceEvent[])[],
  tensors: ReadonlyMap<string, Tensor>,
): Cost[] {
  const tensorOf = ({ name }: TraceEvent) => tensors.get(/^%\d+/.exec(name)?.[0] ?? "");
  const nodes = runs[0].map((node, place) => ({
    tensor: tensorOf(node),
    operator: node.args?.op_name ?? "?",
    seconds: median(runs.map((run) => run[place].dur)) * 1e-6,
  }));
  const groups = Map.groupBy(
    nodes,
    ({ tensor }) => `${operationOf(tensor)} ${tensor?.origin.line}`,
  );
  const costs = [...groups.values()].map((group): Cost => {
    const [{ tensor }] = group;
    const distinct = new Set(group.map(({ tensor }) => tensor));
    return {
      operation: operationOf(tensor),
      line: tensor?.origin.line ?? "added by ONNX Runtime",
      operators: [...new Set(group.map(({ operator }) => operator))].sort(),
      seconds: sum(group.map(({ seconds }) => seconds)),
      calls: group.length,
      flops: sum([...distinct].map((tensor) => tensor ? matmulFlops(tensor) : 0)),
    };
  });
  return costs.sort((a, b) => b.seconds - a.seconds);
}

function peak(nodes: readonly TraceEvent[]): { peakBytes?: number } {
  const bytes = nodes.flatMap(({ args }) => args?.mem_bytes_in_use ?? []).map(Number);
  return bytes.length === 0 ? {} : { peakBytes: bytes.reduce((a, b) => Math.max(a, b), 0) };
}

function operationOf(tensor: Tensor | undefined): string {
  if (tensor === undefined) return "layout";
  return tensor.source.kind === "kernel" ? tensor.source.kernel : tensor.source.kind;
}

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}
