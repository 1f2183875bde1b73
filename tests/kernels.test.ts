/** Every kernel on the CPU: its values, and its gradient by finite differences. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { type KernelName, KERNELS } from "../kernels/mod.ts";
import { constant, gradient, input, ops, type Tensor } from "../lib/graph/mod.ts";
import { openDevice } from "../lib/runtime/open_device.ts";
import { CASES } from "./kernel_cases.ts";
import { assertClose, Trace } from "./kernel_trace.ts";
import { evaluate } from "./reference.ts";
import { runGraph } from "./run_graph.ts";

/** Kernels whose operator ONNX, or ONNX Runtime on the CPU, has in float32 alone. */
const FLOAT32_ONLY: ReadonlySet<KernelName> = new Set(["erf", "rotary", "softplus"]);
const NAMES = Object.keys(KERNELS) as KernelName[];

/** (f(x + h) − f(x − h)) / 2h for every element x. */
function differences(trace: Trace, x: Tensor): number[] {
  const name = x.source.kind === "input" ? x.source.name : "";
  const h = 1e-5;
  const at = (i: number, value: number) => {
    const moved = Float64Array.from(trace.data[name] as Float64Array).with(i, value);
    return evaluate([trace.loss], { ...trace.data, [name]: moved })[0].data[0];
  };
  return Array.from(
    trace.data[name] as Float64Array,
    (value, i) => (at(i, value + h) - at(i, value - h)) / (2 * h),
  );
}

Deno.test("rows that many threads add to at once keep every sum", async () => {
  using device = await openDevice("cpu", { threads: 2 });
  const values = input("values", "float32", [2048, 256]);
  const rows = input("rows", "int32", [2048]);
  const inputs = {
    values: new Float32Array(2048 * 256).fill(1),
    rows: Int32Array.from({ length: 2048 }, (_, i) => i % 4),
  };
  for (let run = 0; run < 3; run++) {
    const { sums } = await runGraph(
      device,
      { sums: ops.scatterAdd(values, rows, { rows: 4 }) },
      inputs,
    );
    assert.deepEqual(sums, new Array(4 * 256).fill(512));
  }
});

Deno.test("large numbers do not overflow: values and gradients stay right in float32", async () => {
  using device = await openDevice("cpu", { threads: 1 });
  const x = input("x", "float32", [2, 3]);
  const inputs = { x: Float32Array.of(-200, 0, 100, 1e4, -1e4, 50) };
  const label = constant([0, 1], "int32");
  const sum = (y: Tensor) => ops.sum(y, { axes: y.shape.map((_, i) => i), keepAxes: false });
  const forms = {
    softmax: ops.softmax(x),
    crossEntropy: ops.crossEntropy(x, label),
    sigmoid: ops.sigmoid(x),
    softplus: ops.softplus(x),
    tanh: ops.tanh(x),
    erf: ops.erf(x),
  };
  const slopes = Object.entries(forms).map(([name, y]) => [`d ${name}`, gradient(sum(y), [x])[0]]);
  const outputs: Record<string, Tensor> = { ...forms, ...Object.fromEntries(slopes) };
  const found = await runGraph(device, outputs, inputs);
  for (const [name, tensor] of Object.entries(outputs)) {
    assertClose(found[name], evaluate([tensor], inputs)[0], 1e-6, name);
  }
});

for (const name of NAMES) {
  Deno.test(`${name}: the gradient agrees with finite differences`, () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const trace = new Trace(CASES[name](draw), "float64");
        const found = evaluate(trace.gradients, trace.data);
        trace.differentiable.forEach((x, i) => {
          const expected = trace.of.blocked
            ? found[i].data.map(() => 0)
            : Float64Array.from(differences(trace, x));
          assertClose(
            found[i].data,
            { shape: x.shape, data: expected },
            1e-6,
            `gradient ${i} of ${name}${trace}`,
          );
        });
      }),
      { numRuns: 100 },
    );
  });

  for (const [dtype, tolerance] of [["float32", 1e-5], ["float64", 1e-11]] as const) {
    if (dtype === "float64" && FLOAT32_ONLY.has(name)) continue;
    Deno.test(`${name}: the ONNX form in ${dtype} agrees with the reference`, async () => {
      using device = await openDevice("cpu", { threads: 1 });
      const batches = fc.array(fc.gen(), { minLength: 1, maxLength: 20, size: "max" });
      await fc.assert(
        fc.asyncProperty(batches, async (draws) => {
          const traces = draws.map((draw, i) => new Trace(CASES[name](draw), dtype, `${i}.x`));
          const outputs = Object.assign({}, ...traces.map((trace, i) => trace.outputs(`${i}.y`)));
          const inputs = Object.assign({}, ...traces.map((trace) => trace.data));
          const found = await runGraph(device, outputs, inputs);
          traces.forEach((trace, t) => {
            evaluate([trace.output, ...trace.gradients], inputs).forEach((expected, i) => {
              const what = i === 0 ? "output" : `gradient ${i - 1}`;
              assertClose(found[`${t}.y${i}`], expected, tolerance, `${what} of ${name}${trace}`);
            });
          });
        }),
        { numRuns: 5 },
      );
    });
  }
}
