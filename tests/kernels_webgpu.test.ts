/** Every kernel and its gradient on a GPU, against the reference. */
import fc from "fast-check";
import { type KernelName, KERNELS } from "../kernels/mod.ts";
import { gpuTest } from "./gpu.ts";
import { CASES } from "./kernel_cases.ts";
import { assertClose, Trace } from "./kernel_trace.ts";
import { evaluate } from "./reference.ts";
import { runGraph } from "./run_graph.ts";

for (const name of Object.keys(KERNELS) as KernelName[]) {
  gpuTest(`${name}: on WebGPU, value and gradient agree with the reference`, async (gpu) => {
    const batches = fc.array(fc.gen(), { minLength: 1, maxLength: 8, size: "max" });
    await fc.assert(
      fc.asyncProperty(batches, async (draws) => {
        const traces = draws.map((draw, i) => new Trace(CASES[name](draw), "float32", `${i}.x`))
          .filter(({ output }) => output.dtype !== "float64");
        fc.pre(traces.length > 0);
        const outputs = Object.assign({}, ...traces.map((trace, i) => trace.outputs(`${i}.y`)));
        const inputs = Object.assign({}, ...traces.map((trace) => trace.data));
        const found = await runGraph(gpu, outputs, inputs);
        traces.forEach((trace, t) => {
          evaluate([trace.output, ...trace.gradients], inputs).forEach((expected, i) => {
            const what = i === 0 ? "output" : `gradient ${i - 1}`;
            assertClose(found[`${t}.y${i}`], expected, 1e-5, `${what} of ${name}${trace}`);
          });
        });
      }),
      // A smaller counterexample would take a graph for each step towards it, and minutes.
      { numRuns: 2, endOnFailure: true },
    );
  });
}
