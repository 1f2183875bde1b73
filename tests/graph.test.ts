/** Graphs: shapes, gradients, and what becomes of them in ONNX. */
import assert from "node:assert/strict";
import { type Kernel, type KernelName, KERNELS } from "../kernels/mod.ts";
import {
  compose,
  constant,
  gradient,
  input,
  ops,
  ShapeError,
  sorted,
  type Tensor,
  toOnnx,
} from "../lib/graph/mod.ts";
import { openDevice } from "../lib/runtime/open_device.ts";
import { evaluate } from "./reference.ts";
import { runGraph } from "./run_graph.ts";

const x = input("x", "float32", [2, 3]);
const total = (y: Tensor) => ops.sum(y, { axes: y.shape.map((_, i) => i), keepAxes: false });
const values = (tensor: Tensor, inputs: Record<string, number[]> = {}) => [
  ...evaluate([tensor], inputs)[0].data,
];
/** How often an operator stands in a model; names of operators are plain text in the file. */
const count = (operator: string, model: Uint8Array) =>
  new TextDecoder("latin1").decode(model).split(operator).length - 1;

Deno.test("a shape error names the operation, all its inputs and the parameter", () => {
  const weight = input("model.layers.0.self_attn.q_proj.weight", "float32", [4, 5]);
  assert.throws(() => ops.matmul(ops.tanh(x), weight, { transposeB: true }), {
    name: "ShapeError",
    message: 'matmul(float32[2, 3], float32[4, 5] "model.layers.0.self_attn.q_proj.weight"): ' +
      "Expected equal inner sizes, but found float32[2, 3] and float32[4, 5]ᵀ",
  });
  assert.throws(() => ops.add(x, weight), {
    name: "ShapeError",
    message: 'add(float32[2, 3] "x", float32[4, 5] "model.layers.0.self_attn.q_proj.weight"): ' +
      "Expected shapes that broadcast, but found [2, 3] and [4, 5]",
  });
});

Deno.test("every kernel that can be misused says so while tracing", () => {
  const ids = input("ids", "int32", [2]);
  const mask = input("mask", "bool", [2, 3]);
  const double = input("double", "float64", [2, 3]);
  const wide = input("wide", "float32", [1, 2, 4, 6]);
  const angles = input("angles", "float32", [1, 4, 2]);
  const misuses: Record<Exclude<KernelName, "cast" | "range" | "stopGradient">, () => Tensor> = {
    add: () => ops.add(mask, mask),
    sub: () => ops.sub(x, ids),
    mul: () => ops.mul(2, 3),
    div: () => ops.div(x, double),
    equal: () => ops.equal(x, double),
    greater: () => ops.greater(mask, mask),
    where: () => ops.where(x, x, 0),
    neg: () => ops.neg(ids),
    abs: () => ops.abs(ids),
    exp: () => ops.exp(ids),
    log: () => ops.log(mask),
    sqrt: () => ops.sqrt(ids),
    tanh: () => ops.tanh(ids),
    erf: () => ops.erf(ids),
    sigmoid: () => ops.sigmoid(ids),
    silu: () => ops.silu(ids),
    relu: () => ops.relu(ids),
    softplus: () => ops.softplus(ids),
    sum: () => ops.sum(x, { axes: [0, -2], keepAxes: false }),
    mean: () => ops.mean(x, { axes: [2], keepAxes: false }),
    max: () => ops.max(ids, { axes: [0], keepAxes: false }),
    argmax: () => ops.argmax(x, { axis: -3 }),
    reshape: () => ops.reshape(x, { shape: [5] }),
    transpose: () => ops.transpose(x, { order: [0, 0] }),
    expand: () => ops.expand(x, { shape: [3] }),
    slice: () => ops.slice(x, { axis: 0, start: 1, end: 3 }),
    pad: () => ops.pad(x, { axis: 0, before: -1, after: 0 }),
    concat: () => ops.concat([x, ids], { axis: 0 }),
    gather: () => ops.gather(x, double),
    scatterAdd: () => ops.scatterAdd(x, input("ids", "int32", [3]), { rows: 4 }),
    write: () => ops.write(wide, wide, ids),
    pick: () => ops.pick(x, input("ids", "int32", [3])),
    addAt: () => ops.addAt(x, input("values", "float32", [3]), ids),
    matmul: () => ops.matmul(x, double, { transposeB: true }),
    softmax: () => ops.softmax(ids),
    rmsNorm: () => ops.rmsNorm(x, input("w", "float64", [3]), { epsilon: 1e-6 }),
    rotary: () => ops.rotary(wide, angles, angles),
    crossEntropy: () => ops.crossEntropy(x, input("labels", "int32", [3])),
  };
  for (const [kernel, misuse] of Object.entries(misuses)) {
    assert.throws(misuse, (error: Error) => {
      assert.ok(error instanceof ShapeError, `${kernel}: ${error}`);
      assert.match(error.message, new RegExp(`^${kernel}\\b.*: Expected .+, but found .+`));
      return true;
    }, kernel);
  }
});

Deno.test("a shared subexpression gathers the gradients of all its uses", () => {
  const y = ops.tanh(x);
  const [dx] = gradient(total(ops.add(ops.mul(y, y), ops.mul(x, y))), [x]);
  const data = [-2, -0.5, 0, 0.25, 1, 3];
  const expected = data.map((v) => {
    const t = Math.tanh(v);
    return (2 * t + v) * (1 - t * t) + t; // (y² + xy)' = (2y + x)·(1 − y²) + y
  });
  values(dx, { x: data }).forEach((v, i) => assert.ok(Math.abs(v - expected[i]) < 1e-12));
});

Deno.test("a tensor used twice by one operation gets both parts", () => {
  const [dx] = gradient(total(ops.mul(x, x)), [x]);
  assert.deepEqual(values(dx, { x: [1, 2, 3, 4, 5, 6] }), [2, 4, 6, 8, 10, 12]);
});

Deno.test("stopGradient lets the value through, and no gradient", () => {
  const [dx] = gradient(total(ops.mul(x, ops.stopGradient(x))), [x]);
  assert.deepEqual(values(dx, { x: [1, 2, 3, 4, 5, 6] }), [1, 2, 3, 4, 5, 6]);
});

Deno.test("where passes the gradient to the side that was chosen", () => {
  const y = input("y", "float32", []);
  const chosen = ops.where(ops.greater(x, 3), ops.mul(x, x), ops.mul(y, x));
  const [dx, dy] = gradient(total(chosen), [x, y]);
  const inputs = { x: [1, 2, 3, 4, 5, 6], y: [7] };
  assert.deepEqual(values(dx, inputs), [7, 7, 7, 8, 10, 12]);
  assert.deepEqual(values(dy, inputs), [6]);
});

Deno.test("where the maximum is tied, its gradient is shared", () => {
  const [dx] = gradient(total(ops.max(x, { axes: [1], keepAxes: false })), [x]);
  assert.deepEqual(values(dx, { x: [5, 5, 1, 2, 2, 2] }), [1 / 2, 1 / 2, 0, 1 / 3, 1 / 3, 1 / 3]);
});

Deno.test("an input that the loss does not depend on has a gradient of zeros", () => {
  const unused = input("unused", "float64", [2, 2]);
  const [dx, du] = gradient(total(x), [x, unused]);
  assert.deepEqual([du.dtype, du.shape, values(du)], ["float64", [2, 2], [0, 0, 0, 0]]);
  assert.deepEqual(values(dx, { x: [1, 2, 3, 4, 5, 6] }), [1, 1, 1, 1, 1, 1]);
});

Deno.test("gradients can be taken with respect to tensors inside the graph, and again", () => {
  const y = ops.mul(x, x);
  const loss = total(ops.mul(y, y));
  const [dx, dy] = gradient(loss, [x, y]);
  const [second] = gradient(total(dx), [x]);
  const inputs = { x: [1, 2, 3, 4, 5, 6] };
  assert.deepEqual(values(dx, inputs), inputs.x.map((v) => 4 * v ** 3));
  assert.deepEqual(values(dy, inputs), inputs.x.map((v) => 2 * v ** 2));
  assert.deepEqual(values(second, inputs), inputs.x.map((v) => 12 * v ** 2));
});

Deno.test("only floating-point scalars are differentiated", () => {
  const message = /^Expected a floating-point scalar to differentiate, but found/;
  assert.throws(() => gradient(x, [x]), { name: "ShapeError", message });
  const hits = ops.cast(total(x), { dtype: "int32" });
  assert.throws(() => gradient(hits, [x]), { name: "ShapeError", message });
});

Deno.test("equal expressions are written once", () => {
  const twice = ops.add(ops.tanh(x), ops.tanh(x));
  assert.equal(count("Tanh", toOnnx({ y: twice })), 1);
  assert.equal(count("Tanh", toOnnx({ y: ops.add(ops.tanh(x), ops.tanh(ops.neg(x))) })), 2);
  const padded = ops.add(
    ops.pad(x, { axis: 0, before: 1, after: 0 }),
    ops.pad(x, { axis: 0, before: 0, after: 1 }),
  );
  assert.equal(count("Pad", toOnnx({ y: padded })), 2, "attributes tell nodes apart");
  const loss = total(ops.exp(ops.tanh(x)));
  const [dx] = gradient(loss, [x]);
  assert.equal(count("Tanh", toOnnx({ loss, dx })), 1, "backward uses what forward computed");
});

Deno.test("what no output needs is not written", () => {
  const weight = input("weight", "float32", [3, 4]);
  const loss = total(ops.tanh(ops.matmul(x, weight)));
  const [dx, dWeight] = gradient(loss, [x, weight]);
  assert.equal(count("Gemm", toOnnx({ dx, dWeight })), 3);
  assert.equal(count("Gemm", toOnnx({ dx })), 2);
  assert.equal(count("Gemm", toOnnx({ dx: gradient(loss, [x])[0] })), 2);
});

Deno.test("two inputs of one name must have one type; an output needs a name of its own", () => {
  const other = input("x", "float32", [3]);
  assert.throws(() => toOnnx({ y: ops.add(x, other) }), {
    message: 'Expected one type for input "x", but found float32[2, 3] and float32[3]',
  });
  const same = ops.add(x, input("x", "float32", [2, 3]));
  assert.deepEqual(values(same, { x: [1, 2, 3, 4, 5, 6] }), [2, 4, 6, 8, 10, 12]);
  assert.throws(() => toOnnx({ x: ops.neg(x) }), /name of its own, but found input "x"/);
});

Deno.test("graphs 5,000 operations deep are differentiated, written and run", async () => {
  using device = await openDevice("cpu", { threads: 1 });
  const start = input("start", "float32", []);
  let y = start;
  for (let i = 0; i < 2500; i++) y = ops.add(ops.mul(y, 0.999), start);
  const [slope] = gradient(y, [start]);
  const expected = evaluate([y, slope], { start: [1] }).map(({ data }) => data[0]);
  const geometric = (1 - 0.999 ** 2501) / (1 - 0.999); // Σ 0.999ⁱ, i = 0 … 2500
  for (const value of expected) assert.ok(Math.abs(value - geometric) < 1e-6, `${value}`);
  const found = await runGraph(device, { y, slope }, { start: Float32Array.of(1) });
  assert.ok(Math.abs(found.y[0] - geometric) < 0.1 && Math.abs(found.slope[0] - geometric) < 0.1);
});

Deno.test("a composed part has the value of its forward and the gradient that it says", () => {
  const squared = compose([x], (x) => ops.mul(x, x), (g, y) => [ops.mul(g, y)]);
  const [dx] = gradient(total(ops.add(squared, x)), [x]);
  const at = { x: [1, 2, 3, 4, 5, 6] };
  assert.deepEqual(values(squared, at), [1, 4, 9, 16, 25, 36]);
  assert.deepEqual(values(dx, at), [2, 5, 10, 17, 26, 37]);
  const wrong = compose([x], (x) => ops.neg(x), (g) => [total(g)]);
  assert.throws(() => gradient(total(wrong), [x]), {
    name: "ShapeError",
    message:
      /^compose: Expected a gradient like input 0, float32\[2, 3\] "x", but found float32\[\]/,
  });
});

Deno.test("an output that is computed is no copy; one that is an input or another output is", () => {
  const y = ops.tanh(x);
  const text = (outputs: Record<string, Tensor>) =>
    new TextDecoder("latin1").decode(toOnnx(outputs));
  assert.ok(!text({ y, z: ops.neg(y) }).includes("Identity"));
  assert.equal(text({ y, z: y, same: x }).split("Identity").length, 3);
});

Deno.test("sorted lists each tensor once, after its inputs", () => {
  const y = ops.tanh(x);
  const z = ops.mul(y, ops.add(y, x));
  const order = sorted([z, y, z]);
  assert.equal(order.length, 4);
  for (const [place, { source }] of order.entries()) {
    if (source.kind !== "kernel") continue;
    for (const operand of source.inputs) assert.ok(order.indexOf(operand) < place);
  }
});

Deno.test("constants, uniform and full, arrive on the device in every type", async () => {
  using device = await openDevice("cpu", { threads: 1 });
  const outputs = {
    scalar: constant(0.5),
    uniform: constant(-3, "float64", [2, 2]),
    single: constant([7], "float32", [1, 1]),
    full: constant([1, -2, 3], "int32"),
    long: constant([2 ** 40, -1], "int64"),
    bool: constant([1, 0], "bool"),
    rows: constant([1, 2, 3, 4], "float32", [2, 2]),
    large: constant(2, "float32", [100, 10]),
  };
  assert.deepEqual(await runGraph(device, outputs, {}), {
    scalar: [0.5],
    uniform: [-3, -3, -3, -3],
    single: [7],
    full: [1, -2, 3],
    long: [2 ** 40, -1],
    bool: [1, 0],
    rows: [1, 2, 3, 4],
    large: new Array(1000).fill(2),
  });
  for (const [name, tensor] of Object.entries(outputs)) {
    assert.deepEqual((await runGraph(device, { [name]: tensor }, {}))[name], values(tensor), name);
  }
  assert.ok(toOnnx({ y: constant(0, "float32", [1000, 1000]) }).length < 1000, "one number");
  assert.throws(() => constant([1, 2], "float32", [3]), {
    message: "Expected 3 values for a constant of shape [3], but found 2",
  });
});

Deno.test("an incomplete kernel does not compile", () => {
  const { gradient: _gradient, ...formula } = KERNELS.add;
  // @ts-expect-error: every kernel has a gradient
  const withoutGradient: Kernel = formula;
  const { add: _add, ...others } = KERNELS;
  // @ts-expect-error: every operation has a kernel
  const withoutAdd: Record<KernelName, Kernel> = others;
  assert.ok(!("gradient" in withoutGradient) && !("add" in withoutAdd));
});
