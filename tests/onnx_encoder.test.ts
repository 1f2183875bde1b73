/** Encoders in the forms in which people export them, as `tests/oracles/onnx_exports.py` wrote them. */
import assert from "node:assert/strict";
import type { Picture } from "../lib/data/picture.ts";
import { openDevice } from "../lib/runtime/mod.ts";
import {
  EncoderError,
  encoderFromOnnx,
  type OnnxEncoderOptions,
} from "../lib/vision/encoders/mod.ts";
import oracle from "./fixtures/onnx/io.json" with { type: "json" };
import { inFolder } from "./folder.ts";

const device = await openDevice("cpu", { threads: 1 });
const fixtures = new URL("./fixtures/onnx/", import.meta.url).pathname;
const half = [0.5, 0.5, 0.5] as const;
const OPTIONS = { device, size: 8, mean: half, std: half };

const pictures = oracle.pictures.map((rows): Picture => ({
  width: 8,
  height: 8,
  data: Uint8Array.from(rows.flat(2)),
}));

async function assertFeatures(
  path: string,
  options: Partial<OnnxEncoderOptions> = {},
  { times = 1, tolerance = 1e-4 } = {},
): Promise<void> {
  using encoder = await encoderFromOnnx(path, { ...OPTIONS, ...options });
  assert.deepEqual([encoder.grid, encoder.featureSize], [2, 4]);
  const found = await encoder.encode(pictures);
  assert.equal(found.length, pictures.length);
  oracle.features.forEach((tokens, picture) =>
    tokens.flat().forEach((value, i) => {
      const difference = Math.abs(found[picture][i] - times * value);
      assert.ok(difference < tolerance, `${picture} ${i}: ${difference}`);
    })
  );
}

const refused = (path: string, pattern: RegExp, options: Partial<OnnxEncoderOptions> = {}) =>
  assert.rejects(encoderFromOnnx(path, { ...OPTIONS, ...options }), (error) => {
    assert.ok(error instanceof EncoderError, `${error}`);
    assert.match(error.message, /^Expected [^\n]*$/);
    assert.match(error.message, pattern);
    return true;
  });

for (
  const name of [
    "fixed_batch1",
    "fixed_batch3",
    "unnamed_batch",
    "no_shapes",
    "minus_one",
    "hidden_batch1",
    "external",
    "unneeded_ids",
    "two_towers",
    "default_input",
    "channels_last",
    "two_outputs",
    "branches",
  ]
) {
  Deno.test(`${name}: the encoder's features`, () => assertFeatures(`${fixtures}${name}.onnx`));
}

Deno.test("float16 pictures and features are converted", () =>
  assertFeatures(`${fixtures}float16.onnx`, {}, { tolerance: 0.05 }));

Deno.test("an output is taken by name", () =>
  assertFeatures(`${fixtures}two_outputs.onnx`, { output: "twice" }, { times: 2 }));

Deno.test("what cannot be encoded with is refused when it is loaded", async (t) => {
  const cases: [string, RegExp, Partial<OnnxEncoderOptions>?][] = [
    ["needed_ids", /"last_hidden_state" .* one input, .*"input_ids" int64 \[batch, 4\]$/],
    ["needed_ids", /the input "pixel_values" alone/, { input: "pixel_values" }],
    ["bytes", /"bytes" .* float16, float32, float64, but found "bytes" uint8 \[batch, 3, 8, 8\]$/],
    ["two_outputs", /the output "c" .*"c" float32 \[batch, 4, 2, 2\]$/, { output: "c" }],
    ["two_outputs", /the output "none" /, { output: "none" }],
    ["two_outputs", /\[8, 3, 9, 9\], but found .*\[batch, 3, 8, 8\]$/, { size: 9 }],
    ["no_numbers", /features that are numbers, but found NaN$/],
  ];
  for (const [name, pattern, options] of cases) {
    await t.step(
      `${name}: ${pattern}`,
      () => refused(`${fixtures}${name}.onnx`, pattern, options),
    );
  }
});

Deno.test("options out of their range are refused", async () => {
  const path = `${fixtures}unnamed_batch.onnx`;
  const cases: [Partial<OnnxEncoderOptions>, RegExp][] = [
    [{ size: 7.5 }, /size in whole pixels, but found 7\.5/],
    [{ shorterSide: 6 }, /from size 8 on, but found 6/],
    [{ mean: [0, NaN, 0] }, /mean, but found 0,NaN,0/],
    [{ std: [1, 0, 1] }, /std, but found 1,0,1/],
    [{ fit: "cover" as "crop" }, /fit stretch or crop, but found cover/],
  ];
  for (const [options, message] of cases) {
    await assert.rejects(encoderFromOnnx(path, { ...OPTIONS, ...options }), {
      name: "RangeError",
      message,
    });
  }
});

Deno.test("parameters in a file beside are found, also behind links, or asked for by name", (t) =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/blobs`);
    const data = `${folder}/external.onnx_data`;
    await Deno.copyFile(`${fixtures}external.onnx`, `${folder}/blobs/1`);
    await Deno.symlink(`${folder}/blobs/1`, `${folder}/model.onnx`);
    await t.step(
      "missing",
      () => refused(`${folder}/model.onnx`, /external\.onnx_data, but found no such file$/),
    );
    await t.step("cut off", async () => {
      await Deno.writeFile(data, new Uint8Array(100));
      await refused(`${folder}/model.onnx`, /but found 100 bytes where there should be 792$/);
    });
    await t.step("behind links, as in a cache of downloads", async () => {
      await Deno.remove(data);
      await Deno.copyFile(`${fixtures}external.onnx_data`, `${folder}/blobs/2`);
      await Deno.symlink(`${folder}/blobs/2`, data);
      await assertFeatures(`${folder}/model.onnx`);
    });
  }));
