/** Devices and executables. */
import {
  deepStrictEqual as deepEqual,
  match,
  notStrictEqual as notEqual,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
import { cpus, totalmem } from "node:os";
import { CpuBuffer } from "../lib/runtime/buffer.ts";
import { identityCopier } from "../lib/runtime/identity_copier.ts";
import { devices, openDevice } from "../lib/runtime/open_device.ts";
import { openOrtLibrary } from "../lib/runtime/ort_library.ts";
import { Random } from "../lib/runtime/random.ts";
import { cpuProvider } from "../lib/runtime/session_options.ts";
import { float32, onnxModel } from "./runtime_onnx.ts";

const matmul = onnxModel(
  { a: float32(2, 3), b: float32(3, 2) },
  { y: float32(2, 2) },
  [["MatMul", ["a", "b"], ["y"]]],
);

Deno.test("a matrix product is right, and the session tells its types", async () => {
  using device = await openDevice("cpu", { threads: 2 });
  using executable = await device.compile(matmul);
  deepEqual(executable.inputs, { a: float32(2, 3), b: float32(3, 2) });
  deepEqual(executable.outputs, { y: float32(2, 2) });
  using a = device.buffer(float32(2, 3), Float32Array.of(1, 2, 3, 4, 5, 6));
  using b = device.buffer(float32(3, 2), Float32Array.of(1, 2, 3, 4, 5, 6));
  using y = device.buffer(float32(2, 2));
  deepEqual(await y.read(), new Float32Array(4));
  await executable.run({ a, b }, { y });
  deepEqual(await y.read(), Float32Array.of(22, 28, 49, 64));
  b.write(Float32Array.of(1, 0, 0, 1, 0, 0));
  await executable.run({ b, a }, { y });
  deepEqual(await y.read(), Float32Array.of(1, 2, 4, 5));
});

Deno.test("every dtype goes in and comes out, also through a graph without work", async () => {
  using device = await openDevice();
  const data = {
    float32: Float32Array.of(1.5, -0, NaN),
    float64: Float64Array.of(1e300, -2, Number.MIN_VALUE),
    int32: Int32Array.of(2 ** 31 - 1, -1, 0),
    int64: BigInt64Array.of(2n ** 62n, -1n, 0n),
    bool: Uint8Array.of(1, 0, 1),
  };
  for (const dtype of ["float32", "float64", "int32", "int64", "bool"] as const) {
    const type = { dtype, shape: [3] };
    using executable = await device.compile(
      onnxModel({ x: type }, { y: type }, [["Identity", ["x"], ["y"]]]),
    );
    using x = device.buffer(type, data[dtype]);
    using y = device.buffer(type);
    await executable.run({ x }, { y });
    deepEqual(await y.read(), data[dtype]);
  }
});

Deno.test("scalars, empty tensors, and one value under two names come out in place", async () => {
  using device = await openDevice();
  const scalar = float32();
  using executable = await device.compile(onnxModel(
    { x: scalar, none: float32(0, 4) },
    { y: scalar, z: scalar, nothing: float32(0, 4), constant: scalar },
    [
      ["Add", ["x", "one"], ["y"]],
      ["Identity", ["y"], ["z"]],
      ["Neg", ["none"], ["nothing"]],
      ["Identity", ["one"], ["constant"]],
    ],
    { one: { type: scalar, data: Float32Array.of(1) } },
  ));
  using x = device.buffer(scalar, Float32Array.of(41));
  using none = device.buffer(float32(0, 4));
  const outputs = {
    y: device.buffer(scalar),
    z: device.buffer(scalar),
    nothing: device.buffer(float32(0, 4)),
    constant: device.buffer(scalar),
  };
  await executable.run({ x, none }, outputs);
  const read = await Promise.all(Object.values(outputs).map((buffer) => buffer.read()));
  deepEqual(read.map((data) => [...data]), [[42], [42], [], [1]]);
});

Deno.test("a graph without inputs gives its constants", async () => {
  using device = await openDevice();
  using executable = await device.compile(onnxModel(
    {},
    { y: float32(2) },
    [["Neg", ["c"], ["y"]]],
    { c: { type: float32(2), data: Float32Array.of(1, -2) } },
  ));
  using y = device.buffer(float32(2));
  await executable.run({}, { y });
  deepEqual(await y.read(), Float32Array.of(-1, 2));
});

Deno.test("what does not fit is named", async () => {
  using device = await openDevice();
  using executable = await device.compile(matmul);
  using a = device.buffer(float32(2, 3));
  using b = device.buffer(float32(3, 2));
  using y = device.buffer(float32(2, 2));
  using integers = device.buffer({ dtype: "int32", shape: [3, 2] });
  await rejects(executable.run({ a, b: a }, { y }), {
    message: 'Expected input "b" float32[3, 2], but found float32[2, 3]',
  });
  await rejects(executable.run({ a, b: integers }, { y }), /"b" float32\[3, 2\].*int32\[3, 2\]/);
  await rejects(executable.run({ a }, { y }), /input "b" float32\[3, 2\], but found only "a"/);
  await rejects(executable.run({ a, b, c: a }, { y }), /inputs "a", "b", but found "c" as well/);
  await rejects(executable.run({ a, b }, {}), /output "y" float32\[2, 2\], but found only none/);
  await executable.run({ a, b }, { y });

  throws(() => device.buffer(float32(2), Float32Array.of(1)), {
    message: "Expected Float32Array(2) for a buffer float32[2], but found Float32Array(1)",
  });
  throws(() => a.write(new Float64Array(6)), /Float32Array\(6\).*but found Float64Array\(6\)/);
  throws(
    () => device.buffer({ dtype: "bool", shape: [2] }, Uint8Array.of(1, 255)),
    /Expected 0 or 1 in a buffer, but found 255/,
  );
  throws(() => device.buffer(float32(2.5)), /Expected whole sizes in a shape, but found \[2.5\]/);
  throws(
    () => device.buffer(float32(2 ** 20, 2 ** 30)),
    /reserving 4503599627370496 bytes for float32\[1048576, 1073741824\]: /,
  );
});

Deno.test("an output that is also an input is refused", async () => {
  using device = await openDevice();
  const type = float32(2);
  using negate = await device.compile(
    onnxModel({ x: type }, { y: type }, [["Neg", ["x"], ["y"]]]),
  );
  using x = device.buffer(type);
  await rejects(negate.run({ x }, { y: x }), /Expected the buffer float32\[2\] to be free/);
  using y = device.buffer(type);
  await negate.run({ x }, { y });
});

Deno.test("what was disposed is not used again", async () => {
  const device = await openDevice();
  const executable = await device.compile(matmul);
  const a = device.buffer(float32(2, 3));
  using b = device.buffer(float32(3, 2));
  using y = device.buffer(float32(2, 2));
  await executable.run({ a, b }, { y });
  a[Symbol.dispose]();
  a[Symbol.dispose]();
  const gone = /Expected the buffer float32\[2, 3\] to be alive, but found it disposed/;
  await rejects(executable.run({ a, b }, { y }), gone);
  await rejects(a.read(), gone);
  throws(() => a.write(new Float32Array(6)), gone);
  executable[Symbol.dispose]();
  await rejects(executable.run({ a: b, b }, { y }), /Expected the executable to be alive/);
  device[Symbol.dispose]();
  throws(() => device.buffer(float32(1)), /Expected device "cpu" to be open/);
  await rejects(device.compile(matmul), /Expected device "cpu" to be open/);
});

Deno.test("models that cannot be run are refused with the reason", async () => {
  using device = await openDevice();
  await rejects(device.compile(new Uint8Array(0)), /Expected an ONNX model, but found 0 bytes/);
  await rejects(device.compile(new Uint8Array(64)), /ONNX Runtime, compiling.*64 bytes: /);
  const unknownOperator = onnxModel({ x: float32(1) }, { y: float32(1) }, [["Nope", ["x"], ["y"]]]);
  await rejects(device.compile(unknownOperator), /Nope/);
  const unknownSize = onnxModel({ x: float32(-1, 3) }, { y: float32(-1, 3) }, [
    ["Neg", ["x"], ["y"]],
  ]);
  await rejects(device.compile(unknownSize), /fixed shape for input "x", but found \[\?, 3\]/);
});

Deno.test("an unknown device, thread count or library is refused", async () => {
  await rejects(openDevice("tpu"), {
    message: 'Expected device "auto", "cpu", "webgpu" or "cuda", but found "tpu"',
  });
  await rejects(openDevice("cpu", { threads: 0 }), /Expected 1 to 1024 threads, but found 0/);
  await rejects(
    openDevice("cpu", { library: "/nowhere/libonnxruntime.so" }),
    /Expected ONNX Runtime's shared library at \/nowhere\/libonnxruntime.so, but/,
  );
});

/** A chain of products long enough to be seen: `steps` times `x ← tanh(x · w)`. */
function chain(size: number, steps: number): Uint8Array {
  const nodes = Array.from({ length: steps }, (_, i) =>
    [
      ["MatMul", [i === 0 ? "x" : `t${i}`, "w"], [`m${i}`]],
      ["Tanh", [`m${i}`], [i === steps - 1 ? "y" : `t${i + 1}`]],
    ] as const).flat();
  const type = float32(size, size);
  return onnxModel({ x: type, w: type }, { y: type }, nodes);
}

Deno.test("timers fire during a run, and buffers in use are guarded until its end", async () => {
  using device = await openDevice();
  using executable = await device.compile(chain(512, 24));
  const type = float32(512, 512);
  using x = device.buffer(type, new Random(0, "x").normals(512 * 512));
  using w = device.buffer(type, new Random(0, "w").normals(512 * 512));
  const y = device.buffer(type);
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  try {
    const run = executable.run({ x, w }, { y });
    await new Promise((resolve) => setTimeout(resolve));
    throws(() => w.write(new Float32Array(512 * 512)), /to be free, but found it in use by a run/);
    await rejects(y.read(), /to be free, but found it in use by a run/);
    y[Symbol.dispose](); // takes effect when the run has ended
    const second = rejects(executable.run({ x, w }, { y }), /to be alive/);
    await Promise.all([run, second]);
  } finally {
    clearInterval(timer);
  }
  notEqual(ticks, 0);
  w.write(new Float32Array(512 * 512));
});

Deno.test("timers fire while short runs follow each other", async () => {
  using device = await openDevice();
  using executable = await device.compile(chain(16, 2));
  const type = float32(16, 16);
  const [x, w, y] = [1, 2, 3].map(() => device.buffer(type));
  let ticks = 0;
  const timer = setInterval(() => ticks++, 1);
  const start = performance.now();
  while (performance.now() - start < 200) await executable.run({ x, w }, { y });
  clearInterval(timer);
  for (const buffer of [x, w, y]) buffer[Symbol.dispose]();
  equal(ticks >= 2, true, `Expected ticks, but found ${ticks}`);
});

Deno.test("runs of one executable take turns", async () => {
  using device = await openDevice();
  using executable = await device.compile(chain(64, 4));
  const type = float32(64, 64);
  using w = device.buffer(type, new Random(0, "w").normals(64 * 64));
  const inputs = [1, 2, 3].map((i) => device.buffer(type, new Random(i).normals(64 * 64)));
  const outputs = inputs.map(() => device.buffer(type));
  await Promise.all(inputs.map((x, i) => executable.run({ x, w }, { y: outputs[i] })));
  const together = await Promise.all(outputs.map((y) => y.read()));
  using alone = device.buffer(type);
  for (const [i, x] of inputs.entries()) {
    await executable.run({ x, w }, { y: alone });
    deepEqual(await alone.read(), together[i]);
  }
});

Deno.test("the same run on two threads gives the same bits, in two sessions too", async () => {
  using device = await openDevice("cpu", { threads: 2 });
  const type = float32(192, 192);
  using x = device.buffer(type, new Random(0, "x").normals(192 * 192));
  using w = device.buffer(type, new Random(0, "w").normals(192 * 192));
  const results: unknown[] = [];
  for (let session = 0; session < 2; session++) {
    using executable = await device.compile(chain(192, 6));
    using y = device.buffer(type);
    for (let run = 0; run < 5; run++) {
      await executable.run({ x, w }, { y });
      results.push(await y.read());
    }
  }
  for (const result of results) deepEqual(result, results[0]);
});

Deno.test("numbers too small for a normal float32 keep the same bits on every thread", async () => {
  using device = await openDevice("cpu", { threads: 2 });
  const type = float32(256, 1024);
  using halve = await device.compile(onnxModel(
    { x: type },
    { y: type },
    [["Mul", ["x", "half"], ["y"]]],
    { half: { type: float32(), data: Float32Array.of(0.5) } },
  ));
  using x = device.buffer(type, new Float32Array(256 * 1024).fill(2 ** -130));
  using y = device.buffer(type);
  for (let run = 0; run < 20; run++) {
    await halve.run({ x }, { y });
    equal((await y.read() as Float32Array).every((value) => value === 2 ** -131), true);
  }
  equal(Number.MIN_VALUE * 2 > 0, true, "JavaScript's own arithmetic is left alone");
});

Deno.test("500 runs with buffers of their own leave memory where it was", async () => {
  using device = await openDevice();
  const type = float32(256, 1024); // one megabyte
  using negate = await device.compile(onnxModel({ x: type }, { y: type }, [["Neg", ["x"], ["y"]]]));
  const run = async () => {
    using x = device.buffer(type, new Float32Array(256 * 1024).fill(1));
    using y = device.buffer(type);
    await negate.run({ x }, { y });
  };
  for (let i = 0; i < 50; i++) await run();
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 500; i++) await run();
  const grown = Deno.memoryUsage().rss - before;
  equal(grown < 100 * 2 ** 20, true, `Expected flat memory, but found ${grown} bytes more`);
});

Deno.test("a profile names the nodes that ran", async () => {
  using device = await openDevice();
  const folder = await Deno.makeTempDir();
  try {
    using executable = await device.compile(matmul, { profile: `${folder}/trace` });
    using a = device.buffer(float32(2, 3));
    using b = device.buffer(float32(3, 2));
    using y = device.buffer(float32(2, 2));
    await executable.run({ a, b }, { y });
    const path = executable.endProfiling();
    equal(path.startsWith(`${folder}/trace`), true);
    match(await Deno.readTextFile(path), /MatMul/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a program that fails in the middle of a run says why, and ends", async () => {
  const program = `
    import { openDevice } from "${import.meta.resolve("../lib/runtime/open_device.ts")}";
    const device = await openDevice();
    const executable = await device.compile(Uint8Array.fromBase64("${chain(512, 60).toBase64()}"));
    const type = { dtype: "float32", shape: [512, 512] };
    const [x, w, y] = [1, 2, 3].map(() => device.buffer(type));
    executable.run({ x, w }, { y });
    await new Promise((resolve) => setTimeout(resolve, 10));
    throw new Error("the reason");`;
  const { code, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", program],
    cwd: import.meta.dirname,
  }).output();
  match(new TextDecoder().decode(stderr), /the reason/);
  equal(code, 1);
});

Deno.test("devices have names and memory, and auto says why it chose one", async () => {
  const found = await devices();
  deepEqual(found[0], { name: "cpu", hardware: cpus()[0].model.trim(), memoryBytes: totalmem() });
  using device = await openDevice("auto");
  equal(found.some(({ name }) => name === device.name), true);
  const why = found.length === 1 ? /no other device works here$/ : /GFLOP\/s: \w+ [\d.e+]+, \w+ /;
  match(device.description, why);
});

Deno.test("CUDA without a library that has it is refused, and says what it needs", async () => {
  await rejects(openDevice("cuda"), {
    message:
      /^Expected an NVIDIA GPU with CUDA, and a library of ONNX Runtime that was built for it, but found none: .*Cuda/,
  });
  await rejects(openDevice("cuda", { library: "/nowhere/libonnxruntime.so" }), {
    message: /^Expected ONNX Runtime's shared library at \/nowhere\/libonnxruntime.so, but/,
  });
});

Deno.test("tensors are copied by graphs, where a provider has no other way", async () => {
  const library = openOrtLibrary();
  const copy = identityCopier(library, cpuProvider({ threads: 1, spinning: false }));
  for (
    const [dtype, data] of [["float32", Float32Array.of(1, NaN, -3)], [
      "int32",
      Int32Array.of(4, 5, 6),
    ]] as const
  ) {
    using from = new CpuBuffer(library, { dtype, shape: [3] }, data);
    using to = new CpuBuffer(library, { dtype, shape: [3] });
    await copy(from, to);
    from.write(data.toReversed());
    await copy(from, to);
    deepEqual(await to.read(), data.toReversed());
  }
});
