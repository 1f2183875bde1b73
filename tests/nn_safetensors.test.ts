/** Safetensors: written, read, and refused where damaged. */
import { deepStrictEqual, rejects, strictEqual, throws } from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import { writeFileAtomic } from "../lib/files/atomic_file.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  SafetensorsError,
  SafetensorsFile,
} from "../lib/files/mod.ts";
import values from "./fixtures/safetensors/values.json" with { type: "json" };

const fixture = (name: string) =>
  join(import.meta.dirname!, "fixtures/safetensors", `${name}.safetensors`);

/** A file with this header, length included, and this many bytes of data. */
function fileOf(header: unknown, dataLength: number): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const json = new TextEncoder().encode(text);
  const bytes = new Uint8Array(8 + json.length + dataLength);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const tensor = (shape: number[], begin: number, end: number, dtype = "F32") => ({
  dtype,
  shape,
  data_offsets: [begin, end],
});

const tensorsArbitrary = fc.dictionary(
  fc.string().filter((name) => name !== "__metadata__"),
  fc.array(fc.nat(3), { maxLength: 3 }).chain((shape) => {
    const length = shape.reduce((a, b) => a * b, 1);
    return fc.float32Array({ minLength: length, maxLength: length })
      .map((data) => ({ shape, data: new Float32Array(data) }));
  }),
  { maxKeys: 5 },
).map((dictionary) => new Map(Object.entries(dictionary)));

Deno.test("tensors and metadata come back bit for bit", () => {
  const metadata = fc.dictionary(fc.string(), fc.string());
  fc.assert(
    fc.property(tensorsArbitrary, metadata, (tensors, metadata) => {
      const decoded = decodeSafetensors(encodeSafetensors(tensors, metadata));
      deepStrictEqual(decoded.tensors, tensors);
      deepStrictEqual({ ...decoded.metadata }, { ...metadata });
    }),
    { examples: [[new Map(), JSON.parse('{"__proto__": ""}')]] },
  );
});

Deno.test("reads what Python writes, in every dtype", () => {
  for (const name of ["float32", "mixed"] as const) {
    const { tensors } = decodeSafetensors(fixture(name));
    const expected = Object.entries(values[name]);
    strictEqual(tensors.size, expected.length);
    for (const [key, { shape, data }] of expected) {
      const numbers = data.map((text) => text === "inf" ? Infinity : Number(text));
      deepStrictEqual(tensors.get(key), { shape, data: Float32Array.from(numbers) }, key);
    }
  }
});

Deno.test("writes the very bytes that Python writes", () => {
  const { tensors, metadata } = decodeSafetensors(fixture("float32"));
  deepStrictEqual(encodeSafetensors(tensors, metadata), Deno.readFileSync(fixture("float32")));
});

Deno.test("the order in which tensors were added does not change the file", () => {
  const one = { shape: [1], data: Float32Array.of(1) };
  const two = { shape: [2], data: Float32Array.of(2, 3) };
  deepStrictEqual(
    encodeSafetensors(new Map([["b", two], ["a", one]])),
    encodeSafetensors(new Map([["a", one], ["b", two]])),
  );
});

Deno.test("a part of a larger array is written and read as that part", () => {
  const part = Float32Array.of(0, 1, 2, 3).subarray(1, 3);
  const bytes = encodeSafetensors(new Map([["part", { shape: [2], data: part }]]));
  const within = new Uint8Array(bytes.length + 3);
  within.set(bytes, 3);
  deepStrictEqual(
    decodeSafetensors(within.subarray(3)).tensors.get("part")?.data,
    Float32Array.of(1, 2),
  );
});

Deno.test("as float16, numbers take half the space and come back rounded, or are refused", () => {
  const data = Float32Array.of(0, -1, 1 / 3, 65504, 1e-8, -Infinity);
  const tensors = new Map([["x", { shape: [2, 3], data }]]);
  const bytes = encodeSafetensors(tensors, undefined, "F16");
  const back = decodeSafetensors(bytes).tensors.get("x");
  deepStrictEqual(back?.data, Float32Array.from(data, Math.f16round));
  deepStrictEqual(back?.shape, [2, 3]);
  strictEqual(encodeSafetensors(tensors).length - bytes.length, 12);
  const large = new Map([["y", { shape: [2], data: Float32Array.of(1, 7e4) }]]);
  throws(
    () => encodeSafetensors(large, undefined, "F16"),
    /Expected numbers that float16 holds in y, but found 70000 at 1/,
  );
});

Deno.test("what is no safetensors file is refused, and the message says why", async (t) => {
  const a = tensor([2], 0, 8);
  const whole = Deno.readFileSync(fixture("float32"));
  const huge = new Uint8Array(16).fill(0xff);
  const cases: [string, Uint8Array, RegExp][] = [
    ["empty", new Uint8Array(0), /at least 8 bytes, but found 0/],
    ["a header beyond the file", huge, /header of 18446744073709551615 bytes, but found 8 bytes/],
    ["no JSON", fileOf("{'a'", 0), /header of JSON text, but found none/],
    ["no UTF-8", fileOf("{}", 0).with(8, 0xff), /header of JSON text/],
    ["a list", fileOf("[]", 0), /to be a JSON object/],
    [
      "a tensor twice",
      fileOf(`{"a":${JSON.stringify(a)},"\\u0061":${JSON.stringify(a)}}`, 8),
      /a once/,
    ],
    ["a field twice", fileOf('{"a":{"dtype":"F32","dtype":"F32"}}', 0), /dtype once/],
    ["a field missing", fileOf({ a: { dtype: "F32", shape: [] } }, 0), /a\.data_offsets.*tuple/],
    ["a field too many", fileOf({ a: { ...a, stride: 1 } }, 8), /a, but found.*stride/],
    ["metadata that is no text", fileOf({ __metadata__: { epoch: 3 } }, 0), /__metadata__\.epoch/],
    ["a negative size", fileOf({ a: tensor([-2, -1], 0, 8) }, 8), /a\.shape\.0/],
    ["a fractional offset", fileOf({ a: tensor([2], 0.5, 8.5) }, 8), /a\.data_offsets\.0.*int/],
    [
      "a range beyond the file",
      fileOf({ a: tensor([4], 0, 16) }, 8),
      /8 bytes of data, but found 0 to 16/,
    ],
    ["a range backwards", fileOf({ a: tensor([2], 8, 0) }, 8), /but found 8 to 0/],
    [
      "another size",
      fileOf({ a: tensor([3], 0, 8) }, 8),
      /12 bytes for a of .*shape \[3\], but found 8/,
    ],
    ["a size beyond numbers", fileOf({ a: tensor([2 ** 52, 2 ** 52], 0, 8) }, 8), /bytes for a/],
    ["an overlap", fileOf({ a, b: tensor([2], 4, 12) }, 12), /b to begin at byte 8.*found 4/],
    ["a gap", fileOf({ a, b: tensor([2], 12, 20) }, 20), /b to begin at byte 8.*found 12/],
    ["bytes after the end", fileOf({ a }, 11), /at byte 8, but found 3 more/],
    ["a truncated file", whole.subarray(0, -1), /bytes of data/],
    [
      "another size in a type that we cannot read",
      fileOf({ a: tensor([2], 0, 3, "F8_E4M3"), b: tensor([1], 2, 6) }, 6),
      /b to begin at byte 3/,
    ],
  ];
  for (const [name, bytes, message] of cases) {
    await t.step(name, () => {
      throws(() => decodeSafetensors(bytes), (error) => {
        strictEqual(error instanceof SafetensorsError, true, `${error}`);
        strictEqual(message.test((error as Error).message), true, `${error}`);
        return true;
      });
    });
  }
  await t.step("in a file, the message names it", async () => {
    const path = await Deno.makeTempFile({ suffix: "cut.safetensors" });
    await Deno.writeFile(path, whole.subarray(0, -1));
    throws(() => decodeSafetensors(path), /cut\.safetensors: Expected .* bytes of data/);
    throws(() => SafetensorsFile.open(path), /cut\.safetensors: Expected .* bytes of data/);
  });
});

Deno.test("a tensor of a type that we cannot read refuses itself, not its file", () => {
  const whole = decodeSafetensors(fixture("float8")).tensors;
  strictEqual(whole.get("scale")?.data.length, 12);
  throws(() => whole.get("weight")!.data, /weight to have dtype F32, .*, but found F8_E4M3/);
  const odd = decodeSafetensors(fileOf({ a: tensor([2], 0, 3, "toString") }, 3)).tensors;
  throws(() => odd.get("a")!.data, /a to have dtype .*, but found toString/);
});

Deno.test("a file opened for some of its tensors has the same tensors", () => {
  for (const name of ["float32", "mixed", "float8"]) {
    using file = SafetensorsFile.open(fixture(name));
    const { tensors } = decodeSafetensors(fixture(name));
    deepStrictEqual([...file.tensors.keys()], [...tensors.keys()]);
    for (const [key, { shape }] of [...tensors].reverse()) {
      if (key === "weight") throws(() => file.read(key), /found F8_E4M3/);
      else deepStrictEqual({ shape, data: file.read(key) }, tensors.get(key));
    }
    throws(() => file.read("none"), /Expected none in .*safetensors, but found none/);
  }
});

Deno.test("mutated files are read or refused, and nothing else happens", () => {
  const whole = encodeSafetensors(
    new Map([
      ["model.embed_tokens.weight", { shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) }],
      ["model.norm.weight", { shape: [2], data: Float32Array.of(1, 1) }],
    ]),
    { format: "pt" },
  );
  const headerEnd = whole.length - 32;
  const edit = fc.record({
    at: fc.oneof(fc.nat(headerEnd - 1), fc.nat(whole.length - 1)),
    value: fc.oneof(
      fc.nat(255),
      fc.constantFrom(...new TextEncoder().encode('0123456789{}[],:" ')),
    ),
  });
  const mutated = fc.tuple(
    fc.array(edit, { maxLength: 6 }),
    fc.nat(whole.length),
    fc.uint8Array({ maxLength: 8 }),
  ).map(([edits, cut, tail]) => {
    const bytes = whole.slice();
    for (const { at, value } of edits) bytes[at] = value;
    return cut % 3 === 0 ? bytes.slice(0, cut) : Uint8Array.of(...bytes, ...tail);
  });
  let refused = 0;
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 64 })), (bytes) => {
      try {
        const { tensors } = decodeSafetensors(bytes);
        for (const { shape, data } of tensors.values()) {
          strictEqual(data.length, shape.reduce((a, b) => a * b, 1));
        }
      } catch (error) {
        if (!(error instanceof SafetensorsError)) throw error;
        refused++;
      }
    }),
    { numRuns: 3000 },
  );
  strictEqual(refused > 1000, true, `Expected most mutations to be refused, but found ${refused}`);
});

Deno.test("what could not be read again is not written", () => {
  const data = Float32Array.of(1, 2);
  const encode = (name: string, shape: number[]) => () =>
    encodeSafetensors(new Map([[name, { shape, data }]]));
  throws(encode("a", [3]), /Expected 3 values in a of shape \[3\], but found 2/);
  throws(encode("a", [-1, -2]), /whole sizes, but found \[-1,-2\]/);
  throws(encode("__metadata__", [2]), SafetensorsError);
});

Deno.test("a symbolic link stays one: the file that it leads to is replaced", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(join(folder, "elsewhere"));
  const [file, link, chain, dangling] = ["elsewhere/file", "link", "chain", "dangling"]
    .map((name) => join(folder, name));
  await Deno.writeTextFile(file, "old");
  await Deno.symlink("elsewhere/file", link);
  await Deno.symlink("link", chain);
  await Deno.symlink("elsewhere/new", dangling);
  for (const path of [link, chain, dangling]) {
    await writeFileAtomic(path, path);
    strictEqual((await Deno.lstat(path)).isSymlink, true);
    strictEqual(await Deno.readTextFile(path), path);
  }
  strictEqual(await Deno.readTextFile(file), chain);
  strictEqual(await Deno.readTextFile(join(folder, "elsewhere/new")), dangling);
  await Deno.symlink("loop", join(folder, "loop"));
  await rejects(
    writeFileAtomic(join(folder, "loop"), "new"),
    /Expected to write .*loop, but found: /,
  );
  const left = Array.from(Deno.readDirSync(join(folder, "elsewhere")), ({ name }) => name).sort();
  deepStrictEqual(left, ["file", "new"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a file is replaced whole or not at all", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "model.safetensors");
  await writeFileAtomic(path, "old");
  await writeFileAtomic(path, "new");
  strictEqual(await Deno.readTextFile(path), "new");

  const occupied = join(folder, "folder");
  await Deno.mkdir(join(occupied, "inside"), { recursive: true });
  await rejects(writeFileAtomic(occupied, "new"), /Expected to write .*folder, but found: /);
  await rejects(
    writeFileAtomic(join(folder, "none", "x"), "new"),
    /none.x, but found: No such file/,
  );
  const left = Array.from(Deno.readDirSync(folder), ({ name }) => name).sort();
  deepStrictEqual(left, ["folder", "model.safetensors"]);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what a killed writer left is removed with the next write, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  const path = join(folder, "state.json");
  const temporary = (of: string) => join(folder, `.${of}.${crypto.randomUUID()}.tmp`);
  const [left, others, written] = ["state.json", "state.json.txt", "state.json"].map(temporary);
  for (const file of [left, others, written]) await Deno.writeTextFile(file, "half");
  {
    using writer = await Deno.open(written, { write: true });
    await writer.lock(true);
    await Promise.all(Array.from({ length: 9 }, () => writeFileAtomic(path, "whole")));
  }
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => join(folder, name)).sort();
  deepStrictEqual(names, [others, written, path].sort());
  await Deno.remove(folder, { recursive: true });
});
