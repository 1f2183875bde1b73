/** Quantizers, by their definitions. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { codebookUse, perplexity } from "../lib/evaluation/reconstruction.ts";
import { constant, gradient, input, ops } from "../lib/graph/mod.ts";
import { ensureParameters, initialValue, linear, meanAll, Scope, sumAll } from "../lib/nn/mod.ts";
import { adamw, TrainStep } from "../lib/optim/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import {
  type Quantizer,
  type QuantizerConfig,
  quantizerOf,
  usageOf,
} from "../lib/vision/quantizers/mod.ts";
import { averageCodebook } from "../lib/vision/quantizers/moving_average.ts";
import { checkGradients } from "./gradient_check.ts";
import { runGraph } from "./run_graph.ts";

const device = await openDevice("cpu", { threads: 1 });

const CONFIGS: readonly QuantizerConfig[] = [
  { kind: "vector", codes: 24, codeSize: 3 },
  { kind: "vector", codes: 24, codeSize: 3, average: 0.9 },
  { kind: "sim", codes: 24, codeSize: 3 },
  { kind: "finite scalar", levels: [4, 3, 5] },
  { kind: "lookup-free", bits: 5 },
  { kind: "residual", codes: 12, codeSize: 3, depth: 3 },
  {
    kind: "product",
    parts: [{ kind: "vector", codes: 10, codeSize: 2 }, { kind: "sim", codes: 14, codeSize: 3 }],
  },
];
const PATCHES = 64;

const named = (config: QuantizerConfig) =>
  "average" in config && config.average !== undefined ? `${config.kind}, averaged` : config.kind;

/** What a quantizer makes of latents, with its parameters as they begin. */
async function quantized(quantizer: Quantizer, latents: Float32Array) {
  const { codeSize, depth } = quantizer;
  const scope = new Scope();
  const x = input("x", "float32", [latents.length / codeSize, codeSize]);
  const { ids, codes, latents: seen, loss } = quantizer.quantize(scope, x);
  const again = quantizer.lookUp(scope, input("ids", "int32", ids.shape));
  const parameters = Object.fromEntries(
    scope.specs().map((spec) => [spec.name, initialValue(spec, 0)]),
  );
  const first = await runGraph(device, { ids, codes, seen, loss }, { x: latents, ...parameters });
  const second = await runGraph(
    device,
    { again, entries: quantizer.entries(scope) },
    { ids: Int32Array.from(first.ids), ...parameters },
  );
  assert.equal(first.ids.length, latents.length / codeSize * depth);
  return { ...first, ...second } as Record<
    "ids" | "codes" | "seen" | "loss" | "again" | "entries",
    number[]
  >;
}

const rowsOf = (values: readonly number[], size: number) =>
  Array.from({ length: values.length / size }, (_, i) => values.slice(i * size, (i + 1) * size));
const distance = (a: readonly number[], b: readonly number[]) =>
  a.reduce((sum, x, i) => sum + (x - b[i]) ** 2, 0);

function close(a: readonly number[], b: readonly number[], tolerance = 1e-5): void {
  assert.equal(a.length, b.length);
  a.forEach((x, i) => assert.ok(Math.abs(x - b[i]) < tolerance, `${x} and ${b[i]} at ${i}`));
}

for (const config of CONFIGS) {
  const quantizer = quantizerOf(config);
  const { codes, codeSize, depth } = quantizer;
  const latents = new Random(0, "latents").normals(PATCHES * codeSize);

  Deno.test(`${named(config)}: each latent becomes the nearest code, and ids bring it back`, async () => {
    const found = await quantized(quantizer, latents);
    close(found.again, found.codes);
    const entries = rowsOf(found.entries, codeSize);
    assert.equal(entries.length, codes);
    rowsOf(found.seen, codeSize).forEach((latent, patch) => {
      let rest = latent;
      found.ids.slice(patch * depth, (patch + 1) * depth).forEach((id, place) => {
        const [from, to] = quantizer.range?.(place) ?? [0, codes];
        assert.ok(id >= from && id < to);
        const best = Math.min(...entries.slice(from, to).map((entry) => distance(rest, entry)));
        assert.ok(distance(rest, entries[id]) < best + 1e-5);
        rest = rest.map((x, i) => x - entries[id][i]);
      });
      close(rest, latent.map((x, i) => x - found.codes[patch * codeSize + i]));
    });
  });

  Deno.test(`${named(config)}: gradients pass straight through the codes`, async () => {
    const scope = new Scope();
    const x = linear(scope.at("in"), input("x", "float32", [PATCHES, 4]), codeSize);
    const quantized = quantizer.quantize(scope.at("quantizer"), x);
    const weights = constant([...new Random(1).normals(PATCHES * codeSize)], "float32", [
      PATCHES,
      codeSize,
    ]);
    await checkGradients({
      scope,
      loss: ops.add(meanAll(ops.mul(quantized.codes, weights)), quantized.loss),
      inputs: { x: new Random(2).normals(PATCHES * 4) },
      frozen: quantizer.frozen.map((name) => `quantizer.${name}`),
    });
  });

  Deno.test(`${named(config)}: learns what comes often, and uses its codes`, async () => {
    const kinds = rowsOf([...new Random(3).normals(16 * 6)], 6);
    using store = new StateStore(device);
    const graph = (scope: Scope) => {
      const x = input("x", "float32", [PATCHES, 6]);
      const found = quantizer.quantize(
        scope.at("quantizer"),
        linear(scope.at("in"), x, codeSize, { bias: true }),
      );
      const decoded = linear(scope.at("out"), found.codes, 6, { bias: true });
      return { ...found, error: meanAll(ops.mul(ops.sub(decoded, x), ops.sub(decoded, x))) };
    };
    using trainStep = await TrainStep.compile({
      device,
      store,
      losses(scope) {
        const { loss, error, ids } = graph(scope);
        return { loss: ops.add(loss, error), parts: { error, ...usageOf(ids, codes) } };
      },
      outputs(scope) {
        const { ids, latents } = graph(scope);
        return { ids, latents };
      },
      rateOf: (name) =>
        quantizer.frozen.some((start) => name.startsWith(`quantizer.${start}`)) ? 0 : 1,
      optimizer: adamw(),
      seed: 0,
    });
    const frozen = store.names().filter((name) =>
      quantizer.frozen.some((start) => name.startsWith(`quantizer.${start}`))
    );
    const steps = 300;
    const errors: number[] = [];
    for (let step = 1; step <= steps; step++) {
      const random = new Random(step, "kinds");
      const x = Float32Array.from(
        Array.from(
          { length: PATCHES },
          () => random.pick(kinds).map((value) => value + 0.05 * random.normal()),
        ).flat(),
      );
      const { parts, outputs } = await trainStep.run({ x }, { step, rate: 1e-2 });
      const { ids, latents } = outputs as { ids: Int32Array; latents: Float32Array };
      await quantizer.after?.(store, { prefix: "quantizer.", seed: 0, step, steps, ids, latents });
      errors.push(parts.error);
      assert.ok(Math.abs(parts.used - codebookUse(ids, codes)) < 1e-5);
      assert.ok(Math.abs(parts.perplexity / perplexity(ids, codes) - 1) < 1e-3);
    }
    const last = errors.slice(-20).reduce((a, b) => a + b, 0) / 20;
    assert.ok(last < 0.35 * errors[0], `${errors[0]} to ${last}`);
    assert.equal(frozen.length, quantizer.frozen.length);
  });
}

Deno.test("finite scalars are rounded one by one, and 0 stays 0", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 3, max: 7 }), { minLength: 1, maxLength: 4 }),
      fc.integer(),
      async (levels, seed) => {
        const quantizer = quantizerOf({ kind: "finite scalar", levels });
        const latents = new Random(seed).normals(8 * levels.length).map((x) => 3 * x);
        latents.fill(0, 0, levels.length);
        const { ids, seen, entries } = await quantized(quantizer, latents);
        rowsOf(seen, levels.length).forEach((numbers, patch) => {
          const digits = numbers.map((x, i) => x * Math.floor(levels[i] / 2));
          if (digits.some((x) => Math.abs(Math.abs(x) % 1 - 0.5) < 1e-4)) return; // in the middle
          const id = digits.reduce(
            (id, x, i) => id * levels[i] + Math.round(x) + Math.floor(levels[i] / 2),
            0,
          );
          assert.equal(ids[patch], id);
        });
        assert.ok(entries.every((x) => x >= -1 && x <= 1));
        assert.equal(new Set(rowsOf(entries, levels.length).map(String)).size, quantizer.codes);
        close(seen.slice(0, levels.length), levels.map(() => 0));
      },
    ),
    { numRuns: 20 },
  );
});

Deno.test("the lookup-free loss: sure of each code, open to all", async () => {
  const bits = 4;
  const quantizer = quantizerOf({ kind: "lookup-free", bits });
  const latents = new Random(5).normals(PATCHES * bits);
  const { loss, entries } = await quantized(quantizer, latents);
  const rows = rowsOf([...latents], bits);
  const p = rows.map((latent) => {
    const weights = rowsOf(entries, bits).map((code) => Math.exp(-distance(latent, code)));
    const total = weights.reduce((a, b) => a + b, 0);
    return weights.map((weight) => weight / total);
  });
  const entropy = (p: readonly number[]) => -p.reduce((sum, x) => sum + x * Math.log(x), 0);
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const commit = mean(rows.map((latent) => distance(latent, latent.map(Math.sign))));
  const average = p[0].map((_, code) => mean(p.map((row) => row[code])));
  close(loss, [0.25 * commit + 0.1 * (mean(p.map(entropy)) - entropy(average))], 1e-4);
});

Deno.test("an averaged codebook comes to stand where its latents are", async () => {
  using store = new StateStore(device);
  const type = { dtype: "float32", shape: [3, 2] } as const;
  store.add("codebook", type, Float32Array.of(0, 0, 10, 10, 50, 50));
  const random = new Random(7);
  for (let step = 0; step < 400; step++) {
    const around = [[1, 2], [9, 12]];
    const ids = Int32Array.from({ length: 32 }, () => random.integer(2));
    const latents = Float32Array.from(
      [...ids].flatMap((id) => around[id].map((x) => x + 0.1 * random.normal())),
    );
    await averageCodebook(store, "codebook", 0.9, { ids, latents });
  }
  close([...await store.read("codebook") as Float32Array], [1, 2, 9, 12, 50, 50], 0.05);
});

Deno.test("the map of a random codebook moves all of its codes", async () => {
  const scope = new Scope();
  const quantizer = quantizerOf({ kind: "sim", codes: 16, codeSize: 4 });
  const { loss } = quantizer.quantize(scope, input("x", "float32", [2, 4]));
  const [dMap] = gradient(loss, [scope.tensor("map.weight")]);
  using store = new StateStore(device);
  ensureParameters(store, scope.specs(), 0);
  const moved = ops.matmul(scope.tensor("codebook.weight"), dMap, { transposeB: true });
  const lengths = ops.sum(ops.mul(moved, moved), { axes: [1], keepAxes: false });
  const values = Object.fromEntries(
    scope.specs().map((spec) => [spec.name, initialValue(spec, 0)]),
  );
  const found = await runGraph(device, { lengths, all: sumAll(lengths) }, {
    x: new Random(1).normals(8),
    ...values,
  });
  assert.ok(found.lengths.every((length) => length > 0));
});
