/** Programs over state that stays on the device. */
import {
  deepStrictEqual as deepEqual,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import fc from "fast-check";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { openDevice } from "../lib/runtime/open_device.ts";
import { Program } from "../lib/runtime/program.ts";
import { StateStore } from "../lib/runtime/state_store.ts";
import { float32, onnxModel } from "./runtime_onnx.ts";
import { assertWritesInPlace } from "./writes_in_place.ts";

const pair = float32(2);

/** a' = a + x, and the old a as an output of its own. */
const accumulate = onnxModel(
  { a: pair, x: pair },
  { "a'": pair, before: pair },
  [["Add", ["a", "x"], ["a'"]], ["Identity", ["a"], ["before"]]],
);

/** b' = b · a */
const multiply = onnxModel({ a: pair, b: pair }, { "b'": pair }, [["Mul", ["b", "a"], ["b'"]]]);

const sumOf = (name: string) =>
  onnxModel({ [name]: pair }, { sum: float32() }, [["ReduceSum", [name], ["sum"], {
    keepdims: 0,
  }]]);

Deno.test("state is updated step after step, and host outputs are copies", async () => {
  using device = await openDevice();
  using store = new StateStore(device);
  store.add("a", pair, Float32Array.of(1, 2));
  using program = await Program.compile(device, accumulate, store);
  const x = Float32Array.of(1, 10);
  const first = await program.run({ x });
  const second = await program.run({ x });
  deepEqual(first, { before: Float32Array.of(1, 2) });
  deepEqual(second, { before: Float32Array.of(2, 12) });
  deepEqual(await store.read("a"), Float32Array.of(3, 22));
  store.write("a", Float32Array.of(0, 0));
  await program.run({ x });
  deepEqual(await store.read("a"), x);
  deepEqual(await store.get("a").read(), x);
});

Deno.test("programs that update different states share a store", async () => {
  using device = await openDevice();
  await fc.assert(
    fc.asyncProperty(fc.array(fc.constantFrom("accumulate", "multiply", "sum")), async (order) => {
      using store = new StateStore(device);
      store.add("a", pair, Float32Array.of(1, 2));
      store.add("b", pair, Float32Array.of(1, -1));
      using accumulating = await Program.compile(device, accumulate, store);
      using multiplying = await Program.compile(device, multiply, store);
      using summing = await Program.compile(device, sumOf("b"), store);
      let [a, b] = [[1, 2], [1, -1]];
      const sums: [Promise<Record<string, unknown>>, number][] = [];
      const runs = order.map((name) => { // none awaits another: the store keeps their order
        if (name === "accumulate") {
          a = a.map((value) => Math.fround(value + 1));
          return accumulating.run({ x: Float32Array.of(1, 1) });
        }
        if (name === "multiply") {
          b = b.map((value, i) => Math.fround(value * a[i]));
          return multiplying.run({});
        }
        const run = summing.run({});
        sums.push([run, Math.fround(b[0] + b[1])]);
        return run;
      });
      const last = store.read("b");
      await Promise.all(runs);
      deepEqual(await last, Float32Array.from(b));
      deepEqual(await store.read("a"), Float32Array.from(a));
      for (const [run, sum] of sums) deepEqual(await run, { sum: Float32Array.of(sum) });
    }),
    { numRuns: 20 },
  );
});

Deno.test("inputs and states that do not fit are named, and the state stays as it was", async () => {
  using device = await openDevice();
  using store = new StateStore(device);
  store.add("a", pair, Float32Array.of(1, 2));
  using program = await Program.compile(device, accumulate, store);
  const x = Float32Array.of(1, 10);
  await rejects(program.run({}), /input "x" float32\[2\], but found it neither among the inputs/);
  await rejects(program.run({ x, y: x }), /Expected the inputs "x", but found "y"/);
  await rejects(program.run({ x, a: x }), /inputs "x", but found "a", which is a state/);
  await rejects(
    program.run({ x: new Int32Array(2) }),
    /Float32Array\(2\) for input "x".*Int32Array/,
  );
  await rejects(program.run({ x: new Float32Array(3) }), /but found Float32Array\(3\)/);
  deepEqual(await store.read("a"), Float32Array.of(1, 2));

  using other = new StateStore(device);
  other.add("a", float32(3));
  await rejects(Program.compile(device, accumulate, other), {
    message:
      'Expected the state "a" to be float32[2] as in the graph, but found float32[3] in the store',
  });
  store.remove("a");
  store.add("a", float32(3));
  await rejects(program.run({ x }), /state "a" to be float32\[2\].*found float32\[3\]/);
  store.remove("a");
  await rejects(program.run({ x, a: x }), /Expected "a" in the store, but found no names/);
});

Deno.test("a run that fails says why, leaves the state as it was, and can be tried again", async () => {
  using device = await openDevice();
  using store = new StateStore(device);
  store.add("a", pair, Float32Array.of(1, 2));
  const index = { dtype: "int32", shape: [2] } as const;
  const choose = onnxModel({ a: pair, i: index }, { "a'": pair }, [["Gather", ["a", "i"], ["a'"]]]);
  using program = await Program.compile(device, choose, store);
  await rejects(program.run({ i: Int32Array.of(0, 9) }), /ONNX Runtime, running: .*Gather.*9/s);
  deepEqual(await store.read("a"), Float32Array.of(1, 2));
  await program.run({ i: Int32Array.of(1, 1) });
  deepEqual(await store.read("a"), Float32Array.of(2, 2));
});

Deno.test("a state is not written while a run has not ended", async () => {
  using device = await openDevice();
  using store = new StateStore(device);
  store.add("a", pair);
  using program = await Program.compile(device, accumulate, store);
  const run = program.run({ x: Float32Array.of(1, 10) });
  throws(
    () => store.write("a", new Float32Array(2)),
    /to be awaited before "a" is written, but found 1 that had not ended/,
  );
  await run;
  store.write("a", Float32Array.of(5, 5));
  deepEqual(await store.read("a"), Float32Array.of(5, 5));
});

Deno.test("a store keeps names apart", async () => {
  using device = await openDevice();
  using store = new StateStore(device);
  store.add("a", pair);
  store.add("b", float32());
  deepEqual(store.names(), ["a", "b"]);
  throws(() => store.add("a", pair), /Expected a new name in the store, but found "a"/);
  throws(() => store.get("c"), /Expected "c" in the store, but found "a", "b"/);
  await rejects(store.read("c"), /Expected "c" in the store/);
  store.remove("a");
  equal(store.has("a"), false);
  equal(store.has("b"), true);
});

Deno.test("a store can be disposed while a program runs", async () => {
  using device = await openDevice();
  const store = new StateStore(device);
  store.add("a", pair);
  const program = await Program.compile(device, accumulate, store);
  const run = program.run({ x: Float32Array.of(1, 10) });
  await Promise.resolve();
  store[Symbol.dispose]();
  program[Symbol.dispose]();
  await run.catch(() => {});
  await rejects(program.run({ x: Float32Array.of(1, 10) }));
});

Deno.test("a state that is compiled in place is written where it is", async () => {
  using device = await openDevice();
  await assertWritesInPlace(device);
});

Deno.test("a run that needs more memory than there is says so, and the state stays", async () => {
  using device = await openDevice();
  using store = new StateStore(device);
  const x = input("x", "float32", [4]);
  store.add("x", x, Float32Array.of(1, 2, 3, 4));
  const stretched = ops.exp(ops.expand(x, { shape: [2 ** 20, 2 ** 20, 4] }));
  const largest = ops.max(ops.exp(stretched), { axes: [0, 1], keepAxes: false });
  using program = await Program.compile(device, toOnnx({ "x'": largest }), store);
  await rejects(
    program.run({}),
    /Failed to allocate memory for requested buffer of size 17592186044416/,
  );
  deepEqual(await store.read("x"), Float32Array.of(1, 2, 3, 4));
});
