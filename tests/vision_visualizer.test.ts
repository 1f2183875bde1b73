/** The visualizer: pictures to visual tokens, and back by chance. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { listed } from "../lib/data/data_set.ts";
import { pictureOf } from "../lib/data/picture.ts";
import { input, toOnnx } from "../lib/graph/mod.ts";
import { CheckpointError, ensureParameters, Scope } from "../lib/nn/mod.ts";
import { openDevice, Program, StateStore } from "../lib/runtime/mod.ts";
import { TextTokenizer } from "../lib/text/mod.ts";
import { codeLogits } from "../lib/vision/decoders/latent_diffusion.ts";
import {
  type VisualizeOptions,
  Visualizer,
  type VisualizerConfig,
  visualizerStages,
} from "../lib/vision/mod.ts";
import { codeEntries, diffusionOf } from "../lib/vision/latent_decoder.ts";
import { decoderOf } from "../lib/vision/visualizer.ts";
import { inFolder } from "./folder.ts";
import { apart } from "./full_forward.ts";
import { coloredPicture, tinyVisualizer, visualizerConfig } from "./tiny_visualizer.ts";

const device = await openDevice("cpu", { threads: 1 });
const CONFIG = visualizerConfig();
const { pictureSize, grid } = CONFIG.tokenizer;
const DIFFUSION = diffusionOf(decoderOf(CONFIG));
const { latents, codes } = DIFFUSION;

Deno.test("visual tokens have length 1, and are those of the picture", async () => {
  using store = new StateStore(device);
  using visualizer = tinyVisualizer(store);
  const pictures = Array.from({ length: 35 }, (_, i) => coloredPicture(i % 3));
  const encoded = await visualizer.encode(pictures);
  assert.equal(encoded.length, pictures.length);
  encoded.forEach((tokens, i) => {
    assert.equal(tokens.length, CONFIG.tokens * CONFIG.tokenSize);
    for (let at = 0; at < tokens.length; at += CONFIG.tokenSize) {
      const length = Math.hypot(...tokens.subarray(at, at + CONFIG.tokenSize));
      assert.ok(Math.abs(length - 1) < 1e-5, `token ${at / CONFIG.tokenSize}: ${length}`);
    }
    assert.ok(apart(tokens, encoded[i % 3]) < 1e-6);
  });
  for (const [a, b] of [[0, 1], [1, 2]]) assert.ok(apart(encoded[a], encoded[b]) > 1e-3);
  const [larger] = await visualizer.encode([coloredPicture(0, 3)]);
  assert.ok(apart(larger, encoded[0]) < 1e-6, "a larger picture of the same is the same");
});

Deno.test("visual tokens are the patches that stand out, in the order of reading; the rest are none", async () => {
  using store = new StateStore(device);
  using visualizer = tinyVisualizer(store);
  const patch = pictureSize / grid;
  const cells = fc.uniqueArray(fc.nat(grid ** 2 - 1), { maxLength: CONFIG.tokens });
  await fc.assert(
    fc.asyncProperty(cells, async (cells) => {
      const data = new Uint8Array(3 * pictureSize ** 2).fill(120);
      for (const cell of cells) {
        for (let i = 0; i < 3 * patch ** 2; i++) {
          const y = Math.floor(cell / grid) * patch + Math.floor(i / 3 / patch);
          const x = (cell % grid) * patch + Math.floor(i / 3) % patch;
          data[3 * (y * pictureSize + x) + i % 3] = 255 * (Math.floor(i / 3) % 2);
        }
      }
      const picture = pictureOf({ width: pictureSize, height: pictureSize, data });
      const [{ tokens, places }] = await visualizer.see([picture]);
      const standing = cells.toSorted((a, b) => a - b).map((cell) => 1 + cell);
      const none = new Array<number>(CONFIG.tokens - cells.length).fill(0);
      assert.deepEqual([...places], [...standing, ...none]);
      const token = (i: number) =>
        tokens.subarray(i * CONFIG.tokenSize, (i + 1) * CONFIG.tokenSize);
      for (let i = cells.length + 1; i < CONFIG.tokens; i++) {
        assert.ok(apart(token(i), token(i - 1)) < 1e-6, "one nothing is like another");
      }
    }),
    { numRuns: 40, seed: 0 },
  );
});

Deno.test("a drawing depends on its tokens, the seed and its place in the list alone", async () => {
  using store = new StateStore(device);
  using visualizer = tinyVisualizer(store);
  const [one, other] = await visualizer.encode([coloredPicture(0), coloredPicture(1)]);
  const draw = (tokens: Float32Array[], options = {}) =>
    visualizer.draw(tokens, { temperature: 1, ...options });
  const same = await draw([one, one, one]);
  assert.notDeepEqual(same[0].ids, same[1].ids);
  assert.notDeepEqual(same[1].ids, same[2].ids);
  assert.deepEqual(await draw([one, one, one]), same);
  assert.deepEqual(await draw([one]), same.slice(0, 1), "whatever is drawn with it");
  assert.deepEqual((await draw([other, one]))[1], same[1]);
  assert.notDeepEqual((await draw([one], { seed: 1 }))[0].ids, same[0].ids);
  assert.notDeepEqual((await draw([other]))[0].ids, same[0].ids);
  const decoded = await visualizer.tokenizer.decode(same.map(({ ids }) => ids), { seed: 0 });
  assert.deepEqual(decoded, same.map(({ picture }) => picture));
  for (const { picture, ids } of same) {
    assert.equal(ids.length, grid ** 2);
    assert.ok(ids.every((id) => id >= 0 && id < codes));
    assert.deepEqual([picture.width, picture.height], [pictureSize, pictureSize]);
  }
  const alone = await draw([one], { guidance: 0 });
  assert.deepEqual(await draw([other], { guidance: 0 }), alone, "without guidance, of no tokens");
});

Deno.test("at temperature 0 the likeliest codes are drawn, whatever the seed", async () => {
  using store = new StateStore(device);
  using visualizer = tinyVisualizer(store);
  const [tokens] = await visualizer.encode([coloredPicture(0)]);
  const logitsOf = async (condition: Float32Array) => {
    const { conditions, conditionSize } = DIFFUSION;
    const scope = new Scope();
    const logits = codeLogits(scope.at("visualizer"), {
      ids: input("ids", "int32", [latents]),
      hidden: input("hidden", "float32", [1, latents]),
      condition: input("condition", "float32", [1, conditions, conditionSize]),
      entries: codeEntries(scope, CONFIG.tokenizer),
    }, DIFFUSION);
    ensureParameters(store, scope.specs(), 0);
    using program = await Program.compile(device, toOnnx({ logits }), store);
    const hidden = new Float32Array(latents).fill(1);
    const { logits: found } = await program.run({
      ids: new Int32Array(latents),
      hidden,
      condition,
    });
    return Array.from(found, Number);
  };
  const [said, free] = [await logitsOf(tokens), await logitsOf(tokens.map(() => 0))];
  const found = [];
  for (const guidance of [0, 1, 3]) {
    const likeliest = Array.from({ length: latents }, (_, latent) => {
      const at = (code: number) => latent * codes + code;
      const scores = Array.from(
        { length: codes },
        (_, code) => guidance * said[at(code)] + (1 - guidance) * free[at(code)],
      );
      return scores.indexOf(Math.max(...scores));
    });
    for (const seed of [0, 1]) {
      const options = { seed, guidance, temperature: 0, steps: 1 };
      const [{ ids }] = await visualizer.draw([tokens], options);
      assert.deepEqual([...ids], likeliest, `guidance ${guidance}, seed ${seed}`);
    }
    found.push(likeliest.join());
  }
  assert.equal(new Set(found).size, 3, "guidance counts");
});

Deno.test("fewer steps reveal more codes at a time, and never leave one out", async () => {
  using store = new StateStore(device);
  using visualizer = tinyVisualizer(store);
  const tokens = await visualizer.encode([coloredPicture(0), coloredPicture(1)]);
  const drawn = async (steps?: number) => {
    const options = { temperature: 1000, ...steps === undefined ? {} : { steps } };
    return (await visualizer.draw(tokens, options)).map(({ ids }) => [...ids]);
  };
  const all = await drawn();
  for (const steps of [latents, latents + 1, 1000]) assert.deepEqual(await drawn(steps), all);
  for (const steps of [1, 2, 3, 5, 7, 15]) {
    // Nearly any code is as likely here as code 0, which is what a code that is left out would be.
    for (const ids of await drawn(steps)) {
      const none = ids.filter((id) => id === 0).length;
      assert.ok(none < 4, `${steps} steps: ${ids}`);
    }
  }
});

Deno.test("where a patch has two codes, drawings of visual tokens are the pictures' codes", async () => {
  using store = new StateStore(device);
  const quantizer = { kind: "residual", codes: 8, codeSize: 4, depth: 2 } as const;
  const config = visualizerConfig({ pictureSize: 8, grid: 2, quantizer });
  using visualizer = tinyVisualizer(store, config);
  const pictures = [2, 3].map((seed) => coloredPicture(seed));
  const captions = ["the first", "the second"];
  const text = TextTokenizer.train(captions, { vocabularySize: 300, specialTokens: [] });
  const samples = pictures.map((picture, i) => ({ picture, caption: captions[i] }));
  const budget = { steps: 200, batchSize: 8, peakRate: 1e-2 };
  const stages = visualizerStages(visualizer, listed(samples), text, {
    tokens: { ...budget, steps: 30 },
    decoder: budget,
  });
  for (const stage of stages) for await (const _ of stage.run());
  const encoded = await visualizer.tokenizer.encode(pictures);
  assert.notDeepEqual(encoded[0].ids, encoded[1].ids);
  const drawn = await visualizer.draw(await visualizer.encode(pictures), { temperature: 0 });
  drawn.forEach(({ picture, ids }, i) => {
    assert.equal(ids.length, 2 * 2 * 2);
    assert.deepEqual(ids, encoded[i].ids);
    assert.deepEqual([picture.width, picture.height], [8, 8]);
  });
});

Deno.test("a picture unfolds from nothing to all of its tokens", async () => {
  using store = new StateStore(device);
  using visualizer = tinyVisualizer(store);
  const [tokens, nothing] = await visualizer.encode([coloredPicture(0), plainPicture()]);
  const unfolded = await visualizer.unfold(tokens, { temperature: 0 });
  const { tokenSize } = CONFIG;
  const first = [0, 1, 2, 3].map((known) =>
    Float32Array.of(
      ...tokens.subarray(0, known * tokenSize),
      ...nothing.subarray(known * tokenSize),
    )
  );
  for (const [known, tokens] of first.entries()) {
    assert.deepEqual([unfolded[known]], await visualizer.draw([tokens], { temperature: 0 }));
  }
  const places = (await visualizer.see([plainPicture()]))[0].places;
  assert.deepEqual([...places], [0, 0, 0], "nothing stands out in a plain picture");
  await assert.rejects(visualizer.unfold(tokens.subarray(1)), { name: "RangeError" });
  await assert.rejects(visualizer.unfold(undefined as never), { name: "TypeError" });
});

/** Nothing but black. */
const plainPicture = () => pictureOf({ width: 16, height: 16, data: new Uint8Array(3 * 16 * 16) });

Deno.test("pictures, tokens, options and sizes not as expected are refused by name", async () => {
  using store = new StateStore(device);
  using visualizer = tinyVisualizer(store);
  // deno-lint-ignore no-explicit-any
  const untyped: any = visualizer;
  const tokens = new Float32Array(18).fill(0.1);
  assert.deepEqual(await visualizer.draw([]), []);
  const wide = pictureOf({ width: 20, height: 20, data: new Uint8Array(1200) });
  const size =
    /^Expected a picture of 16 × 16 pixels, or of a multiple of that, but found 20 × 20$/;
  const list = "Expected a list of pictures, 3 vectors of 6 numbers each, but found ";
  const drawn = (pictures: unknown) => () => untyped.draw(pictures);
  const withOptions = (options: VisualizeOptions) => () => visualizer.draw([tokens], options);
  const slips: readonly (readonly [() => Promise<unknown>, string, string | RegExp])[] = [
    [() => visualizer.encode([coloredPicture(0), wide]), "RangeError", size],
    [() => untyped.encode(coloredPicture(0)), "TypeError", /^Expected a list of pictures, but /],
    [() => untyped.encode([tokens]), "TypeError", /^Expected a picture, .*, but found /],
    [drawn(undefined), "TypeError", `${list}undefined`],
    [drawn(tokens), "TypeError", /^Expected a list of pictures, 3 vectors .* but found /],
    [drawn([[...tokens]]), "TypeError", /^Expected a list of pictures, 3 .* but found /],
    [drawn([tokens, null]), "TypeError", `${list}null`],
    [drawn([tokens, tokens.subarray(1)]), "RangeError", `${list}17 numbers`],
    [drawn([tokens.with(7, NaN)]), "RangeError", `${list}NaN`],
    [drawn([tokens.with(0, -Infinity)]), "RangeError", `${list}-Infinity`],
    [withOptions({ seed: 0.5 }), "RangeError", /^Expected seed .* found 0\.5$/],
    [withOptions({ steps: 0 }), "RangeError", /^Expected steps .* found 0$/],
    [withOptions({ steps: 1.5 }), "RangeError", /^Expected steps .* found 1\.5$/],
    [withOptions({ guidance: NaN }), "RangeError", /^Expected guidance .* found NaN$/],
    [withOptions({ temperature: -1 }), "RangeError", /^Expected temperature .* found -1$/],
    [withOptions({ temperature: NaN }), "RangeError", /^Expected temperature .* found NaN$/],
  ];
  for (const [slip, name, message] of slips) await assert.rejects(slip, { name, message });
  const withConfig = (change: Partial<VisualizerConfig>) => () =>
    new Visualizer({ device, store, config: { ...CONFIG, ...change } });
  const pixel = { ...CONFIG.tokenizer, kind: "pixel" } as const;
  assert.throws(withConfig({ tokenizer: pixel }), /: Expected a semantic tokenizer$/);
  assert.throws(withConfig({ heads: 3 }), /: Expected hiddenSize to be a multiple of 4 · heads$/);
  assert.throws(withConfig({ tokens: 0 }), /at tokens: /);
});

Deno.test("a visualizer comes back from disk as it was", () =>
  inFolder(async (folder) => {
    using store = new StateStore(device);
    using visualizer = tinyVisualizer(store);
    const encoded = await visualizer.encode([coloredPicture(0), coloredPicture(1)]);
    const drawn = await visualizer.draw(encoded, { seed: 3 });
    await visualizer.save(folder);
    using loaded = await Visualizer.load(folder, device);
    assert.deepEqual(loaded.config, CONFIG);
    assert.deepEqual(await loaded.encode([coloredPicture(0), coloredPicture(1)]), encoded);
    assert.deepEqual(await loaded.draw(encoded, { seed: 3 }), drawn);

    const file = `${folder}/config.json`;
    const config = await Deno.readTextFile(file);
    const broken = [
      config.replace('"visualizer"', '"tokenizer"'),
      config.replace('"tokenSize": 6', '"tokenSize": 8'),
      "{}",
    ];
    for (const text of broken) {
      assert.notEqual(text, config);
      await Deno.writeTextFile(file, text);
      await assert.rejects(Visualizer.load(folder, device), CheckpointError);
    }
    await Deno.writeTextFile(file, config);
    await Deno.remove(`${folder}/model.safetensors`);
    await assert.rejects(Visualizer.load(folder, device), CheckpointError);
  }));
