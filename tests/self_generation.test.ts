/** Drawings that a model makes of its training captions: kept, gone on with, none counted twice. */
import { trainTextTokenizer } from "../lib/worlds/emoji/text.ts";
import assert from "node:assert/strict";
import fc from "fast-check";
import type { Judge } from "../lib/assessment/judge.ts";
import { askedCaptions } from "../lib/worlds/emoji/asked_captions.ts";
import { parserJudge } from "../lib/worlds/emoji/parser_judge.ts";
import { SceneParser } from "../lib/worlds/emoji/parser/scene_parser.ts";
import { emojiScenes } from "../lib/worlds/emoji/emoji_scenes.ts";
import type { Picture } from "../lib/data/mod.ts";
import { readCaption } from "../lib/worlds/emoji/captions.ts";
import { isHeldOut } from "../lib/worlds/emoji/splits.ts";
import { readDrawings, selfGenerate } from "../lib/recipes/mod.ts";
import { openDevice, Random, StateStore } from "../lib/runtime/mod.ts";
import { inFolder } from "./folder.ts";
import { tinyIllume } from "./tiny_illume.ts";

const device = await openDevice("cpu");
const scenes = await emojiScenes({ preset: "nano", seed: 0 });
const text = trainTextTokenizer(scenes);
const parser = parserJudge(SceneParser.create(scenes.world, scenes.sprites));
/** Says something else than an assessment of every third picture. */
const moody: Judge = {
  judge: async (items) => {
    const judgements = await parser.judge(items);
    return judgements.map((judgement, i) => i % 3 === 2 ? { said: "no idea" } : judgement);
  },
};
const asked = askedCaptions(scenes.world);
const settings = { asked, captions: 45, samples: 2, seed: 3 } as const;

Deno.test("what is drawn depends on nothing but the seed, wherever it was stopped", () =>
  inFolder(async (folder) => {
    using store = new StateStore(device);
    const model = tinyIllume(store, text);
    const draw = async (directory: string, stopAt = Infinity) => {
      const told: number[] = [];
      for await (const { done, total } of selfGenerate(model, moody, { directory, ...settings })) {
        assert.equal(total, 90);
        told.push(done);
        if (done >= stopAt) break;
      }
      return told;
    };
    const whole = `${folder}/whole`;
    assert.deepEqual(await draw(whole), [0, 64, 90]);
    const bytes = await Deno.readFile(`${whole}/drawings.jsonl`);
    const lines = new TextDecoder().decode(bytes).trim().split("\n").map((line) =>
      JSON.parse(line)
    );
    assert.deepEqual(lines.map(({ sample }) => sample), lines.map((_, i) => i % 2));
    lines.forEach(({ caption, sample }, i) => {
      if (sample === 1) assert.equal(caption, lines[i - 1].caption);
    });

    const unique = new Set(lines.map(({ caption, ids }) => `${caption} ${ids}`)).size;
    const held = lines.flatMap((line) => line.held);
    lines.forEach(({ caption, held: [own, ...misses] }) => {
      assert.equal(own.against, caption);
      const captions = misses.map(({ against }: { against: string }) => against);
      assert.equal(new Set([caption, ...captions]).size, captions.length + 1, "no caption twice");
      for (const miss of captions) {
        assert.ok(!isHeldOut(readCaption(miss, scenes.world), scenes.world), miss);
      }
    });
    assert.ok(held.length > 300, `${held.length - 90} near misses`);

    const read = await readDrawings(whole);
    const [{ picture, ids }] = read.drawings;
    assert.equal(picture.width, 64);
    assert.equal(ids?.length, model.tokenizer.tokens);
    assert.equal(read.duplicates, 0);
    assert.equal(unique, 90, "random weights draw nothing twice");
    assert.equal(read.unjudged, held.filter(({ said }) => said === "no idea").length);
    const assessments = read.drawings.reduce((sum, { misses }) => sum + 1 + misses.length, 0);
    const lost = lines.flatMap(({ held: [own, ...misses] }) => own.said ? misses : [])
      .filter(({ assessment }) => assessment);
    assert.equal(assessments + read.unjudged + lost.length, held.length);
    const doubled = `${folder}/doubled`;
    await Deno.mkdir(doubled);
    const first = bytes.subarray(0, bytes.indexOf(10) + 1);
    await Deno.writeFile(`${doubled}/drawings.jsonl`, new Uint8Array([...bytes, ...first]));
    assert.deepEqual(await readDrawings(doubled), { ...read, duplicates: 1 });

    const stopped = `${folder}/stopped`;
    assert.deepEqual(await draw(stopped, 64), [0, 64]);
    assert.deepEqual(await draw(stopped), [64, 90]);
    assert.deepEqual(await Deno.readFile(`${stopped}/drawings.jsonl`), bytes);
    assert.deepEqual(await draw(stopped), [90], "what is complete is left as it is");

    const killed = `${folder}/killed`;
    await draw(killed, 0);
    const anywhere = fc.integer({ min: 0, max: bytes.length });
    await fc.assert(
      fc.asyncProperty(anywhere, async (end) => {
        await Deno.writeFile(`${killed}/drawings.jsonl`, bytes.subarray(0, end));
        await draw(killed);
        assert.deepEqual(await Deno.readFile(`${killed}/drawings.jsonl`), bytes);
      }),
      { numRuns: 6, examples: [[0], [bytes.length - 1]] },
    );
  }));

/** Begins or goes on in a process of its own, which is killed once so much is written. */
async function drawElsewhere(directory: string, killAt: number): Promise<boolean> {
  const script = new URL("./generate_drawings.ts", import.meta.url).pathname;
  const command = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, directory],
    stdout: "null",
    stderr: "inherit",
  });
  const process = command.spawn();
  const written = () => Deno.stat(`${directory}/drawings.jsonl`).then(({ size }) => size, () => 0);
  let isRunning = true;
  const ended = process.status.finally(() => isRunning = false);
  while (isRunning) {
    if (await written() >= killAt) {
      process.kill("SIGKILL");
      break;
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return (await ended).success;
}

Deno.test("killed at any point, drawing goes on without loss", () =>
  inFolder(async (folder) => {
    const whole = `${folder}/whole`, killed = `${folder}/killed`;
    assert.ok(await drawElsewhere(whole, Infinity));
    const bytes = await Deno.readFile(`${whole}/drawings.jsonl`);
    const random = new Random(0, "kills");
    const points = [0, 0.4, 0.8].map((share) =>
      1 + random.integer(Math.floor(bytes.length * share) || 1)
    ).sort((a, b) => a - b);
    for (const point of points) await drawElsewhere(killed, point);
    const left = await Deno.readFile(`${killed}/drawings.jsonl`);
    assert.ok(left.length > 0 && left.length < bytes.length, `killed at ${points}`);
    assert.ok(await drawElsewhere(killed, Infinity));
    assert.deepEqual(await Deno.readFile(`${killed}/drawings.jsonl`), bytes, `killed at ${points}`);
  }));

Deno.test("a folder of other settings, or a damaged one, is left as it is", () =>
  inFolder(async (directory) => {
    using store = new StateStore(device);
    const model = tinyIllume(store, text);
    const next = async (more: object = {}) => {
      const drawing = selfGenerate(model, parser, { directory, ...settings, ...more });
      await drawing.next().finally(() => drawing.return());
    };
    await next();
    await assert.rejects(() => next({ seed: 4 }), /begun with, .*"seed":3.*found .*"seed":4/);
    const path = `${directory}/drawings.jsonl`;
    await Deno.writeTextFile(path, '{"caption": 5}\n{"caption": "a cat"}\n');
    await assert.rejects(() => next(), /drawings.jsonl:1: Expected an assessed drawing/);
    assert.match(await Deno.readTextFile(path), /^{"caption": 5}/);
    await Deno.remove(`${directory}/settings.json`);
    await assert.rejects(() => next(), /settings of drawings.jsonl in .*, but found no such file/);
    assert.match(await Deno.readTextFile(path), /^{"caption": 5}/);
    const stopped = AbortSignal.abort();
    await Deno.remove(path);
    const drawing = selfGenerate(model, parser, { directory, ...settings, signal: stopped });
    assert.deepEqual((await drawing.next()).value, { done: 0, total: 90 });
    await assert.rejects(() => next(), { name: "FolderInUseError" });
    await assert.rejects(() => drawing.next(), /abort/i);
    await next();
  }));

Deno.test("what is drawn without codes is kept by its picture alone, and not twice", () =>
  inFolder(async (directory) => {
    using store = new StateStore(device);
    const model = tinyIllume(store, text);
    const drawn: Picture[] = [];
    const withoutCodes = {
      async drawAll(captions: readonly string[]) {
        const pictures = (await model.drawAll(captions)).map(({ picture }) => picture);
        const twice = pictures.map((_, i) => pictures[i - i % 2]);
        drawn.push(...twice);
        return twice.map((picture) => ({ picture }));
      },
    };
    const options = { directory, asked, captions: 3, samples: 2, seed: 3 };
    for await (const _ of selfGenerate(withoutCodes, parser, options));
    const { drawings, duplicates } = await readDrawings(directory);
    assert.equal(duplicates, 3);
    assert.deepEqual(
      drawings.map(({ picture, ids }) => [picture.data, ids]),
      [0, 2, 4].map((i) => [drawn[i].data, undefined]),
    );
  }));
