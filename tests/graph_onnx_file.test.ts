/** ONNX files with their weights in them, and with axes of open size, run by themselves. */
import assert from "node:assert/strict";
import { constant, input, onnxSignature, ops, type Tensor, toOnnx } from "../lib/graph/mod.ts";
import { ensureParameters, linear, meanAll, Scope, table, transformer } from "../lib/nn/mod.ts";
import { openDevice, Program, Random, StateStore, type TensorData } from "../lib/runtime/mod.ts";
import { drawPixels } from "../lib/vision/decoders/pixel_decoder.ts";
import { TOKENIZER_PRESETS } from "../lib/vision/mod.ts";

type Sizes = Readonly<Record<string, number>>;
type Model = (scope: Scope, sizes: Sizes) => Record<string, Tensor>;

const device = await openDevice("cpu", { threads: 1 });

const BLOCKS = {
  layers: 2,
  hiddenSize: 16,
  heads: 4,
  keyValueHeads: 2,
  intermediateSize: 24,
  queryKeyNorm: true,
};

/** Logits of rows of tokens, each of which sees those before it, and the likeliest. */
const languageModel: Model = (scope, { batch, tokens = 5 }) => {
  const ids = input("ids", "int32", [batch, tokens]);
  const rows = ops.gather(table(scope.at("embed_tokens"), 11, 16, 1), ids);
  const hidden = transformer(scope.at("model"), rows, BLOCKS, { visible: "causal" });
  const logits = linear(scope.at("lm_head"), hidden, 11, { bias: true });
  return { logits, likeliest: ops.argmax(logits, { axis: 2 }) };
};

/** Pictures of features and noise: a flow of two steps, with guidance. */
const pictures: Model = (scope, { batch }) => {
  const config = { ...TOKENIZER_PRESETS.nano, attention: true };
  const { grid, featureSize } = config;
  const features = input("features", "float32", [batch, grid ** 2, featureSize]);
  const noise = input("noise", "float32", [batch, 64, 64, 3]);
  return { pixels: drawPixels(scope, features, noise, { steps: 2, guidance: 2 }, config) };
};

/** What a file gives by itself, and what a program over the store gives. */
async function bothWays(model: Model, open: Sizes, sizes: Sizes) {
  using store = new StateStore(device);
  const scope = new Scope();
  const outputs = model(scope, sizes);
  ensureParameters(store, scope.specs(), 0);
  store.add("optimizer.unused", { dtype: "float32", shape: [1] });
  const file = toOnnx((sizes) => model(new Scope(), sizes), {
    weights: await store.readAll(),
    open,
  });
  using program = await Program.compile(device, toOnnx(outputs), store);
  const random = new Random(1, "inputs");
  const inputs = Object.entries(program.inputs).filter(([name]) => !store.has(name))
    .map(([name, { dtype, shape }]): [string, TensorData] => {
      const count = shape.reduce((a, b) => a * b, 1);
      return dtype === "int32"
        ? [name, Int32Array.from({ length: count }, () => random.integer(11))]
        : [name, random.normals(count)];
    });
  const expected = await program.run(Object.fromEntries(inputs));
  assert.deepEqual(
    onnxSignature(file).inputs.map(({ name }) => name),
    inputs.map(([name]) => name),
  );
  using alone = await device.compile(file, { sizes });
  using buffers = new DisposableStack();
  const given = inputs.map(([name, data]) =>
    [name, buffers.use(device.buffer(alone.inputs[name], data))] as const
  );
  const taken = Object.entries(alone.outputs)
    .map(([name, type]) => [name, buffers.use(device.buffer(type))] as const);
  await alone.run(Object.fromEntries(given), Object.fromEntries(taken));
  const found: Record<string, TensorData> = {};
  for (const [name, buffer] of taken) found[name] = await buffer.read();
  assert.deepEqual(alone.outputs, program.outputs);
  return { file, found, expected };
}

function expectClose(found: Record<string, TensorData>, expected: Record<string, TensorData>) {
  assert.deepEqual(Object.keys(found), Object.keys(expected));
  for (const [name, values] of Object.entries(expected)) {
    const [a, b] = [Array.from(values, Number), Array.from(found[name], Number)];
    const worst = Math.max(...a.map((x, i) => Math.abs(x - b[i])));
    assert.ok(worst < 1e-5, `${name}: ${worst}`);
  }
}

for (const batch of [1, 3, 8]) {
  Deno.test(`a file draws and speaks for ${batch} rows as the program does`, async () => {
    for (const model of [languageModel, pictures]) {
      const { file, found, expected } = await bothWays(model, { batch: 1 }, { batch });
      expectClose(found, expected);
      const { inputs, outputs } = onnxSignature(file);
      for (const { shape } of [...inputs, ...outputs]) assert.equal(shape?.[0], "batch");
    }
  });
}

Deno.test("two axes may be open at once", async () => {
  for (
    const sizes of [{ batch: 2, tokens: 6 }, { batch: 1, tokens: 1 }, { batch: 4, tokens: 12 }]
  ) {
    const { file, found, expected } = await bothWays(
      languageModel,
      { batch: 1, tokens: 2 },
      sizes,
    );
    expectClose(found, expected);
    assert.deepEqual(onnxSignature(file).outputs.map(({ shape }) => shape), [
      ["batch", "tokens", 11],
      ["batch", "tokens"],
    ]);
  }
});

Deno.test("sizes are sums of products of the open ones, in outputs too", async () => {
  const model: Model = (_, { batch, tokens }) => {
    const x = input("x", "float32", [batch, tokens, 3]);
    const rows = ops.reshape(x, { shape: [batch * tokens, 3] });
    const more = ops.concat([rows, constant(1, "float32", [batch * tokens + 2 * batch, 3])], {
      axis: 0,
    });
    const counted = ops.add(ops.range({ size: tokens }), 0);
    return {
      more: ops.pad(more, { axis: 0, before: 1, after: tokens }),
      last: ops.slice(x, { axis: 1, start: tokens - 1, end: tokens }),
      wide: ops.expand(counted, { shape: [batch, tokens] }),
    };
  };
  const { file, found, expected } = await bothWays(model, { batch: 1, tokens: 1 }, {
    batch: 2,
    tokens: 5,
  });
  assert.deepEqual(found, expected);
  const [more, last, wide] = onnxSignature(file).outputs;
  assert.deepEqual(more.shape, ["2*batch*tokens + tokens + 2*batch + 1", 3]);
  assert.deepEqual([last.shape, wide.shape], [["batch", 1, 3], ["batch", "tokens"]]);
});

Deno.test("weights stand in a file whose sizes are fixed, too", async () => {
  using store = new StateStore(device);
  store.add("weight", { dtype: "float32", shape: [2, 2] }, Float32Array.of(1, 2, 3, 4));
  const x = input("x", "float32", [1, 2]);
  const outputs = { y: ops.matmul(x, input("weight", "float32", [2, 2])) };
  const file = toOnnx(outputs, { weights: await store.readAll() });
  assert.deepEqual(onnxSignature(file).inputs.map(({ name }) => name), ["x"]);
  using alone = await device.compile(file);
  using given = device.buffer(alone.inputs.x, Float32Array.of(1, 10));
  using taken = device.buffer(alone.outputs.y);
  await alone.run({ x: given }, { y: taken });
  assert.deepEqual([...await taken.read()], [31, 42]);
  const other = new Map([[
    "weight",
    { dtype: "float32", shape: [4], data: new Float32Array(4) } as const,
  ]]);
  assert.throws(() => toOnnx(outputs, { weights: other }), {
    name: "RangeError",
    message: 'Expected weight "weight" to be float32[2, 2] as in the graph, but found float32[4]',
  });
});

Deno.test("what depends on a size in another way than by its shape is refused, and named", () => {
  const x = (batch: number) => input("x", "float32", [batch, 3]);
  const refused = (
    trace: (sizes: Sizes) => Record<string, Tensor>,
    message: RegExp,
    open: Sizes = { batch: 1 },
  ) => assert.throws(() => toOnnx(trace, { open }), { name: "RangeError", message });
  refused(
    ({ batch }) => ({ y: ops.mul(x(batch), 1 / batch) }),
    /^Expected nothing but shapes to depend on the size of "batch", but found the constants 0\.1.*, .* in constant \(tests\/graph_onnx_file\.test\.ts:\d+/,
  );
  refused(
    ({ batch }) => ({
      y: ops.add(
        x(batch),
        constant(Array.from({ length: batch }, (_, i) => i), "float32", [batch, 1]),
      ),
    }),
    /found the constants float32\[7, 1\], float32\[11, 1\].* in constant \(tests/,
  );
  refused(
    ({ batch }) => ({ y: batch > 8 ? ops.tanh(x(batch)) : ops.sigmoid(x(batch)) }),
    /^Expected the same operations at every size of "batch", but found sigmoid \(tests.* at one and tanh \(/,
  );
  refused(
    ({ batch }) => ({ y: input("x", "float32", [batch * batch]) }),
    /sums of products of "batch", but found 49, 121, 169$/,
  );
  refused(
    ({ batch }) => ({
      y: ops.reshape(input("x", "float32", [2 * batch]), { shape: [2, batch] }),
      z: constant(1, "float32", [batch]),
    }),
    /an input with an axis of the size "batch", but found none/,
  );
  refused(({ batch }) => ({ y: x(batch) }), /one to 3 open axes.*found \{"batch":0\}/, {
    batch: 0,
  });
});

Deno.test("a mean over an open axis needs no constant, and may be open", async () => {
  const model: Model = (_, { batch }) => ({ y: meanAll(input("x", "float32", [batch, 3])) });
  const { found, expected } = await bothWays(model, { batch: 1 }, { batch: 5 });
  expectClose(found, expected);
});
