/** A model of each recipe, saved and loaded. */
import { worldOfModel } from "../lib/worlds/emoji/language.ts";
import assert from "node:assert/strict";
import { decodeSafetensors, encodeSafetensors, type NamedTensor } from "../lib/files/mod.ts";
import { CheckpointError, type SaveOptions } from "../lib/nn/mod.ts";
import {
  DreamLLM,
  Illume,
  loadModel,
  type LoadOptions,
  MetaMorph,
  type RecipeModel,
} from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore, type TensorData } from "../lib/runtime/mod.ts";
import { CaptionError, knowLanguage, TextTokenizer } from "../lib/text/mod.ts";
import { SPECIAL_TOKENS } from "../lib/unified/mod.ts";
import { edited, filesOf, inFolder } from "./folder.ts";
import { tinyDreamLLM } from "./tiny_dreamllm.ts";
import { tinyIllume } from "./tiny_illume.ts";
import { tinyMetaMorph } from "./tiny_metamorph.ts";
import { TINY_TEXT } from "./tiny_model.ts";

const device = await openDevice("cpu", { threads: 1 });
const text = TINY_TEXT;
const [CONFIG, TENSORS, TOKENIZER] = ["config.json", "model.safetensors", "tokenizer.json"];

/** A tiny model of a recipe, and how such a one is loaded. */
interface Kind {
  readonly recipe: string;
  readonly tiny: (store: StateStore, seed: number) => RecipeModel;
  readonly load: (directory: string, options?: LoadOptions) => Promise<RecipeModel>;
}

const ILLUME: Kind = {
  recipe: "illume",
  tiny: (store, seed) => tinyIllume(store, text, seed),
  load: Illume.load,
};
const METAMORPH: Kind = {
  recipe: "metamorph",
  tiny: (store, seed) => tinyMetaMorph(store, text, seed, "l1"),
  load: MetaMorph.load,
};
const DREAMLLM: Kind = {
  recipe: "dreamllm",
  tiny: (store, seed) => tinyDreamLLM(store, text, seed),
  load: DreamLLM.load,
};
const KINDS = [ILLUME, METAMORPH, DREAMLLM];

/** A model whose weights no seed gives. */
async function learned(directory: string, { tiny }: Kind = ILLUME): Promise<RecipeModel> {
  const model = tiny(new StateStore(device), 3);
  await model.save(directory); // puts every parameter into the store
  for (const name of model.store.names()) {
    const random = new Random(1, name);
    const before = await model.store.read(name) as Float32Array;
    model.store.write(name, before.map((x) => x + 0.1 * random.normal()));
  }
  return model;
}

/** What a model draws, reads and answers. */
async function madeBy(model: RecipeModel) {
  const [drawn] = await model.drawAll(["two red hearts"], { seed: 5 });
  return {
    drawn,
    described: await model.describe(drawn.picture),
    answered: await model.ask(drawn.picture, "how many hearts are there?"),
  };
}

async function parametersOf({ store }: RecipeModel) {
  const values: Record<string, { shape: readonly number[]; data: TensorData }> = {};
  for (const name of store.keptNames().sort()) {
    values[name] = { shape: store.get(name).type.shape, data: await store.read(name) };
  }
  return values;
}

for (const kind of KINDS) {
  const { recipe, tiny, load } = kind;
  Deno.test(`a model of recipe ${recipe} comes back as it was: its weights, its sizes and all that it does`, () =>
    inFolder(async (directory) => {
      const model = await learned(directory, kind);
      await model.save(directory);
      const files = await filesOf(directory);
      assert.deepEqual([...files.keys()].sort(), [CONFIG, TENSORS, TOKENIZER]);

      const loaded = await load(directory, { device });
      assert.equal(loaded.recipe, recipe);
      assert.deepEqual(loaded.unified.config, model.unified.config);
      assert.deepEqual(loaded.tokenizer.config, model.tokenizer.config);
      assert.deepEqual([loaded.seed, worldOfModel(loaded)], [model.seed, worldOfModel(model)]);
      assert.deepEqual(await parametersOf(loaded), await parametersOf(model));
      const made = await madeBy(loaded);
      assert.deepEqual(made, await madeBy(model));
      assert.notEqual(made.described, "", "there is something to compare");
      if (loaded instanceof MetaMorph && model instanceof MetaMorph) {
        assert.deepEqual(loaded.visualizer.config, model.visualizer.config);
        assert.equal(loaded.loss, "l1");
      }
      if (loaded instanceof DreamLLM && model instanceof DreamLLM) {
        assert.deepEqual(loaded.decoder.config, model.decoder.config);
      }

      await loaded.save(`${directory}/again`);
      assert.deepEqual(await filesOf(`${directory}/again`), files);

      await model.save(`${directory}/half`, { dtype: "float16" });
      using half = await loadModel(`${directory}/half`);
      const [whole, rounded] = [await parametersOf(model), await parametersOf(half)];
      for (const [name, { data }] of Object.entries(whole)) {
        assert.deepEqual(
          rounded[name].data,
          Float32Array.from(data as Float32Array, Math.f16round),
          name,
        );
      }
      const strange = { dtype: "int8" } as unknown as SaveOptions;
      await assert.rejects(model.save(directory, strange), {
        message: 'Expected dtype "float32" or "float16", but found "int8"',
      });

      using whichever = await loadModel(directory);
      assert.equal(whichever.constructor, model.constructor);
      assert.deepEqual(await whichever.describe(made.drawn.picture), made.described);
    }));

  Deno.test(`a model of recipe ${recipe} that nothing was done with yet can be saved, and draws the same`, () =>
    inFolder(async (directory) => {
      const draw = async (model: RecipeModel) => (await model.drawAll(["a cat"]))[0];
      await tiny(new StateStore(device), 4).save(directory);
      const fresh = await draw(tiny(new StateStore(device), 4));
      assert.deepEqual(await draw(await load(directory, { device })), fresh);
    }));
}

Deno.test("a model of another recipe is refused with both names, and with what loads it", () =>
  inFolder(async (directory) => {
    for (
      const [there, asked, name] of [
        [METAMORPH, ILLUME, "MetaMorph"],
        [DREAMLLM, METAMORPH, "DreamLLM"],
        [METAMORPH, DREAMLLM, "MetaMorph"],
        [ILLUME, METAMORPH, "Illume"],
      ] as const
    ) {
      await there.tiny(new StateStore(device), 0).save(directory);
      await assert.rejects(asked.load(directory, { device }), {
        name: "CheckpointError",
        message:
          `Expected a model of recipe "${asked.recipe}" in ${directory}/config.json, but found ` +
          `"${there.recipe}": load it with ${name}.load or loadModel`,
      });
    }
    const config = await Deno.readFile(`${directory}/${CONFIG}`);
    await Deno.writeFile(`${directory}/${CONFIG}`, edited(config, /"illume"/, '"llama"'));
    await assert.rejects(loadModel(directory), {
      name: "CheckpointError",
      message:
        `Expected a model of recipe "illume" or "metamorph" or "dreamllm" in ${directory}/config.json, ` +
        'but found "llama"',
    });
  }));

Deno.test("a language of one's own is known once it is made known", () =>
  inFolder(async (directory) => {
    await tinyIllume(new StateStore(device), text).save(directory);
    const config = edited(await Deno.readFile(`${directory}/${CONFIG}`), /"emoji"/, '"shouted"');
    await Deno.writeFile(`${directory}/${CONFIG}`, config);
    await assert.rejects(Illume.load(directory, { device }), {
      message:
        `Expected a language of a known kind (plain, emoji) in ${directory}/config.json, but ` +
        'found "shouted"',
    });
    const refuse = (): never => {
      throw new CaptionError("Expected a caption");
    };
    knowLanguage("shouted", (settings) => ({
      settings: settings as { kind: string },
      caption: (text) => text.toLowerCase(),
      instruction: refuse,
      question: refuse,
      subject: refuse,
    }));
    const { language } = await Illume.load(directory, { device });
    assert.equal(language.caption("A CAT"), "a cat");
    assert.equal(language.settings.kind, "shouted");
  }));

Deno.test("a model that cannot be saved leaves the files of the one before", () =>
  inFolder(async (directory) => {
    const other = await learned(directory);
    for (const occupied of [CONFIG, TOKENIZER]) {
      await Deno.remove(`${directory}/${occupied}`);
      await Deno.mkdir(`${directory}/${occupied}/inside`, { recursive: true });
      const before = await filesOf(directory);
      const message = `Expected to write ${directory}/${occupied}, but found: Is a directory`;
      await assert.rejects(other.save(directory), { message });
      assert.deepEqual(await filesOf(directory), before);
      await Deno.remove(`${directory}/${occupied}`, { recursive: true });
      await other.save(directory);
    }
    const before = await filesOf(directory);
    const torn = new StateStore(device);
    torn.add("lm_head.weight", { dtype: "float32", shape: [1] });
    await assert.rejects(tinyIllume(torn, text).save(directory), /lm_head\.weight/);
    assert.deepEqual(await filesOf(directory), before);
    await Deno.writeTextFile(`${directory}/file`, "");
    await assert.rejects(other.save(`${directory}/file`));
  }));

/** What becomes of a file; undefined where it is missing. */
type Damage = (bytes: Uint8Array) => Uint8Array | undefined;

const becomes = (content: string): Damage => () => new TextEncoder().encode(content);
const missing: Damage = () => undefined;
const cutOff: Damage = (bytes) => bytes.subarray(0, bytes.length - 9);
const replaced = (find: RegExp, by: string): Damage => (bytes) => edited(bytes, find, by);
const tensors = (change: (tensors: Map<string, NamedTensor>) => void): Damage => (bytes) => {
  const { tensors } = decodeSafetensors(bytes);
  change(tensors);
  return encodeSafetensors(tensors);
};
const tokenizerOf = (vocabularySize: number, specialTokens: readonly string[]) =>
  becomes(JSON.stringify(TextTokenizer.train(["a cat"], { vocabularySize, specialTokens })));

const NORM = "model.norm.weight";
const norm = (size: number) => ({ shape: [size], data: new Float32Array(size) });
const fewerCodes = /"codes": 64/;

/** The file, what happened to it, what is found then, and where if not there. */
const DAMAGES: readonly [string, string, Damage, RegExp, string?][] = [
  [CONFIG, "missing", missing, /^no such file$/],
  [CONFIG, "empty", becomes(""), /^no JSON$/],
  [CONFIG, "cut off", cutOff, /^no JSON$/],
  [CONFIG, "lines of text", becomes("no\nJSON"), /^no JSON$/],
  [CONFIG, "a list", becomes("[]"), /expected object, received array/],
  [CONFIG, "another version", replaced(/"version": \d/, '"version": 1'), /^version 1: /],
  [CONFIG, "another format", replaced(/"illume"/, '"llama"'), /^"llama"$/],
  [CONFIG, "another language", replaced(/"emoji"/, '"Latin"'), /^"Latin"$/],
  [CONFIG, "a word too many", replaced(/"heart"/, '"zebra"'), /^an error: .* found "zebra"$/],
  [CONFIG, "half a seed", replaced(/"seed": 3/, '"seed": 0.5'), /^seed 0\.5: .*int/],
  [
    CONFIG,
    "a field missing",
    replaced(/"grid": 4,(?=\s*"featureSize")/, ""),
    /^no tokenizer\.grid$/,
  ],
  [CONFIG, "a field too many", replaced(/"seed"/, '"a\\nb": 1, "seed"'), /key: "a b"/],
  [CONFIG, "a size in words", replaced(/"heads": 2/, '"heads": "2"'), /^tokenizer\.heads "2": /],
  [CONFIG, "an odd head", replaced(/"featureSize": 8/, '"featureSize": 6'), /^an error: Expected/],
  [CONFIG, "sizes that do not divide", replaced(/"heads": 2/, '"heads": 3'), /multiple of heads/],
  [CONFIG, "fewer codes", replaced(fewerCodes, '"codes": 32'), /^\[64, 4\]$/, TENSORS],
  [
    CONFIG,
    "fewer words",
    replaced(/"vocabulary": \d/, '"vocabulary": '),
    new RegExp(`^${text.size} tokens$`),
    TOKENIZER,
  ],
  [CONFIG, "a smaller grid", replaced(/"grid": 4\n/, '"grid": 3\n'), /^languageModel\.grid 3: /],
  [TENSORS, "missing", missing, /^no such file$/],
  [TENSORS, "empty", becomes(""), /at least 8 bytes/],
  [TENSORS, "cut off", cutOff, /bytes of data/],
  [TENSORS, "something else", becomes("a picture"), /header/],
  [TENSORS, "another shape", tensors((all) => all.set(NORM, norm(31))), /^\[31\]$/],
  [TENSORS, "another rank", tensors((all) => all.set(NORM, { ...norm(1), shape: [] })), /^\[\]$/],
  [TENSORS, "a tensor short", tensors((all) => all.delete(NORM)), /^none$/],
  [TENSORS, "a tensor more", tensors((all) => all.set("extra", norm(1))), /^"extra" too$/],
  [TOKENIZER, "missing", missing, /^no such file$/],
  [TOKENIZER, "cut off", cutOff, /^no JSON$/],
  [TOKENIZER, "something else", becomes("{}"), /version/],
  [TOKENIZER, "fewer tokens", tokenizerOf(270, SPECIAL_TOKENS), /^2\d\d tokens$/],
  [TOKENIZER, "no special tokens", tokenizerOf(270, ["<pad>"]), /special tokens .*"<bos>"/],
];

const without = (part: string) => tensors((all) => all.delete(`${part}.weight`));

/** Of what a DreamLLM has and the others have not. */
const DREAM_DAMAGES: typeof DAMAGES = [
  [CONFIG, "another version", replaced(/"version": \d/, `"version": 9`), /^version 9: /],
  [CONFIG, "another format", replaced(/"dreamllm"/, '"dreams"'), /^"dreams"$/],
  [
    CONFIG,
    "a size in words",
    replaced(/"conditionSize": 8/, '"conditionSize": "8"'),
    /^decoder\.conditionSize "8": /,
  ],
  [CONFIG, "a field missing", replaced(/"conditions": 3,/, ""), /^no decoder\.conditions$/],
  [CONFIG, "fewer conditions", replaced(/"conditions": 3/, '"conditions": 2'), /^\[3, /, TENSORS],
  [CONFIG, "fewer queries", replaced(/"queries": 4/, '"queries": 3'), /^\[4, /, TENSORS],
  [CONFIG, "queries that share unevenly", replaced(/"queries": 4/, '"queries": 5'), /^queries 5: /],
  [
    CONFIG,
    "smaller conditions",
    replaced(/"conditionSize": 8/, '"conditionSize": 4'),
    /^\[\d+, 8\]$/,
    TENSORS,
  ],
  [CONFIG, "a smaller grid", replaced(/"grid": 4\n/, '"grid": 3\n'), /^languageModel\.grid 3: /],
  [TENSORS, "no queries", without("dream_queries"), /^none$/],
  [TENSORS, "no projector", without("dream_projector"), /^none$/],
  [TENSORS, "a decoder short of what it says", without("visualizer.code_out"), /^none$/],
];

/** A model of a recipe, each of whose files is damaged in turn. */
const refusesDamages = ({ tiny, load }: Kind, damages: typeof DAMAGES) => (t: Deno.TestContext) =>
  inFolder(async (directory) => {
    await tiny(new StateStore(device), 3).save(directory);
    const files = await filesOf(directory);
    for (const [file, what, damage, expected, foundIn = file] of damages) {
      await t.step(`${file}: ${what}`, async () => {
        const path = `${directory}/${file}`;
        const damaged = damage(files.get(file)!);
        if (damaged === undefined) await Deno.remove(path);
        else await Deno.writeFile(path, damaged);
        await assert.rejects(load(directory, { device }), (error) => {
          assert.ok(error instanceof CheckpointError, `${error}`);
          const { message } = error;
          const found = ", but found ";
          const at = message.indexOf(found);
          assert.match(message.slice(0, at), /^Expected [^\n]+$/);
          assert.ok(message.slice(0, at).endsWith(` in ${directory}/${foundIn}`), message);
          assert.match(message.slice(at + found.length), expected);
          assert.ok(!message.includes("\n"), message);
          return true;
        });
        await Deno.writeFile(path, files.get(file)!);
      });
    }
    await load(directory, { device });
  });

Deno.test(
  "a damaged model is refused in one line: the file, what was expected, what found",
  refusesDamages(ILLUME, DAMAGES),
);
Deno.test("a damaged DreamLLM is refused as well", refusesDamages(DREAMLLM, DREAM_DAMAGES));
