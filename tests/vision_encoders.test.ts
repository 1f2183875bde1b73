/** Vision encoders that others published, against what transformers finds. */
import assert from "node:assert/strict";
import { type Picture, readPicture } from "../lib/data/picture.ts";
import { input, ops, toOnnx } from "../lib/graph/mod.ts";
import { encodeSafetensors, type NamedTensor, SafetensorsFile } from "../lib/files/mod.ts";
import { openDevice } from "../lib/runtime/mod.ts";
import {
  EncoderError,
  encoderFromOnnx,
  encoderFromSafetensors,
} from "../lib/vision/encoders/mod.ts";
import { resample } from "../lib/vision/encoders/resample.ts";
import resampled from "./fixtures/resampled.json" with { type: "json" };
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
      using encoder = await encoderFromSafetensors(`${fixtures}${name}`, { device, back });
      assert.deepEqual([encoder.grid, encoder.featureSize], [4, 32]);
      const found = await encoder.encode(oracle.pictures.map(pictureOf));
      const expected = back === 0 ? oracle.last : oracle.before;
      expected.forEach((tokens, picture) => {
        const patches = tokens.slice(name === "clip_vision" ? 1 : 0).flat();
        assert.equal(found[picture].length, patches.length);
        patches.forEach((value, i) => assert.ok(Math.abs(found[picture][i] - value) < 1e-4));
      });
    });
  }
}

const PUBLISHED = ["clip_published", "siglip_published"];

/** What `tests/oracles/published_towers.py` wrote. */
const readPublished = async (name: string) =>
  JSON.parse(await Deno.readTextFile(`${fixtures}${name}/io.json`)) as {
    readonly features: readonly number[];
    readonly activations: Readonly<Record<string, readonly number[]>>;
  };

function assertNear(found: ArrayLike<number>, expected: readonly number[]): void {
  assert.equal(found.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 1e-4, `${found[i]} ${i}`));
}

/** A folder like another, with some of its JSON files changed; undefined leaves a file out. */
async function changed(
  name: string,
  folder: string,
  changes: Readonly<Record<string, (json: Json) => Json | undefined>>,
): Promise<void> {
  for await (const { name: file } of Deno.readDir(`${fixtures}${name}`)) {
    const [source, target] = [`${fixtures}${name}/${file}`, `${folder}/${file}`];
    const change = changes[file];
    if (change === undefined) await Deno.copyFile(source, target);
    else {
      await Deno.remove(target).catch(() => {});
      const json = change(JSON.parse(await Deno.readTextFile(source)));
      if (json !== undefined) await Deno.writeTextFile(target, JSON.stringify(json));
    }
  }
}
// deno-lint-ignore no-explicit-any
type Json = any;

async function refusedIn(folder: string, pattern: RegExp, back = 0): Promise<void> {
  await assert.rejects(encoderFromSafetensors(folder, { device, back }), (error) => {
    assert.ok(error instanceof EncoderError, `${error}`);
    assert.match(error.message, /^Expected [^\n]*$/);
    assert.match(error.message, pattern);
    return true;
  });
}

Deno.test("pictures are scaled to the very bytes of Pillow", async () => {
  const wide = await readPicture(`${fixtures}wide.png`);
  for (const { width, height, interpolation, sha256 } of resampled) {
    const { data } = resample(wide, { width, height }, interpolation as "cubic" | "linear");
    const found = await crypto.subtle.digest("SHA-256", Uint8Array.from(data));
    assert.equal(new Uint8Array(found).toHex(), sha256, `${width} × ${height} ${interpolation}`);
  }
});

for (const name of PUBLISHED) {
  Deno.test(`${name}: from a file to the features that transformers finds`, async () => {
    const { features } = await readPublished(name);
    using encoder = await encoderFromSafetensors(`${fixtures}${name}`, { device });
    assert.deepEqual([encoder.grid, encoder.featureSize], [3, 16]);
    assertNear((await encoder.encode([await readPicture(`${fixtures}wide.png`)]))[0], features);
  });

  Deno.test(`${name}: every activation as in transformers`, (t) =>
    inFolder(async (folder) => {
      const picture = await readPicture(`${fixtures}wide.png`);
      for (
        const [hidden_act, expected] of Object.entries((await readPublished(name)).activations)
      ) {
        await t.step(hidden_act, async () => {
          await changed(name, folder, {
            "config.json": (json) => ({
              ...json,
              vision_config: { ...json.vision_config, hidden_act },
            }),
          });
          using encoder = await encoderFromSafetensors(folder, { device });
          assertNear((await encoder.encode([picture]))[0].subarray(0, 16), expected);
        });
      }
    }));
}

Deno.test("a wide picture is cropped to its centre or stretched, as the tower or the caller says", async () => {
  const wide = (side: number): Picture => ({
    width: 96,
    height: 24,
    data: Uint8Array.from({ length: 96 * 24 * 3 }, (_, i) => {
      const x = Math.floor(i / 3) % 96;
      return x >= 24 && x < 72 ? 200 : side;
    }),
  });
  const isSame = ([a, b]: readonly Float32Array[]) => a.every((value, i) => value === b[i]);
  for (const name of PUBLISHED) {
    const folder = `${fixtures}${name}`;
    using own = await encoderFromSafetensors(folder, { device });
    using crop = await encoderFromSafetensors(folder, { device, fit: "crop" });
    using stretch = await encoderFromSafetensors(folder, { device, fit: "stretch" });
    assert.ok(isSame(await crop.encode([wide(0), wide(255)])));
    assert.ok(!isSame(await stretch.encode([wide(0), wide(255)])));
    const like = name === "clip_published" ? crop : stretch;
    assert.deepEqual(await own.encode([wide(0)]), await like.encode([wide(0)]));
  }
});

Deno.test("what files leave out of a published tower is as its family has it", (t) =>
  inFolder(async (folder) => {
    const picture = await readPicture(`${fixtures}wide.png`);
    const features = async () => {
      using encoder = await encoderFromSafetensors(folder, { device });
      return (await encoder.encode([picture]))[0];
    };
    await t.step("mean, deviation and interpolation", async () => {
      await changed("siglip_published", folder, { "preprocessor_config.json": () => undefined });
      const bare = await features();
      await changed("siglip_published", folder, {
        "preprocessor_config.json": (json) => ({ ...json, resample: 3 }),
      });
      assert.deepEqual(await features(), bare);
    });
    await t.step("sizes: the first tensor of another shape is named", async () => {
      await changed("siglip_published", folder, {
        "config.json": (json) => ({
          ...json,
          vision_config: { model_type: "siglip_vision_model" },
        }),
      });
      await refusedIn(
        folder,
        /vision_model\.embeddings\.patch_embedding\.weight \[768, 3, 16, 16\].* found \[16, 3, 6, 6\]$/,
      );
    });
    await t.step("pictures of another size than the tower's are refused", async () => {
      await changed("siglip_published", folder, {});
      const path = `${folder}/processor_config.json`;
      for (
        const [image_processor, found] of [
          [{ size: { shortest_edge: 32 }, crop_size: 32, do_center_crop: true }, "32 × 32"],
          [{ size: { height: 20, width: 24 } }, "20 × 24"],
          [{ size: 16, crop_size: 20, do_center_crop: true }, "16 × 16"],
          [{ size: 24 }, "24 × 24"],
        ]
      ) {
        await Deno.writeTextFile(path, JSON.stringify({ image_processor }));
        await refusedIn(
          folder,
          new RegExp(`20 × 20 pixels, .*processor_config\\.json, but found ${found}$`),
        );
      }
      const shrunk = { size: { shortest_edge: 24 }, crop_size: 20, do_center_crop: true };
      await Deno.writeTextFile(path, JSON.stringify({ image_processor: shrunk }));
      assert.equal((await features()).length, 9 * 16);
    });
    await t.step("what another preprocessing would do is refused", async () => {
      for (
        const [field, value] of [["resample", 1], ["do_rescale", false], [
          "rescale_factor",
          1,
        ]] as const
      ) {
        await Deno.writeTextFile(
          `${folder}/processor_config.json`,
          JSON.stringify({ image_processor: { [field]: value } }),
        );
        await refusedIn(folder, new RegExp(`image_processor\\.${field}: `));
      }
    });
  }));

Deno.test("a tower in shards says what is wrong with them", (t) =>
  inFolder(async (folder) => {
    const index = "model.safetensors.index.json";
    const name = "clip_published";
    const mapped = (tensor: string, file: string) => (json: Json) => ({
      ...json,
      weight_map: { ...json.weight_map, [tensor]: file },
    });
    const needed = "vision_model.pre_layrnorm.bias";
    await t.step("no files", async () => {
      await changed(name, folder, { [index]: () => undefined });
      await refusedIn(folder, /model\.safetensors or, in shards, .*, but found neither file$/);
    });
    await t.step("a shard that is not there", async () => {
      await changed(name, folder, { [index]: mapped(needed, "none.safetensors") });
      await refusedIn(folder, /tensors in .*none\.safetensors, but found: no such file$/);
    });
    await t.step("a shard in another folder", async () => {
      await changed(name, folder, { [index]: mapped(needed, "../none.safetensors") });
      await refusedIn(folder, /index\.json, but found weight_map\..*the name of a file beside$/);
    });
    await t.step("a tensor that is not in its shard", async () => {
      await changed(name, folder, {
        [index]: mapped(needed, "model-00002-of-00002.safetensors"),
      });
      await refusedIn(folder, /pre_layrnorm\.bias \[16\], .*00002\.safetensors, but found none$/);
    });
    await t.step("a tensor that nobody has", async () => {
      const without = ({ weight_map: { [needed]: _, ...weight_map }, ...json }: Json) => ({
        ...json,
        weight_map,
      });
      await changed(name, folder, { [index]: without });
      await refusedIn(folder, /pre_layrnorm\.bias \[16\], .*index\.json, but found none$/);
    });
  }));

Deno.test("a needed tensor of a type that weights do not have is refused by name", () =>
  inFolder(async (folder) => {
    await changed("siglip_published", folder, {});
    const path = `${folder}/model.safetensors`;
    const tensors = new Map<string, NamedTensor>();
    {
      using file = SafetensorsFile.open(path);
      for (const [name, { shape }] of file.tensors) {
        tensors.set(name, { shape, data: file.read(name) });
      }
    }
    const text = new TextDecoder("latin1").decode(encodeSafetensors(tensors));
    const asInt = text.replace(/("[^"]*layer_norm1\.bias":\{"dtype":")F32/, "$1I32");
    await Deno.writeFile(path, Uint8Array.from(asInt, (letter) => letter.charCodeAt(0)));
    await refusedIn(folder, /layer_norm1\.bias .* dtype F32, F16, BF16, F64, but found I32$/);
  }));

for (
  const [name, mean, std] of [
    ["clip_vision", [0.48145466, 0.4578275, 0.40821073], [0.26862954, 0.26130258, 0.27577711]],
    ["siglip_vision", [0.5, 0.5, 0.5], [0.5, 0.5, 0.5]],
  ] as const
) {
  Deno.test(`${name}, exported to ONNX: the same features`, async () => {
    const oracle = await read(name);
    const path = `${fixtures}${name}/model.onnx`;
    using encoder = await encoderFromOnnx(path, { device, size: 24, mean, std });
    assert.deepEqual([encoder.grid, encoder.featureSize], [4, 32]);
    const found = await encoder.encode(Array(5).fill(oracle.pictures.map(pictureOf)).flat());
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
            assert.ok(error instanceof EncoderError);
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
    await refused(good, /the input "pixels" .*"pixel_values" float32 \[batch_size, 3, 24, 24\]/, {
      input: "pixels",
    });
    await refused(good, /the output "pooler_output" .*"pooler_output" float32 \[batch_size, /, {
      output: "pooler_output",
    });
    await refused(good, /to take \[8, 3, 32, 32\], but found/, { size: 32 });
    await refused(good, /after 0 tokens .* 17 tokens/, { skip: 0 });
    const x = input("x", "float32", [8, 10, 2]);
    await Deno.writeFile(`${folder}/other.onnx`, toOnnx({ y: ops.tanh(x) }));
    await refused(`${folder}/other.onnx`, /an input of pictures.*"x" float32 \[8, 10, 2\]/);
  }));

Deno.test("an encoder scales pictures of any size to its own", async () => {
  using encoder = await encoderFromSafetensors(`${fixtures}siglip_vision`, { device });
  const flat = (width: number, height: number): Picture => ({
    width,
    height,
    data: new Uint8Array(width * height * 3).fill(200),
  });
  const [small, large] = await encoder.encode([flat(24, 24), flat(60, 31)]);
  assert.deepEqual(large, small);
});

Deno.test("what is no vision tower is refused in one line", (t) =>
  inFolder(async (folder) => {
    const cases: [string, (json: Record<string, unknown>) => unknown, RegExp][] = [
      ["another model", (json) => ({ ...json, model_type: "vit" }), /found model_type "vit"$/],
      ["an unknown activation", (json) => ({ ...json, hidden_act: "mish" }), /"mish": .*"gelu"/],
      ["no number", (json) => ({ ...json, hidden_size: "32" }), /hidden_size "32": .*number/],
      ["another width and height", (json) => ({ ...json, image_size: [24, 32] }), /image_size/],
      ["grey pictures", (json) => ({ ...json, num_channels: 1 }), /num_channels 1: .*3$/],
      [
        "too many heads",
        (json) => ({ ...json, num_attention_heads: 5 }),
        /heads 5, .*hidden_size 32$/,
      ],
      ["SigLIP 2 of any size", (json) => ({ ...json, model_type: "siglip2" }), /"siglip2"$/],
      [
        "a size too large",
        (json) => ({ ...json, intermediate_size: 64 }),
        /fc1\.weight \[64, 32\]/,
      ],
      ["a layer more", (json) => ({ ...json, num_hidden_layers: 3 }), /layers\.2.*but found none$/],
      ["a patch too large", (json) => ({ ...json, patch_size: 25 }), /patch_size 25 larger .* 24$/],
    ];
    const source = `${fixtures}clip_vision`;
    const json = JSON.parse(await Deno.readTextFile(`${source}/config.json`));
    await Deno.copyFile(`${source}/model.safetensors`, `${folder}/model.safetensors`);
    const refused = (pattern: RegExp, back = 0) => refusedIn(folder, pattern, back);
    await refused(/config\.json, but found no such file$/);
    for (const [name, change, pattern] of cases) {
      await t.step(name, async () => {
        await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(change(json)));
        await refused(pattern);
      });
    }
    await Deno.writeTextFile(`${folder}/config.json`, JSON.stringify(json));
    await refused(/back from 0 to 1, but found 2/, 2);
    using encoder = await encoderFromSafetensors(folder, { device });
    assert.equal(encoder.grid, 4);
    const bytes = await Deno.readFile(`${folder}/model.safetensors`);
    await Deno.writeFile(`${folder}/model.safetensors`, bytes.subarray(0, 5000));
    await refused(/model\.safetensors/);
  }));
