import assert from "node:assert/strict";
import type { Picture } from "../lib/data/picture.ts";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { openDevice } from "../lib/runtime/mod.ts";
import {
  encoderFromOnnx,
  encoderFromSafetensors,
  TeacherError,
} from "../lib/tokenizer/teachers/mod.ts";
import { inFolder } from "./folder.ts";

const device = await openDevice("cpu", { threads: 1 });
const fixtures = new URL("./fixtures/", import.meta.url).pathname;

/** What `tests/oracles/vision_towers.py` wrote. */
interface Oracle {
  readonly pictures: readonly (readonly (readonly (readonly number[])[])[])[];
  readonly last: readonly (readonly (readonly number[])[])[];
  readonly before: readonly (readonly (readonly number[])[])[];
}

const read = async (name: string): Promise<Oracle> =>
  JSON.parse(await Deno.readTextFile(`${fixtures}${name}/io.json`));

const pictureOf = (rows: Oracle["pictures"][number]): Picture => ({
  width: rows[0].length,
  height: rows.length,
  data: Uint8Array.from(rows.flat(2)),
});

for (const name of ["clip_vision", "siglip_vision"]) {
  for (const back of [0, 1]) {
    Deno.test(`${name}, ${back} blocks before the last: the features that transformers finds`, async () => {
      const oracle = await read(name);
      using teacher = await encoderFromSafetensors(`${fixtures}${name}`, { device, back });
      assert.deepEqual([teacher.grid, teacher.featureSize], [4, 32]);
      const found = await teacher.encode(oracle.pictures.map(pictureOf));
      const expected = back === 0 ? oracle.last : oracle.before;
      expected.forEach((tokens, picture) => {
        const patches = tokens.slice(name === "clip_vision" ? 1 : 0).flat();
        assert.equal(found[picture].length, patches.length);
        patches.forEach((value, i) => assert.ok(Math.abs(found[picture][i] - value) < 1e-4));
      });
    });
  }
}

for (
  const [name, mean, std] of [
    ["clip_vision", [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]],
    ["siglip_vision", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
  ] as const
) {
  Deno.test(`${name}, exported to ONNX: the same features`, async () => {
    const oracle = await read(name);
    const path = `${fixtures}${name}/model.onnx`;
    using teacher = await encoderFromOnnx(path, { device, size: 24, mean, std });
    assert.deepEqual([teacher.grid, teacher.featureSize], [4, 32]);
    const found = await teacher.encode(Array(5).fill(oracle.pictures.map(pictureOf)).flat());
    assert.equal(found.length, 10);
    found.forEach((features, i) => {
      const patches = oracle.last[i % 2].slice(name === "clip_vision" ? 1 : 0).flat();
      assert.equal(features.length, patches.length);
      patches.forEach((value, j) => assert.ok(Math.abs(features[j] - value) < 1e-4));
    });
  });
}

Deno.test("an ONNX model that is no encoder is refused in one line", (t) =>
  inFolder(async (folder) => {
    const [mean, std] = [[0, 0, 0], [1, 1, 1]] as const;
    const good = `${fixtures}clip_vision/model.onnx`;
    const refused = (path: string, pattern: RegExp, options = {}) =>
      t.step(String(pattern), () =>
        assert.rejects(
          encoderFromOnnx(path, { device, size: 24, mean, std, ...options }),
          (error) => {
            assert.ok(error instanceof TeacherError);
            assert.match(error.message, pattern);
            return true;
          },
        ));
    await refused(`${folder}/none.onnx`, /found no such file$/);
    await Deno.writeTextFile(`${folder}/text.onnx`, "no model");
    await refused(`${folder}/text.onnx`, /^Expected an ONNX model/);
    const whole = await Deno.readFile(good);
    await Deno.writeFile(`${folder}/cut.onnx`, whole.subarray(0, 9000));
    await refused(`${folder}/cut.onnx`, /^Expected /);
    await refused(good, /the input "pixels" .*"pixel_values" \[batch_size, 3, 24, 24\]/, {
      input: "pixels",
    });
    await refused(good, /the output "pooler_output" .*"pooler_output" \[batch_size, /, {
      output: "pooler_output",
    });
    await refused(good, /to take \[8, 3, 32, 32\], but found/, { size: 32 });
    await refused(good, /after 0 tokens .* 17 tokens/, { skip: 0 });
    const x = input("x", "float32", [8, 10]);
    await Deno.writeFile(`${folder}/other.onnx`, toOnnx({ y: ops.tanh(x) }));
    await refused(`${folder}/other.onnx`, /an input of pictures.*"x" \[8, 10\]/);
  }));

Deno.test("a teacher scales pictures of any size to its own", async () => {
  using teacher = await encoderFromSafetensors(`${fixtures}siglip_vision`, { device });
  const flat = (width: number, height: number): Picture => ({
    width,
    height,
    data: new Uint8Array(width * height * 3).fill(200),
  });
  const [small, large] = await teacher.encode([flat(24, 24), flat(60, 31)]);
  assert.deepEqual(large, small);
});

Deno.test("what is no vision tower is refused in one line", (t) =>
  inFolder(async (folder) => {
    const cases: [string, (json: Record<string, unknown>) => unknown, RegExp][] = [
      ["another model", (json) => ({ ...json, model_type: "vit" }), /found model_type "vit"$/],
      ["an unknown activation", (json) => ({ ...json, hidden_act: "gelu" }), /hidden_act: .*quick/],
      ["a field short", ({ hidden_size: _, ...json }) => json, /hidden_size: .*undefined/],
      [
        "a size too large",
        (json) => ({ ...json, intermediate_size: 64 }),
        /fc1\.weight \[64, 32\]/,
      ],
      ["a layer more", (json) => ({ ...json, num_hidden_layers: 3 }), /layers\.2.*but found none$/],
      ["half a patch", (json) => ({ ...json, patch_size: 7 }), /but found 24 and 7$/],
    ];
    const source = `${fixtures}clip_vision`;
    const json = JSON.parse(await Deno.readTextFile(`${source}/config.json`));
    await Deno.copyFile(`${source}/model.safetensors`, `${folder}/model.safetensors`);
    const refused = (pattern: RegExp, back = 0) =>
      assert.rejects(encoderFromSafetensors(folder, { device, back }), (error) => {
        assert.ok(error instanceof TeacherError);
        assert.match(error.message, /^Expected [^\n]*$/);
        assert.match(error.message, pattern);
        return true;
      });
    await refused(/config\.json, but found .*No such file/);
    for (const [name, change, pattern] of cases) {
      await t.step(name, async () => {
        await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(change(json)));
        await refused(pattern);
      });
    }
    await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(json));
    await refused(/back from 0 to 1, but found 2/, 2);
    using teacher = await encoderFromSafetensors(folder, { device });
    assert.equal(teacher.grid, 4);
    const bytes = await Deno.readFile(`${folder}/model.safetensors`);
    await Deno.writeFile(`${folder}/model.safetensors`, bytes.subarray(0, 5000));
    await refused(/model\.safetensors/);
  }));
