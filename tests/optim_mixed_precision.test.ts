/** Training with products in float16, and a loss that is scaled. */
import assert from "node:assert/strict";
import {
  gradient,
  inPrecision,
  input,
  ops,
  type Precision,
  sorted,
  type Tensor,
} from "../lib/graph/mod.ts";
import { Scope, transformer } from "../lib/nn/mod.ts";
import { adamw, NonFiniteError, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";

const CONFIG = {
  hiddenSize: 32,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 48,
  queryKeyNorm: true,
};
const [BATCH, TOKENS, CLASSES] = [4, 12, 10];

/** Which class each token of a random sequence is: to be learned by heart. */
function losses(scope: Scope) {
  const x = input("x", "float32", [BATCH, TOKENS, CONFIG.hiddenSize]);
  const hidden = transformer(scope.at("model"), x, CONFIG, { visible: "causal", recompute: true });
  const head = scope.parameter("head", [CLASSES, CONFIG.hiddenSize], {
    kind: "normal",
    deviation: 0.1,
  });
  const rows = ops.reshape(hidden, { shape: [BATCH * TOKENS, CONFIG.hiddenSize] });
  const logits = ops.matmul(rows, head, { transposeB: true });
  const each = ops.crossEntropy(logits, input("labels", "int32", [BATCH * TOKENS]));
  const loss = ops.mul(
    ops.mean(each, { axes: [0], keepAxes: false }),
    input("factor", "float32", []),
  );
  return { loss, parts: { largest: ops.max(logits, { axes: [0, 1], keepAxes: false }) } };
}

const random = new Random(0, "mixed precision");
const inputs = {
  x: random.normals(BATCH * TOKENS * CONFIG.hiddenSize),
  labels: Int32Array.from({ length: BATCH * TOKENS }, () => random.integer(CLASSES)),
  factor: Float32Array.of(1),
};

const device = await openDevice();

async function trained(
  precision: Precision,
  { steps, accumulate, before }: {
    steps: number;
    accumulate?: boolean;
    before?: (store: StateStore) => void;
  },
) {
  using store = new StateStore(device);
  const options = { device, store, losses, optimizer: adamw(), seed: 0, precision, accumulate };
  using trainStep = await TrainStep.compile(options);
  before?.(store);
  const results = [];
  for (let step = 1; step <= steps; step++) {
    const half = { ...inputs, factor: Float32Array.of(0.5) };
    const batch = accumulate ? [half, half] : inputs;
    results.push(await trainStep.run(batch, { step, rate: 3e-3 }));
  }
  const scale = store.has("optimizer.loss_scale")
    ? (await store.read("optimizer.loss_scale"))[0]
    : undefined;
  return { results, scale, head: await store.read("head") };
}

/** The operations that a graph is made of, each with the type of its result. */
function computed(outputs: readonly Tensor[]): Map<string, Set<string>> {
  const types = new Map<string, Set<string>>();
  for (const { source, dtype } of sorted(outputs)) {
    if (source.kind !== "kernel") continue;
    types.set(source.kernel, (types.get(source.kernel) ?? new Set()).add(dtype));
  }
  return types;
}

Deno.test("products are in float16; norms, softmax, losses and gradients of parameters in float32", () => {
  const scope = new Scope();
  const { loss } = inPrecision("mixed", () => losses(scope));
  const parameters = scope.specs().map(({ name }) => scope.tensor(name));
  const gradients = inPrecision("mixed", () => gradient(loss, parameters));
  const forward = computed([loss]);
  assert.deepEqual([...forward.get("matmul")!], ["float16"]);
  for (const kernel of ["rmsNorm", "softmax", "crossEntropy", "mean"]) {
    assert.deepEqual([...forward.get(kernel)!], ["float32"], kernel);
  }
  assert.deepEqual(new Set(gradients.map(({ dtype }) => dtype)), new Set(["float32"]));
  assert.ok(gradients.every(({ shape }, i) => `${shape}` === `${parameters[i].shape}`));
  assert.deepEqual(computed(scope.specs().map(({ name }) => scope.tensor(name))), new Map());
  const { loss: plain } = losses(new Scope());
  assert.ok([...computed([plain]).values()].every((types) => !types.has("float16")));
});

for (const accumulate of [false, true]) {
  Deno.test(`mixed precision learns as float32 does${accumulate ? ", also in parts" : ""}`, async () => {
    const steps = 60;
    const exact = await trained("float32", { steps, accumulate });
    const mixed = await trained("mixed", { steps, accumulate });
    mixed.results.slice(0, 10).forEach((result, i) => {
      assert.ok(Math.abs(result.loss / exact.results[i].loss - 1) < 5e-3, `step ${i + 1}`);
      assert.ok(Math.abs(result.gradientNorm / exact.results[i].gradientNorm - 1) < 5e-2);
      assert.ok(Number.isFinite(result.parts.largest));
    });
    assert.notDeepEqual(mixed.head, exact.head);
    assert.ok(exact.results.at(-1)!.loss < 0.5 * exact.results[0].loss);
    assert.ok(mixed.results.at(-1)!.loss < 1.1 * exact.results.at(-1)!.loss);
    assert.equal(exact.scale, undefined);
  });
}

Deno.test("a step whose gradients overflow is taken again with half the scale", async () => {
  const usual = await trained("mixed", { steps: 3 });
  const high = await trained("mixed", {
    steps: 3,
    before: (store) => store.write("optimizer.loss_scale", Float32Array.of(2 ** 40)),
  });
  assert.ok(high.scale! < 2 ** 40 && high.scale! >= usual.scale!);
  high.results.forEach(({ loss }, i) =>
    assert.ok(Math.abs(loss / usual.results[i].loss - 1) < 1e-3)
  );
});

Deno.test("gradients too small for float16 arrive all the same", async () => {
  const tiny = { ...inputs, factor: Float32Array.of(1e-7) };
  using store = new StateStore(device);
  const options = { device, store, losses, optimizer: adamw(), seed: 0 } as const;
  using exact = await TrainStep.compile(options);
  using mixed = await TrainStep.compile({ ...options, precision: "mixed" });
  const { gradientNorm } = await exact.run(tiny, { step: 1, rate: 0 });
  const scaled = await mixed.run(tiny, { step: 1, rate: 0 });
  store.write("optimizer.loss_scale", Float32Array.of(1));
  const lost = await mixed.run(tiny, { step: 1, rate: 0 });
  const error = ({ gradientNorm: found }: { gradientNorm: number }) =>
    Math.abs(found / gradientNorm - 1);
  assert.ok(error(scaled) < 1e-2 && error(lost) > 10 * error(scaled));
});

Deno.test("gradients that no scale makes finite stop training, and the scale stays", async () => {
  using store = new StateStore(device);
  const x = input("x", "float32", [4]);
  const options = {
    device,
    store,
    losses(scope: Scope) {
      const weight = scope.parameter("weight", [4], { kind: "constant", value: 0 });
      return { loss: ops.sum(ops.sqrt(ops.mul(weight, x)), { axes: [0], keepAxes: false }) };
    },
    optimizer: adamw(),
    seed: 0,
    precision: "mixed",
  } as const;
  using trainStep = await TrainStep.compile(options);
  const ones = { x: new Float32Array(4).fill(1) };
  await assert.rejects(trainStep.run(ones, { step: 1, rate: 1e-3 }), NonFiniteError);
  assert.equal((await store.read("optimizer.loss_scale"))[0], 2 ** 16);
});

Deno.test("a larger scale is tried every thousand steps", async () => {
  using store = new StateStore(device);
  const options = { device, store, losses, optimizer: adamw(), seed: 0 } as const;
  using trainStep = await TrainStep.compile({ ...options, precision: "mixed" });
  const [first] = await store.read("optimizer.loss_scale");
  await trainStep.run(inputs, { step: 999, rate: 0 });
  assert.equal((await store.read("optimizer.loss_scale"))[0], first);
  await trainStep.run(inputs, { step: 1000, rate: 0 });
  assert.equal((await store.read("optimizer.loss_scale"))[0], 2 * Number(first));
});

Deno.test("NaN in mixed precision stops training, and changes nothing", async () => {
  using store = new StateStore(device);
  const options = { device, store, losses, optimizer: adamw(), seed: 0 } as const;
  using trainStep = await TrainStep.compile({ ...options, precision: "mixed" });
  const before = await store.read("head");
  const bad = { ...inputs, factor: Float32Array.of(NaN) };
  await assert.rejects(
    trainStep.run(bad, { step: 1, rate: 1e-3 }),
    (error) =>
      error instanceof NonFiniteError && /first in float32\[\] "factor"/.test(error.message),
  );
  assert.deepEqual(await store.read("head"), before);
  assert.equal((await store.read("optimizer.loss_scale"))[0], 2 ** 16);
});
